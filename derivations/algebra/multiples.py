"""Rational multiples of terms in exponents: of which exponential another is a power that is not too high."""

from sympy import Add, Expr, Rational

HIGHEST_POWER = 100  # of a generator, or of its root, in polynomials


def rational_multiple(term: Expr) -> tuple[Rational, Expr]:
    """The rational factor and the rest of a product."""
    return term.as_coeff_Mul(rational=True)


def is_simple(power: Expr) -> bool:
    """Whether it is a low power in polynomials of e^t, for each term t of its exponent."""
    return all(height(rational_multiple(term)[0]) <= HIGHEST_POWER for term in Add.make_args(power.as_base_exp()[1]))


def height(power: Rational) -> int:
    """The greater of numerator and denominator: the degree of polynomials in which g^p and g occur."""
    return max(abs(power.p), power.q)
