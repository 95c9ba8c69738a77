"""The command that mutates the library: its counts, its exit status, and what it refuses."""

import pytest

from derivations.__main__ import main
from derivations.commands import mutants as command
from derivations.mutation.examination import Finding, LibraryMutant
from derivations.mutation.operators import changes


def test_the_command_counts_and_exits_with_the_gate(monkeypatch, capsys):
    survivor = [LibraryMutant("costs", next(changes("f = 1 - x")))]
    monkeypatch.setattr(command, "noticed_without_change", list)
    monkeypatch.setattr(command, "library_mutants", lambda every: survivor)
    monkeypatch.setattr(
        command, "examine_mutants", lambda chosen: [Finding(mutant.name, "survived") for mutant in chosen]
    )
    assert main(["mutants", "--every", "2"]) == 1
    printed = capsys.readouterr().out
    assert "1 changes: 1 of costs.py" in printed
    assert "survives, and is not named as equivalent: costs.f: 1 - x -> 1 + x" in printed


def test_the_command_refuses_a_library_that_does_not_pass(monkeypatch):
    monkeypatch.setattr(command, "noticed_without_change", lambda: ["quadratic + linear, K = 2"])
    with pytest.raises(SystemExit, match="the unchanged library does not pass: quadratic"):
        main(["mutants"])


def test_the_command_refuses_an_empty_sample():
    with pytest.raises(SystemExit, match="--every is 1 for all"):
        main(["mutants", "--every", "0"])
