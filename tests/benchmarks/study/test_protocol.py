"""The protocol: what was fixed before the study ran, and that everyone gets the same."""

import itertools
import math

import jax
import numpy as np
from support.tolerance import TOLERANCE

import jaxce
from benchmarks.study.protocol import (
    LEFT_OUT,
    PAIRS,
    QUICK_STUDY,
    SATURATION,
    STARTS,
    STUDY,
    Combination,
    network_epochs,
    saturate_outputs,
    tasks,
)
from jaxce.network import SCHEMES


def test_each_of_the_nine_pairs_is_compared_or_left_out_for_a_reason():
    nine = {Combination(cost, output) for cost in jaxce.COSTS for output in jaxce.OUTPUTS}
    assert {*PAIRS, *LEFT_OUT} == nine
    assert not {*PAIRS} & {*LEFT_OUT}


def test_the_pairs_left_out_do_not_train():
    z, y = jax.numpy.array([-1.0, 0.5]), jax.numpy.array([1.0, 0.0])
    assert np.isnan(jaxce.cross_entropy(jaxce.linear, z, y))
    assert np.isnan(jaxce.log_likelihood(jaxce.linear, z, y))
    assert float(jaxce.log_likelihood(jaxce.linear, 1e9 - z, y)) < -20
    assert float(jaxce.log_likelihood(jaxce.sigmoid, 50 + z, y)) < 1e-20


def test_every_pair_has_the_same_budget():
    for protocol in (STUDY, QUICK_STUDY):
        budgets = {}
        for task in tasks(protocol):
            if task.stage in ("tuning", "final"):
                rates = task.learning_rates or (None,)
                budgets.setdefault(task.pair, []).append((task.stage, len(rates) * len(task.seeds) * task.epochs))
        assert len({tuple(sorted(budget)) for budget in budgets.values()}) == 1


def test_learning_rates_are_on_a_log_grid_of_nine_or_more():
    rates = STUDY.learning_rates
    assert len(rates) >= 9
    steps = [math.log10(high / low) for low, high in itertools.pairwise(rates)]
    assert max(abs(step - 1 / 3) for step in steps) < 0.002


def test_final_networks_have_fresh_seeds_and_more_epochs():
    assert not {*STUDY.tuning_seeds} & {*STUDY.final_seeds}
    assert len(STUDY.final_seeds) == 20
    assert STUDY.tuning_epochs < STUDY.final_epochs


def test_no_two_tasks_share_rows():
    keys = [task.key for task in tasks(STUDY)]
    assert len(keys) == len(set(keys)) == 199


def test_the_budget_that_the_page_names():
    assert network_epochs(STUDY) == {30: 28_488, 100: 19_392}


def test_the_saturated_start_saturates_the_outputs():
    scheme, start = STARTS["saturated"]
    assert start is saturate_outputs
    random, deviation = np.random.default_rng(0), SCHEMES[scheme](30)
    w, b = deviation * random.normal(size=(10, 30)), random.normal(size=10)
    layer = jaxce.Layer(jax.numpy.asarray(w), jax.numpy.asarray(b))
    a = random.random((30, 100))
    z, far = (np.asarray(w) @ a + np.asarray(b)[:, None] for w, b in (layer, start([layer])[-1]))
    np.testing.assert_allclose(far, SATURATION * z, rtol=TOLERANCE["equal"])
    assert np.median(abs(far)) > 4
