"""The command `certify` with a function of the user's own."""

import dataclasses

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

from derivations.__main__ import main
from derivations.certificate.verdict import read
from derivations.commands import certify


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
        (["--function", "math:sin", "--equation", "84", "--package", "rlax"], "--function for your own"),
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


def in_this_process(function, items, *, neighbours):
    return map(function, items)


def test_the_claims_about_one_package_are_examined(monkeypatch, capsys, tmp_path):
    claims = [claim for claim in certify.LIBRARIES["jax.nn"].claims() if claim.function == "silu"]
    library = dataclasses.replace(certify.LIBRARIES["jax.nn"], claims=lambda: iter(claims))
    monkeypatch.setitem(certify.LIBRARIES, "jax.nn", library)
    monkeypatch.setattr(certify, "shared", in_this_process)
    certify._claims.cache_clear()
    assert main(["certify", "--package", "jax.nn", "--json", str(tmp_path)]) == 0
    assert "2 certified, 0 refuted" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 2
    claims[0] = dataclasses.replace(claims[0], formula=sp.Integer(7))
    certify._claims.cache_clear()
    assert main(["certify", "--package", "jax.nn"]) == 1
    assert "1 of them unexpectedly" in capsys.readouterr().out
    monkeypatch.setattr(certify, "LIBRARIES", {"jax.nn": library})
    assert main(["certify", "--markdown"]) == 1
    assert "| `silu` | z / (1 + e^-z) | certified | certified |" in capsys.readouterr().out
    certify._claims.cache_clear()


def test_a_package_that_is_not_installed_is_named_in_one_line(monkeypatch):
    def missing():
        raise ImportError("No module named 'rlax'")

    library = dataclasses.replace(certify.LIBRARIES["rlax"], claims=missing)
    monkeypatch.setitem(certify.LIBRARIES, "rlax", library)
    certify._claims.cache_clear()
    with pytest.raises(SystemExit, match="certify: rlax cannot be imported: No module named 'rlax'"):
        main(["certify", "--package", "rlax"])
