"""An expression as a rational function of generators: one symbol for each part of it that is not arithmetic.

    e^p, p = q1 t1 + q2 t2 + ...     one generator e^t for each t, to the rational powers q
    p^q, q rational                  the same powers of one generator for each factor of p
    p^x                              e^(x ln p)
    ln p                             a sum of one generator ln f for each factor f of p, each prime number among them
    |p|                              p or -p where the sign of p is known, else a generator whose square is p^2
    Gamma(p), p > 0                  e^(ln Gamma(p))
    sin(p), cos(p), ...              one generator for p and -p, with the sign of an odd function
    atan(1 / p), p > 0               pi / 2 - atan(p)
    a sum, an element, f(p)          one generator each

Equal parts become the same generator. A generator for a root or an absolute value solves an equation (that for
sqrt(1 + x^2) has the square 1 + x^2); apart from that the generators are treated as independent. This loses some
identities and invents none: if the rational function is zero, so is the expression; if it is not, nothing is shown.

Roots and logarithms are principal values, and those of products are split only as far as that is right: factors of
known sign come out as their absolute values, and the product of all others stays together (ln(x y) is not ln x + ln y
for negative x and y). If logarithms are known to be `real`, since their arguments are positive, ln(x y) is
ln |x| + ln |y|.
"""

import functools
import math
from collections.abc import Callable, Iterable, Iterator

from sympy import (
    Abs,
    Add,
    Dummy,
    E,
    Expr,
    Function,
    Integer,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    asin,
    atan,
    cancel,
    cos,
    default_sort_key,
    erf,
    erfinv,
    exp,
    expand,
    factor,
    factorint,
    fraction,
    gamma,
    log,
    loggamma,
    numer,
    pi,
    sin,
    tan,
    together,
)

from derivations.algebra.assumptions import Sign, is_known_real, known_sign
from derivations.algebra.multiples import HIGHEST_POWER, height, rational_multiple

"""A function that gives the sign of an expression, 1 or -1, or None or 0 if it does not know it."""

# What a generator of each kind stands for, given the term from which it was made.
MEANINGS: dict[str, Callable[[Expr], Expr]] = {
    "exponential": exp,
    "logarithm": log,
    "logarithm of absolute value": lambda term: log(Abs(term)),
    "absolute value": Abs,
    "base": lambda term: term,
    "value": lambda term: term,
}

# Functions with f(-x) = f(x) or f(-x) = -f(x).
PARITY: dict[type, int] = {cos: 1, **dict.fromkeys((sin, tan, asin, atan, erf, erfinv), -1)}

# The n of the equation g^n = term^n that a generator of this kind solves.
DEGREES = {"base": 1, "absolute value": 2}


class Generators:
    """The generators of some expressions."""

    def __init__(self, sign: Sign = known_sign, *, real: bool = False):
        """`sign` gives the signs; `real` says that the argument of every logarithm and every root is positive."""
        self.sign, self.real = sign, real
        self.terms: dict[Symbol, tuple[str, Expr]] = {}
        self.meaning: dict[Expr, Expr] = {}
        self._symbols: dict[tuple[str, Expr], Symbol] = {}
        self._rational: dict[Expr, Expr] = {}
        self._signs: dict[Expr, int | None] = {}
        self._units: dict[Expr, dict[Rational, Rational]] = {}  # of a term, by its multiples

    def quotient(self, expression: Expr) -> Expr:
        """The expression as a quotient of polynomials in symbols; `meaning` says what each symbol stands for."""
        plain = self.rational(expression)
        roots = _roots([plain])
        for symbol, power in roots.items():
            kind, term = self.terms.get(symbol, ("", symbol))
            root, degree = power.as_base_exp()
            stands_for = self.meaning.get(symbol, symbol)
            self.meaning[root] = (
                exp(term.xreplace(self.meaning) / degree) if kind == "exponential" else stands_for ** (1 / degree)
            )
        return plain.xreplace(roots)

    @property
    def signs_matter(self) -> bool:
        """Whether to know more signs might have made fewer generators, as for roots, absolute values and Gamma."""
        return any(
            kind in DEGREES
            or isinstance(term, gamma)
            or (isinstance(term, atan) and _is_inverted(*fraction(term.args[0])))
            for kind, term in self.terms.values()
        )

    def vanish(self, expression: Expr) -> bool:
        """Whether arithmetic and the equations that generators solve show that the expression is zero; 0/0 is not."""
        numerator, denominator = fraction(together(self.rational(expression)))
        equations = [(g, *solved) for g, (kind, term) in self.terms.items() if (solved := self._power_of(kind, term))]
        roots = _roots([numerator, denominator, *(value for _, _, value in equations)])

        def is_zero_by_equations(part: Expr) -> bool:
            part = expand(part.xreplace(roots))
            for generator, degree, value in reversed(equations):  # a value is made of earlier generators and cosines
                root, power = roots.get(generator, generator).as_base_exp()
                part = _reduced(part, root, int(degree * power), value.xreplace(roots))
            return expand(part) == 0

        return is_zero_by_equations(numerator) and not (equations and is_zero_by_equations(denominator))

    def _power_of(self, kind: str, term: Expr) -> tuple[int, Expr] | None:
        """The degree and the right-hand side of the equation that a generator solves; None if there is none."""
        if kind in DEGREES:
            return DEGREES[kind], term ** DEGREES[kind]
        cosine = self._symbols.get(("value", cos(*term.args))) if isinstance(term, sin) else None
        return (2, 1 - cosine**2) if cosine else None

    def rational(self, expression: Expr) -> Expr:
        """The expression as a rational function of symbols, in which positive symbols may have rational powers."""
        if expression not in self._rational:
            self._rational[expression] = self._of(expression)
        return self._rational[expression]

    def _of(self, expression: Expr) -> Expr:
        if expression is E or isinstance(expression, exp):
            return self._exponential(self.rational(expression.as_base_exp()[1]))
        if expression.is_Atom:
            return expression
        if isinstance(expression, log):
            return self._logarithm(self.rational(expression.args[0]))
        if isinstance(expression, Abs):
            return self._absolute_value(self.rational(expression.args[0]))
        if isinstance(expression, Pow) and not expression.exp.is_Integer:
            return self._power(self.rational(expression.base), self.rational(expression.exp))
        if isinstance(expression, Add | Mul | Pow):
            return expression.func(*map(self.rational, expression.args))
        if isinstance(expression, Function) and all(isinstance(part, Expr) for part in expression.args):
            parts = [cancel(self.rational(part)).xreplace(self.meaning) for part in expression.args]
            return self._of_function(expression.func, parts)
        return self._named("value", expression)

    def _of_function(self, function: type, parts: list[Expr]) -> Expr:
        if function is gamma and self.sign(parts[0]) == 1:
            return self._exponential(self._named("value", loggamma(*parts)))
        above, below = fraction(parts[0]) if parts else (S.Zero, S.One)
        if function in PARITY and above.could_extract_minus_sign():
            return PARITY[function] * self._without_parity(function, expand(-above), below)
        return (
            self._without_parity(function, above, below) if len(parts) == 1 else self._named("value", function(*parts))
        )

    def _without_parity(self, function: type, above: Expr, below: Expr) -> Expr:
        """A function of a quotient; for an arctangent perhaps the reciprocal: atan(x) + atan(1/x) = sgn(x) pi / 2."""
        sign = self.sign(above / below) if function is atan and _is_inverted(above, below) else None
        return (
            sign * pi / 2 - self._of_function(atan, [below / above])
            if sign
            else self._named("value", function(above / below))
        )

    def _exponential(self, exponent: Expr) -> Expr:
        """e^(q1 t1 + q2 t2 + ...) = (e^t1)^q1 (e^t2)^q2 ..., where e^(q ln p) = p^q."""
        result = S.One
        for term in Add.make_args(expand(_without_common_denominator(exponent))):
            q, t = rational_multiple(term)
            kind, p = self.terms.get(t, ("", S.Zero))
            if kind == "logarithm":
                result *= self._rational_power(p, q)
            elif kind == "logarithm of absolute value":
                result *= self._positive_power(self._absolute_factor(p), q)
            elif q:
                unit = self._unit(t, q)
                result *= self._named("exponential", unit * t) ** (q / unit)
        return result

    def _unit(self, term: Expr, multiple: Rational) -> Rational:
        """The u of the generator e^(u term) of which e^(multiple term) is a power, not too high for polynomials.

        So e^(t / 2) and e^(3 t) are powers of e^t, but e^(0.73105 t) and e^(-0.73105 t) of e^(0.73105 t).
        """
        units = self._units.setdefault(term, {S.One: S.One})
        nearest = min(units, key=lambda other: height(multiple / other))
        return units.setdefault(multiple, units[nearest] if height(multiple / nearest) <= HIGHEST_POWER else multiple)

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if exponent.is_Rational:
            return self._rational_power(base, exponent)
        return self._exponential(exponent * self._logarithm(base))

    def _rational_power(self, base: Expr, exponent: Rational) -> Expr:
        """(f g)^q = |f|^q (sgn(f) g)^q, where f are the factors of known sign."""
        if exponent.is_Integer:
            return base**exponent
        known, rest = self._known_factors(base)
        powers = [self._positive_power(part, power * exponent) for part, power in known]
        return Mul(*powers, 1 if rest == 1 else self._named("base", rest) ** exponent)

    def _positive_power(self, base: Expr, exponent: Rational) -> Expr:
        """A power of a positive number: of one that does not factor, or of an integer."""
        if exponent.is_Integer or base.is_Symbol:
            return base**exponent
        if base.is_Integer:
            return Mul(*(self._named("base", Integer(p)) ** (n * exponent) for p, n in factorint(base).items()))
        return self._named("base", base) ** exponent

    def _absolute_value(self, product: Expr) -> Expr:
        parts = [(self._absolute_factor(part), power) for part, power in _factors(product)]
        if any(part is None for part, _ in parts):
            return self._named("value", Abs(product.xreplace(self.meaning)))
        return Mul(*(part**power for part, power in parts))

    def _logarithm(self, argument: Expr) -> Expr:
        """ln(f g) = ln |f| + ln(sgn(f) g), where f are the factors of known sign, or all of them if `real`."""
        known, rest = self._known_factors(argument)
        if self.real:
            known, rest = _factors(argument), S.One
        unknown = 0 if rest == 1 else self._named("logarithm", rest)
        return Add(*(power * self._logarithm_of_factor(part) for part, power in known), unknown)

    def _logarithm_of_factor(self, part: Expr) -> Expr:
        """The logarithm of the absolute value of a factor."""
        kind, term = self.terms.get(part, ("", part))
        if kind == "exponential":
            return term
        if kind in DEGREES:
            return Add(*(power * self._logarithm_of_factor(inner) for inner, power in _factors(term)))
        if part.is_Integer:
            return Add(*(n * self._named("logarithm", Integer(p)) for p, n in factorint(abs(part)).items()))
        known = self._of_known_sign(part)
        if known is not None:
            return self._named("logarithm", known)
        return self._named("logarithm of absolute value", _without_sign(part))

    def _known_factors(self, product: Expr) -> tuple[list[tuple[Expr, Rational]], Expr]:
        """The absolute values and powers of the factors of known sign, and the rest of the product."""
        known, rest = [], S.One
        for part, power in _factors(product):
            absolute = self._absolute_factor(part) if power.is_even else self._of_known_sign(part)
            if absolute is None or (absolute != part and not power.is_Integer):
                rest *= part**power
            else:
                known.append((absolute, power))
                rest *= 1 if absolute == part or power.is_even else S.NegativeOne
        return known, rest

    def _absolute_factor(self, part: Expr) -> Expr | None:
        """|f| as f or -f, or as a generator; None if f is not known to be real."""
        known = self._of_known_sign(part)
        if known is not None or not (self.real or is_known_real(part.xreplace(self.meaning))):
            return known
        return self._named("absolute value", _without_sign(part))

    def _of_known_sign(self, part: Expr) -> Expr | None:
        """|f| as f or -f, if the sign that f has where it is not 0 is known; else None."""
        if part not in self._signs:
            is_absolute = part in self.terms and self.terms[part][0] == "absolute value"
            self._signs[part] = 1 if is_absolute else self.sign(part.xreplace(self.meaning))
        return self._signs[part] * part if self._signs[part] else None

    def _named(self, kind: str, term: Expr) -> Symbol:
        if (kind, term) not in self._symbols:
            symbol = _generator(kind, term)
            self._symbols[kind, term], self.terms[symbol] = symbol, (kind, term)
            self.meaning[symbol] = MEANINGS[kind](term.xreplace(self.meaning))
        return self._symbols[kind, term]


@functools.lru_cache(maxsize=10_000)
def _generator(kind: str, term: Expr) -> Symbol:
    """The symbol for a part, the same wherever it is met; formally positive, so that SymPy multiplies its powers."""
    return Dummy("g", positive=True)


def _without_common_denominator(sum_of_quotients: Expr) -> Expr:
    """Each quotient in lowest terms separately: over a common denominator, sums of many sigmoids would grow large."""
    return Add(*map(_in_lowest_terms, Add.make_args(sum_of_quotients)))


@functools.lru_cache(maxsize=10_000)
def _in_lowest_terms(quotient: Expr) -> Expr:
    return quotient if quotient.is_polynomial(*quotient.free_symbols) else cancel(quotient)


def _factors(quotient: Expr) -> list[tuple[Expr, Rational]]:
    """The factors of numerator and denominator with their powers."""
    above, below = cancel(quotient).as_numer_denom()
    powers = [(part.as_base_exp(), side) for side, parts in ((1, above), (-1, below)) for part in _product(parts)]
    return [(base, side * power) for (base, power), side in powers]


def _product(expression: Expr) -> Iterator[Expr]:
    return (part for part in Mul.make_args(factor(expression)) if part != 1)


def _without_sign(part: Expr) -> Expr:
    return -part if part.could_extract_minus_sign() else part


def _roots(expressions: Iterable[Expr]) -> dict[Expr, Expr]:
    """For each symbol with exponents p/q, a power of a new symbol in its place, which makes all exponents integers."""
    degrees: dict[Expr, int] = {}
    for power in {power for expression in expressions for power in expression.atoms(Pow)}:
        if power.base.is_Symbol and power.exp.is_Rational:
            degrees[power.base] = math.lcm(degrees.get(power.base, 1), int(power.exp.q))
    return {symbol: Dummy(positive=True) ** degree for symbol, degree in degrees.items() if degree > 1}


def _is_inverted(above: Expr, below: Expr) -> bool:
    """Whether, of the arctangents of a quotient and its reciprocal, that of the reciprocal is preferred."""
    return not below.is_number and (above.is_number or default_sort_key(above) < default_sort_key(below))


def _reduced(numerator: Expr, symbol: Expr, degree: int, value: Expr) -> Expr:
    """The numerator of the expression that results when symbol^degree = value."""
    if not numerator.has(symbol):
        return numerator
    terms = Poly(numerator, symbol).terms()
    whole = Add(*(factor * value ** (n // degree) * symbol ** (n % degree) for (n,), factor in terms))
    return expand(numer(together(whole)))
