"""The network: shapes, dtypes, initial weights, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.clusters import random_params
from support.tolerance import TOLERANCE

import jaxce
from jaxce.network import Layer, classify

SIZES = (6, 5, 4, 3)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(("scheme", "deviation"), [("large", 1.0), ("scaled", 1 / 28)])
def test_initial_weights_and_biases_have_the_scheme_s_deviations(scheme, deviation):
    (layer,) = jaxce.init(jax.random.key(0), (784, 2000), scheme=scheme)
    w, b = map(np.asarray, layer)
    assert np.std(w) == pytest.approx(deviation, rel=0.01)
    assert np.std(b) == pytest.approx(1.0, rel=0.05)
    assert np.mean(w) == pytest.approx(0.0, abs=0.01 * deviation)


def test_layers_are_drawn_independently():
    first, second = jaxce.init(jax.random.key(0), (7, 7, 7))
    assert not np.any(np.isclose(first.w, second.w))
    assert not np.any(np.isclose(first.w[0] * 7**0.5, first.b))


@pytest.mark.thorough
@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32, jnp.bfloat16, jnp.float16])
def test_the_type_of_the_parameters_is_the_type_of_the_activations(dtype):
    initial = jax.eval_shape(lambda key: jaxce.init(key, SIZES, dtype=dtype), jax.random.key(0))
    assert {leaf.dtype for leaf in jax.tree.leaves(initial)} == {jnp.dtype(dtype)}
    params, ones = random_params(SIZES, dtype), np.ones((2, 6), dtype)
    expected = jaxce.forward(params, jnp.asarray(ones), output=jaxce.softmax)
    for x in (np.full((2, 6), 255, np.uint8), np.full((2, 6), 65535, np.uint16)):
        a = jaxce.forward(params, jnp.asarray(x), output=jaxce.softmax)
        assert a.dtype == expected.dtype == dtype
        np.testing.assert_array_equal(a, expected)


def test_forward_applies_every_layer_to_any_leading_shape():
    params, x = random_params(SIZES), np.random.default_rng(1).normal(size=(2, 7, 6))
    z, a = x, x
    for w, b in params:
        z = np.einsum("jk,abk->abj", w, a) + b
        a = sigmoid(z)
    np.testing.assert_allclose(jax.jit(jaxce.weighted_input)(params, x), z, rtol=TOLERANCE["equal"])
    np.testing.assert_allclose(jaxce.forward(params, x, output=jaxce.sigmoid), a, rtol=TOLERANCE["equal"])
    single = jaxce.forward(params, x[1, 3], output=jaxce.sigmoid)
    np.testing.assert_allclose(single, a[1, 3], rtol=TOLERANCE["equal"])


def test_the_hidden_activation_can_be_chosen():
    params, x = random_params((3, 4, 2)), np.random.default_rng(1).normal(size=(5, 3))
    (w1, b1), (w2, b2) = [map(np.asarray, layer) for layer in params]
    z = np.tanh(x @ w1.T + b1) @ w2.T + b2
    computed = jax.jit(lambda params, x: jaxce.weighted_input(params, x, hidden=jnp.tanh))(params, x)
    np.testing.assert_allclose(computed, z, rtol=TOLERANCE["equal"])


def test_accuracy_is_the_share_of_largest_outputs_that_are_the_label_s():
    params = [Layer(w=jnp.asarray(np.eye(300)), b=jnp.asarray(np.zeros(300)))]
    x = np.eye(300)[[256, 0, 1, 2]]
    assert float(jaxce.accuracy(params, x, np.array([0, 0, 1, 3], np.uint8))) == 0.5


@pytest.mark.parametrize("f", [lambda z: jax.nn.sigmoid(-z), lambda z: jnp.exp(-z * z)])
def test_accuracy_is_that_of_the_output_where_it_does_not_keep_the_order_of_z(f):
    params, x, output = (
        random_params((6, 5)),
        np.random.default_rng(1).normal(size=(50, 6)),
        jaxce.Output.from_activation(f),
    )
    labels = np.asarray(jaxce.forward(params, x, output=output)).argmax(axis=-1)
    assert float(jaxce.accuracy(params, x, labels, output=output)) == 1
    assert float(jaxce.accuracy(params, x, labels)) < 0.5
    network = {"output": output, "cost": jaxce.quadratic}
    assert float(jaxce.evaluate(params, (x, labels), **network).accuracy) == 1


def test_outputs_that_keep_the_order_of_z_are_classified_by_z_where_rounding_makes_them_equal():
    params = [Layer(w=jnp.eye(2), b=jnp.zeros(2))]
    for output in (*jaxce.OUTPUTS.values(), jaxce.tempered_softmax(100)):
        assert classify(params, jnp.array([50.0, 60.0]), output=output) == 1


def test_the_type_of_x_is_checked():
    params = random_params((3, 2))
    for x in (np.zeros((1, 3), np.int32), np.zeros((1, 3), bool), np.zeros((1, 3), complex)):
        with pytest.raises(TypeError, match=f"floating or an unsigned integer type; got {x.dtype}"):
            jaxce.forward(params, x, output=jaxce.sigmoid)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"layer 2 takes 5 inputs \(w is \(2, 5\)\); got 4"):
        jaxce.forward([*random_params((3, 4)), *random_params((5, 2))], np.zeros((1, 3)), output=jaxce.sigmoid)


@pytest.mark.parametrize("sizes", [(), (3,), (3, 0, 2), (3, -1)])
def test_sizes_that_make_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match="each at least 1; got"):
        jaxce.init(jax.random.key(0), sizes)


def test_an_unknown_scheme_is_answered_with_those_that_exist():
    with pytest.raises(ValueError, match="unknown scheme 'xavier': choose one of large, scaled"):
        jaxce.init(jax.random.key(0), (3, 2), scheme="xavier")


def test_labels_are_checked():
    params = random_params((3, 2))
    with pytest.raises(TypeError, match=r"labels must be integers, one per example; got float64\[4\]"):
        jaxce.accuracy(params, np.zeros((4, 3)), np.zeros(4))
    with pytest.raises(ValueError, match=r"shape of the examples, \(4,\); got \(5,\)"):
        jaxce.accuracy(params, np.zeros((4, 3)), np.zeros(5, int))


def test_nothing_is_traced_twice():
    traces = []

    def counted(z):
        traces.append(z)
        return jnp.tanh(z)

    params, x, labels = random_params((3, 4, 2)), np.zeros((5, 3)), np.zeros(5, int)
    for c in (2.0, 2.0, 2.0):
        output = jaxce.tempered_softmax(c)
        jaxce.forward(params, x, output=output, hidden=counted)
        jaxce.loss(params, x, labels, cost=jaxce.log_likelihood, output=output, hidden=counted)
        jaxce.accuracy(params, x, labels, hidden=counted)
    assert len(traces) == 3
