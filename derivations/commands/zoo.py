"""`python -m derivations zoo`: bugs of costs that were shipped, each refuted, and the mended costs, certified."""

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from derivations.bug_zoo import SPECIMENS
from derivations.bug_zoo.specimen import Specimen
from derivations.certificate.verdict import Certificate, Imprecision, Refutation

INTRODUCTION = """# The bug zoo

Bugs of costs and gradients that were shipped in libraries or that people reported, each written anew in a few lines of
JAX. None of them raises an error, most pass tests that compare a few numbers, and networks train in spite of them.
`certify` and `certify_gradient` ([certificates](certificates.md)) refute each with an input at which anybody can check
it, and certify the mended cost. The question is always as short as in `derivations/bug_zoo`: the formula of the cost,
and the claim that the program's gradient is its gradient.

This page is what the second of these commands prints. The seconds are those of one core of an Intel Xeon; they include
compiling the program that is run at the counterexample.

```sh
python -m derivations zoo               # as a table
python -m derivations zoo --markdown    # this page
```
"""


class Sighting(NamedTuple):
    """The verdicts on both costs of a specimen, and the seconds that they took."""

    specimen: Specimen
    of_faulty: Certificate | Refutation
    of_mended: Certificate | Refutation
    seconds: tuple[float, float]

    @property
    def is_right(self) -> bool:
        """Whether the faulty cost is refuted and the mended one certified."""
        return not self.of_faulty and bool(self.of_mended)


def examined(specimen: Specimen) -> Sighting:
    """The verdicts on a specimen, and how long each took."""
    timed = [_timed(specimen, cost) for cost in (specimen.faulty, specimen.mended)]
    (of_faulty, of_mended), seconds = zip(*timed, strict=True)
    return Sighting(specimen, of_faulty, of_mended, seconds)


def _timed(specimen: Specimen, cost: Callable) -> tuple[Certificate | Refutation, float]:
    start = time.perf_counter()
    return specimen.examine(cost), time.perf_counter() - start


def show_zoo(options: argparse.Namespace) -> int:
    """Examine every specimen and print a table or a page; exit status 1 unless exactly the faulty costs are refuted."""
    sightings = [examined(specimen) for specimen in SPECIMENS.values()]
    if options.markdown:
        print(page_of_zoo(sightings), end="")
    else:
        _print(Console(highlight=False), sightings)
    return int(not all(sighting.is_right for sighting in sightings))


def _print(console: Console, sightings: list[Sighting]) -> None:
    table = Table("bug", "faulty", "seconds", "mended", "seconds")
    for sighting in sightings:
        seconds = [f"{seconds:.2f}" for seconds in sighting.seconds]
        verdicts = [_in_a_word(verdict) for verdict in (sighting.of_faulty, sighting.of_mended)]
        table.add_row(sighting.specimen.title, verdicts[0], seconds[0], verdicts[1], seconds[1])
    console.print(table, markup=False)
    for sighting in sightings:
        for wrong in filter(lambda verdict: not verdict, (sighting.of_faulty, sighting.of_mended)):
            console.print(f"\n{sighting.specimen.title}\n{wrong}", markup=False)


def _in_a_word(verdict: Certificate | Refutation) -> str:
    return "certified" if verdict else "imprecise" if isinstance(verdict, Imprecision) else "refuted"


def page_of_zoo(sightings: list[Sighting]) -> str:
    """The page in Markdown: a table of all, and for each bug its story, its code and its counterexample."""
    table = "\n".join(["| bug | the faulty cost | the mended cost |", "|---|---|---|", *map(row, sightings)])
    return "\n".join([INTRODUCTION, table, *map(section, sightings)]) + "\n"


def row(sighting: Sighting) -> str:
    """A line of the table of all bugs."""
    title, seconds = sighting.specimen.title, [f"{seconds:.2f} s" for seconds in sighting.seconds]
    cells = f"[{title}](#{_anchor(title)})", f"{_in_a_word(sighting.of_faulty)}, {seconds[0]}"
    return f"| {' | '.join((*cells, f'{_in_a_word(sighting.of_mended)}, {seconds[1]}'))} |"


def _anchor(title: str) -> str:
    kept = (letter for letter in title.lower() if letter.isalnum() or letter in " -")
    return "".join(kept).replace(" ", "-")


def section(sighting: Sighting) -> str:
    """The story, the code and the counterexample of one bug."""
    story, code = sighting.specimen.story, sighting.specimen.code
    return f"\n## {sighting.specimen.title}\n\n{story}\n\n```python\n{code}```\n\n{_counterexample(sighting)}"


def _counterexample(sighting: Sighting) -> str:
    verdict = sighting.of_faulty
    assert isinstance(verdict, Refutation)
    point = ", ".join(f"{name} = {value}" for name, value in verdict.point)
    component = f", component {verdict.component}" if verdict.component else ""
    lines = [
        f"| asked | {_claim(verdict)} |",
        "|---|---|",
        f"| input | {point} |",
        f"| the program, run there | {verdict.program_value}{component} |",
        f"| the formula | {verdict.expected_value} |",
    ]
    if isinstance(verdict, Imprecision):
        lines += [f"| where | {_short(step)} |" for step in verdict.precision]
    if verdict.remark:
        lines.append(f"| why | {_short(verdict.remark)} |")
    return "\n".join(lines).replace("|a - b|", "\\|a - b\\|")


def _claim(verdict: Refutation) -> str:
    kind = f", computed in {verdict.dtype}" if isinstance(verdict, Imprecision) else ""
    return f"is {verdict.function} {verdict.claim}{kind}?"


def _short(text: str) -> str:
    """A text in which only the names of files are left of their paths."""
    return " ".join(word.rpartition("/")[2] if word.startswith("/") else word for word in text.split())
