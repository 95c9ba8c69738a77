"""Whether cases cover a region."""

from collections.abc import Iterator

from derivations.algebra.cases import Case
from derivations.algebra.conditions import SIGNS, Condition


def uncovered(region: Case, cases: list[Case]) -> Iterator[Case]:
    """The parts of `region` that lie in none of `cases`: none, if the cases cover all of it.

    >>> import sympy as sp
    >>> z = sp.Symbol("z", real=True)
    >>> negative, zero, positive = Case().split(z)
    >>> print(*uncovered(Case(), [negative, positive]))
    z = 0
    """
    if not cases:
        yield region
        return
    first, *rest = cases
    inside = region
    for item in first.conditions:
        if item in region.conditions:
            continue
        for other in (Condition(item.form, sign) for sign in SIGNS if sign != item.sign):
            outside = inside.assume(other)
            if outside:
                yield from uncovered(outside, [case for case in rest if not case.excludes(other)])
        narrower = inside.assume(item)
        if narrower is None:
            return
        inside = narrower
