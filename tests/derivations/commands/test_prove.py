"""The command that proves everything: its exit status, its processes, and that it does not import JAX needlessly."""

import subprocess
import sys

import pytest

from derivations.__main__ import main
from derivations.commands import prove
from derivations.commands.prove import Report

GOOD = Report(
    label="84",
    proof="",
    links=5,
    refused=4,
    equivalent=(),
    undecided=(),
    disagreement=1e-15,
    components=3,
    agrees=True,
    proved=True,
)


@pytest.mark.parametrize(
    ("report", "status", "words"),
    [
        (GOOD, 0, "proved for every K"),
        (GOOD._replace(proved=False, proof="84: a = b is false"), 1, "FAILED: 84: a = b is false"),
        (GOOD._replace(agrees=False, disagreement=0.5), 1, "DISAGREES: jax.grad within 5e-01"),
        (GOOD._replace(undecided=("sign flipped",)), 1, "NOT REFUSED: sign flipped"),
    ],
)
def test_the_exit_status_says_whether_anything_failed(report, status, words, monkeypatch, capsys):
    monkeypatch.setattr(prove, "check_all", lambda labels: iter([report]))
    assert main(["--only", "84"]) == status
    assert words in capsys.readouterr().out


def test_the_command_checks_an_equation_in_other_processes():
    done = subprocess.run(
        [sys.executable, "-m", "derivations", "--only", "79"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "79  Softmax activations sum to 1: proved for every K, 4 mutants refused" in done.stdout
    assert "1 of 1 equations proved, 1 for every size" in done.stdout


def test_mathematics_alone_imports_no_jax():
    code = "import derivations.__main__, sys; assert 'jax' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
