"""Costs derived from a desired gradient: they have that gradient, and train where the quadratic cost does not."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import sympy as sp

import jaxce
from derivations import output_and_cost, with_targets

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
