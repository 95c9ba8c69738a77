"""The command `certify` with a function of the user's own."""

import jax
import jax.numpy as jnp
import pytest

from derivations.__main__ import main
from derivations.certificate.verdict import read


def good(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def bad(z, y):
    return -jnp.sum(y * jax.nn.softmax(z))


def of_one_argument(z):
    return z


def of_an_attribute_that_is_not_there(z, y):
    return z.no_such_attribute


def shifted(z):
    return z + jnp.ones(7)


def of_arrays_that_do_not_fit(z, y):
    return jnp.sum(shifted(z))


def test_the_command_certifies_a_function_of_ones_own(capsys, tmp_path):
    own = ["certify", "--json", str(tmp_path), "--equation", "84", "--function"]
    assert main([*own, f"{__name__}:good"]) == 0
    assert "2 certified" in capsys.readouterr().out
    verdicts = [read(file.read_text()) for file in sorted(tmp_path.iterdir())]
    assert [bool(verdict) for verdict in verdicts] == [True, True]
    assert main([*own, f"{__name__}:bad"]) == 1
    assert "expected" in capsys.readouterr().out


IN_SHIFTED = shifted.__code__.co_firstlineno + 1  # the innermost line of the user's
AT_ITS_LINE = r"there stops with AttributeError: .*no_such_attribute.*, at .*test_certify\.py:\d+$"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--function", "math:tau", "--equation", "84"], "not a function"),
        (["--function", "nowhere:f", "--equation", "84"], "cannot find"),
        (["--function", "math", "--equation", "84"], "module:name"),
        (["--function", "math:sin", "--equation", "0"], "choose one of 54"),
        (["--function", "math:sin"], "go together"),
        (["--json", "/dev/null/verdicts"], "cannot be made a folder: Not a directory"),
        (["--function", f"{__name__}:of_one_argument", "--equation", "84"], "takes 1 positional argument"),
        (["--function", f"{__name__}:of_an_attribute_that_is_not_there", "--equation", "84"], AT_ITS_LINE),
        (
            ["--function", f"{__name__}:of_arrays_that_do_not_fit", "--equation", "84"],
            f"incompatible shapes.*:{IN_SHIFTED}$",
        ),
    ],
)
def test_bad_options_are_refused_in_one_line(options, message):
    with pytest.raises(SystemExit, match=message):
        main(["certify", *options])
