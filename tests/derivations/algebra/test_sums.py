"""The normal form of sums: the same for equal sums."""

from sympy import IndexedBase, Sum

from derivations.algebra.letters import K, j, k, m
from derivations.algebra.sums import normal

f = IndexedBase("f", real=True)


def test_equal_sums_have_one_form():
    assert normal(Sum(2 * f[j], (j, 1, K))) == normal(Sum(f[k] + f[k], (k, 1, K))) == 2 * normal(Sum(f[m], (m, 1, K)))
