"""Large numbers with which programs mask: -1e9 in place of -oo, in exponentials that hardly count.

Where a mask puts -1e9, e^-1e9 stands for 0. It is not 0 in exact arithmetic, so a result R(u), in which u is such an
exponential, is shown to equal the formula in two steps: R(0) is the formula, and the largest u times the greatest
|dR/du| anywhere is less than e^-1000, which is 0 in every floating type. Both are bounded by interval arithmetic, for
all inputs in the bounds that the case has for them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sympy as sp
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import ComplexResult

from derivations.algebra.letters import as_exponentials
from derivations.algebra.ranges import Range
from derivations.algebra.signs import bounds_of_number
from derivations.algebra.underflow import UNDERFLOW

intervals: Any = MPIntervalContext()  # which gets most of its functions when it is made
Interval = Any  # an interval of this context
EVERY_NUMBER = intervals.mpf([-intervals.inf, intervals.inf])
NEGLIGIBLE = intervals.exp(UNDERFLOW).a


class UnboundedError(Exception):
    """No finite interval is known that contains an expression's values."""


class Masked(NamedTuple):
    """A result with a symbol in place of each exponential that vanishes; the exponentials, and intervals for them."""

    result: sp.Expr
    powers: dict[sp.Symbol, sp.exp]
    sizes: dict[sp.Symbol, Interval]

    @property
    def limit(self) -> sp.Expr:
        """The result if every one of them is 0."""
        return self.result.xreplace(dict.fromkeys(self.powers, sp.S.Zero))


def masked(result: sp.Expr, ranges: Mapping[sp.Expr, Range]) -> Masked:
    """The result with a symbol for each exponential that a large number makes less than e^-1000 in these ranges."""
    known = _intervals(ranges)
    powers: dict[sp.Symbol, sp.exp] = {}
    replacements: dict[sp.Expr, sp.Expr] = {}
    for power in result.atoms(sp.exp):
        for side in (1, -1):
            if _vanishes(side * power.as_base_exp()[1], known):
                symbol = sp.Dummy("u", positive=True)
                powers[symbol], replacements[power] = power**side, symbol**side
    replaced = result.xreplace(replacements)
    sizes = {symbol: intervals.mpf([0, enclosure(power, known).b]) for symbol, power in powers.items()}
    return Masked(replaced if replaced.is_polynomial(*powers) else sp.together(replaced), powers, sizes)


def _vanishes(exponent: sp.Expr, known: Mapping[sp.Expr, Interval]) -> bool:
    """Whether an exponent with a large number in it is at most -1000."""
    if not any(abs(number) >= abs(UNDERFLOW) for number in exponent.atoms(sp.Rational)):
        return False
    try:
        return bool(enclosure(exponent, known).b <= UNDERFLOW)
    except UnboundedError:
        return False


def is_negligible(part: Masked, ranges: Mapping[sp.Expr, Range]) -> bool:
    """Whether the symbols of the exponentials change the result by less than e^-1000 anywhere in these ranges."""
    known = _intervals(ranges) | part.sizes
    try:
        enclosure(part.result, known)  # which shows that it is a real number for all of them
        changes = [abs(enclosure(part.result.diff(u), known)) * size for u, size in part.sizes.items()]
    except UnboundedError:
        return False
    return bool(sum(changes, intervals.mpf(0)).b < NEGLIGIBLE)


def enclosure(expression: sp.Expr, known: Mapping[sp.Expr, Interval]) -> Interval:
    """An interval that contains the expression's values, for symbols in the known intervals.

    >>> z = sp.Symbol("z", real=True)
    >>> enclosure(sp.exp(2 * z) + 1, {z: intervals.mpf([-1, 0])}).b
    mpi('2.0', '2.0')
    """
    try:
        found = _enclosed(as_exponentials(expression), known)
    except (ComplexResult, ZeroDivisionError, OverflowError):
        found = EVERY_NUMBER
    if not (found.a > -intervals.inf and found.b < intervals.inf):
        raise UnboundedError(str(expression))
    return found


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
        return intervals.exp(_enclosed(exponent, known) * intervals.log(_enclosed(base, known)))
    if isinstance(expression, sp.exp):
        return intervals.exp(_enclosed(exponent, known))
    if expression.func not in ENCLOSED:
        raise UnboundedError(str(expression))
    return ENCLOSED[expression.func](_enclosed(part, known) for part in expression.args)


def _intervals(ranges: Mapping[sp.Expr, Range]) -> dict[sp.Expr, Interval]:
    return {symbol: _interval(*ends) for symbol, ends in ranges.items() if symbol.is_Symbol}


def _interval(low: Any, high: Any) -> Interval:
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
