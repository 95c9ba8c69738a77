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
TEMPERED = [(pair, c) for pair in PAIRS for c in ((1.0, 3.0, 0.1) if pair[1] == "softmax" else (1.0,))]
BLOCK = 8  # examples in one call of a compiled program

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


def in_blocks(program):
    """The same program for any number of examples, or a single one: compiled once for blocks of eight.

    The last block is filled up with copies of the first example. The results are NumPy's arrays, in the same order.
    """
    compiled = jax.jit(program, static_argnames=("cost", "output"))

    @functools.wraps(program)
    def of_any_number(cost, output, z, *others):
        *leading, K = np.shape(z)
        arrays = [np.asarray(x) for x in (z, *others) if x is not None]
        rows = [x.reshape(-1, K) if x.ndim > len(leading) else x.reshape(-1) for x in arrays]
        count = len(rows[0])
        full = [np.concatenate([x, x[:1].repeat(-count % BLOCK, axis=0)]) for x in rows]
        blocks = ([x[start : start + BLOCK] for x in full] for start in range(0, count, BLOCK))
        results = [compiled(cost, output, *block) for block in blocks]
        joined = [np.concatenate(parts)[:count] for parts in zip(*results, strict=True)]
        return [x.reshape((*leading, *x.shape[1:])) for x in joined]

    return of_any_number


def at_once(cost, output, z, y, where=None):
    """C and dC/dz of each example, with the neurons along the last axis."""
    C, pullback = jax.vjp(lambda z: cost(output, z, y, where=where), z)
    return C, pullback(jnp.ones_like(C))[0]


value_and_delta = in_blocks(at_once)


@in_blocks
def forward_derivatives(cost, output, z, y, v, where=None):
    """For each example, in forward mode: the derivative of C along v, and that of dC/dz, the Hessian times v."""

    def gradient(z):
        return jax.grad(lambda z: cost(output, z, y, where=where).sum())(z)

    slope = jax.jvp(lambda z: cost(output, z, y, where=where), (z,), (v,))[1]
    return slope, jax.jvp(gradient, (z,), (v,))[1]
