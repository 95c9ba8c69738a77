"""The code on the pages runs and prints what they say; the files that they link to and name exist."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import pages

import jaxce

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
BLOCKS = [block for page in pages.PAGES for block in pages.blocks(page)]

# Runs the given blocks, each in a namespace of its own, and prints the outputs, or fails with the first block's error.
RUN = """
import contextlib, io, json, sys
printed = []
for name, line, text in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile("\\n" * (line - 1) + text, name, "exec"), {"__name__": "block"})
    printed.append(output.getvalue())
print(json.dumps(printed))
"""


def in_language(language):
    return [block for block in BLOCKS if block.language == language]


def of(page, language="python"):
    return [block for block in in_language(language) if block.page == page]


def name(value):
    if isinstance(value, pages.Block):
        return f"{value.page.name}, line {value.line}"
    return value.name if isinstance(value, Path) else None


def run(arguments, **rest):
    """Python in a new process, with JAX's default settings, as a reader has them."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=ROOT, **rest
    )


def run_and_compare(blocks):
    asked = json.dumps([(str(block.page), block.line, block.text) for block in blocks])
    done = run(["-c", RUN], input=asked)
    assert done.returncode == 0, done.stderr
    for block, printed in zip(blocks, json.loads(done.stdout.splitlines()[-1]), strict=True):
        assert block.printed is None or pages.is_printed(block.printed, printed), f"{name(block)} prints\n{printed}"


@pytest.mark.parametrize("page", [page for page in pages.PAGES if of(page)], ids=name)
def test_every_python_block_runs_and_prints_what_the_page_says(page):
    run_and_compare(of(page))


@pytest.mark.parametrize("block", in_language("console"), ids=name)
def test_every_transcript_is_what_is_printed(block):
    for command, wanted in pages.transcript(block):
        program, *arguments = command.split()
        assert program == "python"
        done = run(arguments)
        assert pages.is_printed(wanted, done.stdout), f"{command} prints\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("block", in_language("sh"), ids=name)
def test_every_command_exists(block):
    assert [fault for words in pages.commands(block) if (fault := pages.fault(words))] == []


@pytest.mark.parametrize("file", EXAMPLES, ids=name)
def test_every_example_trains_a_network(file):
    done = run([str(file)])
    assert done.returncode == 0, done.stderr
    assert 80 < float(done.stdout.partition("%")[0]) < 100


def test_every_block_is_examined():
    """No block is in a language that no test examines; a `text` block belongs to the Python block before it."""
    assert {block.language for block in BLOCKS} == {"python", "console", "sh"}
    assert len({block.page for block in BLOCKS if block.language == "python"}) >= 5


def written(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    return page


def test_a_block_that_fails_is_detected(tmp_path):
    page = written(tmp_path, "# A\n\n```python\nimport jaxce\njaxce.no_such_cost\n```\n")
    with pytest.raises(AssertionError, match=r'page.md", line 5(.|\n)*no_such_cost'):
        run_and_compare(pages.blocks(page))


def test_a_block_that_prints_something_else_is_detected(tmp_path):
    page = written(tmp_path, "```python\nprint(1 + 1)\n```\n\nprints\n\n```text\n3\n```\n")
    with pytest.raises(AssertionError, match=r"line 2 prints\s+2"):
        run_and_compare(pages.blocks(page))


def test_names_of_one_block_are_unknown_in_the_next(tmp_path):
    page = written(tmp_path, "```python\na = 1\n```\n\n```python\nprint(a)\n```\n")
    with pytest.raises(AssertionError, match="name 'a' is not defined"):
        run_and_compare(pages.blocks(page))


def test_a_transcript_of_something_else_is_detected(tmp_path):
    page = written(tmp_path, "```console\n$ python --version\nPython 2...\n```\n")
    with pytest.raises(AssertionError, match=r"python --version prints\s+Python 3"):
        test_every_transcript_is_what_is_printed(*pages.blocks(page))


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("make trian", "the Makefile has no target trian"),
        ("python -m jaxce train --epoch 3", "options cannot be parsed"),
        ("python -m derivations prove", "options cannot be parsed"),
        ("python -m benchmarks speed", "there is no benchmark speed"),
        ("pip install '.[nothing]'", "there is no extra nothing"),
        ("pytest tests/test_nothing.py", "there is no tests/test_nothing.py"),
        ("make train && jaxec train", "jaxec train: no such command is known"),
    ],
)
def test_a_command_that_does_not_exist_is_detected(command, fault, tmp_path):
    (block,) = pages.blocks(written(tmp_path, f"```sh\n{command}\n```\n"))
    with pytest.raises(AssertionError, match=fault):
        test_every_command_exists(block)


@pytest.mark.parametrize("page", pages.PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    assert [address for address in pages.links(page) if not pages.resolves(page, address)] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=name)
def test_every_file_that_is_named_is_there(page):
    assert [file for file in pages.named_files(page) if not (ROOT / file).exists()] == []


def test_a_link_that_leads_nowhere_is_detected(tmp_path):
    page = written(tmp_path, "# A heading\n\n[a](#a-heading) [b](page.md#b) [c](nothing.md) `jaxce/nothing.py`\n")
    assert [address for address in pages.links(page) if not pages.resolves(page, address)] == [
        "page.md#b",
        "nothing.md",
    ]
    assert list(pages.named_files(page)) == ["jaxce/nothing.py"]


def swallowed_by_tables(page):
    """The lines right after a table, which browsers show as its last row."""
    lines = page.read_text().splitlines()
    return [line for row, line in itertools.pairwise(lines) if row.startswith("|") and line.strip() and line[0] != "|"]


@pytest.mark.parametrize("page", pages.PAGES, ids=name)
def test_a_table_ends_with_its_rows(page):
    assert swallowed_by_tables(page) == []


def test_a_paragraph_in_a_table_is_detected(tmp_path):
    assert swallowed_by_tables(written(tmp_path, "| a |\n|---|\n| 1 |\nOf a.\n\n| b |\n\nOf b.\n")) == ["Of a."]


def test_every_page_is_linked_from_the_readme():
    linked = {(ROOT / address).resolve() for address in pages.links(README)}
    assert set(pages.PAGES) - {README} <= linked


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) <= 170


def test_the_table_of_pairs_names_every_cost_and_output():
    table = README.read_text().partition("## The nine pairs\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("|")]
    assert [row[1].strip(" `") for row in rows[2:]] == list(jaxce.COSTS)
    assert [cell.split("`")[1] for cell in rows[0][2:-1]] == list(jaxce.OUTPUTS)
