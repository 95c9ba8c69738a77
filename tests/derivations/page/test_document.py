"""The page as a file: it is the one that is committed, it is small, it asks for nothing, and its places are filled."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from derivations import EQUATIONS
from derivations.__main__ import main
from derivations.page.document import document, generated, used
from derivations.page.findings import (
    FINDINGS,
    evidence,
    findings_as_json,
    outdated,
    read_findings,
    updated,
    version_of,
)
from derivations.page.reference import anchor

COMMITTED = Path(__file__).parents[3] / "docs/chapter3.html"


@pytest.fixture(scope="module")
def findings():
    return read_findings(FINDINGS.read_text())


@pytest.fixture(scope="module")
def page(findings):
    return document(findings)


@pytest.fixture(scope="module")
def elements(page):
    return Elements(page)


class Elements(HTMLParser):
    """The elements of a page: their names and attributes, and whether each is closed."""

    VOID = {"meta", "input", "br", "link"}

    def __init__(self, text):
        super().__init__()
        self.found, self._open, self.faults = [], [], []
        self.feed(text)
        self.faults += [f"{name} is not closed" for name in self._open if name not in {"html", "body", "head"}]

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"{tag} is closed where it is not open")

    def values(self, attribute):
        return [attributes[attribute] for _, attributes in self.found if attribute in attributes]


def test_the_committed_page_is_the_one_that_is_made(page):
    assert page == COMMITTED.read_text(), "python -m derivations page docs/chapter3.html"


def test_the_page_is_small_and_loads_nothing(page, elements):
    assert len(page.encode()) < 2_000_000
    assert {address[0] for address in elements.values("href")} == {"#"}
    assert not elements.values("src")
    assert not re.search(r"\burl\(|@import|https?:(?!//www.w3.org/2000/svg)", page)


def test_every_element_is_closed_and_every_link_leads_somewhere(elements):
    assert elements.faults == []
    names = elements.values("id")
    assert len(names) == len(set(names))
    assert {address[1:] for address in elements.values("href")} <= set(names)
    assert set(elements.values("aria-labelledby")) <= set(names)


def test_an_element_that_is_not_closed_is_detected():
    assert Elements("<p><b></p>").faults == ["p is closed where it is not open", "p is not closed"]


def test_every_equation_has_a_place_of_its_own(page):
    assert len({anchor(label) for label in EQUATIONS}) == len(EQUATIONS)
    assert all(f'id="{anchor(label)}"' in page for label in EQUATIONS)
    assert page.count('class="equation"') == len(EQUATIONS)


def test_nothing_is_left_to_fill_in(page):
    assert not re.search(r"\{\{\w", page)


def test_only_functions_that_scripts_use_are_on_the_page(findings):
    assert set(used("formulas")) <= set(EQUATIONS)
    assert len(re.findall(r'^"', generated(findings), flags=re.MULTILINE)) == (
        len(used("formulas")) + len(used("misprints")) + len(findings.designs)
    )


def test_the_findings_are_about_the_equations_as_they_are(findings):
    anew = "python -m derivations page docs/chapter3.html --findings derivations/page/findings.json"
    assert outdated(findings) == [], anew


@pytest.mark.parametrize("label", ["79", "80 by a"])
def test_an_equation_examined_again_gives_the_same(label, findings):
    assert evidence(label) == findings.equations[label]


def test_an_equation_that_has_changed_is_examined_again(findings):
    of_79 = findings.equations["79"]
    assert version_of(replace(EQUATIONS["79"], title="something else")) != of_79.version
    old = findings._replace(equations={**findings.equations, "79": of_79._replace(version="old"), "gone": of_79})
    assert outdated(old) == [("equations", "79")]
    assert updated(old, [(("equations", "79"), of_79)]) == findings


def test_findings_are_read_as_they_were_written(findings):
    assert read_findings(findings_as_json(findings)) == findings
    assert findings_as_json(findings) == FINDINGS.read_text()


def test_without_a_browser_make_says_so(tmp_path):
    for program in ("make", "sh"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    done = subprocess.run(
        ["make", "test-page", f"VENV={tmp_path / 'venv'}"],
        cwd=COMMITTED.parents[1],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "test-page needs a browser: apt-get install chromium\n"
    assert done.returncode == 2


def test_a_page_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    assert main(["page", str(tmp_path / "absent" / "page.html")]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("page: cannot write ")
    assert said.err.endswith("No such file or directory\n")
    assert said.out == ""


def test_the_page_replaces_an_older_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("derivations.commands.page.document", lambda findings: f"{len(findings.equations)} times")
    file = tmp_path / "page.html"
    file.write_text("older")
    assert main(["page", str(file)]) == 0
    assert file.read_text() == f"{len(EQUATIONS)} times"
    assert f"{len(EQUATIONS)} equations" in capsys.readouterr().out
