"""An equation evaluated: both sides at random rational points, with 50 digits.

Here sizes and indices are small numbers. The sums are written out before anything is differentiated, so that the values
depend neither on SymPy's treatment of symbolic sums nor on `derivations.algebra.zero`.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import mpmath
from sympy import Eq, Expr, Rational, Set, Symbol, lambdify, nan, zoo

from derivations.algebra.letters import INDICES, K, M, N, n, unknowns
from derivations.algebra.points import Point, random_point
from derivations.proof.notation import Definitions, Unspecified, unfold

SAMPLE_DIGITS = 50
CLOSE = mpmath.mpf(10) ** -(SAMPLE_DIGITS - 15)
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


MPMATH_FUNCTIONS = {
    "s": lambda z: 1 / (1 + mpmath.exp(-z)),
    "s_prime": lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
}


class Premises(Protocol):
    """What is known of the letters that are sampled; an `Equation` satisfies it. The label seeds the random numbers."""

    @property
    def label(self) -> str: ...
    @property
    def where(self) -> Definitions: ...
    @property
    def given(self) -> Sequence[Eq]: ...
    @property
    def domain(self) -> Mapping[Expr, Set]: ...


def counterexamples(claims: Sequence[tuple[Expr, Expr]], premises: Premises) -> dict[int, Counterexample]:
    """The claims left = right that are false at a random point: each one's place in the sequence, and the point."""
    expressions = list(dict.fromkeys(itertools.chain.from_iterable(claims)))
    free = set().union(*(expression.free_symbols for expression in expressions)) & set(INDICES)
    found = {}
    for sizes in (APART, TOGETHER) if len(free) > 1 else (APART,):
        for point, values in evaluations(expressions, premises, sizes):
            value = dict(zip(expressions, values, strict=True))
            for place, (left, right) in enumerate(claims):
                if place not in found and not _close(value[left], value[right]):
                    used = {name: size for name, size in sizes.items() if left.has(name) or right.has(name)}
                    found[place] = Counterexample({**used, **point}, value[left], value[right])
    return found


def _close(a, b):
    return a == b or (mpmath.isfinite(a) and abs(a - b) <= CLOSE * (1 + abs(a) + abs(b)))


def evaluations(
    expressions: Sequence[Expr], premises: Premises, sizes: Mapping[Symbol, int], points: int = 2
) -> Iterator[tuple[Point, list]]:
    """The values of several expressions at random points where the premises hold, for one choice of sizes."""
    plain = [for_sizes(expression, premises, sizes) for expression in expressions]
    plain = [nan if expression.has(zoo) else expression for expression in plain]
    given = [for_sizes(e.lhs - e.rhs, premises, sizes) for e in premises.given]
    if any(e.is_number and e != 0 for e in given):
        return  # for example, j = k here, but they are given to be different
    names = sorted({name for e in (*plain, *given) for name in unknowns(e)}, key=str)
    values, rng = numeric(plain, names), random.Random(premises.label)
    with mpmath.workdps(SAMPLE_DIGITS):
        for _ in range(points):
            point = random_point(names, given, premises.domain, rng)
            if point is None:
                raise ValueError(f"equation {premises.label}: no random point lies in its domain {premises.domain}")
            yield point, values(*(mpmath.mpf(value.p) / value.q for value in point.values()))


def for_sizes(expression: Expr, premises: Premises, sizes: Mapping[Symbol, int]) -> Expr:
    """The expression for given sizes and indices, which contains no sum, derivative or unspecified function."""
    plain = unfold(expression, premises.where, sizes)
    return plain.replace(lambda part: isinstance(part, Unspecified), lambda part: part.example())


def numeric(expressions: Sequence[Expr], names: Sequence[Expr], *, cse: bool = False) -> Callable[..., list]:
    """A function from mpmath numbers, one for each of `names`, to the values of the expressions."""
    symbols = {name: Symbol(f"v{place}") for place, name in enumerate(names)}
    return lambdify(symbols.values(), [e.xreplace(symbols) for e in expressions], [MPMATH_FUNCTIONS, "mpmath"], cse=cse)
