"""Rounding to integers, and remainders: numbers where the case bounds the argument, else unevaluated.

Each function takes the case in which it decides signs.
"""

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError

FARTHEST = 7  # integer parts are sought between -2^6 and 2^6


def floor(case: Case, x: sp.Expr) -> sp.Expr:
    """The greatest integer that is not above x: a number, if the case bounds x, else the unevaluated floor of x."""
    if x is sp.nan or x in real.INFINITIES:
        return x
    bounds = None if x.is_number else _bounds(case, x)
    if bounds is None:
        return sp.floor(x)
    low, high = bounds
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if case.sign(x - middle) >= 0 else (low, middle)
    return sp.Integer(high if case.sign(x - high) == 0 else low)


def _bounds(case: Case, x: sp.Expr) -> tuple[int, int] | None:
    """Integers between which x lies in this case, if some between -2^6 and 2^6 are found."""
    low, high = _bound(case, x, -1), _bound(case, x, 1)
    return None if low is None or high is None else (low, high)


def _bound(case: Case, x: sp.Expr, side: int) -> int | None:
    """An integer that bounds x from below (side -1) or from above (side 1)."""
    for bound in (0, *(sign * 2**power for power in range(FARTHEST) for sign in (1, -1))):
        try:
            if case.sign(x - bound) * side <= 0:
                return bound
        except UndecidedError:
            pass
    return None


def ceiling(case: Case, x: sp.Expr) -> sp.Expr:
    """The least integer that is not below x."""
    return -floor(case, -x)


def truncate(case: Case, x: sp.Expr) -> sp.Expr:
    """x rounded toward 0 to an integer."""
    sign = real.sign_of(case, x)
    return x if sign is sp.nan else (floor if sign >= 0 else ceiling)(case, x)


def to_nearest_even(case: Case, x: sp.Expr) -> sp.Expr:
    """The nearest integer; of two that are equally near, the even one."""
    if x is sp.nan or x in real.INFINITIES:
        return x
    above = floor(case, x + sp.Rational(1, 2))
    if case.sign(above - x - sp.Rational(1, 2)) != 0 or real.sign_of(case, sp.Mod(above, 2)) == 0:
        return above
    return above - 1


def to_nearest_away(case: Case, x: sp.Expr) -> sp.Expr:
    """The nearest integer; of two that are equally near, the one farther from 0."""
    sign = real.sign_of(case, x)
    if x is sp.nan or sign == 0:
        return x
    return sign * floor(case, sign * x + sp.Rational(1, 2))


def remainder(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """x minus the multiple of y that is obtained by rounding x / y toward 0."""
    if sp.nan in (x, y) or x in real.INFINITIES or real.sign_of(case, y) == 0:
        return sp.nan
    return x if y in real.INFINITIES else x - y * truncate(case, x / y)


def modulo(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """x minus the multiple of y obtained by rounding x / y toward -oo: it has y's sign, as in SymPy and jnp.mod."""
    left = remainder(case, x, y)
    signs = real.sign_of(case, left), real.sign_of(case, y)
    return real.add(case, left, y) if sp.nan not in signs and signs[0] * signs[1] < 0 else left
