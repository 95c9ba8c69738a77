"""Functions of real numbers beyond arithmetic, where they are defined, at their poles and at infinity.

Each takes the case in which it decides signs, and is nan where the function is not defined or has no limit. Whether x
is a pole is decided by the sign of sin(pi x), for poles at integers, or of cos(x), for the poles of the tangent.
"""

from collections.abc import Callable

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError

LARGEST_ORDER = 20  # for which the sum of an incomplete beta function is written out
FARTHEST = 7  # integer parts are sought between -2^6 and 2^6


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


def is_pole(case: Case, x: sp.Expr) -> bool:
    """Whether x is one of 0, -1, -2, ..., the poles of the gamma function."""
    sign = case.sign(x)
    return sign == 0 or (sign < 0 and case.sign(sp.sin(sp.pi * x)) == 0)


def logarithm_of_gamma(case: Case, x: sp.Expr) -> sp.Expr:
    """ln |Gamma(x)|, infinite at the poles."""
    if x is sp.nan or x in real.INFINITIES:
        return x if x is sp.nan else sp.oo
    if is_pole(case, x):
        return sp.oo
    return sp.loggamma(x) if case.sign(x) > 0 else sp.log(case.sign(sp.sin(sp.pi * x)) * sp.gamma(x))


def gamma(case: Case, x: sp.Expr) -> sp.Expr:
    """Gamma(x); nan at the poles, where its sign changes."""
    if x is sp.nan or x in real.INFINITIES:
        return sp.oo if x is sp.oo else sp.nan
    return sp.nan if is_pole(case, x) else sp.gamma(x)


def beta(case: Case, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b), for a, b > 0."""
    if sp.nan in (a, b):
        return sp.nan
    if {a, b} & set(real.INFINITIES) or case.sign(a) <= 0 or case.sign(b) <= 0:
        raise NotImplementedError(f"beta({a}, {b}): only positive arguments are supported")
    return sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)


def real_logarithm_of_gamma(case: Case, x: sp.Expr) -> sp.Expr:
    """SymPy's loggamma, which is real for x > 0; nan for negative x, where it is complex."""
    sign = real.sign_of(case, x)
    return sp.nan if sign is sp.nan or sign < 0 else logarithm_of_gamma(case, x)


def hurwitz_zeta(case: Case, x: sp.Expr, q: sp.Expr) -> sp.Expr:
    """The sum of (q + k)^-x over k = 0, 1, ..., for x > 1 and q > 0."""
    if sp.nan in (x, q):
        return sp.nan
    defined = x not in real.INFINITIES and q not in real.INFINITIES and case.sign(x - 1) > 0 and case.sign(q) > 0
    if not defined:
        raise NotImplementedError(f"zeta({x}, {q}): only x > 1 and q > 0 are supported")
    return sp.zeta(x, q)


def digamma(case: Case, x: sp.Expr) -> sp.Expr:
    """The derivative of ln Gamma; nan at the poles."""
    return polygamma(case, sp.S.Zero, x)


def polygamma(case: Case, order: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The derivative of digamma of an integer order; at the poles, infinite if the order is odd, else nan."""
    if sp.nan in (order, x):
        return sp.nan
    if not order.is_number:
        raise NotImplementedError(f"polygamma of the order {order}: give a number for the order")
    if x in real.INFINITIES or not order.is_Integer or order < 0:
        return sp.oo if x is sp.oo and order == 0 else sp.nan
    if is_pole(case, x):
        return sp.oo if order % 2 else sp.nan
    return sp.polygamma(order, x)


def lower_incomplete_gamma(case: Case, a: sp.Expr, x: sp.Expr) -> sp.Expr:
    """P(a, x), the fraction that the part from 0 to x contributes to the integral Gamma(a), for a > 0 and x >= 0."""
    return _incomplete_gamma(case, a, x, sp.lowergamma, sp.S.Zero, sp.S.One)


def upper_incomplete_gamma(case: Case, a: sp.Expr, x: sp.Expr) -> sp.Expr:
    """Q(a, x) = 1 - P(a, x), the fraction from x to infinity."""
    return _incomplete_gamma(case, a, x, sp.uppergamma, sp.S.One, sp.S.Zero)


def _incomplete_gamma(case, a, x, function, at_0, at_infinity):
    if sp.nan in (a, x) or a in real.INFINITIES:
        return sp.nan
    if case.sign(a) == 0:
        raise NotImplementedError("an incomplete gamma function at a = 0, where implementations disagree: assume a > 0")
    if case.sign(a) < 0 or real.sign_of(case, x) < 0:
        return sp.nan
    if x is sp.oo or case.sign(x) == 0:
        return at_infinity if x is sp.oo else at_0
    return function(a, x) / sp.gamma(a)


def incomplete_beta(case: Case, a: sp.Expr, b: sp.Expr, x: sp.Expr) -> sp.Expr:
    """I_x(a, b), the fraction that the part from 0 to x contributes to the integral B(a, b), for a, b > 0."""
    if sp.nan in (a, b, x):
        return sp.nan
    if {a, b} & set(real.INFINITIES) or case.sign(a) <= 0 or case.sign(b) <= 0:
        raise NotImplementedError(f"an incomplete beta function of a = {a}, b = {b}: assume that both are positive")
    above, below = real.sign_of(case, x), real.compare(case, sp.S.One, x)
    if above < 0 or below < 0:
        return sp.nan
    if above == 0 or below == 0:
        return sp.S.Zero if above == 0 else sp.S.One
    if b.is_Integer and b <= LARGEST_ORDER:
        return x**a * _negative_binomial(a, b, 1 - x)
    if a.is_Integer and a <= LARGEST_ORDER:
        return 1 - (1 - x) ** b * _negative_binomial(b, a, x)
    return sp.betainc_regularized(a, b, 0, x)


def _negative_binomial(a: sp.Expr, terms: sp.Integer, x: sp.Expr) -> sp.Expr:
    """The first terms of the series of (1 - x)^-a: the sum of a (a + 1) ... (a + k - 1) x^k / k!."""
    return sp.Add(*(sp.expand_func(sp.rf(a, k)) * x**k / sp.factorial(k) for k in range(terms)))


def scaled_bessel_0(case: Case, x: sp.Expr) -> sp.Expr:
    """e^-|x| I_0(x)."""
    return _scaled_bessel(case, x, 0)


def scaled_bessel_1(case: Case, x: sp.Expr) -> sp.Expr:
    """e^-|x| I_1(x)."""
    return _scaled_bessel(case, x, 1)


def _scaled_bessel(case: Case, x: sp.Expr, order: int) -> sp.Expr:
    if x is sp.nan or x in real.INFINITIES:
        return x if x is sp.nan else sp.S.Zero
    return sp.exp(-real.absolute(case, x)) * sp.besseli(order, x)
