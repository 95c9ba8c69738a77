"""The worst logits that searches have found are replayed, against mpmath; and a search finds what errs more."""

import jax
import numpy as np
import pytest

import jaxce
from benchmarks.search import (
    OUTPUTS_SEARCHED,
    SEARCHED,
    beginnings,
    errors_of_logits,
    kept_logits,
    measure_worst_logits,
    name_of,
    search,
    value_and_gradient_of_logits,
)
from derivations.agreement.pair_truth import COUPLED, pair_truth
from derivations.agreement.ulps import ulps

# Ulps, by the number of outputs: what a search finds is worse than what random logits show.
BARS = {
    "log_likelihood": {2: 4, 3: 5, 10: 5, 100: 20, 1000: 12},
    "cross_entropy": {2: 4, 3: 6, 10: 6, 100: 24, 1000: 12},
    "quadratic": {2: 6, 3: 10, 10: 12, 100: 40, 1000: 48},
}


def errors_by_mpmath(cost, z, C, delta):
    true = pair_truth(cost, "softmax", z, np.eye(len(z))[0])
    size = max(abs(true.delta)) if (cost, "softmax") in COUPLED else None
    return ulps(np.asarray(C)[None], np.array([true.C])), ulps(np.asarray(delta), true.delta, size)


@pytest.mark.parametrize(
    ("cost", "K"),
    [
        pytest.param(cost, K, marks=pytest.mark.thorough if K != 3 else ())
        for cost in jaxce.COSTS
        for K in OUTPUTS_SEARCHED
    ],
)
def test_the_worst_logits_found_so_far_are_within_the_bars(cost, K):
    """As mpmath measures them, and as the search does."""
    kept = np.stack([kept_logits()[name_of(cost, K, quantity)] for quantity in SEARCHED])
    z = np.resize(kept, (2, K))
    C, delta = value_and_gradient_of_logits(cost, z)
    exact = [errors_by_mpmath(cost, *example) for example in zip(z, C, delta, strict=True)]
    fast = np.transpose(errors_of_logits(cost, z))
    for place, quantity in enumerate(SEARCHED):
        assert exact[place][place] <= BARS[cost][K], quantity
        assert fast[place][place] <= BARS[cost][K], quantity


def test_the_textbooks_form_is_not_within_the_bars():
    z = np.array([20, 0, 1], np.float32)
    delta = jax.nn.softmax(z) - np.array([1, 0, 0], z.dtype)
    assert errors_by_mpmath("log_likelihood", z, -jax.nn.log_softmax(z)[0], delta)[1] > 2 * BARS["log_likelihood"][3]


def test_a_search_finds_worse_logits_than_it_begins_with_and_than_were_kept():
    random = errors_of_logits("log_likelihood", beginnings(np.random.default_rng(1), 500, 3))[0].max()
    found, z = search("log_likelihood", 3, "value", 1, 12)
    assert found == errors_of_logits("log_likelihood", z[None])[0][0]
    better, _ = search("log_likelihood", 3, "value", 1, 3, kept=z)
    assert better >= found > 0.9 * random


def test_a_quick_search_keeps_nothing(tmp_path):
    measure_worst_logits(quick=True, file=tmp_path / "kept.npz")
    assert not list(tmp_path.iterdir())
