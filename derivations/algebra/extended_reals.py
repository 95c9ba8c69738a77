"""Real arithmetic on SymPy expressions, with the infinities and the nan of floating point.

ln 0 = -oo, ln(-1) = nan, 0/0 = nan, 0 * oo = nan, as a program with exact arithmetic would compute. Exact zeros have no
sign, so 1/0 is `UNSIGNED`, an infinity of either sign, and a value that depends on that sign, such as atan(1/0), is
`UNKNOWN`. Each function takes the case in which it decides signs; it raises UndecidedError if the case does not decide
one, and SignOfZeroError if only the sign of a zero would.
"""

import functools
import itertools
from collections.abc import Callable

import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.underflow import Floor, is_underflow

INFINITIES = (sp.oo, -sp.oo)
UNSIGNED = sp.zoo
UNKNOWN = sp.Symbol("unknown")
_UNCERTAIN = frozenset((UNKNOWN, UNSIGNED))
SPECIAL = frozenset((sp.nan, *_UNCERTAIN, *INFINITIES))


class SignOfZeroError(NotImplementedError):
    """The program compares a value that depends on the sign of a zero, which exact numbers do not have."""


def is_finite(x: sp.Basic) -> bool:
    """Whether a value is a real number."""
    return x not in SPECIAL


def of_either_sign(function: Callable) -> Callable:
    """The function, extended to infinite values of unknown sign: its result is the one that it has for every sign.

    Where results differ with the sign, it is `UNSIGNED` for both infinities, and `UNKNOWN` for anything else.
    """

    @functools.wraps(function)
    def value(case: Case, *xs: sp.Basic) -> sp.Basic:
        if _UNCERTAIN.isdisjoint(xs):
            return function(case, *xs)
        if sp.nan in xs or UNKNOWN in xs:
            return sp.nan if sp.nan in xs else UNKNOWN
        signs = itertools.product(*(INFINITIES if x is UNSIGNED else (x,) for x in xs))
        results = {function(case, *signed) for signed in signs}
        if len(results) == 1:
            return results.pop()
        return UNSIGNED if results == set(INFINITIES) else UNKNOWN

    return value


@of_either_sign
def add(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The sum x + y."""
    if x in INFINITIES and y in INFINITIES and x != y:
        return sp.nan
    return next((value for value in (sp.nan, *INFINITIES) if value in (x, y)), x + y)


def negative(case: Case, x: sp.Expr) -> sp.Expr:
    """The negative -x."""
    return -x


def subtract(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The difference x - y."""
    return add(case, x, -y)


@of_either_sign
def multiply(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The product x y."""
    if sp.nan in (x, y):
        return sp.nan
    if x in INFINITIES or y in INFINITIES:
        sign = sign_of(case, x) * sign_of(case, y)
        return sign * sp.oo if sign else sp.nan
    return x * y


@of_either_sign
def divide(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The quotient x / y."""
    if sp.nan in (x, y) or (x in INFINITIES and y in INFINITIES):
        return sp.nan
    if y in INFINITIES:
        return sp.S.Zero
    sign = sign_of(case, y)
    if sign == 0:
        return UNSIGNED if sign_of(case, x) else sp.nan
    return x * sign if x in INFINITIES else x / y


def sign_of(case: Case, x: sp.Expr) -> sp.Expr:
    """The sign -1, 0 or 1; nan for nan."""
    if x is sp.nan:
        return sp.nan
    if x in _UNCERTAIN:
        raise SignOfZeroError("a comparison depends on the sign of a zero; assume that it is not zero")
    return sp.Integer(INFINITIES.index(x) * -2 + 1 if x in INFINITIES else case.sign(x))


@of_either_sign
def absolute(case: Case, x: sp.Expr) -> sp.Expr:
    """The absolute value |x|."""
    return multiply(case, sign_of(case, x), x) if sign_of(case, x) != 0 else sp.S.Zero


def compare(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """-1, 0 or 1 if x is less than, equal to or greater than y; nan if one of them is nan."""
    if UNKNOWN is x or UNKNOWN is y:
        return sp.nan if sp.nan in (x, y) else sign_of(case, UNKNOWN)
    if x in INFINITIES and x == y:
        return sp.S.Zero
    return sign_of(case, subtract(case, x, y))


@of_either_sign
def maximum(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The greater of x and y; nan if one of them is nan."""
    if x is sp.S.NegativeInfinity and y.is_number and y.is_negative and y.is_finite:
        return Floor(y)
    order = compare(case, x, y)
    return sp.nan if order is sp.nan else (x if order > 0 else y)


@of_either_sign
def minimum(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The smaller of x and y; nan if one of them is nan."""
    order = compare(case, x, y)
    return sp.nan if order is sp.nan else (x if order < 0 else y)


@of_either_sign
def logarithm(case: Case, x: sp.Expr) -> sp.Expr:
    """The natural logarithm; -oo at 0, nan for negative x."""
    sign = sign_of(case, x)
    if sign == 1:
        return sp.log(x)
    return -sp.oo if sign == 0 else sp.nan


def exponential(case: Case, x: sp.Expr) -> sp.Expr:
    """The exponential; 0 if x stands for -oo."""
    return sp.S.Zero if is_underflow(x) else continuous(sp.exp)(case, x)


def continuous(function: Callable) -> Callable:
    """A function that is defined at every real number; at infinity it is its limit or, if there is none, nan."""

    @of_either_sign
    def value(case: Case, x: sp.Expr) -> sp.Expr:
        if x is sp.nan:
            return sp.nan
        result = function(x)
        return sp.nan if x in INFINITIES and isinstance(result, sp.AccumBounds) else result

    return value


@of_either_sign
def power(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The power x^y; nan if x is negative and y is not an integer."""
    if y == 0 or x == 1:
        return sp.S.One
    if sp.nan in (x, y):
        return sp.nan
    if y.is_Integer:
        return divide(case, sp.S.One, _whole_power(case, x, -y)) if y < 0 else _whole_power(case, x, y)
    if y in INFINITIES or x in INFINITIES:
        return _power_at_infinity(case, absolute(case, x), y)
    sign = sign_of(case, x)
    if sign < 0 and not y.is_number:
        raise NotImplementedError(f"({x})^({y}) of a negative base needs a known exponent; assume {x} >= 0")
    if sign == 0:
        return (UNSIGNED, sp.S.One, sp.S.Zero)[sign_of(case, y) + 1]
    return without_abs(case, x**y) if sign > 0 else sp.nan


def _whole_power(case: Case, x: sp.Expr, y: sp.Integer) -> sp.Expr:
    return x**y if x not in INFINITIES else sp.oo * (sign_of(case, x) if y.is_odd else 1)


def _power_at_infinity(case: Case, size: sp.Expr, y: sp.Expr) -> sp.Expr:
    """|x|^y if x or y is infinite and y is not an integer: 0 or oo, or 1 where |x| is 1."""
    grows = compare(case, size, sp.S.One) * sign_of(case, y)
    return sp.S.One if grows == 0 else sp.oo if grows > 0 else sp.S.Zero


def without_abs(case: Case, x: sp.Expr) -> sp.Expr:
    """x with its absolute values decided, such as the |p| into which SymPy turns the square root of p^2."""
    return x.replace(sp.Abs, lambda inner: absolute(case, inner))
