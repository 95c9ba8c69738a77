"""Sums along an axis, in pairs: the sum of x_1 ... x_K is that of its two halves added to each other.

Added one after the other, K terms have the rounding errors of K - 1 additions; in pairs, of about log2 K. XLA's own sum
goes through a short axis one by one, and takes longer for it than for additions that are written out.
"""

import itertools

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxce.fusion import fusion_barrier

MOST_IN_PAIRS = 16  # terms: of more, XLA's sum is the faster one


def are_few(x: Array, axis: int) -> bool:
    """Whether the terms along an axis are so few, of a known number and on one device, that they are added in pairs."""
    size = x.shape[axis]
    return isinstance(size, int) and 2 < size <= MOST_IN_PAIRS and jax.typeof(x).sharding.spec[axis] is None


def sum_of(x: Array, axis: int, where: Array | None = None) -> Array:
    """The sum along an axis of those x that count, whose terms XLA does not store; for what is used once.

    Example:
        >>> sum_of(jnp.array([1.0, 2.0, 4.0]), -1, jnp.array([True, True, False])).item()
        3.0
    """
    x = x if where is None else jnp.where(where, x, 0)
    if not are_few(x, axis):
        return jnp.sum(x, axis)
    (total,) = _added_in_pairs(jnp.split(x, x.shape[axis], axis), 1)
    return fusion_barrier(jnp.squeeze(total, axis))  # or XLA would store the terms


def stored_sum_of(x: Array, axis: int) -> Array:
    """The sum of x along an axis, with size 1 there, which XLA stores; for what is used again and again.

    Example:
        >>> stored_sum_of(jnp.array([1.0, 2.0, 4.0]), -1).tolist()
        [7.0]
    """
    if are_few(x, axis):  # XLA stores what its own sum computes, and the barrier leaves that sum to it
        x = fusion_barrier(jnp.concatenate(_added_in_pairs(jnp.split(x, x.shape[axis], axis), 2), axis))
    return fusion_barrier(jnp.sum(x, axis, keepdims=True))


def _added_in_pairs(terms, most):
    """At most so many terms, with the same sum."""
    if len(terms) <= most:
        return terms
    half = (len(terms) + 1) // 2
    pairs = itertools.zip_longest(terms[:half], terms[half:])
    return _added_in_pairs([first if second is None else first + second for first, second in pairs], most)


def plus_1(x: Array) -> tuple[Array, Array]:
    """1 + x, and its rounding error, exactly."""
    total = fusion_barrier(1 + x)  # or XLA would make x of (1 + x) - 1
    x_part = total - 1
    return total, lax.stop_gradient((1 - (total - x_part)) + (x - x_part))


def in_two_parts(x: Array, part: int = 2) -> tuple[Array, Array]:
    """x as the sum of a half, or a third, of its digits, the leading ones, and the others.

    The product of two leading halves is exact, and so is that of three leading thirds.

    Example:
        >>> in_two_parts(jnp.float32(1 + 2**-20))[0].item()
        1.0
    """
    limits = jnp.finfo(x.dtype)
    digits = (limits.nmant + 1) // part
    leading = lax.reduce_precision(x, exponent_bits=limits.nexp, mantissa_bits=digits - 1)
    return leading, x - leading
