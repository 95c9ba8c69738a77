"""What is zero, and above all what is not."""

import pytest
from sympy import Eq, IndexedBase, KroneckerDelta, Sum, exp, log, symbols

from derivations.algebra.letters import K, N, i, j, k, m, n, s
from derivations.algebra.zero import UNIT, has_sign, is_zero, normal

x, y = symbols("x y", real=True)
a, p = symbols("a p", positive=True)
f, g = IndexedBase("f", real=True), IndexedBase("g", real=True)
w = IndexedBase("w", real=True)


@pytest.mark.parametrize(
    "zero",
    [
        exp(x + y) - exp(x) * exp(y),
        log(a * p) - log(a) - log(p),
        s(x) / (1 - s(x)) - exp(x),
        Sum(f[j] + g[j], (j, 1, K)) - Sum(f[k], (k, 1, K)) - Sum(g[m], (m, 1, K)),
        Sum(f[j] * g[k], (j, 1, K)) - g[k] * Sum(f[m], (m, 1, K)),
        Sum(x, (j, 1, K)) - K * x,
        Sum(f[j] * KroneckerDelta(j, k), (j, 1, K)) - f[k],
        Sum(KroneckerDelta(j, k) * KroneckerDelta(j, m) * f[j], (j, 1, K)) - KroneckerDelta(k, m) * f[m],
        KroneckerDelta(j, k) * (f[j] - f[k]),
        Sum(Sum(w[j, k] * f[k], (k, 1, N)) * g[j], (j, 1, K)) - Sum(g[m] * Sum(f[i] * w[m, i], (i, 1, N)), (m, 1, K)),
        Sum(exp(f[j]) / (1 + exp(f[j])), (j, 1, K)) + Sum(1 / (1 + exp(f[j])), (j, 1, K)) - K,
    ],
    ids=str,
)
def test_zero(zero):
    assert is_zero(zero)


@pytest.mark.parametrize(
    "other",
    [
        exp(x + y) - exp(x) - exp(y),
        log(a + p) - log(a) - log(p),
        log(x * y) - log(x) - log(y),
        Sum(f[j], (j, 1, K)) - Sum(f[j], (j, 1, n)),
        Sum(f[j] * g[j], (j, 1, K)) - Sum(f[j], (j, 1, K)) * Sum(g[j], (j, 1, K)),
        Sum(f[j] ** 2, (j, 1, K)) - Sum(f[j], (j, 1, K)) ** 2,
        Sum(f[j], (j, 1, K)) - f[k],
        Sum(w[j, k], (k, 1, K)) - Sum(w[k, j], (k, 1, K)),
        Sum(w[j, j], (j, 1, K)) - Sum(Sum(w[j, k], (k, 1, K)), (j, 1, K)),
        Sum(f[j] * KroneckerDelta(j, k), (j, 1, K)) - f[m],
        KroneckerDelta(j, k) - 1,
        KroneckerDelta(j, k) * f[j],
    ],
    ids=str,
)
def test_not_zero(other):
    assert not is_zero(other)


def test_what_is_given_is_used_and_nothing_else():
    difference = f[k] * Sum(g[j], (j, 1, K)) - f[k]
    assert is_zero(difference, given=[Eq(Sum(g[m], (m, 1, K)), 1)])
    assert not is_zero(difference, given=[Eq(Sum(f[m], (m, 1, K)), 1)])
    assert not is_zero(difference)


def test_logarithms_come_apart_only_where_they_may():
    difference = log(x / (1 - x)) - log(x) + log(1 - x)
    assert is_zero(difference, domain={x: UNIT})
    assert not is_zero(difference)


def test_equal_sums_have_one_form():
    assert normal(Sum(2 * f[j], (j, 1, K))) == normal(Sum(f[k] + f[k], (k, 1, K))) == 2 * normal(Sum(f[m], (m, 1, K)))


@pytest.mark.parametrize(
    ("expression", "sign", "holds"),
    [
        (exp(x), "positive", True),
        (-exp(x), "negative", True),
        (x, "positive", False),
        (x, "nonzero", False),
        (Sum(exp(f[j]), (j, 1, K)), "positive", True),
        (Sum(f[j], (j, 1, K)), "positive", False),
        (log(1 + exp(x)), "positive", True),
        (log(a), "positive", False),
        (exp(x) - 1, "nonzero", False),
    ],
)
def test_signs(expression, sign, holds):
    assert has_sign(expression, sign) is holds
