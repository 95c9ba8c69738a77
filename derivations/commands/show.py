"""`python -m derivations show` and `list`: one derivation step by step, and a list of all derivations."""

import argparse

from derivations.book import EQUATIONS
from derivations.commands.selection import find
from derivations.proof.printing import as_latex, as_text


def show_equation(options: argparse.Namespace) -> int:
    """Print one derivation step by step, or those that answer an exercise."""
    page = as_latex if options.latex else as_text
    print("\n\n\n".join(page(EQUATIONS[label]) for label in find(options.label)))
    return 0


def list_equations(options: argparse.Namespace) -> int:
    """Print one line an equation."""
    for equation in EQUATIONS.values():
        print(f"{equation.label:>8}  {equation.title}")
    return 0
