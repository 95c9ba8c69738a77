"""What `show` and `list` print."""

import subprocess
import sys

import pytest

from derivations import EQUATIONS
from derivations.__main__ import main


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


def test_a_pipe_that_is_closed_early_causes_no_error_message():
    command = [sys.executable, "-m", "derivations", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
