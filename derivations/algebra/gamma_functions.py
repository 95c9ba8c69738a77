"""The gamma function and its relatives, where they are defined, at their poles and at infinity.

Each takes the case in which it decides signs, and is nan where the function is not defined or has no limit. Whether x
is one of the poles, which are whole numbers, is decided by the sign of sin(pi x).
"""

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case

LARGEST_ORDER = 20  # for which the sum of an incomplete beta function is written out


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
