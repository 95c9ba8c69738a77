"""The gates that every other test stands on can fail, and the parts of the house keep apart."""

import ast
import subprocess
import sys
import warnings
from pathlib import Path

import jax
import jax.numpy as jnp
import jaxtyping
import pytest

import jaxce

ROOT = Path(__file__).parent.parent


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_annotated_shapes_are_checked():
    with pytest.raises(jaxtyping.TypeCheckError, match="weighted_input"):
        jaxce.weighted_input([jaxce.Layer(jnp.ones((1, 1)), jnp.ones(1))], jnp.array(1.0))


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning, match="anything"):
        warnings.warn("anything", UserWarning, stacklevel=1)


def test_floats_of_two_types_do_not_mix():
    with pytest.raises(jax.dtypes.TypePromotionError):
        jnp.ones(1, jnp.float32) + jnp.ones(1, jnp.float64)


@pytest.mark.parametrize("file", sorted((ROOT / "jaxce").rglob("*.py")), ids=lambda file: file.name)
def test_the_library_knows_nothing_of_the_derivations(file):
    assert not {"sympy", "derivations"} & set(imports(file))


def test_importing_the_library_changes_and_starts_nothing():
    program = """
import sys, jax
before = dict(jax.config.values)
import jaxce
from jax._src import xla_bridge
assert dict(jax.config.values) == before
assert not xla_bridge._backends
assert not {"sympy", "matplotlib", "rich", "tyro", "derivations"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
