"""Simpler forms whose product has the sign of a given form, by the monotonicity of functions.

e^p - 2 has the sign of p - ln 2, e^p + 2 that of 1, and x^2 - 2 that of the product of x - sqrt 2 and x + sqrt 2. A
form is a real number wherever its sign is asked for, so that the argument of a logarithm is positive there.
"""

import functools
import math
from collections.abc import Callable

import sympy as sp

# Functions that increase wherever they are real: the ends of their ranges, and their inverses.
INCREASING: dict[type, tuple[sp.Expr, sp.Expr, Callable]] = {
    sp.exp: (sp.S.Zero, sp.oo, sp.log),
    sp.log: (-sp.oo, sp.oo, sp.exp),
    sp.tanh: (-sp.S.One, sp.S.One, sp.atanh),
    sp.erf: (-sp.S.One, sp.S.One, sp.erfinv),
    sp.atan: (-sp.pi / 2, sp.pi / 2, sp.tan),
    sp.sinh: (-sp.oo, sp.oo, sp.asinh),
    sp.asinh: (-sp.oo, sp.oo, sp.sinh),
}
LARGEST_DEGREE = 8


@functools.lru_cache(maxsize=10_000)
def simpler(form: sp.Expr) -> tuple[sp.Expr, ...]:
    """Forms whose product has the sign of `form`; none, if no simpler ones are found.

    >>> z = sp.Symbol("z", real=True)
    >>> simpler(3 - 3 * sp.exp(z)), simpler(sp.pi * z - z), simpler(sp.tanh(z) - 2)
    ((-3, z), (-1 + pi, z), (1, -1))
    """
    constant, rest = form.as_independent(*form.free_symbols, as_Add=True)
    if rest.is_Add:
        return _difference(rest) or _scaled(form) if constant == 0 else _polynomial(form) or _scaled(form)
    slope, function = rest.as_independent(*form.free_symbols, as_Add=False)
    if function.is_Symbol:
        return (slope, sp.expand(form / slope)) if not slope.is_Rational else ()
    compared = _compared(function, -constant / slope)
    return (slope, *compared) if compared else _polynomial(form)


def simplest(form: sp.Expr) -> tuple[int, sp.Expr]:
    """A sign and the simplest form found: the form's sign is the sign times that of the simplest form."""
    sign = 1
    while parts := simpler(form):
        known = [1 if part.is_positive else -1 if part.is_negative else 0 for part in parts]
        unknown = [part for part, value in zip(parts, known, strict=True) if value == 0]
        if len(unknown) != 1:
            break
        sign, form = sign * math.prod(filter(None, known)), unknown[0]
    return sign, form


def _compared(function: sp.Expr, target: sp.Expr) -> tuple[sp.Expr, ...]:
    """Forms for the sign of f(p) - target: that of p - f^-1(target), for an increasing f."""
    if function.func in INCREASING:
        low, high, inverse = INCREASING[function.func]
        if (target - high).is_nonnegative or (target - low).is_nonpositive:
            return (sp.S.NegativeOne if (target - high).is_nonnegative else sp.S.One,)
        is_inside = (low == -sp.oo or (target - low).is_positive) and (high == sp.oo or (high - target).is_positive)
        return (function.args[0] - inverse(target),) if is_inside else ()
    if not function.is_Pow:
        return ()
    base, exponent = function.args
    return _compared_power(base, exponent, target)


def _compared_power(base: sp.Expr, exponent: sp.Expr, target: sp.Expr) -> tuple[sp.Expr, ...]:
    if exponent.free_symbols and target.is_positive:
        return (exponent * sp.log(base) - sp.log(target),)
    if not exponent.is_Rational or (exponent.is_Integer and (exponent < 0 or base.is_Symbol)):
        return ()
    if exponent.is_odd:
        return (base - sp.sign(target) * sp.Abs(target) ** (1 / exponent),)
    if target.is_negative or (target == 0 and exponent < 0):
        return (sp.S.One,)
    if not target.is_nonnegative:
        return ()
    root = target ** (1 / exponent)
    if exponent.is_even:
        return base - root, base + root
    return (base - root,) if exponent > 0 else (root - base,)


def _difference(rest: sp.Expr) -> tuple[sp.Expr, ...]:
    """Forms for the sign of c f(p) - c f(q): those of c and p - q, for an increasing f."""
    if len(rest.args) != 2:
        return ()
    (slope, first), (other, second) = (term.as_independent(*rest.free_symbols, as_Add=False) for term in rest.args)
    if slope != -other or first.func != second.func:
        return ()
    if first.func in INCREASING:
        return slope, first.args[0] - second.args[0]
    if first.is_Pow and first.exp == second.exp and first.exp.is_Rational and not first.exp.is_Integer:
        return slope * sp.sign(first.exp), first.base - second.base
    return ()


def _scaled(form: sp.Expr) -> tuple[sp.Expr, ...]:
    """A linear form scaled so that its first coefficient is rational, and the scale."""
    if not form.is_polynomial():
        return ()
    symbols = sorted(form.free_symbols, key=str)
    slopes = [form.diff(symbol) for symbol in symbols]
    if all(slope.is_number for slope in slopes) and not slopes[0].is_Rational and slopes[0] != 0:
        rest = form.xreplace(dict.fromkeys(symbols, sp.S.Zero)) / slopes[0]
        ratios = (sp.radsimp(sp.cancel(slope / slopes[0])) for slope in slopes)
        return slopes[0], sp.Add(*(r * symbol for r, symbol in zip(ratios, symbols, strict=True)), rest)
    return ()


def _polynomial(form: sp.Expr) -> tuple[sp.Expr, ...]:
    """The linear factors of a polynomial in one symbol at its real roots, and its leading coefficient."""
    if len(form.free_symbols) != 1 or not form.is_polynomial():
        return ()
    (symbol,) = form.free_symbols
    polynomial = sp.Poly(form, symbol)
    if not 1 < polynomial.degree() <= LARGEST_DEGREE or not (polynomial.domain.is_ZZ or polynomial.domain.is_QQ):
        return ()
    return polynomial.LC(), *(symbol - root for root in sp.real_roots(polynomial))
