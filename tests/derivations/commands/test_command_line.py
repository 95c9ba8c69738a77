"""The command line, as a user types it."""

import subprocess
import sys

import pytest

from derivations import EQUATIONS
from derivations.__main__ import main
from derivations.commands import prove
from derivations.commands.prove import Report
from derivations.commands.selection import find, selected


@pytest.mark.parametrize("label", ["66", "76", "84"])
def test_show_prints_every_reason(label, capsys):
    assert main(["show", label]) == 0
    page = capsys.readouterr().out
    assert all(step.reason in page for step in EQUATIONS[label].steps)
    assert f"Proved for {EQUATIONS[label].holds_for}" in page


@pytest.mark.parametrize("label", EQUATIONS)
def test_every_page_can_be_shown(label, capsys):
    assert main(["show", label]) == 0
    assert main(["show", label, "--latex"]) == 0
    assert r"\begin{align*}" in capsys.readouterr().out


def test_list_has_a_line_for_each_equation(capsys):
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(EQUATIONS)


def test_an_unknown_label_names_the_nearest():
    with pytest.raises(SystemExit, match=r"no equation '99'; near it: .*all: python -m derivations list"):
        main(["show", "99"])


def test_an_exercise_answered_by_numbered_equations_shows_them(capsys):
    assert main(["show", "exercise 5"]) == 0
    page = capsys.readouterr().out
    assert all(f"({label})" in page for label in ("68", "69", "70"))
    assert find("exercise 4") == ["65", "65 (biases)", "66", "67", "67 (biases)"]
    assert set(find("exercise 11")) >= {"81", "82"}


def test_a_range_is_by_number():
    assert set(selected("78..84")) >= {"78", "79", "80", "81", "82", "83", "84", "84 with 83"}
    assert "77" not in selected("78..84")
    assert selected("66") == ["66"]
    assert selected("BP1..BP4") == ["BP1", "BP1 with softmax", "BP2", "BP3", "BP4"]


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


def test_check_in_processes_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "derivations", "--only", "79"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "79  Softmax activations sum to 1: proved for every K, 4 mutants refused" in done.stdout
    assert "1 of 1 equations proved, 1 for every size" in done.stdout


def test_mathematics_alone_imports_no_jax():
    code = "import derivations.__main__, sys; assert 'jax' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reader_who_has_seen_enough_is_answered_with_silence():
    command = [sys.executable, "-m", "derivations", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
