"""The published study: its tables are those of the rows beside it, and its summary quotes its tables."""

import re
from pathlib import Path

import pytest

from benchmarks.study.page import RESULTS_HEADING, write_results
from benchmarks.study.protocol import STUDY
from benchmarks.study.rows import read_study
from benchmarks.study.tables import comparable_blocks, is_complete

PAGE = Path(__file__).parents[3] / "docs" / "study.md"
TEXT = PAGE.read_text()
SUMMARY = TEXT.partition("## In short\n")[2].partition("## ")[0]
BLOCKS = {str(block) for block in STUDY.blocks}


def findings(text):
    """The lines of a page that are about a block: those of its tables, and the sentences and rows that name it."""
    tables = re.findall(r"^\*\*(.*)\*\*\n\n((?:\|.*\n)+)", text, re.MULTILINE)
    found = {(block, line) for block, table in tables for line in table.splitlines()}
    return found | {(block, line) for line in text.splitlines() for block in BLOCKS if f" {block}" in line}


@pytest.fixture(scope="module")
def of_the_rows(tmp_path_factory):
    """The findings of the rows that are kept."""
    begun_with, rows = read_study(PAGE.with_name("study.jsonl.gz"), STUDY)
    blocks = comparable_blocks(rows, STUDY)
    assert len(blocks) >= 3
    assert all(is_complete(rows, block, STUDY) for block in blocks)
    page = tmp_path_factory.mktemp("study") / "study.md"
    write_results(page, rows, STUDY, begun_with)
    return findings(page.read_text())


def test_the_tables_are_those_of_the_rows(of_the_rows):
    assert len(of_the_rows) >= 3 * (8 + 8 + 2)
    assert of_the_rows <= findings(TEXT)


def test_another_number_in_a_table_is_detected(of_the_rows):
    assert not of_the_rows <= findings(TEXT.replace("69.61", "69.62"))


def unknown_figures(summary):
    """The figures with two decimals that no result has."""
    known = re.findall(r"\d+\.\d\d", TEXT.partition(RESULTS_HEADING)[2])
    return set(re.findall(r"\d+\.\d\d", summary)) - set(known)


def test_the_summary_quotes_the_results():
    assert len(re.findall(r"\d+\.\d\d", SUMMARY)) >= 10
    assert unknown_figures(SUMMARY) == set()
    assert unknown_figures(SUMMARY.replace("32.88", "32.87")) == {"32.87"}
