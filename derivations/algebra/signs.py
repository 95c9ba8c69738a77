"""The sign of an expression: what its structure tells, and simpler forms with the same sign."""

import functools
from collections.abc import Callable, Mapping

import sympy as sp

from derivations.algebra.assumptions import known_sign
from derivations.algebra.digits import UnknownDigitsError, digits_of
from derivations.algebra.sums import normal

UNIT = sp.Interval.open(0, 1)
MOST_DIGITS = 10**5  # numbers with more digits before or after the point get no bounds
DIGITS = 40  # to which bounds agree with the number; its evaluation gives a few more


def has_sign(expression: sp.Expr, sign: str, domain: Mapping[sp.Expr, sp.Set] | None = None) -> bool:
    """Whether the signs of its letters alone show that an expression is "positive", "negative" or "nonzero"."""
    known = known_sign(normal(onto_the_half_line(domain or {})(expression).rewrite(sp.exp)))
    return known in {"positive": (1,), "negative": (-1,), "nonzero": (1, -1)}[sign]


def onto_the_half_line(domain: Mapping[sp.Expr, sp.Set]) -> Callable[[sp.Expr], sp.Expr]:
    """A substitution a = t / (1 + t), t > 0, for every letter with 0 < a < 1: the signs of a and 1 - a become known."""
    odds = {letter: sp.Dummy(positive=True) for letter, values in domain.items() if values == UNIT}

    def element(a):
        return sp.IndexedBase(odds[a.base], positive=True)[a.indices]

    def put_in(expression):
        replacements = {a: element(a) for a in expression.atoms(sp.Indexed) if a.base in odds} | odds
        return expression.xreplace({a: t / (1 + t) for a, t in replacements.items()})

    return put_in


@functools.lru_cache(maxsize=10_000)
def reduced(expression: sp.Expr) -> sp.Expr:
    """A form of the same sign, linear where possible: e^p - e^q becomes p - q.

    >>> z = sp.Symbol("z", real=True)
    >>> reduced(3 * sp.exp(2 * z) - 3 * sp.exp(z - 1))
    z + 1
    >>> reduced(2 * z / (2 + 2 * sp.exp(z)))
    z/(exp(z) + 1)
    """
    form = _with_primitive_denominators(sp.expand(expression))
    if form.is_Add and len(form.args) == 2 and form.has(sp.exp):
        minus, plus = sorted(form.args, key=lambda term: bool(term.is_positive))
        if plus.is_positive and minus.is_negative:
            logarithms = sp.expand(sp.expand_log(sp.log(plus) - sp.log(-minus), force=True))
            form = form if any(log.free_symbols for log in logarithms.atoms(sp.log)) else logarithms
    return form.primitive()[1] if form.is_Add else form


def _with_primitive_denominators(form: sp.Expr) -> sp.Expr:
    """The form with 2 / (2 + 2 e^z) as 1 / (1 + e^z), so that its terms are those of other forms."""
    sums = {power: power.base.primitive() for power in form.atoms(sp.Pow) if power.base.is_Add and power.exp.is_Integer}
    return form.xreplace({p: content**p.exp * rest**p.exp for p, (content, rest) in sums.items() if content != 1})


@functools.lru_cache(maxsize=10_000)
def factors_of_sign(expression: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The bases and exponents of factors whose product has the expression's sign, those of its denominator included."""
    numerator, denominator = sp.together(expression).as_numer_denom()
    numerator = sp.factor(numerator) if numerator.is_polynomial() else sp.factor_terms(numerator)
    return [factor.as_base_exp() for factor in sp.Mul.make_args(numerator * sp.factor_terms(denominator))]


@functools.lru_cache(maxsize=10_000)
def sign_by_structure(expression: sp.Expr) -> int | None:
    """-1, 0 or 1 if the assumptions on the symbols alone tell the sign, else None."""
    if expression.is_zero:
        return 0
    if expression.is_positive:
        return 1
    if expression.is_negative:
        return -1
    powers = {power: sp.Dummy(positive=True) for power in expression.atoms(sp.exp)}  # positive for any real exponent
    return sign_by_structure(expression.xreplace(powers)) if powers else None


def sign_where_positive(form: sp.Expr) -> tuple[int, tuple[sp.Expr, ...]]:
    """A function's sign where certain expressions are positive, and these; 0 if no such sign is known.

    >>> x = sp.Symbol("x", real=True)
    >>> sign_where_positive(sp.gamma(x)), sign_where_positive(sp.polygamma(2, x)), sign_where_positive(sp.sin(x))
    ((1, (x,)), (-1, (x,)), (0, ()))
    """
    if isinstance(form, sp.gamma | sp.lowergamma | sp.uppergamma):
        return 1, form.args
    if isinstance(form, sp.zeta):
        return 1, (form.args[0] - 1, *form.args[1:])
    order, *others = (*form.args, sp.S.Zero)
    if isinstance(form, sp.polygamma) and order.is_Integer and order > 0:
        return (1 if order.is_odd else -1), (others[0],)
    if isinstance(form, sp.besseli) and order.is_Integer and order >= 0:
        return 1, (others[0],) if order > 0 else ()
    return 0, ()


def half_waves(form: sp.Expr) -> list[tuple[int, tuple[sp.Expr, sp.Expr]]]:
    """For a sine or cosine, the sign that it has where two expressions are positive, for the waves around 0."""
    if not isinstance(form, sp.sin | sp.cos):
        return []
    start = sp.S.Zero if isinstance(form, sp.sin) else -sp.pi / 2
    shifted = form.args[0] - start
    return [(-1 if n % 2 else 1, (shifted - n * sp.pi, (n + 1) * sp.pi - shifted)) for n in (0, -1, 1)]


def parts_of_root(form: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """c, p and q of a form c sqrt(p) + q, where p is the product of all radicands; all 0 if there is no such form.

    >>> x = sp.Symbol("x", real=True)
    >>> parts_of_root(x - 2 * sp.sqrt(x**2 + 1))
    (-2, x**2 + 1, x)
    """
    terms = {term: list(filter(_is_root, sp.Mul.make_args(term))) for term in sp.Add.make_args(form)}
    found = [term for term, roots in terms.items() if roots]
    if len(found) != 1 or not form.is_Add:
        return sp.S.Zero, sp.S.Zero, sp.S.Zero
    roots = terms[found[0]]
    return found[0] / sp.Mul(*roots), sp.Mul(*(root.base for root in roots)), form - found[0]


def _is_root(factor: sp.Expr) -> bool:
    return factor.is_Pow and factor.exp == sp.S.Half and not factor.is_number


def bounds_of_number(number: sp.Expr) -> tuple[sp.Rational, sp.Rational] | None:
    """Rational numbers of a real number's sign, strictly below and above it; None if they are not found.

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
    """-1, 0 or 1; None where its digits do not tell, as for a zero that is written as a sum."""
    if number.is_Rational:
        return int(sp.sign(number))
    value = _digits(number)
    return None if value is None else int(sp.sign(value))


def _digits(number: sp.Expr) -> sp.Float | None:
    """More than DIGITS correct digits of a real number that is not 0, if they are found."""
    if not is_evaluable(number):
        return None
    try:
        return digits_of(number, DIGITS + 5)
    except UnknownDigitsError:
        return None


def is_evaluable(number: sp.Basic) -> bool:
    """Whether no power in a number is so large or small that to evaluate it would take too long."""
    parts = (part for part in sp.postorder_traversal(number) if part.is_Pow or part.func is sp.exp)
    powers = (part.as_base_exp() for part in parts if part.is_number)  # the root of a polynomial contains a variable
    return not any(abs(exponent * sp.log(abs(base))).evalf(5) > sp.Float("1e9") for base, exponent in powers)


def linear_symbol(form: sp.Expr) -> sp.Symbol | None:
    """The symbol, last in alphabetical order, in which the form is linear with a number as its slope."""
    symbols = (symbol for symbol in sorted(form.free_symbols, key=str, reverse=True) if form.is_polynomial(symbol))
    return next((symbol for symbol in symbols if (slope := form.diff(symbol)).is_number and slope != 0), None)


def solved_for_a_symbol(form: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """A symbol and what it equals where `form` is zero; empty if the form is linear in no symbol."""
    symbol = linear_symbol(form)
    return {symbol: sp.expand(symbol - form / form.diff(symbol))} if symbol else {}


@functools.lru_cache(maxsize=10_000)
def as_squares(form: sp.Expr) -> list[tuple[int, sp.Expr]]:
    """A definite quadratic form as [(sign, base), ...], all of one sign, where each base is squared; else empty."""
    squares, rest = [], form
    while not rest.is_number:
        if not rest.is_polynomial():
            return []
        symbol = min(rest.free_symbols, key=str)
        slope, curvature = rest.diff(symbol), rest.diff(symbol, 2)
        if not (curvature.is_number and (sign := sign_of_number(curvature))):
            return []
        squares.append((sign, slope))
        rest = sp.expand(rest - slope**2 / (2 * curvature))
    squares += [(sign_of_number(rest), sp.S.One)] * (rest != 0)
    return squares if {sign for sign, _ in squares} in ({-1}, {1}) else []
