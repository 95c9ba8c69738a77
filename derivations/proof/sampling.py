"""Numbers for an equation: both sides at random rational points, with 50 digits.

Sizes and indices are small numbers here. The sums are written out before anything is differentiated, so
that the numbers owe nothing to SymPy's treatment of symbolic sums, nor to `derivations.algebra.zero`.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mpmath
from sympy import Expr, Indexed, Interval, Rational, S, Symbol, lambdify, nan, oo, zoo

from derivations.algebra.letters import INDICES, K, M, N, n, unknowns
from derivations.proof.notation import Unspecified, unfold

if TYPE_CHECKING:
    from derivations.proof.equation import Equation

DIGITS = 50
CLOSE = mpmath.mpf(10) ** -(DIGITS - 15)
APART = {n: 3, K: 3, N: 2, M: 2, **dict(zip(INDICES, (3, 2, 1, 2, 3, 3), strict=True))}
TOGETHER = {n: 2, K: 3, N: 2, M: 2, **dict(zip(INDICES, (2, 2, 2, 1, 2, 2), strict=True))}


@dataclass(frozen=True)
class Counterexample:
    """A point at which two sides differ."""

    point: Mapping[Expr, Rational]
    left: mpmath.mpf
    right: mpmath.mpf

    def __str__(self):
        where = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        sides = f"left is {mpmath.nstr(self.left, 8)} and right is {mpmath.nstr(self.right, 8)}"
        return f"{sides} at {where}" if where else sides


FUNCTIONS = {
    "s": lambda z: 1 / (1 + mpmath.exp(-z)),
    "s_prime": lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
}


def counterexamples(claims: Sequence[tuple[Expr, Expr]], equation: "Equation") -> dict[int, Counterexample]:
    """Where a claim left = right is false at a random point of the domain: its place, and that point."""
    expressions = list(dict.fromkeys(itertools.chain.from_iterable(claims)))
    free = set().union(*(expression.free_symbols for expression in expressions)) & set(INDICES)
    found = {}
    for sizes in (APART, TOGETHER) if len(free) > 1 else (APART,):
        for point, values in evaluations(expressions, equation, sizes):
            value = dict(zip(expressions, values, strict=True))
            for place, (left, right) in enumerate(claims):
                if place not in found and not _close(value[left], value[right]):
                    used = {name: size for name, size in sizes.items() if left.has(name) or right.has(name)}
                    found[place] = Counterexample({**used, **point}, value[left], value[right])
    return found


def _close(a, b):
    return a == b or (mpmath.isfinite(a) and abs(a - b) <= CLOSE * (1 + abs(a) + abs(b)))


def evaluations(
    expressions: Sequence[Expr], equation: "Equation", sizes: Mapping[Symbol, int], points: int = 2
) -> Iterator[tuple[dict, list]]:
    """The values of several expressions at random points of an equation's domain, for one choice of sizes."""
    plain = [concrete(expression, equation, sizes) for expression in expressions]
    plain = [nan if expression.has(zoo) else expression for expression in plain]
    given = [concrete(e.lhs - e.rhs, equation, sizes) for e in equation.given]
    if any(e.is_number and e != 0 for e in given):
        return  # such as j = k where they are given to be different
    names = sorted({name for e in (*plain, *given) for name in unknowns(e)}, key=str)
    symbols = {name: Symbol(f"v{place}") for place, name in enumerate(names)}
    values = lambdify(symbols.values(), [e.xreplace(symbols) for e in plain], [FUNCTIONS, "mpmath"])
    chance = random.Random(equation.label)
    with mpmath.workdps(DIGITS):
        for _ in range(points):
            point = _random_point(names, given, equation, chance)
            yield point, values(*(mpmath.mpf(value.p) / value.q for value in point.values()))


def concrete(expression: Expr, equation: "Equation", sizes: Mapping[Symbol, int]) -> Expr:
    """The expression for given sizes and indices: no sum, derivative or unspecified function is left in it."""
    plain = unfold(expression, equation.where, sizes)
    return plain.replace(lambda part: isinstance(part, Unspecified), lambda part: part.example())


def _random_point(names, given, equation, chance):
    """Rational values for all names, within the domain and such that the given equations hold."""
    for _ in range(1000):
        point = {name: _random_value(name, equation.domain, chance) for name in names}
        for constraint in [e for e in given if unknowns(e)]:
            last = max(unknowns(constraint), key=str)
            at_0, at_1 = (constraint.xreplace({**point, last: Rational(value)}) for value in (0, 1))
            point[last] = at_0 / (at_0 - at_1)  # the constraints are linear
        if all(value in _values(name, equation.domain) for name, value in point.items()):
            return point
    raise ValueError(f"equation {equation.label}: no random point lies in its domain {dict(equation.domain)}")


def _random_value(name, domain, chance):
    values = _values(name, domain)
    if values.is_FiniteSet:
        return next(iter(values))
    low, high = max(values.inf, Rational(-5, 2)), min(values.sup, Rational(3, 2))
    return low + (high - low) * Rational(chance.randint(1, 96), 97)


def _values(name, domain):
    letter = name.base if isinstance(name, Indexed) else name
    return domain.get(letter, S.Reals if not name.is_positive else Interval.open(0, oo))
