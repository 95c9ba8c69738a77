"""`python -m derivations`: prove every equation, refuse its mutants, compare it with what `jax.grad` computes."""

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from derivations.book import EQUATIONS
from derivations.commands.processes import shared
from derivations.commands.selection import selected
from derivations.proof.mutants import mutants


def check_equations(options: argparse.Namespace) -> int:
    """Prove every equation, refuse its mutants, compare it with jaxce; exit status 1 if anything fails."""
    console = Console(highlight=False, soft_wrap=True)
    start, reports, labels = time.perf_counter(), [], selected(options.only)
    progress = track(check_all(labels), "checking", len(labels), console=console, disable=not console.is_terminal)
    for report in progress:
        console.print(report_line(report), markup=False)
        reports.append(report)
    console.print(reports_summary(reports, time.perf_counter() - start), markup=False)
    return int(not all(report.ok for report in reports))


class Report(NamedTuple):
    """The results of examining one equation."""

    label: str
    proof: str
    links: int
    refused: int
    equivalent: tuple[str, ...]
    undecided: tuple[str, ...]
    disagreement: float | None
    components: int
    agrees: bool
    proved: bool

    @property
    def ok(self) -> bool:
        """Whether the equation is proved, every mutant that is not equivalent refused, and jaxce agrees."""
        return self.proved and self.agrees and not self.undecided


def examine(label: str) -> Report:
    """Prove an equation, refuse its mutants, compare it with jaxce.

    >>> report = examine("79")
    >>> report.ok, report.refused >= 3, report.disagreement
    (True, True, None)
    """
    from derivations.agreement.compare import agreement

    equation = EQUATIONS[label]
    proof = equation.prove()
    copies = mutants(equation)
    accepted = [copy for copy in copies if copy.counterexample is None]
    equivalent = tuple(copy.change for copy in accepted if copy.equation.prove())
    found = agreement(equation)
    return Report(
        label=label,
        proof=str(proof),
        links=proof.links,
        refused=len(copies) - len(accepted),
        equivalent=equivalent,
        undecided=tuple(copy.change for copy in accepted if copy.change not in equivalent),
        disagreement=found.disagreement if found else None,
        components=found.components * found.points if found else 0,
        agrees=found.ok if found else True,
        proved=proof.ok,
    )


def check_all(labels: Sequence[str]) -> Iterator[Report]:
    """The reports in the order of the labels."""
    return shared(examine, labels, begin=_use_float64)


def _use_float64():
    import jax

    jax.config.update("jax_enable_x64", True)


def report_line(report: Report) -> str:
    """An equation's line: number, claim, sizes, mutants, disagreement with jax.grad."""
    equation = EQUATIONS[report.label]
    parts = [f"proved for {equation.holds_for}" if report.proved else f"FAILED: {report.proof}"]
    parts += [f"{report.refused} mutants refused"] if report.refused else []
    parts += [f"NOT REFUSED: {'; '.join(report.undecided)}"] if report.undecided else []
    if report.disagreement is not None:
        parts += [f"{'' if report.agrees else 'DISAGREES: '}jax.grad within {report.disagreement:.0e}"]
    return f"{report.label:>8}  {equation.title}: {', '.join(parts)}"


def reports_summary(reports: Sequence[Report], seconds: float) -> str:
    """The counts of equations, steps, sizes, mutants and numbers compared, and the largest disagreement."""
    proved, held = [r for r in reports if r.proved], [r for r in reports if r.disagreement is not None]
    every_size = sum(EQUATIONS[r.label].holds_for.startswith("every") for r in proved)
    equivalent = [f"{r.label}: {change}" for r in reports for change in r.equivalent]
    lines = [
        f"{len(proved)} of {len(reports)} equations proved, {every_size} for every size, "
        f"in {sum(r.links for r in reports)} steps",
        f"{sum(r.refused for r in reports)} mutants refused, {sum(len(r.undecided) for r in reports)} not, "
        f"{len(equivalent)} equivalent ({'; '.join(equivalent)})",
        f"{len(held)} equations compared with jax.grad in {sum(r.components for r in held)} numbers, "
        f"largest relative disagreement {max((r.disagreement or 0.0 for r in held), default=0.0):.1e}",
        f"{seconds:.0f} s",
    ]
    return "\n".join(lines)
