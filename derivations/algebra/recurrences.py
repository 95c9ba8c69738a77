"""The gamma function and its relatives at arguments that differ by whole numbers, in terms of one of them."""

import sympy as sp

LARGEST_SHIFT = 100


def with_recurrences(expression: sp.Expr) -> sp.Expr:
    """Gamma(x + 1) = x Gamma(x), and what follows for its logarithm and derivatives.

    >>> x = sp.Symbol("x", positive=True)
    >>> with_recurrences(sp.loggamma(x + 1) - sp.loggamma(x)), with_recurrences(sp.digamma(x + 1))
    (log(x), polygamma(0, x) + 1/x)
    """
    return expression.replace(_is_shifted, _from_start)


def _is_shifted(part: sp.Basic) -> bool:
    return isinstance(part, sp.gamma | sp.loggamma | sp.polygamma) and 0 < abs(_shift(part)) <= LARGEST_SHIFT


def _shift(part: sp.Basic) -> sp.Integer:
    """The whole number by which the last argument differs from the one that others are written with."""
    return sp.floor(part.args[-1].as_coeff_Add()[0])


def _from_start(part: sp.Expr) -> sp.Expr:
    if not isinstance(part, sp.loggamma):
        return part.expand(func=True, deep=False)
    shift = _shift(part)
    start = part.args[0] - shift
    above = (sp.log(start + i) for i in range(shift))
    below = (-sp.log(start - i) for i in range(1, 1 - shift))
    return sp.Add(sp.loggamma(start), *above, *below)
