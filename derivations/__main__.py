"""The command line: check every derivation, list them, show one, list the errors of the sources.

    python -m derivations [--only 78..84]
    python -m derivations list
    python -m derivations show 76 [--latex]

A further subcommand is a function of the parsed options that returns the exit status, and one entry in
`parser`.
"""

import argparse
import sys
import time

from rich.console import Console
from rich.progress import track

from derivations import EQUATIONS
from derivations.printing import as_latex, as_text

console = Console(highlight=False, soft_wrap=True)


def check(options: argparse.Namespace) -> int:
    """Prove every equation; one line each, a summary, exit status 1 if anything failed."""
    start, failures, links = time.perf_counter(), 0, 0
    chosen = selected(options.only)
    for equation in track(chosen, "proving", console=console, transient=True, disable=not console.is_terminal):
        proof = equation.prove()
        failures, links = failures + (not proof), links + proof.links
        verdict = f"proved for {equation.holds_for}" if proof else f"FAILED: {proof}"
        console.print(f"{equation.label:>8}  {equation.title}: {verdict}", markup=False)
    seconds = time.perf_counter() - start
    console.print(f"{len(chosen) - failures} of {len(chosen)} equations proved in {links} steps, {seconds:.1f} s")
    return int(failures > 0)


def list_equations(options: argparse.Namespace) -> int:
    """Print one line an equation."""
    for equation in EQUATIONS.values():
        console.print(f"{equation.label:>8}  {equation.title}", markup=False)
    return 0


def show(options: argparse.Namespace) -> int:
    """Print one derivation step by step."""
    print((as_latex if options.latex else as_text)(find(options.label)))
    return 0


def find(label: str):
    """The equation of that label, or a message that names those there are."""
    if label not in EQUATIONS:
        sys.exit(f"no equation {label!r}; there are: {', '.join(EQUATIONS)}")
    return EQUATIONS[label]


def selected(only: str | None) -> list:
    """The equations of a range such as 78..84 (in the order of `list`), of one label, or all."""
    if only is None:
        return list(EQUATIONS.values())
    first, _, last = only.partition("..")
    labels = list(EQUATIONS)
    begin, end = labels.index(find(first).label), labels.index(find(last or first).label)
    return [EQUATIONS[label] for label in labels[begin : end + 1]]


def parser() -> argparse.ArgumentParser:
    """The options of `python -m derivations`."""
    whole = argparse.ArgumentParser(prog="python -m derivations", description="Chapter 3, derived and checked.")
    whole.set_defaults(run=check)
    whole.add_argument("--only", metavar="78..84", help="check one equation or a range")
    commands = whole.add_subparsers(metavar="command")
    commands.add_parser("list", help="list the equations").set_defaults(run=list_equations)
    page = commands.add_parser("show", help="show one derivation step by step")
    page.add_argument("label", help="its number or name, as `list` prints it")
    page.add_argument("--latex", action="store_true", help="as LaTeX")
    page.set_defaults(run=show)
    return whole


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = parser().parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
