"""The whole page as one file: a template, whose places are filled with formulas, sections, style and scripts."""

import re
from collections.abc import Callable
from pathlib import Path

from derivations.book import EQUATIONS
from derivations.book.errata import ERRATA
from derivations.page.designed_costs import as_formulas, as_functions, read_cost
from derivations.page.findings import Findings
from derivations.page.javascript import SUM, function, library
from derivations.page.reference import equations, errata, formula, reference

WEB = Path(__file__).with_name("web")
SHARED = ("numbers", "elements", "sliders", "bars", "charts", "neuron_path", "rounded_gradients")
SECTIONS = (
    "softmax",
    "slow_neuron",
    "forces",
    "designed_cost",
    "distances",
    "rounding",
    "equations",
    "scrolling",
    "theme",
)
MODELS = ("neuron_path", "rounded_gradients")  # which draw nothing, and run in any engine


def document(findings: Findings) -> str:
    """The page, which is the same for the same findings."""
    parts: dict[str, Callable[[str], str]] = {
        "style": lambda _: _file("page.css").strip(),
        "script": lambda _: scripts(findings).strip(),
        "section": lambda name: _filled(_file(f"{name}.html").strip(), parts),
        "formula": formula,
        "ref": reference,
        "count": lambda what: f"{_counts(findings)[what]:,}",
        "designs": lambda _: "".join(
            as_formulas(name, read_cost(found.cost)) for name, found in findings.designs.items()
        ),
        "equations": lambda _: equations(findings),
        "errata": lambda _: errata(findings),
    }
    return _filled(_file("page.html"), parts)


def _filled(template: str, parts: dict[str, Callable[[str], str]]) -> str:
    """The template with each {{name argument}} replaced."""
    return re.sub(r"\{\{(\w+) ?([^}]*)\}\}", lambda place: parts[place[1]](place[2]), template)


def _file(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def _counts(findings: Findings) -> dict[str, int]:
    of_equations = findings.equations.values()
    return {
        "equations": len(of_equations),
        "steps": sum(found.steps for found in of_equations),
        "copies": sum(bool(copy.counterexample) for found in of_equations for copy in found.copies),
        "numbers": sum(found.numbers for found in of_equations),
        "errata": len(findings.errata),
    }


def scripts(findings: Findings) -> str:
    """All scripts: the generated functions, what sections share, and the sections, each with names of its own."""
    shared = [_file(f"{name}.js") for name in SHARED]
    sections = [f"{{\n{_file(f'{name}.js')}}}\n" for name in SECTIONS]
    return generated(findings) + "\n".join([*shared, *sections])


def models(findings: Findings) -> str:
    """The scripts that need no page: the generated functions, and what is computed with them."""
    return generated(findings) + "\n".join(_file(f"{name}.js") for name in MODELS)


def generated(findings: Findings) -> str:
    """The functions of the equations, errata and designed costs that the scripts use."""
    by_where = {erratum.where: erratum.claim for erratum in ERRATA}
    return "\n".join(
        [
            SUM,
            library("formulas", {label: function(EQUATIONS[label]) for label in used("formulas")}),
            library("misprints", {where: function(by_where[where]) for where in used("misprints")}),
            library("designs", {name: as_functions(name, read_cost(d.cost)) for name, d in findings.designs.items()}),
        ]
    )


def used(name: str) -> list[str]:
    """The keys by which the scripts look up functions: what is not used is not on the page.

    >>> used("misprints")
    ["the book's animation"]
    """
    texts = (_file(f"{script}.js") for script in dict.fromkeys((*SHARED, *SECTIONS)))
    return sorted({key for text in texts for key in re.findall(rf'\b{name}\["([^"]+)"\]', text)})
