"""Digits of real numbers that are known for certain: by interval arithmetic, ever finer until enough of them are.

SymPy's `evalf` does not show that a difference inside an expression has lost all its digits: where x is that near to 1,
it returns some number for 1 / (1 - x). An interval that contains 0 does show it.
"""

import functools
import itertools
import operator
from collections.abc import Sequence
from typing import Any

import sympy as sp
from mpmath import mp
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import ComplexResult

LEVELS = 60, 200, 600, 1200  # decimal digits with which to compute
NEXT_TO_NOTHING = 40  # places after the point: what is smaller than that is 0 for a float

_intervals: Any = MPIntervalContext()
_Interval = Any  # an interval of this context


class UnknownDigitsError(ArithmeticError):
    """The digits of a number are not known: it may be 0, or too large."""


class NotRealError(UnknownDigitsError):
    """A number is not real, or undefined."""


def digits_of(number: sp.Expr, digits: int) -> sp.Float:
    """A real number to so many digits, of which the last may be off by one.

    Raises:
        NotRealError: it is not real.
        UnknownDigitsError: they are not known; of a sum that is 0 they never are.

    >>> x = 1 / (1 + sp.exp(-250))
    >>> digits_of(1 / (1 - x) - x / (1 - x), 8)
    1.0000000
    """
    return _digits(number, digits, 0)


def float_of(number: sp.Expr) -> float:
    """A real number as a float; 0 where it is below 10^-40.

    Raises:
        NotRealError: it is not real.
        UnknownDigitsError: its digits are not known.

    >>> float_of(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1)
    0.0
    """
    value = _digits(number, 20, NEXT_TO_NOTHING)
    return float(value) if abs(value) > sp.Float(10) ** -NEXT_TO_NOTHING else 0.0


def _digits(number: sp.Expr, digits: int, places: int) -> sp.Float:
    """So many digits or, if there are `places`, at least as many places after the point."""
    failure: Exception = UnknownDigitsError(f"{digits} digits of {number} are not known")
    if number.has(sp.I, sp.zoo, sp.nan):
        raise NotRealError(f"{number} is not a real number")
    if not number.is_number:
        raise failure
    for level in filter(lambda level: level > digits, LEVELS):
        _intervals.dps = level
        try:
            value = _enclosed(number)
        except UnknownDigitsError as error:
            failure = error
            continue
        except (ComplexResult, OverflowError):  # of an interval that is not wholly where a function is real
            continue
        if value.delta.b * 10**digits < abs(value).a or (places and value.delta.b * 10**places < 1):
            return sp.Float(mp.make_mpf(value.mid._mpi_[0]), digits)
    raise failure


def _enclosed(number: sp.Expr) -> _Interval:
    """An interval that contains the number."""
    if number.is_Rational:
        return _intervals.mpf(int(number.p)) / int(number.q)
    if number in _CONSTANTS:
        return _CONSTANTS[number]()
    if number.is_Pow and number.exp.is_Integer:
        return _enclosed(number.base) ** int(number.exp)
    if number.is_Pow and number.base is not sp.E:
        return _intervals.exp(_enclosed(number.exp) * _log(_enclosed(number.base)))
    if number.is_Pow:
        return _intervals.exp(_enclosed(number.exp))
    if number.func not in _FUNCTIONS:
        return _around(number)
    return _FUNCTIONS[number.func](*map(_enclosed, number.args))


def _around(number: sp.Expr) -> _Interval:
    """An interval around a number for which there is no arithmetic, by SymPy; of a function, at both ends of arguments.

    A quarter of the digits of the argument are known, and half of those of the values are believed: an extreme of the
    function between the ends differs from them by the square of the distance.
    """
    level = _intervals.dps
    arguments = number.args if isinstance(number, sp.Function) else ()
    choices = itertools.product(*map(_ends, arguments))
    values = [(number.func(*ends) if arguments else number).evalf(level + 10) for ends in choices]
    if all(value.is_extended_real is False for value in values):
        raise NotRealError(f"{number} is not a real number")
    if not all(value.is_Float or value.is_Rational for value in values):
        raise UnknownDigitsError(f"{number} is not a number of so many digits")
    ends = [mp.make_mpf(sp.Float(end, level)._mpf_) for end in (min(values), max(values))]
    return _intervals.mpf(ends) * (1 + _intervals.mpf([-1, 1]) / 10 ** (level // 2))


def _ends(argument: sp.Expr) -> Sequence[sp.Expr]:
    if not isinstance(argument, sp.Expr) or argument.is_Rational:
        return (argument,)
    level, value = _intervals.dps, _enclosed(argument)
    if not value.delta.b * 10 ** (level // 4 + 5) < abs(value).a:
        raise UnknownDigitsError(f"the digits of {argument} are not known")
    return [sp.Float(mp.make_mpf(end), 2 * level) for end in value._mpi_]


def _log(argument: _Interval) -> _Interval:
    if argument.b < 0:
        raise NotRealError(f"the logarithm of {argument}, or a power of it, is not real")
    return _intervals.log(argument)


_CONSTANTS: dict[sp.Expr, Any] = {
    sp.pi: lambda: +_intervals.pi,
    sp.E: lambda: _intervals.exp(_intervals.mpf(1)),
    sp.EulerGamma: lambda: +_intervals.euler,
}
_FUNCTIONS: dict[type, Any] = {
    sp.Add: lambda *terms: functools.reduce(operator.add, terms),
    sp.Mul: lambda *factors: functools.reduce(operator.mul, factors),
    sp.exp: _intervals.exp,
    sp.log: _log,
    sp.sin: _intervals.sin,
    sp.cos: _intervals.cos,
    sp.Abs: abs,
}
