"""The gradient of a whole network in every layer: the nine deltas and BP1 to BP4 in NumPy against jax.grad."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from support.tolerance import TOLERANCE
from sympy import IndexedBase

import jaxce
from derivations import EQUATIONS
from derivations.algebra.letters import K, j
from derivations.proof.sampling import for_sizes
from jaxce.network import Layer

SIZES = (4, 3, 2, 3)
C = 0.7
OUTPUTS = {"linear": jaxce.linear, "sigmoid": jaxce.sigmoid, "softmax": jaxce.tempered_softmax(C)}
COSTS = {"quadratic": "quadratic", "cross-entropy": "cross_entropy", "log-likelihood": "log_likelihood"}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def last_error(label):
    """The delta of a pair as a NumPy function of z and y, from the equation's right side with three outputs."""
    equation = EQUATIONS[label]
    components = [for_sizes(equation.statement.rhs, equation, {K: 3, j: place}) for place in (1, 2, 3)]
    z, y = ([IndexedBase(letter, real=True)[place] for place in (1, 2, 3)] for letter in "zy")
    components = [part.subs(sympy.Symbol("c", positive=True), C).rewrite(sympy.exp) for part in components]
    return sympy.lambdify([z, y], components, "numpy")


def back_propagated(params, x, y, delta_of_last):
    """BP1 to BP4 on one example: the gradients with respect to the weights and biases of every layer."""
    activations = [x]
    for w, b in params[:-1]:
        activations.append(sigmoid(w @ activations[-1] + b))
    w, b = params[-1]
    delta = np.array(delta_of_last(w @ activations[-1] + b, y))
    gradients = []
    for (w, _), a in zip(reversed(params), reversed(activations), strict=True):
        gradients.insert(0, (np.outer(delta, a), delta))
        delta = (w.T @ delta) * a * (1 - a)
    return gradients


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_gradient_with_respect_to_every_weight_and_bias(cost, output):
    rng = np.random.default_rng(4)
    scale, centre = (0.1, 0.5) if output == "linear" else (1.0, 0.0)  # linear outputs within (0, 1)
    params = [
        (scale * rng.normal(size=(n_out, n_in)), centre + scale * rng.normal(size=n_out))
        for n_in, n_out in itertools.pairwise(SIZES)
    ]
    x, y = rng.normal(size=SIZES[0]), rng.uniform(size=SIZES[-1])
    layers = [Layer(jnp.array(w), jnp.array(b)) for w, b in params]
    found = jax.grad(jaxce.loss)(
        layers, jnp.array(x), jnp.array(y), cost=jaxce.COSTS[COSTS[cost]], output=OUTPUTS[output]
    )
    true = back_propagated(params, x, y, last_error(f"{cost} + {output}"))
    for layer, (by_w, by_b) in zip(found, true, strict=True):
        np.testing.assert_allclose(layer.w, by_w, rtol=TOLERANCE["proved"])
        np.testing.assert_allclose(layer.b, by_b, rtol=TOLERANCE["proved"])
