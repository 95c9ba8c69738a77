"""Is an expression identically zero? Decided exactly, as a rational function of exponentials and logarithms.

e^p with p = q_1 t_1 + q_2 t_2 + ... (t monomials, q rational) becomes a product of powers of one positive
generator for each t; the logarithm of a product of positive factors becomes a sum of one generator for each
factor. What is left is a rational function, zero exactly if its numerator expands to zero. Generators are
treated as independent, which loses some identities and invents none.
"""

import functools
import math

import sympy as sp
from sympy.utilities.iterables import connected_components


@functools.lru_cache(maxsize=10_000)
def vanishes(expression: sp.Expr) -> bool:
    """Whether the expression is identically zero: True is a proof, False only says that none was found.

    >>> z = sp.Symbol("z", real=True)
    >>> vanishes(sp.log(1 + sp.exp(z)) - z - sp.log(1 + sp.exp(-z)))
    True
    >>> vanishes(sp.tanh(z) - 2 / (1 + sp.exp(-2 * z)) + 1)
    True
    >>> y = sp.Symbol("y", real=True)
    >>> vanishes(sp.log(1 + sp.exp(z)) - z - sp.log(1 + sp.exp(-z)) + (y + 1) ** 2 - y**2)
    False
    """
    if expression == 0:
        return True
    if expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        return False
    parts = _parts(expression)
    if len(parts) > 1 and all(map(vanishes, parts)):
        return True
    generators = _Generators()
    numerator = sp.expand(_whole_powers(_numerator(generators.rational(_exponential(expression)))))
    for root in generators.roots():
        numerator = sp.rem(numerator, root[0] ** root[1] - root[2], root[0]) if numerator.has(root[0]) else numerator
    return sp.expand(numerator) == 0


def _parts(expression: sp.Expr) -> list[sp.Expr]:
    """The sums of those terms that share symbols: the neurons of a cost, of which each vanishes by itself."""
    terms = dict.fromkeys(sp.Add.make_args(expression))
    vertices = list(terms | dict.fromkeys(expression.free_symbols))
    shared = [(term, symbol) for term in terms for symbol in term.free_symbols]
    return [sp.Add(*filter(terms.__contains__, part)) for part in connected_components((vertices, shared))]


def _numerator(expression: sp.Expr) -> sp.Expr:
    return sp.numer(sp.together(expression))


def _exponential(expression: sp.Expr) -> sp.Expr:
    """Hyperbolic functions as exponentials."""
    return expression.rewrite([sp.tanh, sp.sinh, sp.cosh], sp.exp) if expression.has(sp.Function) else expression


def _whole_powers(expression: sp.Expr) -> sp.Expr:
    """Each positive generator g that occurs as g^(p/q) replaced by h^q, so that only whole powers are left."""
    degrees: dict[sp.Expr, int] = {}
    for power in expression.atoms(sp.Pow):
        if power.base.is_Symbol and power.base.is_positive and power.exp.is_Rational:
            degrees[power.base] = math.lcm(degrees.get(power.base, 1), int(power.exp.q))
    return expression.xreplace({base: base**degree for base, degree in degrees.items() if degree > 1})


class _Generators:
    """One positive symbol for each transcendental term, the same symbol for the same term."""

    def __init__(self):
        self.symbols: dict[tuple[str, sp.Expr], sp.Symbol] = {}
        self.done: dict[sp.Expr, sp.Expr] = {}

    def rational(self, expression: sp.Expr) -> sp.Expr:
        """The expression as a rational function of symbols and generators."""
        if expression.is_Atom:
            return expression
        if expression not in self.done:
            self.done[expression] = self._rational(expression)
        return self.done[expression]

    def _rational(self, expression: sp.Expr) -> sp.Expr:
        if isinstance(expression, sp.exp):
            return self._exponential(expression.exp)
        if isinstance(expression, sp.log):
            return self._logarithm(sp.factor(self.rational(expression.args[0])))
        if expression.is_Pow and not expression.exp.is_Integer:
            return self._power(*expression.as_base_exp())
        if expression.is_Add or expression.is_Mul or expression.is_Pow:
            return expression.func(*map(self.rational, expression.args))
        arguments = [sp.cancel(self.rational(argument)) for argument in expression.args]
        return self._named("value", expression.func(*arguments), positive=bool(expression.is_positive))

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        result = sp.S.One
        for term in sp.Add.make_args(sp.expand(self._polynomial(exponent))):
            coefficient, monomial = term.as_coeff_Mul(rational=True)
            result *= self._inverse("log").get(monomial, self._named("exp", monomial)) ** coefficient
        return result

    def _polynomial(self, expression: sp.Expr) -> sp.Expr:
        """An exponent as a polynomial: in each product, what is not one becomes a generator."""
        if expression.is_polynomial():
            return expression
        if expression.is_Add:
            return sp.Add(*map(self._polynomial, expression.args))
        polynomials, others = sp.sift(
            sp.Mul.make_args(expression), lambda factor: bool(factor.is_polynomial()), binary=True
        )
        canonical = sp.cancel(self.rational(sp.Mul(*others)))
        named = canonical if canonical.is_polynomial() else self._named("value", canonical)
        return sp.Mul(*polynomials, named)

    def _logarithm(self, argument: sp.Expr) -> sp.Expr:
        result = sp.S.Zero
        numerator, denominator = sp.cancel(argument).as_numer_denom()
        for sign, part in ((1, numerator), (-1, denominator)):
            for factor in sp.Mul.make_args(sp.factor(part)):
                base, power = factor.as_base_exp()
                result += sign * power * self._log_of_factor(base)
        return result

    def _log_of_factor(self, factor: sp.Expr) -> sp.Expr:
        """Of the factor's absolute value: logarithms are real here, so the factors' signs cancel."""
        if factor in self._inverse("exp"):
            return self._inverse("exp")[factor]
        if factor.could_extract_minus_sign():
            factor = -factor
        if factor.is_Integer:
            return sp.Add(*(n * self._named("log", sp.Integer(p), False) for p, n in sp.factorint(factor).items()))
        return self._named("log", factor, positive=False)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if not exponent.is_Rational:
            return self._exponential(exponent * sp.log(base))
        numerator, denominator = sp.factor(self.rational(base)).as_numer_denom()
        return self._root(numerator, exponent) / self._root(denominator, exponent)

    def _root(self, base: sp.Expr, exponent: sp.Rational) -> sp.Expr:
        if not all(factor.is_positive for factor in sp.Mul.make_args(base)):
            return self._named(f"root {exponent.q}", sp.expand(base)) ** exponent.p
        factors = [factor.as_base_exp() for factor in sp.Mul.make_args(base)]
        return sp.Mul(
            *(
                self._named(f"root {exponent.q}", inner) ** (power * exponent.p)
                if inner.is_Add
                else inner ** (power * exponent)
                for inner, power in factors
            )
        )

    def roots(self) -> list[tuple[sp.Symbol, int, sp.Expr]]:
        """(symbol, q, base) where symbol^q = base."""
        return [(s, int(kind.split()[1]), term) for (kind, term), s in self.symbols.items() if kind.startswith("root")]

    def _inverse(self, kind: str) -> dict[sp.Symbol, sp.Expr]:
        return {symbol: term for (known, term), symbol in self.symbols.items() if known == kind}

    def _named(self, kind: str, term: sp.Expr, positive: bool = True) -> sp.Symbol:
        if (kind, term) not in self.symbols:
            self.symbols[kind, term] = sp.Dummy(f"g{len(self.symbols)}", positive=positive or None, real=True)
        return self.symbols[kind, term]
