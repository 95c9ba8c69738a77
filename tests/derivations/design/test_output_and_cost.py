"""Costs derived from a desired gradient: they have that gradient, and train where the quadratic cost does not."""

import copy
import functools
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import sympy as sp

import jaxce
from derivations import output_and_cost, with_targets
from derivations.design.output_and_cost import _derived

z, y, a = sp.symbols("z y a", real=True)
s = 1 / (1 + sp.exp(-z))

DESIGNS = {
    "tanh": (sp.tanh(z), a - y, (-1, 1)),
    "Poisson": (sp.exp(z), a - y, (0, 1)),
    "cubic": (s, (a - y) ** 3, (0, 1)),
}


@functools.cache
def designed(name):
    """The output layer and the cost of a design, derived and certified once for all tests."""
    activation, delta, _ = DESIGNS[name]
    return output_and_cost(activation, delta, z=z, y=y, a=a)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_derived_cost_has_the_gradient_that_was_asked_for(name):
    activation, delta, _ = DESIGNS[name]
    output, cost = designed(name)
    x, t = np.array([[-3.0, 0.5, 4.0]]), np.array([[0.0, 1.0, 1.0]])
    wanted = np.array([float(delta.subs(a, activation).subs({z: p, y: q})) for p, q in zip(x[0], t[0], strict=True)])
    np.testing.assert_allclose(jax.grad(lambda x: cost(output, x, t).sum())(x)[0], wanted, rtol=1e-12)
    steps = (cost(output, x + 1e-6, t) - cost(output, x - 1e-6, t)) / 2e-6
    np.testing.assert_allclose(steps, [wanted.sum()], rtol=1e-6)
    np.testing.assert_allclose(cost(output, x, jnp.array([1])), cost(output, x, jax.nn.one_hot(jnp.array([1]), 3)))


def test_a_derived_cost_refuses_another_output():
    _, cost = designed("tanh")
    with pytest.raises(ValueError, match="one output layer"):
        cost(jaxce.sigmoid, jnp.zeros(2), jnp.zeros(2))


@pytest.mark.parametrize("wild", [np.nan, np.inf, 1000.0])
@pytest.mark.parametrize("name", DESIGNS)
def test_an_output_that_takes_no_part_has_no_gradient_whatever_its_z(name, wild):
    output, cost = designed(name)
    x, t, mask = jnp.array([wild, 0.0, 1.0]), jnp.array([wild, 1.0, 1.0]), jnp.array([False, True, True])
    C, (gradient, along_t) = jax.value_and_grad(lambda x, t: cost(output, x, t, where=mask), (0, 1))(x, t)
    assert cost(output, x[1:], t[1:]) == C
    assert gradient[0] == along_t[0] == 0
    np.testing.assert_array_equal(gradient[1:], jax.grad(lambda x: cost(output, x, t[1:]))(x[1:]))
    hessian = jax.hessian(lambda x: cost(output, x, t, where=mask))(x)
    np.testing.assert_array_equal(hessian[0], np.zeros(3))
    assert np.all(np.isfinite(hessian))


@pytest.mark.parametrize("labels", [[-1, -100, 3], [2, -1, 3]])
def test_a_label_that_no_output_has_costs_nan(labels):
    (output, cost), x, labels = designed("tanh"), jnp.zeros((3, 3)), jnp.array(labels)
    expected = jaxce.quadratic(jaxce.linear, x, labels)
    assert np.isnan(expected).any()
    for C in (cost(output, x, labels), with_targets(jaxce.quadratic, -1, 1)(jaxce.linear, x, labels)):
        np.testing.assert_array_equal(np.isnan(C), np.isnan(expected))


@pytest.mark.parametrize("labelled", [lambda cost: cost, lambda cost: with_targets(cost, -1, 1)])
def test_shapes_and_types_that_do_not_fit_are_refused(labelled):
    output, cost = designed("tanh")
    for t in (jnp.zeros(2), jnp.zeros((4, 1)), jnp.zeros((4, 3), int), jnp.zeros(4)):
        with pytest.raises(ValueError, match=r"y of shape|targets y of z's shape"):
            labelled(cost)(output, jnp.zeros((4, 3)), t)
    with pytest.raises(TypeError, match="z must hold floats"):
        labelled(cost)(output, jnp.zeros((4, 3), int), jnp.zeros(4, int))
    with pytest.raises(ValueError, match="axis 2 does not exist"):
        labelled(cost)(output, jnp.zeros((4, 3)), jnp.zeros(4, int), 2)


def test_half_precision_is_computed_in_float32():
    (output, cost), x = designed("tanh"), jnp.array([0.5, 3.0], jnp.bfloat16)
    C, gradient = jax.value_and_grad(lambda x: cost(output, x, jnp.array(1)))(x)
    assert (C.dtype, gradient.dtype) == (jnp.float32, jnp.bfloat16)
    np.testing.assert_allclose(C, cost(output, x.astype(float), jnp.array(1)), rtol=1e-6)


def test_copies_of_a_derived_cost_and_of_its_output_belong_together():
    (output, cost), x, t = designed("tanh"), jnp.array([0.5, 3.0]), jnp.array([1.0, -1.0])
    for again in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
        assert again(output) is output
        assert again(cost)(output, x, t) == cost(output, x, t)
        assert again(with_targets(cost, -1, 1))(again(output), x, jnp.array(0)) == cost(output, x, t)


def test_another_process_derives_them_again():
    output, cost = output_and_cost(sp.exp(z), a - y, z=z, y=y, a=a)
    sent, x, t = pickle.dumps((cost, output)), jnp.array([0.5, 3.0]), jnp.array([1.0, 0.0])
    _derived.cache_clear()
    cost_there, output_there = pickle.loads(sent)
    assert output_there is not output
    assert cost_there(output_there, x, t) == cost(output, x, t)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_saturated_layer_learns_at_once_with_its_own_cost_and_not_with_the_quadratic(name):
    _, _, (low, high) = DESIGNS[name]
    output, cost = designed(name)
    data = jaxce.mnist.load().train
    x, labels = data.images[:500], data.labels[:500]
    bias = -8.0 if name == "Poisson" else 8.0
    saturated = [jaxce.Layer(jnp.zeros((10, 784), jnp.float32), jnp.full(10, bias, jnp.float32))]
    targets = low + (high - low) * jax.nn.one_hot(labels, 10, dtype=jnp.float32)
    error = {}
    for chosen in (cost, jaxce.quadratic):
        settings = {"optimizer": optax.sgd(0.02), "epochs": 40, "batch_size": 10, "key": jax.random.key(0)}
        labelled = with_targets(chosen, low, high)
        params, _ = jaxce.fit(saturated, (x, labels), cost=labelled, output=output, **settings)
        error[chosen] = float(jnp.mean(jnp.abs(jaxce.forward(params, x, output=output) - targets)))
    begin = float(jnp.mean(jnp.abs(jaxce.forward(saturated, x, output=output) - targets)))
    assert error[cost] < 0.7 * begin
    assert error[jaxce.quadratic] > 0.97 * begin
