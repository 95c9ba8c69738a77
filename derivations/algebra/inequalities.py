"""Systems of linear inequalities over exact numbers: whether some real values satisfy them all (Fourier-Motzkin).

A row is a linear form: a coefficient for each atom, that is, for each symbol or term that is not linear in symbols; the
constant is the coefficient of `sympy.S.One`. An inequality says that a row is positive, or that it is not negative.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import sympy as sp

from derivations.algebra.signs import bounds_of_number

Row = dict[sp.Expr, Fraction]
Inequality = tuple[Row, bool]  # the row is positive (True) or not negative (False)


def linear_row(form: sp.Expr) -> Row:
    """A form as a row."""
    terms = form.as_coefficients_dict()
    return {atom: Fraction(int(c.p), int(c.q)) for atom, c in ((a, sp.Rational(c)) for a, c in terms.items())}


def scaled(row: Row, factor: Fraction | int) -> Row:
    """A multiple of a row."""
    return {atom: factor * coefficient for atom, coefficient in row.items()}


def as_inequalities(row: Row) -> list[Inequality]:
    """The two inequalities that say that a row is 0."""
    return [(row, False), (scaled(row, -1), False)]


def known_bounds(row: Row) -> list[Inequality]:
    """Inequalities for the atoms themselves: from e^p > 0, a symbol's assumptions, the digits of ln 2."""
    known: list[Inequality] = []
    for atom in row:
        if atom is not sp.S.One and atom.is_number:
            bounds = bounds_of_number(atom)
            known += [(linear_row(atom - bounds[0]), True), (linear_row(bounds[1] - atom), True)] if bounds else []
        elif atom is not sp.S.One and (atom.is_positive or atom.is_nonnegative):
            known.append(({atom: Fraction(1)}, bool(atom.is_positive)))
    return known


def is_feasible(rows: list[Inequality]) -> bool:
    """Whether some real values of the atoms satisfy every inequality.

    >>> z = sp.Symbol("z", real=True)
    >>> is_feasible([(linear_row(z - 1), True), (linear_row(2 - z), True)])  # 1 < z < 2
    True
    >>> is_feasible([(linear_row(z - 1), True), (linear_row(1 - z), False)])  # 1 < z <= 1
    False
    """
    while counts := Counter(_signs_in(rows)):
        atom = min({atom for atom, _ in counts}, key=lambda atom: counts[atom, True] * counts[atom, False])
        lower = [(scaled(row, 1 / row[atom]), strict) for row, strict in rows if row.get(atom, 0) > 0]
        upper = [(scaled(row, -1 / row[atom]), strict) for row, strict in rows if row.get(atom, 0) < 0]
        rows = [(row, strict) for row, strict in rows if not row.get(atom, 0)]
        rows += [(_sum(below, above), strict or also) for below, strict in lower for above, also in upper]
    return all(row.get(sp.S.One, 0) > 0 or (row.get(sp.S.One, 0) == 0 and not strict) for row, strict in rows)


def _signs_in(rows: list[Inequality]) -> Iterator[tuple[sp.Expr, bool]]:
    """Each atom of each row, with whether its coefficient is positive; counted, they say how many pairs it forms."""
    return (
        (atom, coefficient > 0)
        for row, _ in rows
        for atom, coefficient in row.items()
        if coefficient and atom is not sp.S.One
    )


def _sum(left: Row, right: Row) -> Row:
    return {atom: value for atom in left | right if (value := left.get(atom, Fraction()) + right.get(atom, Fraction()))}
