"""Sums of few terms, added in pairs."""

import jax
import numpy as np
import pytest

from jaxce.summation import MOST_IN_PAIRS, sum_of


def errors(total, x):
    """In ulps of the true sums."""
    true = x.astype(np.float64).sum(-1)
    return np.abs(np.asarray(total, np.float64) - true) / np.spacing(true.astype(np.float32))


@pytest.mark.parametrize("size", [1, 2, 3, 10, MOST_IN_PAIRS, MOST_IN_PAIRS + 1])
@pytest.mark.parametrize("axis", [-1, 0])
def test_every_term_counts_once(size, axis):
    x = np.moveaxis(2.0 ** np.arange(size, dtype=np.float32) * np.ones((3, 1), np.float32), -1, axis)
    total = np.moveaxis(jax.jit(sum_of, static_argnums=1)(x, axis), axis, -1)
    np.testing.assert_array_equal(total, np.full((3, 1), 2.0**size - 1))


def test_few_terms_have_the_errors_of_few_additions():
    x = np.random.default_rng(0).uniform(1, 2, size=(4096, MOST_IN_PAIRS)).astype(np.float32)
    one_by_one = np.cumsum(x, -1, dtype=np.float32)[:, -1]
    assert errors(jax.jit(sum_of, static_argnums=1)(x, -1)[:, 0], x).max() < 1.6
    assert errors(one_by_one, x).max() > 2.5
