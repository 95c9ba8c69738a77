"""The pages of the documentation, and the code in them.

The language of a fenced block decides how it is examined. Each `python` block is run by itself, and a `text` block that
follows it is its expected output. Each command in a `console` block is run, and the lines that follow it are its
expected output. The commands in an `sh` block take too long or change the machine, so that the tests only check that
they exist. In expected output `...` stands for anything, and whitespace does not count, as in doctests.
"""

import doctest
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from benchmarks.__main__ import BENCHMARKS
from derivations.__main__ import parser
from jaxce.command_line import Evaluate, Train

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line on which it begins, and for Python its expected output."""

    page: Path
    line: int
    language: str
    text: str
    printed: str | None = None


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page; a `text` block belongs to the Python block before it."""
    text = page.read_text()
    found: list[Block] = []
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        language, body = match.groups()
        if language == "text" and found and found[-1].language == "python" and found[-1].printed is None:
            found[-1] = Block(page, found[-1].line, "python", found[-1].text, printed=body)
        else:
            found.append(Block(page, text.count("\n", 0, match.start(2)) + 1, language, body))
    return found


def is_printed(wanted: str, printed: str) -> bool:
    """Whether the printed text matches the wanted one, as doctest compares them."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(wanted, printed, flags)


def transcript(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with its expected output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each command in a block of shell."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for command in line.split(" && "):
            if words := shlex.split(command, comments=True):
                yield words


def fault(words: Sequence[str]) -> str:
    """Why a command on a page cannot work, or "" if nothing is wrong with it."""
    for start, examine in KNOWN.items():
        if tuple(words[: len(start)]) == start:
            try:
                return examine(list(words[len(start) :]))
            except SystemExit:
                return f"{' '.join(words)}: its options cannot be parsed"
    return f"{' '.join(words)}: no such command is known"


def _make(targets: list[str]) -> str:
    makefile = (ROOT / "Makefile").read_text()
    unknown = [target for target in targets if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)]
    return f"the Makefile has no target {unknown[0]}" if unknown else ""


def _jaxce(arguments: list[str]) -> str:
    tyro.cli(Train | Evaluate, args=arguments)  # parsed, not run
    return ""


def _derivations(arguments: list[str]) -> str:
    parser().parse_args(arguments)
    return ""


def _benchmarks(arguments: list[str]) -> str:
    unknown = {word for word in arguments if not word.startswith("--")} - {*BENCHMARKS, "all"}
    return f"there is no benchmark {unknown.pop()}" if unknown else ""


def _install(arguments: list[str]) -> str:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = [extra for word in arguments for extra in re.findall(r"\[(.*)\]", word)]
    return next((f"there is no extra {extra}" for extra in asked if extra not in extras), "")


def _paths(arguments: list[str]) -> str:
    """A file or folder among the arguments that does not exist; anything without a slash is an option or its value."""
    paths = [word.partition("::")[0] for word in arguments if "/" in word and not word.startswith("-")]
    return next((f"there is no {path}" for path in paths if not (ROOT / path).exists()), "")


def _anything(arguments: list[str]) -> str:
    return ""


KNOWN: dict[tuple[str, ...], Callable[[list[str]], str]] = {
    ("make",): _make,
    ("python", "-m", "jaxce"): _jaxce,
    ("python", "-m", "derivations"): _derivations,
    ("python", "-m", "benchmarks"): _benchmarks,
    ("pip", "install"): _install,
    ("python3", "-m", "venv"): _anything,
    (".", ".venv/bin/activate"): _anything,
    ("python",): _paths,
    ("pytest",): _paths,
    ("ruff", "check"): _paths,
    ("ruff", "format"): _paths,
    ("pyrefly", "check"): _paths,
    ("git",): _anything,
}


def links(page: Path) -> Iterator[str]:
    """The addresses of a page's links and pictures, except those on other hosts."""
    for address in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"https?:|mailto:", address):
            yield address


def resolves(page: Path, address: str) -> bool:
    """Whether an address leads to a file and, if it names one, to a heading in it."""
    name, _, anchor = address.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return False
    return not anchor or anchor in {_slug(h) for h in re.findall(r"^#+ (.*)$", target.read_text(), flags=re.MULTILINE)}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def named_files(page: Path) -> Iterator[str]:
    """The files and folders of this repository that a page names in code."""
    folders = "jaxce|derivations|tests|benchmarks|examples|docs"
    yield from re.findall(rf"`((?:{folders})/[\w./-]*)", page.read_text())
