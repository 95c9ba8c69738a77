"""Every benchmark runs, and leaves a table, a JSON file and a picture."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jaxce
from benchmarks import __main__ as front
from benchmarks import epoch, peers, report

ROOT = Path(__file__).parents[2]


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
    assert {"processor", "vectors", "cores", "python", "jax"} <= written["machine"].keys()
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    for column in written["rows"][0]:
        assert column in printed


def test_a_contestant_that_does_not_learn_is_no_contestant(monkeypatch):
    data = jaxce.mnist.load()
    few = data._replace(train=jaxce.mnist.Split(*(part[:500] for part in data.train)))

    def lazy(task):
        return peers.Contestant(train=lambda: None, predict=lambda pixels: np.zeros(len(pixels), int))

    monkeypatch.setitem(peers.CONTESTANTS, "lazy", ("numpy", lazy))
    with pytest.raises(RuntimeError, match=r"lazy did not learn: accuracy 9\.80%"):
        epoch.race(epoch.task(few, hidden=30, batch_size=10), {"lazy": "0"}, repeats=1)


def test_the_floor_is_arithmetic_and_memory_traffic(monkeypatch):
    monkeypatch.setattr(epoch, "rates", lambda: (1e9, 1e9))
    forward_and_gradient, back, traffic = 4 * 10 * 794 * 30, 2 * 10 * 10 * 30, 8 * 794 * 30 + 10 * 784
    assert epoch.floor(30, 10) == pytest.approx(1e-9 * (forward_and_gradient + back + traffic))
