"""The gates on which every other test relies can fail."""

import re
import shlex
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import jax.numpy as jnp
import jaxtyping
import pytest

import jaxce

ROOT = Path(__file__).parent.parent
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]


def test_annotated_shapes_are_checked():
    with pytest.raises(jaxtyping.TypeCheckError, match="weighted_input"):
        jaxce.weighted_input([jaxce.Layer(jnp.ones((1, 1)), jnp.ones(1))], jnp.array(1.0))


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning, match="anything"):
        warnings.warn("anything", UserWarning, stacklevel=1)


def test_floats_of_two_types_do_not_mix():
    with pytest.raises(ValueError, match="no available implicit dtype promotion path"):
        jnp.ones(1, jnp.float32) + jnp.ones(1, jnp.float64)


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


def of_target(name):
    """The arguments with which a target of the Makefile calls pytest."""
    target = re.search(rf"^{name}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert target is not None
    (command,) = (line for line in target[1].splitlines() if "/pytest" in line)
    return shlex.split(command)[1:]


def test_make_test_and_make_test_whole_run_every_test():
    """One leaves out what the other runs; else they select nothing, and so take all of pytest's testpaths."""
    part, rest = of_target("test"), of_target("test-whole")
    assert (part[:2], rest[:2]) == (["-m", "not whole"], ["-m", "whole"])
    assert selects_nothing(part[2:], rest[2:], CONFIGURATION["addopts"])
    called = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line.startswith("make ")]
    assert {"make test", "make test-whole"} <= set(called)


def test_make_quick_runs_a_part_of_the_tests():
    assert not selects_nothing(of_target("quick"))
    paths = [argument for argument in of_target("quick") if (ROOT / argument).exists()]
    assert paths
    assert all(any(Path(path).is_relative_to(whole) for whole in CONFIGURATION["testpaths"]) for path in paths)


def selects_nothing(*commands):
    """Whether arguments of pytest neither name a path nor exclude tests."""
    arguments = [argument for command in commands for argument in command]
    selecting = ("-m", "-k", "--ignore", "--deselect", "--lf", "--last-failed", "--ff", "-x", "--maxfail")
    options = {"--numprocesses", "2", "--dist", "worksteal"}
    named = [argument for argument in arguments if not argument.startswith("-") and argument not in options]
    return not named and not any(argument.startswith(selecting) for argument in arguments)


@pytest.mark.parametrize("option", ["tests/jaxce", "-m", "--ignore=tests/benchmarks", "--deselect", "-k"])
def test_a_selection_in_make_test_is_detected(option):
    assert not selects_nothing([option, "--numprocesses", "2"])
