"""Linear inequalities between terms that are not linear in the symbols: squares, products and exponentials.

They hold wherever a case's conditions do. A product of two positive forms is positive, and e^p is at least 1 + p and,
like any increasing function, compares with another exponential as their exponents compare.
"""

import itertools
from collections.abc import Iterable, Iterator

import sympy as sp

from derivations.algebra.assumptions import Sign
from derivations.algebra.inequalities import Inequality, linear_row
from derivations.algebra.signs import bounds_of_number

MOST_FORMS = 6  # of which products are formed

Bound = tuple[sp.Expr, bool]  # a form that is positive (True) or not negative (False)


def bounds_of_terms(form: sp.Expr, known: Iterable[Bound], sign: Sign) -> list[Inequality]:
    """What is known of the terms of `form` that are not linear, given positive forms and the signs of others.

    >>> x = sp.Symbol("x", real=True)
    >>> [(row, strict)] = bounds_of_terms(x**2 - 1, [(x - 2, True)], lambda _: None)
    >>> row == {x**2: 1, x: -4, sp.S.One: 4}, strict  # (x - 2)^2 > 0
    (True, True)
    """
    terms = [term for term in linear_row(form) if not term.is_number and not term.is_Symbol]
    linear = [(form, strict) for form, strict in known if _is_linear(form)] if terms else []
    bounds = [*_exponentials(terms, linear, sign), *_products(terms, linear)]
    return [(linear_row(bound), strict) for bound, strict in bounds]


def _exponentials(terms: list[sp.Expr], known: list[Bound], sign: Sign) -> Iterator[Bound]:
    """e^p >= 1 + p, and e^p > L e^q if p > q + c and L < e^c, for each two exponents p and q, one of which may be 0."""
    factors = {term: sp.Mul.make_args(term) for term in terms}
    exponents = [
        sp.Add(*(factor.as_base_exp()[1] for factor in product))
        for product in factors.values()
        if all(isinstance(factor, sp.exp) for factor in product)
    ]
    yield from ((_power(p) - 1 - p, False) for p in exponents)
    for one, other in itertools.combinations([*exponents, sp.S.Zero] if exponents else [], 2):
        for p, q in ((one, other), (other, one)):
            least = max(_lower_bounds(p - q, known, sign), default=None)
            if least is not None:
                yield sp.expand(_power(p) - least * _power(q)), True


def _lower_bounds(difference: sp.Expr, known: list[Bound], sign: Sign) -> Iterator[sp.Rational]:
    """Rational numbers that are below e^difference, if it is positive or a known form says that it is above some c."""
    if sign(difference) == 1:
        yield sp.S.One
    for form, _ in known:
        constant, rest = form.as_coeff_Add()
        ratio = difference / rest
        if ratio.is_Rational and ratio > 0 and (bounds := bounds_of_number(sp.exp(-ratio * constant))):
            yield bounds[0]


def _power(exponent: sp.Expr) -> sp.Expr:
    """e^exponent as it stands in expanded forms: e^p e^q for e^(p + q)."""
    return sp.expand(sp.exp(exponent))


def _products(terms: list[sp.Expr], known: list[Bound]) -> Iterator[Bound]:
    """The products of two forms whose terms of second degree are all among `terms`."""
    squares = {term for term in terms if term.is_polynomial()}
    letters = frozenset().union(*(term.free_symbols for term in squares))
    related = [(form, strict) for form, strict in known if form.free_symbols <= letters]
    for (one, first), (other, second) in itertools.combinations_with_replacement(related[:MOST_FORMS], 2):
        product = sp.expand(one * other)
        if all(term.is_Symbol or term.is_number or term in squares for term in linear_row(product)):
            yield product, first and second


def _is_linear(form: sp.Expr) -> bool:
    return all(term.is_Symbol or term.is_number for term in linear_row(form))
