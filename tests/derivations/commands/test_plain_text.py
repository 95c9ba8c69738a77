"""Pages of mathematics on terminals that cannot show it."""

import io
import sys

import pytest

from derivations.__main__ import main
from derivations.book import EQUATIONS
from derivations.commands.plain_text import plain
from derivations.proof.printing import as_text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize("command", [("show", "84"), ("show", "BP2", "--latex"), ("list",), ("errata",)])
def test_every_terminal_shows_the_page(encoding, command, monkeypatch):
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding))
    assert main(list(command)) == 0
    assert len(content.getvalue()) > 100


def test_a_terminal_that_can_show_it_is_shown_the_page_itself(monkeypatch):
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, "utf-8"))
    main(["show", "84"])
    assert content.getvalue().decode().strip() == as_text(EQUATIONS["84"]).strip()


def test_every_character_of_the_chapter_has_a_plain_one():
    for equation in EQUATIONS.values():
        page = plain(as_text(equation))
        assert page.isascii()
        assert page.count("?") == as_text(equation).count("?")
