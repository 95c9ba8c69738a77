"""Numbers for an equation: both sides at random rational points, with 50 digits.

Sizes and indices are small numbers here. The sums are written out before anything is differentiated, so
that the numbers owe nothing to SymPy's treatment of symbolic sums, nor to `derivations.zero`.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mpmath
from sympy import Expr, Indexed, Interval, Rational, S, Symbol, exp, lambdify, oo, solve

from derivations.notation import INDICES, K, N, Unspecified, n, unfold

if TYPE_CHECKING:
    from derivations.equation import Equation

DIGITS = 50
CLOSE = mpmath.mpf(10) ** -(DIGITS - 15)
APART = {n: 2, K: 3, N: 2, **dict(zip(INDICES, (1, 1, 2, 2, 2, 3), strict=True))}
TOGETHER = {n: 2, K: 3, N: 2, **dict(zip(INDICES, (2, 2, 2, 1, 1, 2), strict=True))}


@dataclass(frozen=True)
class Counterexample:
    """A point at which two sides differ."""

    point: Mapping[Expr, Rational]
    left: mpmath.mpf
    right: mpmath.mpf

    def __str__(self):
        where = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        return f"left is {mpmath.nstr(self.left, 8)} and right is {mpmath.nstr(self.right, 8)} at {where}"


def counterexample(left: Expr, right: Expr, equation: "Equation") -> Counterexample | None:
    """A point at which the two expressions differ, if one of a few in the equation's domain is such."""
    for sizes in (APART, TOGETHER):
        for point, (a, b) in evaluations((left, right), equation, sizes):
            if not abs(a - b) <= CLOSE * (1 + abs(a) + abs(b)):
                used = {name: size for name, size in sizes.items() if left.has(name) or right.has(name)}
                return Counterexample({**used, **point}, a, b)
    return None


def evaluations(
    expressions: Sequence[Expr], equation: "Equation", sizes: Mapping[Symbol, int], points: int = 2
) -> Iterator[tuple[dict, list]]:
    """The values of several expressions at random points of an equation's domain, for one choice of sizes."""
    plain = [concrete(expression, equation, sizes) for expression in expressions]
    given = [concrete(e.lhs - e.rhs, equation, sizes) for e in equation.given]
    names = sorted({name for e in (*plain, *given) for name in unknowns(e)}, key=str)
    values = lambdify(names, plain, "mpmath")
    chance = random.Random(equation.label)
    with mpmath.workdps(DIGITS):
        for _ in range(points):
            point = _random_point(names, given, equation, chance)
            yield point, values(*(mpmath.mpf(value.p) / value.q for value in point.values()))


def concrete(expression: Expr, equation: "Equation", sizes: Mapping[Symbol, int]) -> Expr:
    """The expression for given sizes and indices: no sum, derivative or unspecified function is left in it."""
    plain = unfold(expression, equation.where, sizes)
    return plain.replace(lambda part: isinstance(part, Unspecified), lambda part: part.example()).rewrite(exp)


def unknowns(expression: Expr) -> set[Expr]:
    """The letters and elements on which a concrete expression depends."""
    elements = expression.atoms(Indexed)
    return elements | (expression.free_symbols - {e.base.label for e in elements} - elements)


def _random_point(names, given, equation, chance):
    """Rational values for all names, within the domain and such that the given equations hold."""
    for _ in range(1000):
        point = {name: _random_value(name, equation.domain, chance) for name in names}
        for constraint in given:
            last = max(unknowns(constraint), key=str)
            others = {name: value for name, value in point.items() if name != last}
            point[last] = solve(constraint.subs(others), last)[0]
        if all(value in _values(name, equation.domain) for name, value in point.items()):
            return point
    raise ValueError(f"equation {equation.label}: no random point lies in its domain {dict(equation.domain)}")


def _random_value(name, domain, chance):
    values = _values(name, domain)
    low, high = max(values.inf, Rational(-5, 2)), min(values.sup, Rational(5, 2))
    return low + (high - low) * Rational(chance.randint(1, 96), 97)


def _values(name, domain):
    letter = name.base if isinstance(name, Indexed) else name
    return domain.get(letter, S.Reals if not name.is_positive else Interval.open(0, oo))
