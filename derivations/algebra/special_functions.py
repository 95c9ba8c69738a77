"""Circular and hyperbolic functions, their inverses and the error function, where they are defined and at infinity.

Each takes the case in which it decides signs, and is nan where the function is not defined or has no limit. Whether x
is a pole of the tangent is decided by the sign of cos(x).
"""

from collections.abc import Callable

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case

sine, cosine = real.continuous(sp.sin), real.continuous(sp.cos)
hyperbolic_sine, hyperbolic_cosine, hyperbolic_tangent = (
    real.continuous(sp.sinh),
    real.continuous(sp.cosh),
    real.continuous(sp.tanh),
)
arctangent, inverse_hyperbolic_sine = real.continuous(sp.atan), real.continuous(sp.asinh)
error_function, complementary_error_function = real.continuous(sp.erf), real.continuous(lambda x: 1 - sp.erf(x))


def tangent(case: Case, x: sp.Expr) -> sp.Expr:
    """The tangent; nan where the cosine is 0."""
    if x is sp.nan or x in real.INFINITIES or case.sign(sp.cos(x)) == 0:
        return sp.nan
    return sp.tan(x)


def reciprocal(function: Callable) -> Callable:
    """The function 1 / f(x), such as the secant of the cosine."""
    return lambda case, x: real.divide(case, sp.S.One, function(case, x))


def cotangent(case: Case, x: sp.Expr) -> sp.Expr:
    """The cosine divided by the sine."""
    return real.divide(case, cosine(case, x), sine(case, x))


def within(function: Callable, low: sp.Expr, high: sp.Expr, at_low: sp.Expr, at_high: sp.Expr) -> Callable:
    """A function that is defined in the open interval (low, high), has these values at its ends, and is nan outside."""

    def value(case: Case, x: sp.Expr) -> sp.Expr:
        above, below = real.compare(case, x, low), real.compare(case, high, x)
        if sp.nan in (above, below) or above < 0 or below < 0:
            return sp.nan
        if above == 0 or below == 0:
            return at_low if above == 0 else at_high
        return function(x)

    return value


_one, _quarter_turn = sp.S.One, sp.pi / 2
arcsine = within(sp.asin, -_one, _one, -_quarter_turn, _quarter_turn)
arccosine = within(sp.acos, -_one, _one, sp.pi, sp.S.Zero)
inverse_hyperbolic_cosine = within(sp.acosh, _one, sp.oo, sp.S.Zero, sp.oo)
inverse_hyperbolic_tangent = within(sp.atanh, -_one, _one, -sp.oo, sp.oo)
inverse_error_function = within(sp.erfinv, -_one, _one, -sp.oo, sp.oo)


def arctangent_of_quotient(case: Case, y: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The angle of the point (x, y), above -pi (a zero y counts as +0) and at most pi."""
    across, up = real.sign_of(case, x), real.sign_of(case, y)
    if sp.nan in (across, up):
        return sp.nan
    if x in real.INFINITIES and y in real.INFINITIES:
        return up * (sp.pi / 4 if across > 0 else 3 * sp.pi / 4)
    if across == 0 or y in real.INFINITIES:
        return up * _quarter_turn
    turn = sp.S.Zero if across > 0 else (sp.pi if up >= 0 else -sp.pi)
    return turn + (sp.S.Zero if x in real.INFINITIES else sp.atan(y / x))
