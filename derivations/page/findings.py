"""What was found out about each equation, erratum and designed cost: kept in a file, since it takes minutes.

A finding holds the version of what was examined, a digest of it. What has changed since has another version, and is
examined again before the page shows it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from derivations.book import EQUATIONS
from derivations.book.errata import ERRATA, Erratum
from derivations.page.designed_costs import WISHES, Wish, designed_cost
from derivations.proof.equation import Equation
from derivations.proof.mutants import mutants

FINDINGS = Path(__file__).with_name("findings.json")


class FalseCopy(NamedTuple):
    """A change of the right side, and the point that refutes it; none if the copy is proved to say the same."""

    change: str
    counterexample: str


class Evidence(NamedTuple):
    """How often an equation's checks succeeded: steps proved, copies refuted, numbers compared with `jax.grad`.

    `within` bounds the disagreement relative to the true values, as a power of ten; it is "" if nothing was compared.
    """

    version: str
    steps: int
    copies: tuple[FalseCopy, ...]
    numbers: int
    within: str


class Judgement(NamedTuple):
    """What the checker says of a printed claim."""

    version: str
    says: str


class DesignedCost(NamedTuple):
    """The cost that grants a wish, as SymPy writes it."""

    version: str
    cost: str


class Findings(NamedTuple):
    """All findings: of equations by label, of errata by what is printed, of designed costs by name."""

    equations: Mapping[str, Evidence] = {}
    errata: Mapping[str, Judgement] = {}
    designs: Mapping[str, DesignedCost] = {}


Subject = tuple[str, str]  # the kind and the name of what is examined
SUBJECTS: dict[str, Mapping[str, Equation | Erratum | Wish]] = {
    "equations": EQUATIONS,
    "errata": {erratum.printed: erratum for erratum in ERRATA},
    "designs": WISHES,
}


def version_of(of: Equation | Erratum | Wish) -> str:
    """A short name for an equation, an erratum or a wish as it is now."""
    return hashlib.sha256(repr(of).encode()).hexdigest()[:12]


def evidence(label: str) -> Evidence:
    """Prove an equation, refute its false copies and compare it with jaxce, which must compute in float64.

    Raises:
        ValueError: something fails: the page shows only what holds.

    Example:
        >>> found = evidence("79")
        >>> found.steps, len(found.copies), found.numbers
        (3, 4, 0)
    """
    from derivations.agreement.compare import agreement

    equation = EQUATIONS[label]
    proof, found = equation.prove(), agreement(equation)
    copies = mutants(equation)
    undecided = [copy.change for copy in copies if copy.counterexample is None and not copy.equation.prove()]
    if not proof or undecided or (found and not found.ok):
        raise ValueError(f"equation {label} cannot be shown: {proof}; not refuted: {undecided}; jax.grad: {found}")
    refuted = tuple(FalseCopy(copy.change, str(copy.counterexample or "")) for copy in copies)
    numbers, within = (found.components * found.points, _power_above(found.disagreement)) if found else (0, "")
    return Evidence(version_of(equation), proof.links, refuted, numbers, within)


def _power_above(number: float) -> str:
    """The next power of ten above a small number, at least that of float64's last digit.

    >>> _power_above(1.5e-14), _power_above(0.0)
    ('1e-13', '1e-15')
    """
    exponent = max(int(f"{number:.0e}".partition("e")[2]) + 1, -15) if number else -15
    return f"1e{exponent}"


def find_out(subject: Subject) -> Evidence | Judgement | DesignedCost:
    """Examine an equation, an erratum or a wish, given its kind and its name."""
    kind, name = subject
    if kind == "equations":
        return evidence(name)
    of = version_of(SUBJECTS[kind][name])
    if kind == "errata":
        return Judgement(of, next(erratum for erratum in ERRATA if erratum.printed == name).verdict())
    return DesignedCost(of, designed_cost(name))


def outdated(findings: Findings) -> list[Subject]:
    """The kind and name of all that has changed since it was examined, or never was."""
    known = findings._asdict()
    return [
        (kind, name)
        for kind, subjects in SUBJECTS.items()
        for name, of in subjects.items()
        if name not in known[kind] or known[kind][name].version != version_of(of)
    ]


def updated(
    findings: Findings, newer: Iterable[tuple[tuple[str, str], Evidence | Judgement | DesignedCost]]
) -> Findings:
    """The findings with newer ones in their places, in the order of the book, without those of what is gone."""
    known = {kind: dict(entries) for kind, entries in findings._asdict().items()}
    for (kind, name), found in newer:
        known[kind][name] = found
    return Findings(**{kind: {name: known[kind][name] for name in subjects} for kind, subjects in SUBJECTS.items()})


def read_findings(text: str) -> Findings:
    """The findings that `findings_as_json` wrote."""
    content = json.loads(text)
    equations = {
        label: Evidence(name, steps, tuple(FalseCopy(*copy) for copy in copies), numbers, within)
        for label, (name, steps, copies, numbers, within) in content["equations"].items()
    }
    errata = {printed: Judgement(*verdict) for printed, verdict in content["errata"].items()}
    return Findings(equations, errata, {name: DesignedCost(*design) for name, design in content["designs"].items()})


def findings_as_json(findings: Findings) -> str:
    """The findings as JSON, a line for each."""
    parts = []
    for kind, entries in findings._asdict().items():
        lines = ",\n".join(
            f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(found, ensure_ascii=False)}"
            for name, found in entries.items()
        )
        parts.append(f'"{kind}": {{\n{lines}\n}}')
    return "{" + ",\n".join(parts) + "}\n"
