"""The command line: check every derivation, list them, show one, list the errors of the sources.

    python -m derivations [--only 78..84]
    python -m derivations list
    python -m derivations show 76 [--latex]
    python -m derivations errata
    python -m derivations certify [--function module:name --equation 84]
    python -m derivations mutants

A further subcommand is a function of the parsed options that returns the exit status, and an entry in `parser`.
"""

import argparse
import difflib
import re
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track

from derivations import EQUATIONS
from derivations.proof.printing import as_latex, as_text, text

console = Console(highlight=False, soft_wrap=True)


def check(options: argparse.Namespace) -> int:
    """Prove every equation, refuse its mutants, hold it against jaxce; exit status 1 if anything fails."""
    from derivations.check import examine_all

    start, reports, labels = time.perf_counter(), [], selected(options.only)
    progress = track(examine_all(labels), "checking", len(labels), console=console, disable=not console.is_terminal)
    for report in progress:
        console.print(line(report), markup=False)
        reports.append(report)
    console.print(summary(reports, time.perf_counter() - start), markup=False)
    return int(not all(report.ok for report in reports))


def line(report) -> str:
    """An equation's line: number, claim, sizes, mutants, disagreement with jax.grad."""
    equation = EQUATIONS[report.label]
    parts = [f"proved for {equation.holds_for}" if report.proved else f"FAILED: {report.proof}"]
    parts += [f"{report.refused} mutants refused"] if report.refused else []
    parts += [f"NOT REFUSED: {'; '.join(report.undecided)}"] if report.undecided else []
    if report.disagreement is not None:
        parts += [f"{'' if report.agrees else 'DISAGREES: '}jax.grad within {report.disagreement:.0e}"]
    return f"{report.label:>8}  {equation.title}: {', '.join(parts)}"


def summary(reports: list, seconds: float) -> str:
    """The counts of equations, steps, sizes, mutants and numbers compared, and the largest disagreement."""
    proved, held = [r for r in reports if r.proved], [r for r in reports if r.disagreement is not None]
    every_size = sum(EQUATIONS[r.label].holds_for.startswith("every") for r in proved)
    equivalent = [f"{r.label}: {change}" for r in reports for change in r.equivalent]
    lines = [
        f"{len(proved)} of {len(reports)} equations proved, {every_size} for every size, "
        f"in {sum(r.links for r in reports)} steps",
        f"{sum(r.refused for r in reports)} mutants refused, {sum(len(r.undecided) for r in reports)} not, "
        f"{len(equivalent)} equivalent ({'; '.join(equivalent)})",
        f"{len(held)} equations held against jax.grad in {sum(r.components for r in held)} numbers, "
        f"largest relative disagreement {max((r.disagreement for r in held), default=0):.1e}",
        f"{seconds:.0f} s",
    ]
    return "\n".join(lines)


def list_equations(options: argparse.Namespace) -> int:
    """Print one line an equation."""
    for equation in EQUATIONS.values():
        console.print(f"{equation.label:>8}  {equation.title}", markup=False)
    return 0


def show(options: argparse.Namespace) -> int:
    """Print one derivation step by step, or those that answer an exercise."""
    page = as_latex if options.latex else as_text
    print("\n\n\n".join(page(EQUATIONS[label]) for label in find(options.label)))
    return 0


def errata(options: argparse.Namespace) -> int:
    """Print the errors of the sources: claim, verdict of the checker, right version; 1 if a right version fails."""
    from derivations.book.errata import ERRATA

    status = 0
    for erratum in ERRATA:
        console.print(f"{erratum.where}: {erratum.printed}", f"    {erratum.verdict()}", sep="\n", markup=False)
        for right in erratum.corrections():
            proof = right.prove()
            status |= int(not proof)
            name = f"({right.label})" if right.label in EQUATIONS else f"({right.steps[-1].reason})"
            left = () if right.statement.lhs == right.statement.rhs else (right.statement.lhs, " = ")
            page = text(*left, right.statement.rhs, f"   {name}" if proof else f"   FAILED: {proof}")
            console.print("\n".join(f"    {row}" for row in page.splitlines()), markup=False)
        console.print(f"    {erratum.remark}\n", markup=False)
    return status


def find(label: str) -> list[str]:
    """That label; the labels that answer an exercise of that name; or else a message that names the nearest."""
    if label in EQUATIONS:
        return [label]
    answers = [name for name, equation in EQUATIONS.items() if equation.source.startswith(f"000, {label}:")]
    if not answers:
        near = difflib.get_close_matches(label, EQUATIONS, n=5, cutoff=0.4) or list(EQUATIONS)[:5]
        sys.exit(f"no equation {label!r}; near it: {', '.join(near)}; all: python -m derivations list")
    return answers


def selected(only: str | None) -> list[str]:
    """The labels of a range such as 78..84, by number or else in the order of `list`; of one label; or all."""
    if only is None:
        return list(EQUATIONS)
    first, dots, last = only.partition("..")
    if not dots:
        return find(only)
    if first.isdecimal() and last.isdecimal():
        numbers = {label: int(found[0]) for label in EQUATIONS if (found := re.match(r"\d+", label))}
        chosen = [label for label, number in numbers.items() if int(first) <= number <= int(last)]
        return chosen or sys.exit(f"no equation from {first} to {last}; the numbers go from 54 to 84")
    labels = list(EQUATIONS)
    return labels[labels.index(find(first)[0]) : labels.index(find(last)[-1]) + 1]


def parser() -> argparse.ArgumentParser:
    """The options of `python -m derivations`."""
    whole = argparse.ArgumentParser(prog="python -m derivations", description="Chapter 3, derived and checked.")
    whole.set_defaults(run=check)
    whole.add_argument("--only", metavar="78..84", help="check one equation or a range")
    commands = whole.add_subparsers(metavar="command")
    commands.add_parser("list", help="list the equations").set_defaults(run=list_equations)
    commands.add_parser("errata", help="list the errors of the sources").set_defaults(run=errata)
    _add_certify(commands)
    _add_mutants(commands)
    page = commands.add_parser("show", help="show one derivation step by step")
    page.add_argument("label", help="its number or name, as `list` prints it")
    page.add_argument("--latex", action="store_true", help="as LaTeX")
    page.set_defaults(run=show)
    return whole


def _add_certify(commands) -> None:
    own = commands.add_parser(
        "certify",
        help="certify the programs of jaxce and optax, or a function of yours",
        epilog="That an error in jaxce would be noticed is what `python -m derivations mutants` shows.",
    )
    own.add_argument("--function", metavar="MODULE:NAME", help="a function of your own, of z (or a) and y")
    own.add_argument(
        "--equation",
        metavar="LABEL",
        help="what it should be: a number such as 84, or a pair such as 'cross-entropy + sigmoid'",
    )
    own.add_argument("--json", metavar="FOLDER", type=Path, help="write each verdict to this folder")
    own.set_defaults(run=_certify)


def _certify(options: argparse.Namespace) -> int:
    from derivations import certify_command  # only here: JAX takes longer to import than `show` to run

    return certify_command.run(options)


def _add_mutants(commands) -> None:
    altered = commands.add_parser(
        "mutants",
        help="change every operation of jaxce's costs in turn, and see that it is noticed",
        description="Change every operation of jaxce's costs in turn: certificates, or else floating point or the "
        "refusal of bad input, must notice. Exit status 1 if a change survives that is not named as equivalent.",
    )
    altered.add_argument("--every", metavar="N", type=int, default=1, help="only one change in N")
    altered.add_argument("--verbose", action="store_true", help="a line for each change")
    altered.set_defaults(run=_mutants)


def _mutants(options: argparse.Namespace) -> int:
    from derivations.altered import command

    return command.run(options)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = parser().parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
