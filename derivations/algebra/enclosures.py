"""Intervals that contain the values of an expression, by interval arithmetic with outward rounding."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import ComplexResult

from derivations.algebra.letters import as_exponentials
from derivations.algebra.ranges import Range
from derivations.algebra.signs import bounds_of_number

intervals: Any = MPIntervalContext()  # which gets most of its functions when it is made
Interval = Any  # an interval of this context
LARGEST_EXPONENT = intervals.mpf(10) ** 400  # in absolute value; greater ones would take long
EVERY_NUMBER = intervals.mpf([-intervals.inf, intervals.inf])


def enclosure(expression: sp.Expr, known: Mapping[sp.Expr, Interval]) -> Interval:
    """An interval that contains the expression's real values, for symbols in the known intervals; it may be infinite.

    >>> z = sp.Symbol("z", real=True)
    >>> enclosure(sp.exp(2 * z) + 1, {z: intervals.mpf([-1, 0])}).b
    mpi('2.0', '2.0')
    """
    try:
        return _enclosed(as_exponentials(expression), known)
    except (ComplexResult, ZeroDivisionError, OverflowError):
        return EVERY_NUMBER


def sign_within(ranges: Mapping[sp.Expr, Range], expression: sp.Expr) -> int | None:
    """The sign that an expression has wherever its symbols are in these ranges, 1 or -1, or None.

    >>> x, y = sp.symbols("x y", real=True)
    >>> sign_within({x: (Fraction(1), None)}, sp.sqrt(x**2 + y**2) - sp.Rational(1, 2))
    1
    """
    found = enclosure(expression, intervals_of(ranges))
    return 1 if found.a > 0 else -1 if found.b < 0 else None


def _enclosed(expression: sp.Expr, known: Mapping[sp.Expr, Interval]) -> Interval:
    if expression.is_Symbol:
        return known.get(expression, EVERY_NUMBER)
    if expression.is_Rational:
        return intervals.mpf(int(expression.p)) / int(expression.q)
    if expression.is_number and (bounds := bounds_of_number(expression)):
        return _interval(*bounds)
    if expression.func in BOUNDED:
        return intervals.mpf(BOUNDED[expression.func])
    base, exponent = expression.as_base_exp()
    if expression.is_Pow and exponent.is_Integer:
        return _enclosed(base, known) ** int(exponent)
    if expression.is_Pow and base is not sp.E:
        return _exponential(_enclosed(exponent, known) * intervals.log(_enclosed(base, known)))
    if isinstance(expression, sp.exp):
        return _exponential(_enclosed(exponent, known))
    if expression.func not in ENCLOSED:
        return EVERY_NUMBER
    return ENCLOSED[expression.func](_enclosed(part, known) for part in expression.args)


def _exponential(exponent: Interval) -> Interval:
    low = intervals.exp(min(exponent.a, LARGEST_EXPONENT)).a if exponent.a > -LARGEST_EXPONENT else 0
    high = intervals.exp(max(exponent.b, -LARGEST_EXPONENT)).b if exponent.b < LARGEST_EXPONENT else intervals.inf
    return intervals.mpf([low, high])


def intervals_of(ranges: Mapping[sp.Expr, Range]) -> dict[sp.Expr, Interval]:
    """The ranges of the symbols as intervals."""
    return {symbol: _interval(*ends) for symbol, ends in ranges.items() if symbol.is_Symbol}


def _interval(low: Fraction | sp.Rational | None, high: Fraction | sp.Rational | None) -> Interval:
    ends = [
        infinite if end is None else intervals.mpf(int(end.numerator)) / int(end.denominator)
        for infinite, end in ((-intervals.inf, low), (intervals.inf, high))
    ]
    return intervals.mpf(ends)


def _product(factors: Iterable[Interval]) -> Interval:
    result = intervals.mpf(1)
    for factor in factors:
        result *= factor
    return result


BOUNDED: dict[type, tuple[int, int]] = {sp.sin: (-1, 1), sp.cos: (-1, 1), sp.erf: (-1, 1), sp.atan: (-2, 2)}
ENCLOSED: dict[type, Any] = {
    sp.Add: lambda terms: sum(terms, intervals.mpf(0)),
    sp.Mul: _product,
    sp.log: lambda argument: intervals.log(*argument),
    sp.Abs: lambda argument: abs(*argument),
}
