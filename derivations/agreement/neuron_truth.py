"""The truth for one neuron, and for a softmax of two, as formulas in float64 that are right for every float32.

Sums have terms of one sign only, and what could cancel is written out (1 - s(z) is s(-z)), so that each result is off
by a few roundings of float64, and by what `exp`, `log` and `log1p` are off: less than 2^-43 of its size in all, which
is a millionth of a float32's ulp. Tests hold this against mpmath. Nothing here is jaxce's.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class NeuronTruth(NamedTuple):
    """A cost C, its delta = dC/dz and the curvature, delta's derivative by z, in float64; nan outside the domain."""

    C: Array
    delta: Array
    curvature: Array


def neuron_truth(cost: str, output: str, z: Array, is_one: Array | bool) -> NeuronTruth:
    """The truth for neurons of inputs z, whose targets are 1 where `is_one` is true and 0 elsewhere.

    The curvature of the quadratic cost after a sigmoid, which changes its sign, is nan.

    Args:
        cost: the name of a cost.
        output: the name of an elementwise output layer.
        z: finite weighted inputs in float64.
        is_one: booleans of z's shape, or one for all.

    Example:
        >>> import jax
        >>> with jax.enable_x64(True):
        ...     truth = neuron_truth("cross_entropy", "sigmoid", jnp.float64(-40), False)
        >>> float(truth.delta)
        4.248...e-18
    """
    truth = (_linear if output == "linear" else _sigmoid)(cost, z, is_one)
    if cost == "log_likelihood":  # it asks nothing of an output whose target is 0
        truth = NeuronTruth(*(jnp.where(is_one, x, 0.0) for x in truth))
    return truth


def _linear(cost, z, is_one):
    if cost == "quadratic":
        residual = jnp.where(is_one, z - 1, z)
        return NeuronTruth(residual * residual / 2, residual, jnp.ones_like(z))
    # p is the probability that the output gives to its target: a where that is 1, and 1 - a where it is 0.
    p = jnp.where(is_one, z, 1 - z)
    log = jnp.where(is_one, jnp.log(z), jnp.log1p(-z))
    delta = jnp.where(is_one, -1.0, 1.0) / p
    is_inside = (z > 0) & ((z < 1) | (cost == "log_likelihood"))
    return NeuronTruth(*(jnp.where(is_inside, x, jnp.nan) for x in (-log, delta, delta * delta)))


def _sigmoid(cost, z, is_one):
    x = jnp.where(is_one, -z, z)  # the larger, the more wrong
    sign = jnp.where(is_one, -1.0, 1.0)
    s, complement = logistic_pair(x)
    if cost == "quadratic":
        return NeuronTruth(s * s / 2, sign * s * s * complement, jnp.full_like(z, jnp.nan))
    return NeuronTruth(softplus(x), sign * s, s * complement)


def two_output_truth(cost: str, z: Array, other: Array) -> NeuronTruth:
    """The truth for a softmax of two outputs, with targets 1 at z and 0 at `other`; delta and curvature are of z.

    The deltas of the two outputs differ in sign alone. The curvature is that of the log-likelihood, else nan.

    Example:
        >>> import jax
        >>> with jax.enable_x64(True):
        ...     truth = two_output_truth("log_likelihood", jnp.float64(40), jnp.float64(0))
        >>> float(truth.delta)
        -4.248...e-18
    """
    x = other - z  # 1 - a = s(x). Beyond 1000, |x| is as good as infinite; below, its error is less than 2^-43.
    s, complement = logistic_pair(x)
    if cost == "quadratic":
        return NeuronTruth(s * s, -2 * complement * s * s, jnp.full_like(x, jnp.nan))
    if cost == "cross_entropy":
        return NeuronTruth(2 * softplus(x), -2 * s, jnp.full_like(x, jnp.nan))
    return NeuronTruth(softplus(x), -s, s * complement)


def logistic_pair(x: Array) -> tuple[Array, Array]:
    """s(x) and 1 - s(x), both to a few roundings."""
    e = jnp.exp(-jnp.abs(x))
    large, small = 1 / (1 + e), e / (1 + e)
    return jnp.where(x < 0, small, large), jnp.where(x < 0, large, small)


def softplus(x: Array) -> Array:
    """ln(1 + e^x), the sum of two terms that are not negative."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))
