"""The truth for a softmax of any number of outputs, with the target 1 at the first and 0 at the others, in float64.

Let m be the first output with the largest z, and `rest` the sum of e^(z_k - z_m) without m's own. The probabilities
a_k and 1 - a_k, and the cost, are computed without cancellation; in delta, what cancels is at most about K times the
largest component, so that its error is a few K roundings of float64 of that component. Nothing here is jaxce's.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array


class _Shares(NamedTuple):
    """What a cost needs, of z's shape or with size 1 along the last axis."""

    is_target: Array
    is_m: Array
    below: Array  # z_k - z_m
    rest: Array
    a: Array
    complement: Array  # 1 - a


def one_hot_truth(cost: str, z: Array) -> tuple[Array, Array]:
    """C and delta for vectors z along the last axis, finite and less than 700 apart, with the target 1 at the first.

    Example:
        >>> with jax.enable_x64(True):
        ...     C, delta = one_hot_truth("log_likelihood", jnp.array([40.0, 0.0]))
        >>> float(C), delta.tolist()
        (4.248...e-18, [-4.248...e-18, 4.248...e-18])
    """
    is_m = jax.nn.one_hot(jnp.argmax(z, -1), z.shape[-1], dtype=bool)
    below = z - z.max(-1, keepdims=True)
    e = jnp.exp(below)
    rest = jnp.where(is_m, 0, e).sum(-1, keepdims=True)
    complement = jnp.where(is_m, rest, 1 + (rest - e)) / (1 + rest)
    layer = _Shares(jnp.arange(z.shape[-1]) == 0, is_m, below, rest, e / (1 + rest), complement)
    return {"quadratic": _quadratic, "cross_entropy": _cross_entropy, "log_likelihood": _log_likelihood}[cost](layer)


def _log_of_target(layer):
    return layer.below[..., 0] - jnp.log1p(layer.rest[..., 0])


def _log_likelihood(layer):
    return -_log_of_target(layer), jnp.where(layer.is_target, -layer.complement, layer.a)


def _quadratic(layer):
    """delta_j = a_j (d_j - sum_k a_k d_k), where d = r - r_m for the residuals r_t = -(1 - a_t) and r_k = a_k."""
    is_target, is_m, below, rest, a, complement = layer
    C = (jnp.where(is_target, complement, a) ** 2).sum(-1) / 2
    a_m, complement_of_m = 1 / (1 + rest), rest / (1 + rest)
    if_target_is_m = jnp.where(is_m, 0, a + complement_of_m)
    if_not = jnp.where(is_target, -(complement + a_m), jnp.expm1(below) / (1 + rest))
    d = jnp.where(is_m[..., :1], if_target_is_m, if_not)
    return C, a * (d - (a * d).sum(-1, keepdims=True))


def _cross_entropy(layer):
    """delta_t = -(1 - a_t) - a_t O, and delta_j = a_j (2 + o_j - O), where O is the sum of o_k = a_k/(1 - a_k), k != t.

    Of m, o may be very large: it is left out of O, and its products with other a_j are computed as a_m e_j/rest.
    """
    is_target, is_m, below, rest, a, complement = layer
    log_complement = jnp.where(is_m, jnp.log(complement), jnp.log1p(-a))
    C = -_log_of_target(layer) - jnp.where(is_target, 0, log_complement).sum(-1)
    odds = jnp.where(is_target | is_m, 0, a / complement)
    total = odds.sum(-1, keepdims=True)
    times_odds_of_m = jnp.where(is_m[..., :1] | is_m, 0, jnp.exp(below) / rest / (1 + rest))
    delta_of_target = -complement - a * total - times_odds_of_m
    return C, jnp.where(is_target, delta_of_target, a * (2 + odds - total) - times_odds_of_m)
