"""Costs: one number an example, from an output layer, its weighted inputs z and the targets y."""

import jax
import jax.numpy as jnp


def _targets(z, y, axis):
    return jax.nn.one_hot(y, z.shape[axis], axis=axis, dtype=z.dtype) if jnp.issubdtype(y.dtype, jnp.integer) else y


def quadratic(output, z, y, axis=-1, where=None):
    """C = 1/2 sum_j (a_j - y_j)^2 (54)."""
    return 0.5 * jnp.sum((output(z, axis, where) - _targets(z, y, axis)) ** 2, axis)


def cross_entropy(output, z, y, axis=-1, where=None):
    """C = -sum_j y_j ln a_j + (1 - y_j) ln(1 - a_j) (63)."""
    y = _targets(z, y, axis)
    return -jnp.sum(y * output.log(z, axis, where) + (1 - y) * output.log_complement(z, axis, where), axis)


def log_likelihood(output, z, y, axis=-1, where=None):
    """C = -sum_j y_j ln a_j (80)."""
    return -jnp.sum(_targets(z, y, axis) * output.log(z, axis, where), axis)


COSTS = {"quadratic": quadratic, "cross_entropy": cross_entropy, "log_likelihood": log_likelihood}
