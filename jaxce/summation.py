"""Sums along an axis, in pairs: the sum of x_1 ... x_K is that of its two halves added to each other.

Added one after the other, K terms have the rounding errors of K - 1 additions; in pairs, of about log2 K. XLA's own sum
goes through a short axis one by one, and takes longer for it. The last two terms are left to it: it stores the result
of a sum of its own, and would compute one that is written out again wherever it is used.
"""

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxce.fusion import fusion_barrier

MOST_IN_PAIRS = 16  # terms: of more, XLA's sum is the faster one


def are_few(x: Array, axis: int) -> bool:
    """Whether the terms along an axis are so few, of a known number and on one device, that they are added in pairs."""
    size = x.shape[axis]
    return isinstance(size, int) and 0 < size <= MOST_IN_PAIRS and jax.typeof(x).sharding.spec[axis] is None


def sum_of(x: Array, axis: int) -> Array:
    """The sum of x along an axis, with size 1 there.

    Example:
        >>> sum_of(jnp.array([1.0, 2.0, 4.0]), -1).tolist()
        [7.0]
    """
    while are_few(x, axis) and x.shape[axis] > 2:
        first, second = _halves(x, axis)
        x = first + second
    return fusion_barrier(jnp.sum(x, axis, keepdims=True))


def plus_1(x: Array) -> tuple[Array, Array]:
    """1 + x, and its rounding error, exactly."""
    total = fusion_barrier(1 + x)  # or XLA would make x of (1 + x) - 1
    x_part = total - 1
    return total, lax.stop_gradient((1 - (total - x_part)) + (x - x_part))


def in_two_halves(x: Array) -> tuple[Array, Array]:
    """x as the sum of its leading digits and the others: products of two such halves are exact."""
    limits = jnp.finfo(x.dtype)
    high = lax.reduce_precision(x, exponent_bits=limits.nexp, mantissa_bits=(limits.nmant + 1) // 2 - 1)
    return high, x - high


def _halves(x, axis):
    """Two halves of x along an axis; a 0 makes up for the last term if their number is odd."""
    size, axis = x.shape[axis], axis % x.ndim
    half = (size + 1) // 2
    first, second = lax.slice_in_dim(x, 0, half, axis=axis), lax.slice_in_dim(x, half, size, axis=axis)
    missing = 2 * half - size
    return first, lax.pad(second, jnp.zeros((), x.dtype), [(0, missing * (i == axis), 0) for i in range(x.ndim)])
