"""The exponentials of a softmax, e_j = exp(c (z_j - max z)), and the sum of all but the largest, to a few ulp.

Two things ruin them in the textbook form. The difference z_j - max z is rounded, and exp turns an error of one ulp in
an argument of 80 into one of 80 ulp: so the rounding error is carried along as a second term. And the largest
exponential, 1, drowns the others in a sum: so it is left out.
"""

import math

import jax.numpy as jnp
from jax import Array, lax

from jaxce.fusion import fusion_barrier

# exp(-1000) is 0 in every float type: below, differences need not be told apart.
_NEGLIGIBLE = -1000.0


def exponentials(z: Array, c: float, axis: int) -> tuple[Array, Array, Array]:
    """The maximum m of z, e_j = exp(c (z_j - m)), and rest = (sum_j e_j) - 1, the sum with one maximum left out.

    With m and rest of size 1 along axis. Ties for the maximum count in rest, as exactly 1 each. Raises ValueError for a
    c near the limits of z's type or beyond them.

    Example:
        >>> import jax.numpy as jnp
        >>> m, e, rest = exponentials(jnp.array([2.0, 2.0, -jnp.inf]), 1.0, -1)
        >>> m.tolist(), e.tolist(), rest.tolist()
        ([2.0], [1.0, 1.0, 0.0], [1.0])
    """
    _check_range(c, z.dtype)
    m = jnp.max(z, axis, keepdims=True)
    x, error = _scaled_difference(z, m, c)
    e = jnp.exp(x)
    e = e + e * lax.stop_gradient(error)  # exp(x + error) = exp(x) (1 + error) to second order
    largest = lax.stop_gradient(jnp.floor(e))  # 1 where z is the maximum, else 0
    below, total = (fusion_barrier(jnp.sum(x, axis, keepdims=True)) for x in (e - largest, e))
    rest = below + jnp.floor(total - below - 0.5)  # the maxima but one; to sum `largest` would be to store it first
    return m, e, rest


def _check_range(c, dtype):
    largest = float(jnp.finfo(dtype).max) / 10_000
    if not 1 / largest < c < largest:
        raise ValueError(f"c must be between {1 / largest:.0e} and {largest:.0e} for z of type {dtype}, not {c}")


def _scaled_difference(z: Array, m: Array, c: float) -> tuple[Array, Array]:
    """c (z - m) as x + error, to about twice the digits of its type; x is at least -1000."""
    lowest = _NEGLIGIBLE / c
    d = jnp.maximum(z - m, lowest)
    d_error = _difference_error(jnp.maximum(z, m + lowest), m)
    if c == 1:
        return d, d_error
    # Halves of the digits multiply exactly, so nothing is lost but in the small second term.
    half = (jnp.finfo(z.dtype).nmant + 1) // 2
    c_high = _round(c, half)
    d_high = lax.reduce_precision(d, exponent_bits=jnp.finfo(z.dtype).nexp, mantissa_bits=half - 1)
    high = c_high * d_high
    low = c_high * (d - d_high) + (c - c_high) * d + c * d_error
    x = high + low
    return x, low - (x - high)


def _difference_error(a: Array, b: Array) -> Array:
    """What rounding takes from a - b, exactly: (a - b) - fl(a - b) (Knuth, TAOCP volume 2, 4.2.2, theorem B)."""
    d = a - b
    b_part = a - d
    a_part = d + b_part
    return (a - a_part) - (b - b_part)


def _round(c: float, digits: int) -> float:
    """The number c rounded to so many binary digits."""
    mantissa, exponent = math.frexp(c)
    return math.ldexp(round(math.ldexp(mantissa, digits)), exponent - digits)
