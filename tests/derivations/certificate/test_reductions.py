"""Folds, sorting, windows and products: infinities and nan among the elements, and ties."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from jax import lax

from derivations import certify, symbols
from derivations.certificate.program import trace

z = sp.Symbol("z", real=True)
v, w = symbols("v", 2), symbols("w", 3)


def test_partial_sums_of_exponentials_begin_with_infinities():
    below = jnp.full(2, -jnp.inf)
    assert certify(lambda z: lax.cumlogsumexp(jnp.append(below, z))[2], z, z)


def test_nan_is_sorted_last():
    assert certify(lambda z: jnp.sort(jnp.stack([jnp.array(jnp.nan), z]))[0], z, z)
    assert trace(lambda z: jnp.sort(jnp.stack([jnp.array(jnp.nan), z]))[1], np.array(z))[()] is sp.nan


def test_ties_of_an_order_that_is_not_stable_are_refused():
    def program(v):
        return lax.sort([jnp.zeros(2), v], num_keys=1, is_stable=False)[1]

    with pytest.raises(NotImplementedError, match="is_stable = False leaves open"):
        certify(program, v, v)


def test_the_greatest_come_first():
    assert certify(lambda w: lax.top_k(w, 1)[0][0], sp.Max(*w), w)
    first = sp.Piecewise((0, v[0] >= v[1]), (1, True))
    assert certify(lambda v: lax.top_k(v, 1)[1][0], first, v)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_greatest_of_zeros_has_an_unknown_index(order):
    def program(w):
        return lax.top_k(jnp.stack([0.0 * w[0], -0.0 * w[0]])[jnp.asarray(order)], 1)

    assert trace(lambda w: program(w)[0], w)[0] == 0
    assert isinstance(trace(lambda w: program(w)[1], w)[0], sp.Dummy)


def test_the_order_of_nan_by_its_sign_bit_is_refused():
    with pytest.raises(NotImplementedError, match="sign bit"):
        trace(lambda z: lax.top_k(jnp.stack([z, z - jnp.nan]), 1)[0], np.array(z))


def test_pooling_with_its_gradient():
    def pooled(v):
        return lax.reduce_window(v, -jnp.inf, lax.max, (2,), (2,), "VALID").sum()

    gradient = np.array([sp.Piecewise((1, v[0] >= v[1]), (0, True)), sp.Piecewise((1, v[0] < v[1]), (0, True))])
    assert certify(pooled, sp.Max(*v), v)
    assert certify(jax.grad(pooled), gradient, v)
    assert not certify(jax.grad(pooled), gradient[::-1], v)


def test_convolutions():
    assert certify(lambda v: jnp.convolve(v, v), np.array([v[0] ** 2, 2 * v[0] * v[1], v[1] ** 2]), v)
    assert certify(jax.grad(lambda v: jnp.convolve(v, v)[1]), np.array([2 * v[1], 2 * v[0]]), v)


def test_quantiles():
    median = sp.Max(sp.Min(*w[:2]), sp.Min(sp.Max(*w[:2]), w[2]))
    assert certify(lambda w: jnp.quantile(w, 0.5), median, w)
    in_order = [w[0] < w[1], w[1] < w[2]]  # a program may leave open how equal elements are sorted
    assert certify(jax.grad(jnp.median), np.array([0, 1, 0], object), w, assuming=in_order)
