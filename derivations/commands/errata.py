"""`python -m derivations errata`: the errors of the sources, the verdict on each, and the right version."""

import argparse

from rich.console import Console

from derivations.book import EQUATIONS
from derivations.book.errata import ERRATA
from derivations.proof.printing import text


def list_errata(options: argparse.Namespace) -> int:
    """Print the errors of the sources: claim, verdict of the checker, right version; 1 if a right version fails."""
    console, status = Console(highlight=False, soft_wrap=True), 0
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
