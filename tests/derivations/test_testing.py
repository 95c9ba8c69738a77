"""The assertion for people's own tests passes, and fails with a counterexample at the caller's line."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import pytest

from derivations import Certificate, log, sigmoid, symbols
from derivations.testing import assert_gradient

z = symbols("z")
FORMULA = -log(sigmoid(z))


def test_a_right_gradient_passes():
    assert isinstance(assert_gradient(lambda z: jax.nn.softplus(-z), FORMULA, z), Certificate)


def test_a_wrong_gradient_fails_with_an_input_at_which_it_is_wrong():
    with pytest.raises(AssertionError, match=r"refuted: (.|\n)* at z = (.|\n)*expected"):
        assert_gradient(lambda z: jax.nn.softplus(z), FORMULA, z)


def test_precision_that_is_dropped_fails_if_it_is_asked_for():
    narrow = lambda z: jax.nn.softplus(-z.astype(jnp.bfloat16)).astype(jnp.float32)  # noqa: E731
    assert assert_gradient(narrow, FORMULA, z).precision
    with pytest.raises(AssertionError, match=r"not computed in float32:\n.*becomes bfloat16.*test_testing.py"):
        assert_gradient(narrow, FORMULA, z, precision=jnp.float32)


@pytest.mark.process
def test_pytest_shows_the_line_of_the_test_and_the_counterexample(tmp_path):
    file = tmp_path / "test_mine.py"
    lines = (
        "import jax",
        "from derivations import log, sigmoid, symbols",
        "from derivations.testing import assert_gradient",
        "def test_my_loss():",
        "    z = symbols('z')",
        "    assert_gradient(jax.nn.softplus, -log(sigmoid(z)), z)",
    )
    file.write_text("\n".join(lines))
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", file], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "test_mine.py:6: AssertionError" in done.stdout
    assert "the program run there" in done.stdout
    assert "raise AssertionError" not in done.stdout
