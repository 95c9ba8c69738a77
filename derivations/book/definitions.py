"""Definitions and assumptions that several modules of the chapter share; each module passes its own letters."""

from sympy import Eq, Expr, IndexedBase, Interval, KroneckerDelta, Sum, Symbol, exp

from derivations.algebra.letters import K, j, k, m
from derivations.proof.notation import unspecified

S = Symbol("S")
ties = Symbol("T", integer=True, positive=True)  # how many neurons have the largest weighted input
some_cost = unspecified("C")
OPEN_UNIT = Interval.open(0, 1)


def as_softmax(a: IndexedBase, z: IndexedBase, c: Expr | int = 1, *, total: Expr = S) -> dict[Expr, Expr]:
    """a_j = e^(c z_j) / S with S = sum_k e^(c z_k), equations 78 and 83."""
    return {a[j]: exp(c * z[j]) / total, total: Sum(exp(c * z[k]), (k, 1, K))}


def sums_to_1(y: IndexedBase) -> Eq:
    """The condition that the K elements sum to 1."""
    return Eq(Sum(y[m], (m, 1, K)), 1)


def different(one: Expr, other: Expr) -> Eq:
    """The condition that two indices differ."""
    return Eq(KroneckerDelta(one, other), 0)
