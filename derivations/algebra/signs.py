"""The sign of an expression: what its structure tells, and simpler forms that have the same sign."""

import functools
from collections.abc import Callable, Mapping

import sympy as sp
from sympy.core.evalf import PrecisionExhausted

from derivations.algebra.generators import known_sign
from derivations.algebra.sums import normal

UNIT = sp.Interval.open(0, 1)
MOST_DIGITS = 10**5  # of numbers whose bounds are worked with
DIGITS = 40  # to which numbers are known, of which their evaluation gives a few more


def has_sign(expression: sp.Expr, sign: str, domain: Mapping[sp.Expr, sp.Set] | None = None) -> bool:
    """Whether an expression is "positive", "negative" or "nonzero" by the signs of its letters alone."""
    known = known_sign(normal(onto_the_half_line(domain or {})(expression).rewrite(sp.exp)))
    return known in {"positive": (1,), "negative": (-1,), "nonzero": (1, -1)}[sign]


def onto_the_half_line(domain: Mapping[sp.Expr, sp.Set]) -> Callable[[sp.Expr], sp.Expr]:
    """A function that puts a = t / (1 + t), t > 0, for 0 < a < 1, after which the signs of a and 1 - a are known."""
    odds = {letter: sp.Dummy(positive=True) for letter, values in domain.items() if values == UNIT}

    def element(a):
        return sp.IndexedBase(odds[a.base], positive=True)[a.indices]

    def put_in(expression):
        replacements = {a: element(a) for a in expression.atoms(sp.Indexed) if a.base in odds} | odds
        return expression.xreplace({a: t / (1 + t) for a, t in replacements.items()})

    return put_in


@functools.lru_cache(maxsize=10_000)
def reduced(expression: sp.Expr) -> sp.Expr:
    """A form of the same sign, as linear as can be: e^p - e^q becomes p - q.

    >>> z = sp.Symbol("z", real=True)
    >>> reduced(3 * sp.exp(2 * z) - 3 * sp.exp(z - 1))
    z + 1
    """
    form = sp.expand(expression)
    if form.is_Add and len(form.args) == 2 and form.has(sp.exp):
        minus, plus = sorted(form.args, key=lambda term: bool(term.is_positive))
        if plus.is_positive and minus.is_negative:
            logarithms = sp.expand(sp.expand_log(sp.log(plus) - sp.log(-minus), force=True))
            form = form if any(log.free_symbols for log in logarithms.atoms(sp.log)) else logarithms
    return form.primitive()[1] if form.is_Add else form


@functools.lru_cache(maxsize=10_000)
def factors_of_sign(expression: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The bases and exponents of a product that the expression is, a quotient's denominator included."""
    numerator, denominator = sp.together(expression).as_numer_denom()
    numerator = sp.factor(numerator) if numerator.is_polynomial() else sp.factor_terms(numerator)
    return [factor.as_base_exp() for factor in sp.Mul.make_args(numerator * sp.factor_terms(denominator))]


@functools.lru_cache(maxsize=10_000)
def sign_by_structure(expression: sp.Expr) -> int | None:
    """-1, 0 or 1 where the assumptions of the symbols alone tell it, else None."""
    if expression.is_zero:
        return 0
    if expression.is_positive:
        return 1
    if expression.is_negative:
        return -1
    powers = {power: sp.Dummy(positive=True) for power in expression.atoms(sp.exp)}  # whatever the exponent, if real
    return sign_by_structure(expression.xreplace(powers)) if powers else None


def bounds_of_number(number: sp.Expr) -> tuple[sp.Rational, sp.Rational] | None:
    """Rational numbers between which a real number lies strictly, of its own sign; None where its digits do not tell.

    >>> low, high = bounds_of_number(sp.log(2))
    >>> bool(low < sp.log(2) < high), bool(high - low < sp.Rational(1, 10**30))
    (True, True)
    >>> bounds_of_number(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1) is None
    True
    """
    value = _digits(number)
    if value is None or abs(sp.log(abs(value), 10)) > MOST_DIGITS:
        return None
    value = sp.Rational(value)
    margin = abs(value) / 10**DIGITS
    return value - margin, value + margin


@functools.lru_cache(maxsize=10_000)
def sign_of_number(number: sp.Expr) -> int | None:
    """-1, 0 or 1; None where its digits do not tell, as those of a zero that is written otherwise."""
    if number.is_Rational:
        return int(sp.sign(number))
    value = _digits(number)
    return None if value is None else int(sp.sign(value))


def _digits(number: sp.Expr) -> sp.Float | None:
    """More than DIGITS correct digits of a real number that is not 0, if they are found."""
    powers = (part.as_base_exp() for part in sp.postorder_traversal(number) if part.is_Pow or part.func is sp.exp)
    if any(abs(exponent * sp.log(abs(base))).evalf(5) > sp.Float("1e9") for base, exponent in powers):
        return None  # a number of so many digits is not worked with
    try:
        value = number.evalf(DIGITS + 5, maxn=100, strict=True)
    except (PrecisionExhausted, NotImplementedError, ValueError):
        return None
    return sp.Float(value, DIGITS + 5) if value.is_extended_real and value.is_finite and value != 0 else None


def linear_symbol(form: sp.Expr) -> sp.Symbol | None:
    """The last symbol by name that the form is linear in, with a number for its slope."""
    slopes = {symbol: form.diff(symbol) for symbol in sorted(form.free_symbols, key=str, reverse=True)}
    return next((symbol for symbol, slope in slopes.items() if slope.is_number and slope != 0), None)


def solved_for_a_symbol(form: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """A symbol and what it equals where `form` is zero; nothing, if it is linear in none."""
    symbol = linear_symbol(form)
    return {symbol: sp.expand(symbol - form / form.diff(symbol))} if symbol else {}


@functools.lru_cache(maxsize=10_000)
def as_squares(form: sp.Expr) -> list[tuple[int, sp.Expr]]:
    """A definite quadratic as [(sign, base), ...]: one sign, and what is squared; of any other form, nothing."""
    squares, rest = [], form
    while not rest.is_number:
        symbol = min(rest.free_symbols, key=str)
        slope, curvature = rest.diff(symbol), rest.diff(symbol, 2)
        sign = sign_of_number(curvature) if rest.is_polynomial() and curvature.is_number else None
        if not sign:
            return []
        squares.append((sign, slope))
        rest = sp.expand(rest - slope**2 / (2 * curvature))
    squares += [(sign_of_number(rest), sp.S.One)] * (rest != 0)
    return squares if {sign for sign, _ in squares} in ({-1}, {1}) else []
