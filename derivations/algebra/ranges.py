"""Bounds of single symbols that follow from linear inequalities, one after the other."""

from fractions import Fraction

import sympy as sp

from derivations.algebra.inequalities import Inequality, Row

Range = tuple[Fraction | None, Fraction | None]  # the least and the greatest value; None for no bound
ROUNDS = 10


def ranges_of_atoms(rows: list[Inequality]) -> dict[sp.Expr, Range]:
    """For each atom of the rows, numbers between which it lies where every inequality holds.

    >>> x, y = sp.symbols("x y", real=True)
    >>> rows = [({x: Fraction(1), sp.S.One: Fraction(-2)}, True), ({x: Fraction(-1), y: Fraction(-3)}, True)]
    >>> ranges_of_atoms(rows)  # x > 2 and x + 3 y < 0
    {x: (Fraction(2, 1), None), y: (None, Fraction(-2, 3))}
    """
    ranges: dict[sp.Expr, Range] = {atom: (None, None) for row, _ in rows for atom in row if atom is not sp.S.One}
    for _ in range(ROUNDS):
        before = dict(ranges)
        for row, _ in rows:
            for atom in row.keys() - {sp.S.One}:
                ranges[atom] = _narrowed(row, atom, ranges)
        if ranges == before:
            break
    return ranges


def _narrowed(row: Row, atom: sp.Expr, ranges: dict[sp.Expr, Range]) -> Range:
    """The atom's range, narrowed by what the row says where the other atoms are in theirs."""
    low, high = ranges[atom]
    slope, rest = row[atom], row.get(sp.S.One, Fraction())
    for other in row.keys() - {atom, sp.S.One}:
        end = ranges[other][1 if row[other] > 0 else 0]  # at which the row is greatest
        if end is None:
            return low, high
        rest += row[other] * end
    bound = -rest / slope
    if slope > 0:
        return bound if low is None else max(low, bound), high
    return low, bound if high is None else min(high, bound)
