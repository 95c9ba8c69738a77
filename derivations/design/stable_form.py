"""Numerically stable forms: the same function of real numbers, written so that floating point computes it accurately.

Sums of exponentials overflow and their quotients become nan; logarithms of sums near 1 lose their digits; x ln x is
nan at 0. The rewriting replaces them by functions without these faults, which `to_jax` knows how to compute.
"""

import sympy as sp


class logsumexp(sp.Function):
    """The logarithm of a sum of exponentials."""


class expit(sp.Function):
    """The sigmoid, 1 / (1 + e^-x)."""

    nargs = 1


class log1p(sp.Function):
    """ln(1 + x)."""

    nargs = 1


class expm1(sp.Function):
    """e^x - 1."""

    nargs = 1


class xlogy(sp.Function):
    """The product x ln y, which is 0 where x is."""

    nargs = 2


def stable(expression: sp.Expr) -> sp.Expr:
    """The expression in stable form.

    >>> z = sp.Symbol("z", real=True)
    >>> stable(sp.log(1 + sp.exp(z)))
    logsumexp(0, z)
    >>> stable(1 / (1 + sp.exp(-z))), stable(z * sp.log(z)), stable(sp.exp(z) - 1)
    (expit(z), xlogy(z, z), expm1(z))
    """
    if expression.is_Atom:
        return expression
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(*((stable(value), when) for value, when in expression.args), evaluate=False)
    if isinstance(expression, sp.log):
        return _logarithm(expression.args[0])
    if expression.is_Add:
        return _sum(expression)
    if expression.is_Mul or expression.is_Pow:
        return _product(expression)
    return expression.func(*map(stable, expression.args))


def exponential_terms(expression: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """An expression as a sum of exponentials: {exponent: coefficient}; a constant has the exponent 0.

    >>> z = sp.Symbol("z")
    >>> exponential_terms(2 * sp.exp(z) + 3)
    {0: 3, z: 2}
    """
    terms: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expression):
        powers, others = sp.sift(sp.Mul.make_args(term), lambda factor: isinstance(factor, sp.exp), binary=True)
        exponent = sp.Add(*(power.exp for power in powers))
        terms[exponent] = terms.get(exponent, sp.S.Zero) + sp.Mul(*others)
    return terms


def _logarithm(argument: sp.Expr) -> sp.Expr:
    argument = argument.rewrite([sp.cosh, sp.sinh], sp.exp)
    constant, argument = sp.factor_terms(argument).as_coeff_Mul()
    if constant != 1 and constant.is_positive:
        return _logarithm(argument) + sp.log(constant)
    terms = _positive_terms(argument)
    if terms:
        return _logsumexp(terms)
    above, below = argument.as_numer_denom()
    terms = _positive_terms(sp.expand(below))
    if terms and isinstance(above, sp.exp):  # ln(e^p / sum of e^q) = -ln(sum of e^(q - p)), which keeps its digits
        return -_logsumexp({exponent - above.exp: c for exponent, c in terms.items()})
    if below != 1:
        return stable(sp.log(above)) - stable(sp.log(below))
    if argument.is_Add and argument.as_coeff_Add()[0] == 1:
        return log1p(stable(argument - 1))
    return sp.log(stable(argument))


def _positive_terms(expression: sp.Expr) -> dict[sp.Expr, sp.Expr] | None:
    """The terms of a sum of two or more exponentials with positive coefficients; None for anything else."""
    terms = exponential_terms(expression)
    return terms if len(terms) > 1 and all(c.is_number and c.is_positive for c in terms.values()) else None


def _logsumexp(terms: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    return logsumexp(*(stable(exponent) + sp.log(c) for exponent, c in terms.items()))


def _sum(expression: sp.Expr) -> sp.Expr:
    constant, rest = expression.as_coeff_Add()
    for term in sp.Add.make_args(rest):
        coefficient, power = term.as_coeff_Mul()
        if constant != 0 and isinstance(power, sp.exp) and coefficient == -constant:
            return coefficient * expm1(stable(power.exp)) + stable(rest - term)
    return sp.Add(*map(stable, expression.args))


def _product(expression: sp.Expr) -> sp.Expr:
    above, below = expression.as_numer_denom()
    constant, below = sp.factor(below).as_coeff_Mul()
    base, power = below.as_base_exp()
    terms = _positive_terms(base) if power.is_Integer else None
    if terms:
        return _quotient(sp.expand(above / constant), terms, power)
    factors = list(sp.Mul.make_args(expression))
    for factor in factors:
        if isinstance(factor, sp.log) and factor.args[0].is_Symbol and len(factors) > 1:
            return xlogy(sp.Mul(*(stable(f) for f in factors if f != factor)), factor.args[0])
        if isinstance(factor, sp.log) and factor.args[0] in factors:
            others = sp.Mul(*(stable(f) for f in factors if f not in (factor, factor.args[0])))
            return others * xlogy(*map(stable, (factor.args[0], factor.args[0])))
    if expression.is_Pow:
        return sp.Pow(*map(stable, expression.args))
    return sp.Mul(*map(stable, factors))


def _quotient(above: sp.Expr, terms: dict[sp.Expr, sp.Expr], power: sp.Integer) -> sp.Expr:
    """A sum of c e^p over (sum of exponentials)^n, as terms c e^(p - n logsumexp), which cannot overflow."""
    whole = _logsumexp(terms)
    shares = (stable(c) * _share(exponent, terms, power, whole) for exponent, c in exponential_terms(above).items())
    return sp.Add(*shares)


def _share(exponent: sp.Expr, terms: dict[sp.Expr, sp.Expr], power: sp.Integer, whole: sp.Expr) -> sp.Expr:
    """e^p over (sum of exponentials)^power; one of two exponentials over their sum is an expit."""
    if power == 1 and len(terms) == 2 and exponent in terms:
        (other,) = set(terms) - {exponent}
        logit = exponent + sp.log(terms[exponent]) - other - sp.log(terms[other])
        return expit(stable(logit)) / terms[exponent]
    return sp.exp(stable(exponent) - power * whole)
