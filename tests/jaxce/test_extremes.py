"""Infinities, domain boundaries, the largest floats, and inputs that other libraries get wrong."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support import book
from support.pairs import (
    agree,
    every_cost,
    every_pair,
    forward_derivatives,
    functions,
    value_and_delta,
    weighted_inputs,
)
from support.tolerance import TOLERANCE

import jaxce

INFINITE = np.array([[0.5, -np.inf, 1.5], [-np.inf, -1.0, 0.3], [0.2, 0.1, -np.inf]])
PRESENT = np.isfinite(INFINITE)
HERE = np.where(PRESENT, [0.3, 0.7, 0.4], 0.0)  # targets, 0 at the outputs of probability 0


@pytest.mark.thorough
@every_cost
def test_a_zero_probability_output_adds_nothing_to_the_cost_if_its_target_is_0(cost):
    pair, c = (cost.__name__, "softmax"), 0.1
    output = jaxce.tempered_softmax(c)
    kept_z, kept_y = (x[PRESENT].reshape(3, 2) for x in (INFINITE, HERE))
    v = np.array([0.4, -0.9, 1.3])
    delta, curvature = np.zeros((2, 3, 3))
    delta[PRESENT] = book.delta(pair, kept_z, kept_y, c).ravel()
    for n in range(3):
        curvature[n, PRESENT[n]] = book.hessian(pair, kept_z[n], kept_y[n], c) @ v[PRESENT[n]]
    value, gradient = value_and_delta(cost, output, INFINITE, HERE)
    slope, product = forward_derivatives(cost, output, INFINITE, HERE, np.tile(v, (3, 1)))
    agree(value, book.cost(pair, kept_z, kept_y, c))
    agree(gradient, delta, atol=1e-15)
    agree(slope, delta @ v)
    agree(product, curvature, atol=1e-14)


@pytest.mark.thorough
@every_cost
def test_a_zero_probability_output_makes_the_cost_infinite_if_its_target_is_not_0(cost):
    y = np.where(PRESENT, 0.2, 0.6)
    C, delta = value_and_delta(cost, jaxce.softmax, INFINITE, y)
    slope, product = forward_derivatives(cost, jaxce.softmax, INFINITE, y, np.ones((3, 3)))
    assert np.all(np.isfinite(C) if cost is jaxce.quadratic else np.isposinf(C))
    agree(delta, book.delta((cost.__name__, "softmax"), INFINITE, y), atol=1e-15)
    assert np.all(np.isfinite(slope))
    assert np.all(np.isfinite(product))
    labels = np.argmin(INFINITE, -1)
    C, delta = value_and_delta(cost, jaxce.softmax, INFINITE, labels)
    assert np.all(np.isfinite(C) if cost is jaxce.quadratic else np.isposinf(C))
    agree(delta, book.delta((cost.__name__, "softmax"), INFINITE, np.eye(3)[labels]), atol=1e-15)


@pytest.mark.parametrize("cost", ["cross_entropy", "log_likelihood"])
def test_the_derivative_with_respect_to_a_target_of_0_at_probability_0_is_not_nan(cost):
    z, y = np.array([1.0, 2.0, -np.inf]), np.array([0.5, 0.5, 0.0])
    assert not np.isnan(jax.jit(jax.grad(lambda y: jaxce.COSTS[cost](jaxce.softmax, z, y)))(y)).any()


@pytest.mark.thorough
@every_cost
def test_the_only_output_of_a_softmax_is_certain(cost):
    one_left = np.array([[-np.inf, 2.0, -np.inf], [7.0, -np.inf, -np.inf]])
    for z in (one_left, one_left.max(-1, keepdims=True)):
        C, delta = value_and_delta(cost, jaxce.softmax, z, np.argmax(z, -1))
        slope, product = forward_derivatives(cost, jaxce.softmax, z, np.argmax(z, -1), np.ones(z.shape))
        assert not np.any([*C, *delta.ravel(), *slope, *product.ravel()])


def test_cross_entropy_of_linear_outputs_is_defined_between_0_and_1():
    for z, y in itertools.product((-0.5, 0.0, 1.0, 1.5, -np.inf, np.inf), (0.0, 0.4, 1.0)):
        C, delta = value_and_delta(jaxce.cross_entropy, jaxce.linear, np.array([0.5, z]), np.array([0.5, y]))
        assert np.isnan(C)
        np.testing.assert_array_equal(np.isnan(delta), [False, True])


def test_log_likelihood_of_linear_outputs_is_defined_above_0_where_the_target_is_not_0():
    def evaluate(z, y):
        return value_and_delta(jaxce.log_likelihood, jaxce.linear, np.array([0.5, z]), np.array([1.0, y]))

    for z in (-0.5, 0.0, -np.inf, np.inf):
        C, delta = evaluate(z, 0.0)
        agree(C, np.log(2))
        np.testing.assert_array_equal(delta, [-2, 0])
    for result in evaluate(-0.5, 0.3):
        assert np.isnan(result).any()
    assert evaluate(0.0, 0.3)[0] == np.inf


@every_pair
def test_a_nan_input_gives_a_nan_cost(pair):
    z = np.where(np.eye(3), np.nan, weighted_inputs(pair, (3,)))
    y = np.full((3, 3), 0.5)
    for targets in (y, np.eye(3)[[0, 0, 0]]):
        C, delta = value_and_delta(*functions(pair), z, targets)
        assert np.all(np.isnan(C))
        assert np.all(np.isnan(np.diagonal(delta)))
    C, _ = value_and_delta(*functions(pair), z, np.array([0, 0, 0]))
    assert np.all(np.isnan(C))
    C, delta = value_and_delta(*functions(pair), y, np.where(np.isnan(z), np.nan, y))
    assert np.all(np.isnan(C))
    assert np.all(np.isnan(np.diagonal(delta)))


def true_cost(cost, output, z, y, c):
    """C of z in float32's range, computed in float64 from logarithms alone."""
    if output == "sigmoid":
        log, log_complement = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    else:
        x = c * (z - z.max(-1, keepdims=True))
        whole = np.logaddexp.reduce(x, -1, keepdims=True)
        others = [np.logaddexp.reduce(np.delete(x, j, -1), -1) for j in range(x.shape[-1])]
        log, log_complement = x - whole, np.stack(others, -1) - whole
    if cost == "quadratic":
        return np.sum((np.exp(log) - y) ** 2, -1) / 2
    return -np.sum(y * log + (1 - y) * log_complement * (cost == "cross_entropy"), -1)


SPREADS = np.array(list(itertools.product([1.0, -1.0, 0.0, 0.5], repeat=3)))


@pytest.mark.thorough
@pytest.mark.parametrize("cost", jaxce.COSTS)
@pytest.mark.parametrize(("output", "c"), [("sigmoid", 1.0), ("softmax", 1.0), ("softmax", 0.1), ("softmax", 3.0)])
def test_finite_logits_give_neither_nan_nor_a_spurious_infinity(cost, output, c):
    targets = np.concatenate([np.eye(3), [[0.75, 0.25, 0], [0, 0, 0.125]]]).astype(np.float32)  # far from any a
    for size, y in itertools.product((1, 1e-2, 1e-35, 1e-38), targets):
        z = (SPREADS * size).astype(np.float32) * np.finfo(np.float32).max
        y = np.broadcast_to(y, z.shape)
        C, delta = value_and_delta(*functions((cost, output), c), z, y)
        slope, product = forward_derivatives(*functions((cost, output), c), z, y, np.ones_like(z))
        for derivative in (delta, slope, product):
            assert np.all(np.isfinite(derivative))
        with np.errstate(over="ignore"):
            true = true_cost(cost, output, z.astype(float), y.astype(float), c).astype(np.float32)
        agree(C, true, rtol=TOLERANCE["float32"])


@pytest.mark.parametrize("cost", jaxce.COSTS)
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_the_largest_floats_have_finite_gradients_in_float64(cost, output):
    z = SPREADS * np.finfo(np.float64).max
    y = np.broadcast_to([0.0, 0.5, 1.0], z.shape)
    C, delta = value_and_delta(*functions((cost, output)), z, y)
    assert not np.any(np.isnan(C))
    assert np.all(np.isfinite(delta))


LARGEST = float(jnp.finfo(jnp.float16).max)

# Inputs that other libraries are known to get wrong: cost, output, dtype of z, z, y, mask, and the true C and dC/dz.
TRAPS = {
    "0 ln 0": ("log_likelihood", "softmax", "float32", [0, -np.inf], [1.0, 0.0], None, 0, [0, 0]),
    "0 ln 0 by label": ("log_likelihood", "softmax", "float32", [0, -np.inf], 0, None, 0, [0, 0]),
    "0 ln 0 of binary outputs": ("cross_entropy", "sigmoid", "float32", [np.inf, -np.inf], 0, None, 0, [0, 0]),
    "label under a mask": ("log_likelihood", "softmax", "float32", [0, 9, 0], 2, [1, 0, 1], np.log(2), [0.5, 0, -0.5]),
    "large masked logit": ("log_likelihood", "softmax", "float16", [0, LARGEST], [1.0, 0.0], [1, 0], 0, [0, 0]),
    "ties in half precision": (
        *("log_likelihood", "softmax", "float16", [LARGEST] * 3, [1.0, 0.0, 0.0], None),
        *(np.log(3), [-2 / 3, 1 / 3, 1 / 3]),
    ),
    "65,536 half-precision outputs": (
        *("log_likelihood", "softmax", "float16", np.zeros(2**16), 0, None),
        *(16 * np.log(2), np.full(2**16, 2.0**-16) - np.eye(1, 2**16)[0]),
    ),
    "bfloat16 quantises the loss": (
        *("log_likelihood", "softmax", "bfloat16", [0, 1.0078125], [1.0, 0.0], None),
        *(np.log1p(np.exp(1.0078125)), [-1 / (1 + np.exp(-1.0078125)), 1 / (1 + np.exp(-1.0078125))]),
    ),
    "loss below the epsilon": (
        *("log_likelihood", "softmax", "float32", [30, 0], 0, None),
        *(np.exp(-30), [-np.exp(-30), np.exp(-30)]),
    ),
    "sure and right, yet not 0": (
        "cross_entropy",
        "sigmoid",
        "float32",
        [20],
        [1.0],
        None,
        np.exp(-20),
        [-np.exp(-20)],
    ),
    "sure and wrong": ("log_likelihood", "softmax", "float32", [0, 200], 0, None, 200, [-1, 1]),
    "sure and wrong in binary": ("cross_entropy", "sigmoid", "float32", [-200], [1.0], None, 200, [-1]),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_inputs_that_other_libraries_get_wrong(trap):
    cost, output, dtype, z, y, where, C, delta = TRAPS[trap]
    z = np.asarray(z, jnp.dtype(dtype))
    y = np.asarray(y) if isinstance(y, int) else np.asarray(y, z.dtype)
    where = None if where is None else np.asarray(where, bool)
    value, gradient = value_and_delta(*functions((cost, output)), z, y, where)
    agree(value, C, rtol=TOLERANCE["float32"])
    rounded = TOLERANCE["float32"] + float(jnp.finfo(dtype).eps)
    agree(gradient.astype(float), delta, rtol=rounded)
    slope, _ = forward_derivatives(*functions((cost, output)), z, y, np.ones_like(z), where)
    agree(slope, np.sum(delta), rtol=rounded, atol=TOLERANCE["float32"])


@every_pair
def test_an_ignored_example_s_label_does_not_affect_the_gradient(pair):
    cost, output = functions(pair)
    z, labels = weighted_inputs(pair, (2, 3)), np.array([1, -1])

    def loss(z):
        return jnp.where(labels >= 0, cost(output, z, labels), 0).sum()

    delta = jax.jit(jax.grad(loss))(z)
    agree(delta[0], book.delta(pair, z[0], np.eye(3)[1]), atol=1e-15)
    np.testing.assert_array_equal(delta[1], 0)


def test_gradients_are_finite_where_z_is_a_product_that_is_computed_twice():
    """XLA may round c z for the maximum and not for the difference from it: no exponential is then exactly 1."""
    random = np.random.default_rng(0)
    c, z, y = np.exp(random.normal(size=64)), random.normal(size=(64, 3)), np.eye(3)[0]
    gradient = jax.jit(jax.vmap(jax.grad(lambda c, z: jaxce.quadratic(jaxce.softmax, c * z, y))))
    a = np.exp(c[:, None] * z) / np.exp(c[:, None] * z).sum(axis=1, keepdims=True)
    delta = a * (a - y - (a * (a - y)).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(gradient(c, z), (delta * z).sum(axis=1), rtol=TOLERANCE["proved"])
