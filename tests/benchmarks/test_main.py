"""Every benchmark runs and produces a table, a JSON file and a picture."""

import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.report import claim_of

NOT_BENCHMARKS = {"__main__", "every_float", "finished", "numbered_floats", "peers", "report"}


def test_every_benchmark_is_listed_with_its_claim(capsys):
    assert {module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - NOT_BENCHMARKS == set(BENCHMARKS)
    main([])
    listed = capsys.readouterr().out
    for name, benchmark in BENCHMARKS.items():
        assert name in listed
        assert claim_of(benchmark) in listed


def test_no_two_benchmarks_make_the_same_claim():
    claims = [claim_of(benchmark) for benchmark in BENCHMARKS.values()]
    assert all(claims)
    assert len(set(claims)) == len(claims)


def test_an_unknown_benchmark_is_answered_with_those_that_exist(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["speed"])
    assert exit_.value.code == 2
    assert "unknown benchmark speed: choose all, or some of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "changed", "message"),
    [
        (
            "importlib.util.find_spec",
            lambda name: None,
            r'the bounds need python-flint: pip install -e "\.\[development\]"',
        ),
        (
            "derivations.rounding.measured_functions.worst_excess",
            lambda name, every: 1.5,
            "exp errs 1.500 times as much",
        ),
    ],
)
def test_bounds_that_cannot_be_had_here_are_refused_in_a_sentence(
    monkeypatch, capsys, tmp_path, place, changed, message
):
    monkeypatch.setattr(place, changed)
    with pytest.raises(SystemExit) as exit_:
        main(["bounds", "--quick", "--results", str(tmp_path)])
    assert exit_.value.code == 2
    assert re.search(message, " ".join(capsys.readouterr().err.split()))


@pytest.mark.whole
def test_a_quick_run_of_all_reports_each_in_every_form(tmp_path):
    """In a new process, since the tests change settings of JAX."""
    command = [sys.executable, "-m", "benchmarks", "all", "--quick", "--results", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    printed = " ".join(done.stdout.split())
    assert {file.name for file in tmp_path.iterdir()} == {
        f"{name}.{kind}" for name in BENCHMARKS for kind in ("json", "png")
    }
    for name, benchmark in BENCHMARKS.items():
        written = json.loads((tmp_path / f"{name}.json").read_text())
        assert written["quick"] is True, name
        assert written["claim"] == claim_of(benchmark), name
        assert written["rows"], name
        assert {"processor", "vectors", "cores", "python", "jax"} <= written["machine"].keys(), name
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG"), name
        _, _, after_claim = printed.partition(claim_of(benchmark))
        table, _, _ = after_claim.partition(" processor ")
        assert all(column in table for column in written["rows"][0]), name
