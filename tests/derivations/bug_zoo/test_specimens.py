"""Each bug of the zoo is refuted, each mended cost is certified, and the page says so."""

import re
from pathlib import Path

import numpy as np
import pytest

from derivations.__main__ import main
from derivations.bug_zoo import SPECIMENS, half_forward, padding_in_the_sum
from derivations.certificate.verdict import Imprecision, Refutation
from derivations.commands import zoo

PAGE = (Path(__file__).parents[3] / "docs/bug-zoo.md").read_text()


def without_seconds(text):
    return re.sub(r"\d+\.\d\d s", "... s", text)


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_faulty_cost_is_refuted_and_the_mended_one_certified_as_the_page_says(name):
    sighting = zoo.examined(SPECIMENS[name])
    assert sighting.is_right, f"{sighting.of_faulty}\n{sighting.of_mended}"
    assert isinstance(sighting.of_faulty, Refutation)
    assert without_seconds(zoo.row(sighting)) in without_seconds(PAGE)
    assert zoo.section(sighting) in PAGE
    computed, expected = float(sighting.of_faulty.program_value), float(sighting.of_faulty.expected_value)
    assert not np.isclose(computed, expected, rtol=1e-3)


def test_the_page_has_nothing_else():
    assert zoo.INTRODUCTION in PAGE
    assert re.findall("^## (.*)$", PAGE, re.MULTILINE) == [specimen.title for specimen in SPECIMENS.values()]


def test_padding_does_not_show_where_the_blocks_are_full():
    assert padding_in_the_sum.examine(padding_in_the_sum.faulty, classes=2)


def test_the_line_at_which_precision_is_dropped_is_named():
    verdict = half_forward.examine(half_forward.faulty)
    assert isinstance(verdict, Imprecision)
    source = Path(half_forward.__file__).read_text().splitlines()
    line = next(number for number, text in enumerate(source, start=1) if "astype(jnp.bfloat16)" in text)
    assert f"half_forward.py:{line} (faulty)" in verdict.precision[0]


def test_a_bug_that_is_not_refuted_fails_the_command(monkeypatch, capsys):
    specimen = SPECIMENS["softplus_by_hand"]
    unnoticed = zoo.examined(specimen)._replace(of_faulty=specimen.examine(specimen.mended))
    monkeypatch.setattr(zoo, "SPECIMENS", {"one": specimen})
    assert main(["zoo"]) == 0
    assert "expected 1/2" in capsys.readouterr().out
    monkeypatch.setattr(zoo, "examined", lambda specimen: unnoticed)
    assert main(["zoo"]) == 1
