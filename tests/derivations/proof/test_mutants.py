"""False copies: which parts of an equation they change."""

from sympy import IndexedBase, Integer, Sum

from derivations.algebra.letters import K, j
from derivations.proof.mutants import _constants

f = IndexedBase("f", real=True)


def test_constants_in_summands_are_changed_and_those_in_limits_are_not():
    copies = dict(_constants(3 * Sum(5 * f[j] ** 2, (j, 1, K))))
    assert copies["6 for 5"] == 3 * Sum(6 * f[j] ** 2, (j, 1, K))
    assert copies["3 for 2"] == 3 * Sum(5 * f[j] ** 3, (j, 1, K))
    assert copies["4 for 3"] == 4 * Sum(5 * f[j] ** 2, (j, 1, K))
    assert copies["2 for 1"] == 3 * Sum(5 * f[j] ** 2, (j, 1, K))
    assert copies["0 in its place"] == Integer(0)
