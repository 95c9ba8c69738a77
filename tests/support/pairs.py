"""The nine pairs for parametrized tests: names, functions, inputs in their domains, values and derivatives."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from support.tolerance import TOLERANCE

PAIRS = list(itertools.product(jaxce.COSTS, jaxce.OUTPUTS))
TEMPERED = [(pair, c) for pair in PAIRS for c in ((1.0, 0.5, 3.0) if pair[1] == "softmax" else (1.0,))]

every_pair = pytest.mark.parametrize("pair", PAIRS, ids="-".join)
every_cost = pytest.mark.parametrize("cost", jaxce.COSTS.values(), ids=jaxce.COSTS)
agree = functools.partial(np.testing.assert_allclose, rtol=TOLERANCE["equal"])


def functions(pair, c=1.0):
    """The cost and the output layer with a pair's names."""
    cost, output = pair
    return jaxce.COSTS[cost], jaxce.tempered_softmax(c) if output == "softmax" else jaxce.OUTPUTS[output]


def weighted_inputs(pair, shape):
    """Weighted inputs in the pair's domain, drawn by NumPy."""
    rng = np.random.default_rng(list(shape))
    return rng.uniform(0.1, 0.9, shape) if pair[1] == "linear" else rng.normal(0, 1, shape)


@functools.partial(jax.jit, static_argnames=("cost", "output"))
def value_and_delta(cost, output, z, y, where=None):
    """C and dC/dz of each example, with the neurons along the last axis."""
    C, pullback = jax.vjp(lambda z: cost(output, z, y, where=where), z)
    return C, pullback(jnp.ones_like(C))[0]


@functools.partial(jax.jit, static_argnames=("cost", "output"))
def forward_derivatives(cost, output, z, y, v, where=None):
    """For each example, in forward mode: the derivative of C along v, and that of dC/dz, the Hessian times v."""

    def gradient(z):
        return jax.grad(lambda z: cost(output, z, y, where=where).sum())(z)

    slope = jax.jvp(lambda z: cost(output, z, y, where=where), (z,), (v,))[1]
    return slope, jax.jvp(gradient, (z,), (v,))[1]
