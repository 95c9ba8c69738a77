"""Elements are moved as JAX moves them: fill values, the order of a reshape, scatters, promises that are broken."""

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from jax import lax

from derivations import certify, symbols
from derivations.certificate.program import trace

v, W = symbols("v", 3), symbols("w", 2, 2)


@pytest.mark.parametrize("fill", [0.0, 2.0])
def test_a_fill_value_is_read_as_a_number_not_as_a_position(fill):
    def program(v):
        return v.at[5].get(mode="fill", fill_value=fill)

    assert certify(program, sp.Integer(int(fill)), v)
    assert not certify(program, v[int(fill)], v)


def test_how_a_fill_value_is_read_is_noted():
    certificate = certify(lambda v: v.at[5].get(mode="fill", fill_value=0.1), sp.Rational(1, 10), v)
    assert certificate.literals == ("0.1 read as 1/10",)


def test_elements_taken_from_outside_without_a_fill_value():
    assert trace(lambda v: jnp.take(v, jnp.array(5)), v)[()] is sp.nan
    assert trace(lambda v: jnp.take(v, jnp.array(5), mode="clip"), v) == v[2]
    outside = jnp.array([1, 9])
    assert list(trace(lambda i: jnp.take(i, outside), np.array([3, 4], np.int8))) == [4, -128]
    assert list(trace(lambda i: jnp.take(i, outside), np.array([3, 4], np.uint8))) == [4, 255]
    assert list(trace(lambda i: jnp.take(i, outside), np.array([False, False]))) == [sp.false, sp.true]
    assert list(trace(lambda v: jnp.take(v > 0, outside), v, assuming=[v[1] < 0])) == [sp.false, sp.true]


def test_the_order_in_which_a_reshape_reads_the_axes():
    def program(w):
        return lax.reshape(w, (4,), dimensions=(1, 0))

    assert certify(program, W.T.reshape(4), W)
    assert not certify(program, W.reshape(4), W)


def test_a_scatter_combines_as_its_own_program_says():
    assert certify(lambda v: v.at[0].apply(jnp.exp), np.array([sp.exp(v[0]), v[1], v[2]]), v)
    assert not certify(lambda v: v.at[0].apply(jnp.exp), v, v)
    assert certify(lambda v: v.at[0].max(v[1]), np.array([sp.Max(v[0], v[1]), v[1], v[2]]), v)
    assert certify(lambda v: v.at[0].min(v[1]), np.array([sp.Min(v[0], v[1]), v[1], v[2]]), v)
    assert certify(lambda v: v.at[jnp.array([0, 0])].multiply(v[1]), np.array([v[0] * v[1] ** 2, v[1], v[2]]), v)


def test_the_last_of_equal_places_wins_unless_they_are_promised_to_differ():
    twice = jnp.array([0, 0])
    assert certify(lambda v: jnp.zeros(2).at[twice].set(v[:2]), np.array([v[1], 0]), v)
    with pytest.raises(NotImplementedError, match="promises unique_indices = True"):
        certify(lambda v: jnp.zeros(2).at[twice].set(v[:2], unique_indices=True), np.array([v[1], 0]), v)


def test_a_broken_promise_of_order_is_refused():
    backwards = jnp.array([1, 0])
    with pytest.raises(NotImplementedError, match=r"promises indices_are_sorted = True.*test_structural\.py"):
        certify(lambda v: v.at[backwards].get(indices_are_sorted=True), v[:2][::-1], v)
    with pytest.raises(NotImplementedError, match="promises indices_are_sorted = True"):
        certify(lambda v: v.at[backwards].add(1.0, indices_are_sorted=True), v + np.array([1, 1, 0]), v)


def test_arrays_of_length_0():
    assert certify(lambda v: jnp.sum(v[:0]), 0, v)
    assert certify(lambda v: jnp.prod(v[3:]) * jnp.concatenate([v[:0], v]), v, v)
    assert certify(lambda v: jnp.all(v[:0] > 0), sp.true, v)
    assert certify(lambda v: v[:0] @ v[:0], 0, v)
    assert certify(lambda v: lax.scan(lambda c, x: (c + x, c), v[0], v[:0]), (v[0], v[:0]), v)
