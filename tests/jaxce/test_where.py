"""Masks: an output where the mask is False counts as if it did not exist, whatever z and y contain there."""

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

import jaxce

WHERE = np.array([[True, False, True, True], [True, True, True, False], [False, True, True, True]])


def deleted(x):
    """The outputs that the mask keeps, three for each example."""
    return x[WHERE].reshape(3, 3)


def expected(pair, z, y):
    """Value and gradient of the examples without their masked outputs, where the gradient is 0."""
    delta = np.zeros(WHERE.shape)
    delta[WHERE] = book.delta(pair, deleted(z), deleted(y)).ravel()
    return book.cost(pair, deleted(z), deleted(y)), delta


@every_pair
def test_a_masked_output_is_as_if_deleted(pair):
    rng = np.random.default_rng(1)
    z, y, v = weighted_inputs(pair, (3, 4)), rng.uniform(0, 1, (3, 4)), rng.normal(0, 1, (3, 4))
    C, delta = expected(pair, z, y)
    products = np.stack([book.hessian(pair, *e) @ u for *e, u in zip(*map(deleted, (z, y, v)), strict=True)])
    for anything in (np.nan, np.inf, -np.inf, 1e30, np.finfo(float).max):
        masked_z, masked_y = np.where(WHERE, z, anything), np.where(WHERE, y, anything)
        value, gradient = value_and_delta(*functions(pair), masked_z, masked_y, WHERE)
        agree(value, C)
        agree(gradient, delta, atol=1e-15)
        slope, product = forward_derivatives(*functions(pair), masked_z, masked_y, v, WHERE)
        agree(slope, np.sum(delta * v, -1), atol=1e-15)
        agree(deleted(product), products, atol=1e-14)
        assert not np.any(product[~WHERE])


@pytest.mark.thorough
@every_pair
def test_a_label_may_name_a_kept_or_a_masked_output(pair):
    z, labels = weighted_inputs(pair, (3, 4)), np.array([1, 2, 0])  # masked, kept, masked
    C, delta = expected(pair, z, np.eye(4)[labels])
    for y in (labels, np.eye(4)[labels]):
        value, gradient = value_and_delta(*functions(pair), z, y, WHERE)
        agree(value, C)
        agree(gradient, delta, atol=1e-15)


@pytest.mark.thorough
@every_pair
def test_a_fully_masked_example_costs_nothing(pair):
    z = np.array([[0.5, 0.4, 0.3, 0.2], [np.nan, np.inf, 1e30, -np.inf], [0.5, 0.4, 0.3, 0.2]])
    where = np.array([[True] * 4, [False] * 4, [False] * 4])
    for y in (np.full((3, 4), 0.25), np.array([1, 2, 3])):
        C, delta = value_and_delta(*functions(pair), z, y, where)
        slope, product = forward_derivatives(*functions(pair), z, y, np.ones((3, 4)), where)
        for result in (C, delta, slope, product):
            assert np.all(np.isfinite(result))
            assert not np.any(result[1:])


@every_cost
def test_masks_broadcast(cost):
    """Before the output layer is asked for anything, so that one of them is enough."""
    pair = cost.__name__, "softmax"
    z, y = weighted_inputs(pair, (3, 4)), np.random.default_rng(1).uniform(0, 1, (3, 4))
    masks = [WHERE, WHERE[:, :1], WHERE[:1]]

    @jax.jit
    def masked(z, y):
        along_0 = cost(jaxce.softmax, z.T, y.T, axis=0, where=WHERE.T)
        of_each = jax.vmap(lambda z, y, where: cost(jaxce.softmax, z, y, where=where))(z, y, WHERE)
        return [along_0, of_each], [cost(jaxce.softmax, z, y, where=where) for where in masks]

    of_examples, values = masked(z, y)
    for value in of_examples:
        agree(value, expected(pair, z, y)[0])
    for value, where in zip(values, masks, strict=True):
        full = np.broadcast_to(where, z.shape)
        separately = [book.cost(pair, z[n][full[n]], y[n][full[n]]) if full[n].any() else 0.0 for n in range(3)]
        agree(value, separately)


@pytest.mark.usefixtures("unoptimized")
def test_a_mask_may_be_traced_by_an_inner_program():
    """Whose derivative is taken from outside, when the trace that the mask belonged to has ended."""
    pair = "log_likelihood", "softmax"
    z, y = weighted_inputs(pair, (3, 4)), np.full((3, 4), 0.25)
    inner = jax.jit(lambda z, where: jaxce.log_likelihood(jaxce.softmax, z, y, where=where).sum())
    C, delta = expected(pair, z, y)
    agree(inner(z, WHERE), C.sum())
    for gradient in (jax.grad(inner), jax.jit(jax.grad(inner)), jax.grad(jax.checkpoint(inner))):
        agree(gradient(z, WHERE), delta, atol=1e-15)


@every_pair
def test_a_masked_target_has_no_gradient(pair):
    cost, output = functions(pair)
    z, y = weighted_inputs(pair, (3, 4)), np.full((3, 4), 0.5)
    by_y = jax.jit(jax.grad(lambda y: cost(output, jnp.asarray(z), y, where=jnp.asarray(WHERE)).sum()))(y)
    a = book.ACTIVATION[pair[1]](deleted(z), 1.0)
    agree(deleted(np.asarray(by_y)), book.TARGET_GRADIENT[pair[0]](a, 0.5))
    assert not np.any(by_y[~WHERE])


@pytest.mark.parametrize("output", jaxce.OUTPUTS.values(), ids=jaxce.OUTPUTS)
def test_a_masked_activation_is_0(output):
    z = np.random.default_rng(2).normal(size=(3, 4))

    @jax.jit
    def activations_and_gradient(z):
        gradient = jax.grad(lambda z: (output(z, where=WHERE) ** 2).sum())(z)
        return output(z, where=WHERE), output(z[WHERE].reshape(3, 3)), gradient

    for anything in (np.nan, np.inf, -np.inf, 1e30):
        a, a_of_kept, gradient = map(np.asarray, activations_and_gradient(np.where(WHERE, z, anything)))
        assert not np.any(a[~WHERE])
        agree(deleted(a), a_of_kept)
        assert not np.any(gradient[~WHERE])
        assert np.all(np.isfinite(gradient))


@pytest.mark.thorough
@every_pair
def test_a_mask_of_the_examples_leaves_them_out(pair):
    """Whatever they hold, and also where there are as many examples as outputs."""
    rng = np.random.default_rng(1)
    z, y, v = weighted_inputs(pair, (4, 4)), rng.uniform(0, 1, (4, 4)), rng.normal(0, 1, (4, 4))
    shown = np.array([True, False, True, False])
    z[1], y[1], z[3] = np.nan, np.inf, np.inf
    C, delta = value_and_delta(*functions(pair), z, y, shown)
    slope, product = forward_derivatives(*functions(pair), z, y, v, shown)
    kept = value_and_delta(*functions(pair), z[shown], y[shown], np.array([True, True]))
    for found, wanted in zip((C, delta), kept, strict=True):
        agree(found[shown], wanted)
    for found in (C, delta, slope, product):
        np.testing.assert_array_equal(found[~shown], 0)
        assert np.all(np.isfinite(found))


@pytest.mark.parametrize("shape", [(), (4,), (1, 3, 4), (2, 4)])
def test_a_mask_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"a mask of outputs, or .* a mask of examples; use jnp.broadcast_to"):
        jaxce.quadratic(jaxce.sigmoid, np.zeros((3, 4)), np.zeros((3, 4)), where=np.ones(shape, bool))


def test_a_mask_of_numbers_is_refused():
    with pytest.raises(TypeError, match="where must hold booleans, not float64: use where"):
        jaxce.quadratic(jaxce.sigmoid, np.zeros((3, 4)), np.zeros((3, 4)), where=np.ones(3))


@pytest.mark.thorough
@pytest.mark.usefixtures("unoptimized")
@every_pair
def test_outputs_may_lie_along_several_axes(pair):
    """As if they lay along one, the last axis of the tuple counted fastest; masks of both kinds too."""
    cost, output = functions(pair)
    rng = np.random.default_rng(1)
    z, y = weighted_inputs(pair, (2, 5, 3)), rng.uniform(0, 1, (2, 5, 3))
    labels, of_examples = np.array([0, 5, 3, 1, 2]), np.array([True, False, True, True, False])
    shown = rng.random((2, 5, 3)) < 0.7
    shown[0] = True

    def joined(x):
        return np.moveaxis(x, (2, 0), (-2, -1)).reshape(5, 6)

    @jax.jit
    def several(z, y):
        given = (y, of_examples), (y, shown), (labels, shown), (labels, None)
        return [cost(output, z, y, axis=(2, 0), where=where) for y, where in given]

    @jax.jit
    def one(z, y):
        given = (y, of_examples), (y, joined(shown)), (labels, joined(shown)), (labels, None)
        return [cost(output, z, y, where=where) for y, where in given]

    for found, wanted in zip(several(z, y), one(joined(z), joined(y)), strict=True):
        agree(found, wanted)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize(
    "axis", [0, 1, -2, (1,), (1, 3), (3, 2), (-3, -1), (-1, -2), (0, 1, 3), (-1, -3, -4), (2, 0, 3, 1)]
)
def test_labels_count_the_outputs_of_all_axes_in_the_order_of_the_tuple(axis):
    """Of two to four axes, in any order, counted from either end, or all; and also of one."""
    rng, shape = np.random.default_rng(3), (2, 3, 2, 3)
    axes = tuple(one % 4 for one in (axis if isinstance(axis, tuple) else (axis,)))
    sizes, examples = [shape[one] for one in axes], [shape[one] for one in range(4) if one not in axes]
    z, labels, onehot = rng.normal(size=shape), rng.integers(0, np.prod(sizes), examples), np.zeros(shape)
    delta, C = np.zeros(shape), np.zeros(examples)
    for example in np.ndindex(*examples):
        place, rest = [slice(None)] * 4, iter(example)
        for one in set(range(4)) - set(axes):
            place[one] = next(rest)
        target = place.copy()
        for one, coordinate in zip(axes, np.unravel_index(labels[example], sizes), strict=True):
            target[one] = coordinate
        onehot[tuple(target)] = 1
        outputs, targets = z[tuple(place)], onehot[tuple(place)]
        pair = "log_likelihood", "softmax"
        C[example] = book.cost(pair, outputs.ravel(), targets.ravel())
        delta[tuple(place)] = book.delta(pair, outputs.ravel(), targets.ravel()).reshape(outputs.shape)

    @jax.jit
    def value_and_slope(z):
        def evaluate(y):
            value, pullback = jax.vjp(lambda z: jaxce.log_likelihood(jaxce.softmax, z, y, axis=axis), z)
            return value, *pullback(jnp.ones_like(value))

        return evaluate(labels), evaluate(onehot)

    for value, slope in value_and_slope(z):
        agree(value, C)
        agree(slope, delta, atol=1e-15)


@every_pair
def test_no_outputs_cost_nothing(pair):
    """As if all had been masked; and a label names none of them."""
    cost, output = functions(pair)
    z = jnp.zeros((2, 0))
    C, slope = jax.value_and_grad(lambda z: cost(output, z, z).sum())(z)
    assert (C, slope.shape, cost(output, z, z).shape) == (0, (2, 0), (2,))
    assert np.all(cost(output, jnp.zeros((0, 2)), jnp.zeros((0, 2)), axis=0, where=jnp.zeros(2, bool)) == 0)
    assert np.all(np.isnan(cost(output, z, np.array([0, 1]))))


@pytest.mark.parametrize("axis", [(), (0, 0), (0, -3), (3,)])
def test_axes_that_do_not_exist_or_are_named_twice_are_refused(axis):
    with pytest.raises(ValueError, match="must name axes of z of shape"):
        jaxce.quadratic(jaxce.sigmoid, np.zeros((2, 3, 4)), np.zeros((2, 3, 4)), axis=axis)


@pytest.mark.parametrize("shape", [(3, 8), (2, 3), (2, 3, 4, 1)])
def test_targets_that_do_not_fit_several_axes_are_refused(shape):
    """Those of the joined axes' shape too: which order they are in was not said."""
    with pytest.raises(ValueError, match=r"does not fit z of shape \(2, 3, 4\) with axis=\(0, 2\)"):
        jaxce.quadratic(jaxce.sigmoid, np.zeros((2, 3, 4)), np.zeros(shape), axis=(0, 2))
