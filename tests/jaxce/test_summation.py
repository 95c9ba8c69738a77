"""Sums of few terms, added in pairs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from jaxce.memory import workspace
from jaxce.summation import MOST_IN_PAIRS, stored_sum_of, sum_of


def sums(of, x, axis):
    """The sums of x along an axis, which are the last axis' then."""
    return np.asarray(jax.jit(of, static_argnums=1)(x, axis), np.float64).reshape(-1)


def errors(computed, x):
    """In ulps of the true sums."""
    true = x.astype(np.float64).sum(-1)
    return np.abs(computed - true) / np.spacing(true.astype(np.float32))


@pytest.mark.parametrize("of", [sum_of, stored_sum_of])
@pytest.mark.parametrize("size", [1, 2, 3, 10, MOST_IN_PAIRS, MOST_IN_PAIRS + 1])
@pytest.mark.parametrize("axis", [-1, 0])
def test_every_term_counts_once(of, size, axis):
    x = np.moveaxis(2.0 ** np.arange(size, dtype=np.float32) * np.ones((3, 1), np.float32), -1, axis)
    np.testing.assert_array_equal(sums(of, x, axis), np.full(3, 2.0**size - 1))


@pytest.mark.parametrize("size", [3, MOST_IN_PAIRS + 1])
def test_terms_that_do_not_count_may_be_anything(size):
    x = np.full((2, size), np.nan, np.float32)
    x[:, 1] = 5
    np.testing.assert_array_equal(sum_of(jnp.asarray(x), -1, jnp.arange(size) == 1), [5, 5])


@pytest.mark.parametrize("of", [sum_of, stored_sum_of])
def test_few_terms_have_the_errors_of_few_additions(of):
    x = np.random.default_rng(0).uniform(1, 2, size=(4096, MOST_IN_PAIRS)).astype(np.float32)
    one_by_one = np.cumsum(x, -1, dtype=np.float32)[:, -1].astype(np.float64)
    assert errors(sums(of, x, -1), x).max() < 1.6
    assert errors(one_by_one, x).max() > 2.5


@pytest.mark.parametrize(
    ("cost", "output", "y"),
    [
        pytest.param(jaxce.log_likelihood, jaxce.softmax, np.zeros(65_536, np.int32), id="labels"),
        pytest.param(jaxce.log_likelihood, jaxce.softmax, np.zeros((65_536, 10), np.float32), id="softmax"),
        pytest.param(jaxce.cross_entropy, jaxce.sigmoid, np.zeros((65_536, 10), np.float32), id="sigmoid"),
    ],
)
def test_no_array_of_all_outputs_is_stored_beside_the_gradient(cost, output, y):
    """There is a second one where XLA makes the sums of softmax again for each output, or stores a cost's terms."""
    z = np.zeros((65_536, 10), np.float32)
    step = jax.jit(jax.value_and_grad(lambda z: cost(output, z, y).mean()))
    assert workspace(step.lower(z).compile()) < 2 * z.nbytes
