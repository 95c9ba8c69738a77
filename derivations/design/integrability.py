"""Which fields are gradients? Curl, Frobenius' condition, and integrating factors.

A field delta_1, ..., delta_K in the variables z_1, ..., z_K is the gradient of some cost if and only if all its curls
d delta_i / dz_j - d delta_j / dz_i vanish. If they do not, a factor mu may still make mu * delta a gradient. For K = 2
such a factor always exists (near a point where delta is not 0), for K > 2 if and only if Frobenius' terms vanish.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sympy import (
    Add,
    Expr,
    Mul,
    Poly,
    Rational,
    Symbol,
    diff,
    exp,
    expand,
    factor,
    fraction,
    linsolve,
    symbols,
    together,
)

from derivations.algebra.generators import Generators
from derivations.algebra.points import point_where_nonzero
from derivations.algebra.sums import lowest_terms
from derivations.algebra.zero import is_zero


@dataclass(eq=False)
class NotAGradient(ValueError):
    """The field is not the gradient of any cost; the message says why."""

    pair: tuple[Symbol, Symbol]
    curl: Expr
    point: dict[Symbol, Rational]
    factor: Expr | None
    factor_exists: bool

    def __str__(self):
        z_i, z_j = self.pair
        where = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        value = f"{self.curl.subs(self.point).evalf(6)} at {where}" if where else "0 nowhere"
        if self.factor is not None:
            rescaling = f"multiplied by {self.factor} it is one"
        elif self.factor_exists:
            rescaling = "some factor would make it one (Frobenius' condition holds), but none was found"
        else:
            rescaling = "no factor makes it one (Frobenius' condition fails)"
        return (
            f"no cost has this gradient: the derivative of the component for {z_i} with respect to {z_j} and that of "
            f"the component for {z_j} with respect to {z_i} differ by {self.curl}, which is {value}; {rescaling}"
        )


def curl(delta: Sequence[Expr], z: Sequence[Symbol], i: int, j: int) -> Expr:
    """d delta_i / dz_j - d delta_j / dz_i, which is 0 for a gradient."""
    return diff(delta[i], z[j]) - diff(delta[j], z[i])


def frobenius(delta: Sequence[Expr], z: Sequence[Symbol], i: int, j: int, k: int) -> Expr:
    """The coefficient of delta ^ d delta for three components: 0 for every triple if there is an integrating factor."""
    return delta[i] * curl(delta, z, k, j) + delta[j] * curl(delta, z, i, k) + delta[k] * curl(delta, z, j, i)


def check_gradient(delta: Sequence[Expr], z: Sequence[Symbol]) -> None:
    """Raise `NotAGradient`, with the first pair of components whose curl is not 0, unless delta is a gradient."""
    for i, j in itertools.combinations(range(len(z)), 2):
        rotation = curl(delta, z, i, j)
        if not is_zero(rotation):
            triples = itertools.combinations(range(len(z)), 3)
            exists = all(is_zero(frobenius(delta, z, *triple)) for triple in triples)
            found = integrating_factor(delta, z) if exists else None
            simplest = lowest_terms(rotation, factor)
            raise NotAGradient((z[i], z[j]), simplest, point_where_nonzero(simplest), found, exists)


def integrating_factor(delta: Sequence[Expr], z: Sequence[Symbol]) -> Expr | None:
    """A factor mu for which mu * delta is a gradient, sought among the products of powers of delta's own factors f.

    With ln mu = sum_f c_f ln f the condition on mu, (d_j ln mu) delta_i - (d_i ln mu) delta_j + curl_ij = 0, is
    linear in the exponents c.
    """
    candidates = sorted({part for component in delta for part in _factors(component, z)}, key=str)
    exponents = symbols(f"c:{len(candidates)}")
    slope = [Add(*(c * diff(f, v) / f for c, f in zip(exponents, candidates, strict=True))) for v in z]
    conditions = []
    for i, j in itertools.combinations(range(len(z)), 2):
        conditions += _coefficients(slope[j] * delta[i] - slope[i] * delta[j] + curl(delta, z, i, j), z)
    for solution in linsolve(conditions, exponents):
        powers = [power.subs(dict.fromkeys(exponents, 0)) for power in solution]
        return Mul(*(f**power for f, power in zip(candidates, powers, strict=True)))
    return None


def _factors(component, z):
    """The factors of a component's numerator and denominator that depend on some z."""
    parts = Mul.make_args(lowest_terms(component, factor))
    bases = [base for part in parts for base in Mul.make_args(part.as_base_exp()[0] if part.is_Pow else part)]
    return [e for part in bases for e in _exponentials(part) if e.has(*z)]


def _exponentials(part):
    return [exp(z) for z in part.free_symbols] if isinstance(part, exp) else [part]


def _coefficients(condition, z):
    """The coefficients of a condition, taken as a polynomial in everything that depends on z."""
    generators = Generators()
    numerator = fraction(together(generators.quotient(condition)))[0]
    dependent = [symbol for symbol, meaning in generators.meaning.items() if meaning.has(*z)]
    meaning = {symbol: atom for symbol, atom in generators.meaning.items() if not atom.has(*z)}
    coefficients = Poly(expand(numerator), *dependent).coeffs() if dependent else [numerator]
    return [coefficient.xreplace(meaning) for coefficient in coefficients]
