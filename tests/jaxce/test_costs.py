"""Costs: every pair's value and gradient against the book's table, through every transformation, type and shape."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support import book
from support.pairs import (
    TEMPERED,
    agree,
    at_once,
    every_cost,
    every_pair,
    forward_derivatives,
    functions,
    value_and_delta,
    weighted_inputs,
)
from support.tolerance import TOLERANCE

import jaxce

LABELS = (np.int32, np.uint8, np.int64)


def targets(K):
    """One row for each kind of target: one-hot, smoothed, of sum 1, of another sum, partly negative, all 0, all 1."""
    rng = np.random.default_rng(K)
    one_hot = np.eye(K)[K // 2]
    rows = [one_hot, 0.9 * one_hot + 0.1 / K, rng.dirichlet(np.ones(K)), rng.uniform(0, 2, K)]
    return np.stack([*rows, rng.normal(0, 1, K), np.zeros(K), np.ones(K)])


@pytest.mark.parametrize(("pair", "c"), TEMPERED)
@pytest.mark.parametrize("K", [2, 3, pytest.param(10, marks=pytest.mark.thorough)])
def test_value_and_gradient_are_the_book_s(pair, c, K):
    y = targets(K)
    z = weighted_inputs(pair, y.shape)
    C, delta = value_and_delta(*functions(pair, c), z, y)
    agree(C, book.cost(pair, z, y, c))
    agree(delta, book.delta(pair, z, y, c), atol=1e-15)


@every_pair
def test_every_wrong_formula_is_refused(pair):
    of_any_sum, c = slice(2, 5), 3.0
    y = targets(3)
    z = weighted_inputs(pair, y.shape)
    _, delta = value_and_delta(*functions(pair, c), z, y)
    z, y, delta = z[of_any_sum], y[of_any_sum], delta[of_any_sum]
    a, right = book.ACTIVATION[pair[1]](z, c), book.DELTA[pair]
    agree(delta, right(a, y, c))
    mutants = {
        "sign flipped": -right(a, y, c),
        "a and y swapped": right(y, a, c),
        "factor a too many": a * right(a, y, c),
        "factor 1 - a too many": (1 - a) * right(a, y, c),
        "factor a missing": right(a, y, c) / a,
        "factor 1 - a missing": right(a, y, c) / (1 - a),
        "y taken for one-hot": right(a, np.eye(3)[y.argmax(-1)], c),
        "neurons in another order": right(a, y, c)[:, ::-1],
        "one digit in a trillion": right(a, y, c) * (1 + 3e-12),
    }
    if pair[1] == "softmax":
        mutants["c left out"] = right(a, y, 1.0)
        mutants["coupling of the neurons left out"] = {
            "quadratic": c * a * (a - y),
            "cross_entropy": c * (a - y) / (1 - a),
            "log_likelihood": c * (a - y),
        }[pair[0]]
    for name, mutant in mutants.items():
        with pytest.raises(AssertionError):
            agree(delta, mutant, err_msg=name)


@pytest.mark.thorough
@every_pair
def test_labels_of_any_integer_type_stand_for_one_hot_targets(pair):
    cost, output = functions(pair)
    labels, classes = np.array([3, 250]), 300  # more classes than the narrowest label type has values
    z, one_hot = weighted_inputs(pair, (2, classes)), np.eye(classes)[labels]

    @jax.jit
    def of_every_type(z):
        return [at_once(cost, output, z, labels.astype(t)) for t in LABELS]

    for C, delta in of_every_type(z):
        agree(C, book.cost(pair, z, one_hot))
        agree(delta, book.delta(pair, z, one_hot), atol=1e-15)


@pytest.mark.thorough
@every_pair
def test_labels_and_one_hot_targets_agree_bit_for_bit_and_jit_with_eager(pair):
    """Compiled, they are two programs, in which XLA may join a product and a sum into one rounding or not."""
    cost, output = functions(pair)
    labels = np.arange(64) % 3
    z, one_hot = weighted_inputs(pair, (64, 3)).astype(np.float32), np.eye(3, dtype=np.float32)[labels]

    def eager(y):
        C, pullback = jax.vjp(lambda z: cost(output, z, y), z)
        return C, pullback(np.ones_like(C))[0]

    jax.tree.map(np.testing.assert_array_equal, eager(labels), eager(one_hot))
    compiled = value_and_delta(cost, output, z, one_hot)
    for results in zip(value_and_delta(cost, output, z, labels), compiled, strict=True):
        np.testing.assert_array_max_ulp(*results, maxulp=2)
    for results in zip(eager(one_hot), compiled, strict=True):
        agree(*results, rtol=TOLERANCE["float32"])


@every_pair
@pytest.mark.parametrize("label", [-1, 3])
def test_the_cost_of_a_label_that_is_not_a_class_is_nan(pair, label):
    z = weighted_inputs(pair, (3, 3))
    C, _ = value_and_delta(*functions(pair), z, np.array([label, 1, 0]))
    np.testing.assert_array_equal(np.isfinite(C), [False, True, True])
    assert np.isnan(C[0])


@every_pair
def test_vmap_and_scan_change_nothing(pair):
    cost, output = functions(pair)
    y = targets(3)
    z = weighted_inputs(pair, y.shape)
    C, delta = value_and_delta(cost, output, z, y)
    one = jax.value_and_grad(lambda z, y: cost(output, z, y))

    @jax.jit
    def transformed(z, y):
        return jax.vmap(one)(z, y), jax.lax.scan(lambda _, example: (None, one(*example)), None, (z, y))[1]

    for value, gradient in transformed(z, y):
        agree(value, C)
        agree(gradient, delta, atol=1e-15)


@pytest.mark.parametrize(("pair", "c"), TEMPERED)
def test_forward_mode_and_second_derivatives(pair, c):
    y, v = targets(3), np.array([0.3, -1.1, 0.7])
    z = weighted_inputs(pair, y.shape)
    slope, product = forward_derivatives(*functions(pair, c), z, y, np.tile(v, (len(z), 1)))
    agree(slope, book.delta(pair, z, y, c) @ v, atol=1e-15)
    expected = np.stack([book.hessian(pair, *example, c) for example in zip(z, y, strict=True)])
    agree(product, expected @ v, atol=TOLERANCE["equal"])
    columns = [forward_derivatives(*functions(pair, c), z, y, np.tile(e, (len(z), 1)))[1] for e in np.eye(3)]
    agree(np.stack(columns, axis=-1), expected, atol=TOLERANCE["equal"])


@pytest.mark.thorough
@every_pair
def test_the_hessian_comes_out_in_every_order_of_modes(pair):
    """Reverse over forward mode, and the whole matrix by vmap, as `jax.hessian` has it."""
    cost, output = functions(pair)
    y, v = targets(3)[3], np.array([0.3, -1.1, 0.7])
    z = weighted_inputs(pair, y.shape)

    def C(z):
        return cost(output, z, y)

    product, hessian = jax.jit(lambda z: (jax.grad(lambda z: jax.jvp(C, (z,), (v,))[1])(z), jax.hessian(C)(z)))(z)
    agree(hessian, book.hessian(pair, z, y), atol=TOLERANCE["equal"])
    agree(product, book.hessian(pair, z, y) @ v, atol=TOLERANCE["equal"])


@every_pair
def test_gradient_with_respect_to_the_targets(pair):
    cost, output = functions(pair)
    y = targets(3)
    z = weighted_inputs(pair, y.shape)
    by_z, by_y = jax.jit(jax.grad(lambda z, y: cost(output, z, y).sum(), argnums=(0, 1)))(z, y)
    agree(by_z, book.delta(pair, z, y), atol=1e-15)
    agree(by_y, book.TARGET_GRADIENT[pair[0]](book.ACTIVATION[pair[1]](z, 1.0), y))


@every_pair
def test_the_neurons_may_lie_along_any_axis(pair):
    cost, output = functions(pair)
    z, y = weighted_inputs(pair, (2, 4, 3)), np.random.default_rng(0).uniform(size=(2, 4, 3))
    labels = y.argmax(-1)

    @jax.jit
    def along(z, y, labels):
        return [
            cost(output, jnp.moveaxis(z, -1, axis), t, axis=axis)
            for axis in (0, 1, -2)
            for t in (jnp.moveaxis(y, -1, axis), labels)
        ]

    for C, t in zip(along(z, y, labels), 3 * [y, np.eye(3)[labels]], strict=True):
        agree(C, book.cost(pair, z, t))
    assert jax.eval_shape(along, z[:0], y[:0], labels[:0])[0].shape == (0, 4)


@every_pair
def test_nothing_is_traced_twice(pair):
    traces = []

    @functools.partial(jax.jit, static_argnums=0)
    def step(output, z, y):
        traces.append(output)
        return jax.value_and_grad(jaxce.COSTS[pair[0]], argnums=1)(output, z, y)

    z, y = weighted_inputs(pair, (2, 3)), targets(3)
    for k in range(2):
        for c in (2.0, 2, np.float64(2)):
            step.trace(functions(pair, c)[1], z[k], y[k])
    assert len(traces) == 1


@pytest.mark.thorough
@every_pair
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16, jnp.float16])
def test_the_type_of_z_is_the_type_of_its_gradient(pair, dtype):
    y = np.asarray([[0.5, 0.25, 1.0], [0, 1, 0]], dtype)
    z = weighted_inputs(pair, (2, 3)).astype(dtype)
    exact_z, exact_y = z.astype(float), y.astype(float)
    C, delta = value_and_delta(*functions(pair), z, y)
    assert C.dtype == jnp.float32
    assert delta.dtype == dtype
    agree(C, book.cost(pair, exact_z, exact_y), rtol=TOLERANCE["float32"])
    rounded = TOLERANCE["float32"] + float(jnp.finfo(dtype).eps)
    agree(delta.astype(float), book.delta(pair, exact_z, exact_y), rtol=rounded)


@every_pair
def test_without_64_bit_types(pair):
    y = targets(3)
    z = weighted_inputs(pair, y.shape)
    with jax.enable_x64(False):
        C, delta = value_and_delta(*functions(pair), z, y)
        assert C.dtype == delta.dtype == jnp.float32
    agree(C, book.cost(pair, z, y), rtol=TOLERANCE["float32"], atol=1e-6)
    agree(delta, book.delta(pair, z, y), rtol=TOLERANCE["float32"], atol=1e-6)


Z = np.zeros((2, 3))

# z, y, axis, the type of the error, and its message.
BAD_INPUT = {
    "too many columns": (
        *(Z, np.zeros((2, 4)), -1, ValueError),
        r"y of shape \(2, 4\).*z of shape \(2, 3\).*float targets of shape \(2, 3\)",
    ),
    "too many labels": (
        *(Z, np.zeros(3, int), -1, ValueError),
        r"y of shape \(3,\).*integer class labels of shape \(2,\)",
    ),
    "labels in a column": (
        *(Z, np.zeros((2, 1), int), -1, ValueError),
        r"y of shape \(2, 1\).*integer class labels of shape \(2,\)",
    ),
    "float labels": (Z, np.zeros(2), -1, ValueError, r"class labels.*integers, not float64.*astype"),
    "integer targets": (Z, np.zeros((2, 3), int), -1, ValueError, r"floats, not int64.*astype"),
    "integer z": (np.zeros((2, 3), int), Z, -1, TypeError, r"z must hold floats, not int64.*astype"),
    "an axis beyond the last": (Z, Z, 2, ValueError, r"axis 2 does not exist in z of shape \(2, 3\)"),
    "an axis before the first": (Z, Z, -3, ValueError, r"axis -3 does not exist in z of shape \(2, 3\)"),
    "no axis": (np.zeros(()), np.zeros(()), -1, ValueError, r"axis -1 does not exist in z of shape \(\)"),
}


@every_cost
@pytest.mark.parametrize("fault", BAD_INPUT)
def test_bad_input_is_answered_with_what_was_expected(cost, fault):
    """The output layer makes no difference."""
    z, y, axis, error, message = BAD_INPUT[fault]
    with pytest.raises(error, match=message):
        cost(jaxce.sigmoid, z, y, axis)


@pytest.mark.parametrize("fault", BAD_INPUT)
def test_bad_input_is_answered_while_a_program_is_traced_too(fault):
    z, y, axis, error, message = BAD_INPUT[fault]
    with pytest.raises(error, match=message):
        jax.eval_shape(lambda z, y: jaxce.quadratic(jaxce.softmax, z, y, axis), z, y)
