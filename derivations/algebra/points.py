"""Points for evaluating expressions: simple ones in a case, random ones in a domain, one where a form is not 0."""

import functools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sympy import Expr, Integer, Interval, Rational, S, Set, Symbol, degree, oo, sign, solve

from derivations.algebra.cases import Case
from derivations.algebra.conditions import Condition
from derivations.algebra.digits import NotRealError, UnknownDigitsError, digits_of
from derivations.algebra.interior import Halfspace, as_row, interior_point
from derivations.algebra.letters import base, unknowns
from derivations.algebra.monotone import simplest
from derivations.algebra.signs import reduced

# The coordinates of counterexamples: numbers that are easy to follow, and a few that reach saturated regions.
NICE = [
    Rational(p, q)
    for p, q in ((0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2), (3, 1), (-3, 1), (1, 4), (3, 4), (1, 3))
]
FAR = [Integer(n) for n in (10, -10, 100, -100, 2000, -2000)]
TINY = [side * Rational(1, 10**n) for n in (3, 6, 9, 12) for side in (1, -1)]  # where an added epsilon matters

Point = dict[Expr, Expr]  # a value for each symbol or element


def points_in(case: Case, inputs: Iterable[Symbol], *, is_tiny: bool = False) -> Iterator[Point]:
    """Inputs that lie in a case, simple ones first or, if `is_tiny`, with some coordinates near 0.

    >>> z = Symbol("z", real=True)
    >>> next(points_in(Case.where([z > 2]), [z]))
    {z: 3}
    """
    free = [symbol for symbol in inputs if symbol not in case.substitution]
    ties = [item.form for item in case.conditions if item.sign == 0 and case.apply(item.form) != 0]
    rows, rng = _rows(case), random.Random(0)
    for attempt in range(3000):
        values = NICE[: 5 + attempt // 40] if attempt < 1500 else NICE + FAR
        values = [*NICE[:5], *TINY] if is_tiny else values
        point = interior_point(rows, free, values, rng) if attempt % 2 else {s: rng.choice(values) for s in free}
        if point is None:
            continue
        point = _tied(point, ties, rng)
        point |= {symbol: value.xreplace(point) for symbol, value in case.substitution.items()}
        is_whole = all(point[symbol].is_integer for symbol in free if symbol.is_integer)
        if is_whole and all(_meets(item, point) for item in case.conditions):
            yield point


def _rows(case: Case) -> list[Halfspace]:
    """The inequalities of a case that are linear."""
    forms = (
        (item.sign * sign, form)
        for item in case.conditions
        if item.sign
        for sign, form in [simplest(reduced(case.apply(item.form)))]
    )
    rows = (as_row(form, sign) for sign, form in forms)
    return [row for row in rows if row and row[0]]


def _tied(point: Point, ties: Sequence[Expr], rng: random.Random) -> Point:
    """The point moved so that every tie that is linear in some symbol holds at it."""
    for form in ties:
        symbols = sorted(form.free_symbols & set(point), key=str)
        for symbol in rng.sample(symbols, len(symbols)):
            others = {other: value for other, value in point.items() if other != symbol}
            at_0, at_1 = (form.xreplace({**others, symbol: value}) for value in (S.Zero, S.One))
            if form.diff(symbol, 2) == 0 and at_0 != at_1:
                point = {**others, symbol: at_0 / (at_0 - at_1)}
                break
    return point


def _meets(item: Condition, point: Point) -> bool:
    there = sign_at(item.form, point)
    return there == item.sign or (item.weak and there == 0)


def sign_at(form: Expr, point: Point) -> int | None:
    """The sign of a form at a point; 0 also if its digits do not tell, None if it is not a real number."""
    value = form.xreplace(point)
    if value in (oo, -oo):
        return int(sign(value))
    try:
        return int(sign(digits_of(value, 3)))
    except NotRealError:
        return None
    except UnknownDigitsError:
        return 0


def point_where_nonzero(expression: Expr) -> dict[Symbol, Rational]:
    """A point with small rational coordinates at which an expression, not identically 0, is not 0."""
    rng = random.Random(0)
    while True:
        point = {name: Rational(rng.randint(1, 12), 6) for name in sorted(expression.free_symbols, key=str)}
        if expression.subs(point) != 0:
            return point


def random_point(
    names: Sequence[Expr], given: Sequence[Expr], domain: Mapping[Expr, Set], rng: random.Random
) -> Point | None:
    """Rational values for all names, within the domain and such that each of `given` is 0.

    None if a thousand attempts find none.
    """
    for _ in range(1000):
        point = {name: _random_value(name, domain, rng) for name in names}
        for name, value in reversed(_solved_one_by_one(tuple(given), rng).items()):
            point[name] = value.xreplace(point)
        is_inside = all(value.is_Rational and value in _values(name, domain) for name, value in point.items())
        if is_inside and not any(constraint.xreplace(point) for constraint in given):
            return point
    return None


def _solved_one_by_one(given: Sequence[Expr], rng: random.Random) -> Point:
    """For each constraint, a name and a value for it, in terms of other names, with which the constraint holds."""
    solved: Point = {}
    for constraint in given:
        left = constraint.xreplace(solved)
        degrees = {name: degree(left, name) for name in unknowns(left) if left.is_polynomial(name)}
        if degrees:
            name = min(sorted(degrees, key=str, reverse=True), key=lambda name: degrees[name])
            solved[name] = rng.choice(_roots(left, name))
    return solved


@functools.cache
def _roots(polynomial: Expr, name: Expr) -> list[Expr]:
    return solve(polynomial, name) or [name]


def _random_value(name: Expr, domain: Mapping[Expr, Set], rng: random.Random) -> Expr:
    values = _values(name, domain)
    if values.is_FiniteSet:
        return next(iter(values))
    low, high = max(values.inf, Rational(-5, 2)), min(values.sup, Rational(3, 2))
    return low + (high - low) * Rational(rng.randint(1, 96), 97)


def _values(name: Expr, domain: Mapping[Expr, Set]) -> Set:
    return domain.get(base(name), Interval.open(0, oo) if name.is_positive else S.Reals)
