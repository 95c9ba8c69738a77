"""What the README shows runs, and what it says of the library is so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import jaxce

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: re.findall(r"import (\w+)", example)[0])
def test_every_example_runs(example):
    """In a process of its own, with JAX as a reader has it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr


def test_an_example_that_fails_would_be_seen():
    with pytest.raises(AssertionError, match="no_such_cost"):
        test_every_example_runs("import jaxce; jaxce.no_such_cost")


def test_the_table_of_pairs_names_every_cost_and_output():
    table = README.partition("## The nine pairs\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(jaxce.COSTS)
    assert re.findall(r"`(\w+)`", table[table.index("| cost |") :].splitlines()[0]) == list(jaxce.OUTPUTS)


@pytest.mark.parametrize("target", ["train", "test", "help"])
def test_the_commands_are_targets_of_the_makefile(target):
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
