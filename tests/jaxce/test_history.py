"""The errors of training: they can be copied, and travel from one process to another."""

import copy
import multiprocessing
import pickle

import jax
import numpy as np
import optax
import pytest
from support.clusters import problem, random_params

import jaxce
from jaxce.history import history_of

HISTORY = history_of([(0.5, 0.25, 0.75, 1.0)])
STOPS = jaxce.Diverged(random_params((3, 2)), HISTORY, np.inf), jaxce.Interrupted(random_params((3, 2)), HISTORY)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: type(stop).__name__)
def test_a_copy_of_an_error_has_its_message_its_parameters_and_its_history(stop, again):
    other = again(stop)
    assert type(other) is type(stop)
    assert str(other) == str(stop)
    np.testing.assert_array_equal(other.history, stop.history)
    np.testing.assert_array_equal(other.params[0].w, stop.params[0].w)


def _diverge(rate):
    """Train in another process, to which nothing of this one's configuration goes."""
    return jaxce.fit(
        random_params((6, 5, 3), np.float32), problem(), cost=jaxce.log_likelihood, output=jaxce.softmax,
        optimizer=optax.sgd(rate), epochs=1, batch_size=10, key=jax.random.key(1),
    )  # fmt: skip


@pytest.mark.process
def test_divergence_in_another_process_arrives_and_the_other_results_too():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        diverging, learning = (pool.apply_async(_diverge, (rate,)) for rate in (1e38, 0.1))
        with pytest.raises(jaxce.Diverged, match="diverged in epoch 1"):
            diverging.get(timeout=100)
        _, history = learning.get(timeout=100)
    assert history.training_cost[0] < 10
