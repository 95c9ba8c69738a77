"""The normal form of sums, which is the same for equal sums."""

import pytest
from sympy import IndexedBase, KroneckerDelta, Rational, Sum, Symbol, exp, symbols

from derivations.algebra.letters import K, N, j, k, l, m
from derivations.algebra.sums import normal
from derivations.algebra.zero import is_zero

f, w = IndexedBase("f", real=True), IndexedBase("w", real=True)
z = symbols("z", real=True)


def test_equal_sums_have_one_form():
    assert normal(Sum(2 * f[j], (j, 1, K))) == normal(Sum(f[k] + f[k], (k, 1, K))) == 2 * normal(Sum(f[m], (m, 1, K)))


@pytest.mark.parametrize(
    "zero",
    [
        Sum(f[m], (m, 2, K)) + f[1] - Sum(f[m], (m, 1, K)),
        Sum(f[m], (m, 0, K)) - f[0] - Sum(f[m], (m, 1, K)),
        Sum(KroneckerDelta(m, j) * f[m], (m, 2, K)) - (1 - KroneckerDelta(1, j)) * f[j],
        Sum(KroneckerDelta(m, 1) * f[m], (m, 1, K)) - f[1],
        Sum(KroneckerDelta(m, K) * f[m], (m, 1, K)) - f[K],
        Sum(KroneckerDelta(m, j) * f[m], (m, 1, K)) - f[j],
        Sum(Sum(KroneckerDelta(m, l) * w[m, l], (m, 1, K)), (l, 1, K)) - Sum(w[j, j], (j, 1, K)),
        Sum(1, (m, 2, K)) - K + 1,
        Sum(1, (m, 0, K)) - K - 1,
        Sum(exp(KroneckerDelta(m, j) * z), (m, 1, K)) - K + 1 - exp(z),
        Sum(1 / (2 - KroneckerDelta(m, j)), (m, 2, K)) - (K - 1) / 2 - (1 - KroneckerDelta(1, j)) / 2,
        Sum(KroneckerDelta(j, k) * exp(z) * f[m], (m, 1, K)) - KroneckerDelta(j, k) * exp(z) * Sum(f[l], (l, 1, K)),
    ],
    ids=str,
)
def test_the_ranges_of_sums_are_respected(zero):
    assert is_zero(zero)
    assert not is_zero(zero + Rational(1, 1000))


@pytest.mark.parametrize(
    "other",
    [
        Sum(KroneckerDelta(m, j), (m, 2, K)) - 1,  # j = 1
        Sum(KroneckerDelta(m, j), (m, 3, K)) - 1,
        Sum(KroneckerDelta(m, j + 1) * f[m], (m, 1, K)) - f[j + 1],  # j = K
        Sum(KroneckerDelta(m, 2), (m, 1, K)) - 1,  # K = 1
        Sum(KroneckerDelta(m, 0), (m, 1, K)) - 1,
        Sum(1, (m, 3, K)) - K + 2,  # K = 1: no terms
        Sum(1, (m, K, N)) - N + K - 1,  # K > N + 1
        Sum(Sum(KroneckerDelta(m, l) * w[m, l], (m, 1, K)), (l, 1, N)) - Sum(w[j, j], (j, 1, N)),  # K < N
        Sum(KroneckerDelta(m, j), (m, 1, K)) - Sum(KroneckerDelta(m, j), (m, 1, N)),  # K < j <= N
        Sum(KroneckerDelta(m, Symbol("q", integer=True)), (m, 1, K)) - 1,
        Sum(exp(KroneckerDelta(m, j) * z), (m, 1, K)) - K,
        Sum(exp(KroneckerDelta(m, j) * z), (m, 2, K)) - K + 2 - exp(z),  # j = 1
        Sum(1 / (1 - KroneckerDelta(m, j)), (m, 1, K)) - K + 1,  # undefined at m = j
        Sum(exp(KroneckerDelta(m, j) * f[m]), (m, 1, K)) - Sum(exp(f[m]), (m, 1, K)),
    ],
    ids=str,
)
def test_indices_that_may_be_out_of_range_prove_nothing(other):
    assert not is_zero(other)


def test_a_free_index_has_one_range_throughout_a_derivation():
    of_outputs = Sum(KroneckerDelta(m, j) * f[m], (m, 1, K)) - f[j]
    of_inputs = of_outputs.subs(K, N)
    ranges = {}
    assert is_zero(of_outputs, ranges=ranges)
    assert ranges == {j: (1, K)}
    assert not is_zero(of_inputs, ranges=ranges)
    assert is_zero(of_inputs)
