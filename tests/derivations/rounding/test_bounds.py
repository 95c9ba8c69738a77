"""The bounds of whole costs: above what was found, where it was found too; and none of kernels that lose digits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from benchmarks.bounds import one_hot_quantity
from benchmarks.search import SEARCHED, errors_of_logits, kept_logits, name_of
from derivations.agreement.pair_truth import COUPLED
from derivations.rounding.bounds import error_bounds, first_boxes, proved_bound
from derivations.rounding.boxes import Boxes
from derivations.rounding.interpreter import program_of


def programs(K):
    """Of each cost and quantity, its program and whether its unit is an ulp of the largest component."""
    for cost in jaxce.COSTS:
        for quantity in SEARCHED:
            of_largest = quantity == "gradient" and (cost, "softmax") in COUPLED
            yield cost, quantity, program_of(one_hot_quantity(cost, K, quantity), K), of_largest


def around(z):
    """For each example, its order and a narrow box in which it lies, as (place, boxes) for each order."""
    z = z.astype(np.float64)
    orders = np.argsort(-z, axis=1, kind="stable")
    gaps = -np.diff(np.take_along_axis(z, orders, 1), axis=1).T
    for order in {tuple(order) for order in orders.tolist()}:
        places = np.flatnonzero((orders == order).all(1))
        yield places, Boxes(order, gaps[:, places] * 0.99, gaps[:, places] * 1.01)


@pytest.mark.parametrize("K", [2, 3])
def test_no_error_is_above_the_bound_of_its_box(K):
    """Of random logits, tied and nearly tied ones, and the worst that a search has found."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(150, K)) * np.exp(rng.uniform(-15, 4, size=(150, 1)))
    z[::3, 1] = z[::3, 0] * (1 + rng.integers(-2, 3, 50) * 2.0**-23)
    z = np.array([*z.astype(np.float32), *(kept for name, kept in kept_logits().items() if f" {K} " in name)])
    for cost, quantity, program, of_largest in programs(K):
        errors = errors_of_logits(cost, z)[SEARCHED.index(quantity)]
        for places, boxes in around(z):
            bound = error_bounds(program, boxes, of_largest=of_largest)
            assert (errors[places] <= bound).all(), (cost, quantity)
            assert np.median(bound) < 20


@pytest.mark.parametrize(("quantity", "wanted"), [("value", 4.35), ("gradient", 4.9)])
def test_the_log_likelihood_of_two_outputs_is_proved_to_a_few_ulps(quantity, wanted):
    found = errors_of_logits("log_likelihood", kept_logits()[name_of("log_likelihood", 2, quantity)][None])
    proved = proved_bound(one_hot_quantity("log_likelihood", 2, quantity), 2)
    assert found[SEARCHED.index(quantity)][0] < proved.ulps < wanted


def rounded_difference(z, m, c):
    return jnp.exp(2 * jnp.maximum(z / 2 - m / 2, -500))


def rest_from_the_sum_of_all(z, c, axis):
    m = jnp.max(z, axis, keepdims=True)
    e = jaxce.exponentials.relative_exponentials(z, m, c)
    return m, e, jnp.sum(e, axis, keepdims=True) - 1


@pytest.mark.parametrize(
    ("changed", "worse", "quantity", "at_least"),
    [
        ("jaxce.exponentials.relative_exponentials", rounded_difference, "value", 30),
        ("jaxce.softmax_layer.exponentials", rest_from_the_sum_of_all, "value", 1e6),
        ("jaxce.softmax_layer.exponentials", rest_from_the_sum_of_all, "gradient", 1e6),
        ("jaxce.softmax_layer._in_log_unit", lambda c, z, m: (z / 2 + 1 - m / 2) - 1, "value", np.inf),
    ],
)
def test_a_kernel_that_loses_digits_has_no_small_bound(monkeypatch, changed, worse, quantity, at_least):
    monkeypatch.setattr(changed, worse)
    jax.clear_caches()
    assert proved_bound(one_hot_quantity("log_likelihood", 2, quantity), 2, rounds=4).ulps >= at_least
    jax.clear_caches()


def test_a_naive_logarithm_has_no_bound(monkeypatch):
    monkeypatch.setattr("jaxce.softmax_layer._log_of_1_and", lambda x: jnp.log(1 + x))
    assert np.isinf(proved_bound(one_hot_quantity("cross_entropy", 2, "value"), 2, rounds=1).ulps)


@pytest.mark.parametrize("size", [2, 3])
def test_the_first_boxes_cover_all_gaps(size):
    boxes = first_boxes(tuple(range(size)))
    gaps = np.exp(np.random.default_rng(0).uniform(-30, 87, size=(100, size - 1)))
    gaps[::5] = 0
    inside = (boxes.low[:, :, None] <= gaps.T[:, None]) & (gaps.T[:, None] <= boxes.high[:, :, None])
    assert inside.all(0).any(0).all()


def test_halved_boxes_cover_what_they_are_halves_of():
    rng = np.random.default_rng(0)
    boxes = Boxes((0, 1, 2), np.array([[0.0], [1.0]]), np.array([[1.0], [100.0]]))
    points = boxes.low + (boxes.high - boxes.low) * rng.uniform(size=(2, 100))
    halves = boxes.halved()
    inside = (halves.low[:, :, None] <= points[:, None]) & (points[:, None] <= halves.high[:, :, None])
    assert len(halves) == 4
    assert inside.all(0).any(0).all()


def test_what_is_not_known_is_not_below_a_bound():
    """The logarithm of a number that may be below -1/2, and a number that is no difference of logits."""
    for nothing in (lambda z: jnp.log1p(z - jnp.max(z)), lambda z: z + 1):
        assert np.isinf(error_bounds(program_of(nothing, 2), first_boxes((0, 1)))).any()
