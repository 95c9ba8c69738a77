"""Every benchmark runs, and leaves a table, a JSON file and a picture."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as front
from benchmarks import report

ROOT = Path(__file__).parent.parent


def test_the_front_end_lists_every_benchmark_with_its_claim(capsys):
    front.main([])
    listed = capsys.readouterr().out
    for name, module in front.modules().items():
        assert name in listed
        assert report.claim(module) in listed


def test_an_unknown_benchmark_is_answered_with_those_that_exist(capsys):
    with pytest.raises(SystemExit) as exit_:
        front.main(["speed"])
    assert exit_.value.code == 2
    assert "unknown benchmark speed: choose all, or some of" in capsys.readouterr().err


@pytest.mark.parametrize("name", front.modules())
def test_a_quick_run_reports_in_every_form(name, tmp_path):
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--results", str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    written = json.loads((tmp_path / f"{name}.json").read_text())
    assert written["quick"] is True
    assert written["rows"]
    assert {"processor", "cores", "python", "jax"} <= written["machine"].keys()
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    for column in written["rows"][0]:
        assert column in printed
