"""The exponentials of a softmax, e_j = exp(c (z_j - max z)), and the sum of all but the largest, to a few ulp.

Two things ruin them in the textbook form. The difference z_j - max z is rounded, and exp turns an error of one ulp in
an argument of 80 into one of 80 ulp: so the rounding error is carried along as a second term. And the largest
exponential, 1, drowns the others in a sum: so it is left out.
"""

import math

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import DTypeLike

from jaxce.fusion import fusion_barrier
from jaxce.summation import in_two_parts, stored_sum_of

# exp(-1000) is 0 in every floating type: differences below -1000 need not be told apart.
_NEGLIGIBLE = -1000.0


def exponentials(z: Array, c: float, axis: int) -> tuple[Array, Array, Array]:
    """The maximum m of z, the exponentials e_j = exp(c (z_j - m)), and `rest`, the sum of all e_j but one maximum's.

    The sum of all exponentials is 1 + rest. Where maxima are tied, each of them but one adds exactly 1 to rest.

    Args:
        z: weighted inputs, floats of at least 32 bits.
        c: the constant that multiplies z.
        axis: the axis of z along which the output neurons lie.

    Returns:
        m and rest of z's shape with size 1 along `axis`, e of z's shape; all of z's dtype.

    Raises:
        ValueError: c is near the limits of z's dtype, or beyond them.

    Example:
        >>> m, e, rest = exponentials(jnp.array([2.0, 2.0, -jnp.inf]), 1.0, -1)
        >>> m.tolist(), e.tolist(), rest.tolist()
        ([2.0], [1.0, 1.0, 0.0], [1.0])
    """
    m = jnp.max(z, axis, keepdims=True)
    e = relative_exponentials(z, m, c)
    # Whole parts of a unit add up exactly, and only what is below the unit is rounded. The sum of the whole parts is
    # the difference of two sums, rounded to an integer; a third sum, of them, would make XLA store them first.
    unit = 2.0 ** (jnp.finfo(z.dtype).nmant // 2)
    parts = stored_sum_of(unit * e - lax.stop_gradient(jnp.floor(unit * e)), axis)
    total = fusion_barrier(jnp.sum(e, axis, keepdims=True))
    wholes = jnp.floor(unit * total - parts + 0.5)
    return m, e, (parts + (wholes - unit)) / unit


def relative_exponentials(z: Array, m: Array, c: float) -> Array:
    """exp(c (z_j - m)) for a number m that no z_j is above; exactly 1 where z_j is m.

    Raises:
        ValueError: c is near the limits of z's dtype, or beyond them.

    Example:
        >>> relative_exponentials(jnp.array([2.0, -jnp.inf]), jnp.array(2.0), 1.0).tolist()
        [1.0, 0.0]
    """
    check_range(c, z.dtype)
    x, error = _scaled_difference(z, m, c)
    e = accurate_exp(x)
    return e + e * lax.stop_gradient(error)  # exp(x + error) = exp(x) (1 + error) to second order


def squared_exponentials(z: Array, m: Array, c: float) -> Array:
    """The squares of `relative_exponentials`, without the doubled error that a product of two equal factors has.

    Example:
        >>> squared_exponentials(jnp.array([2.0, -jnp.inf]), jnp.array(2.0), 1.0).tolist()
        [1.0, 0.0]
    """
    x, error = _scaled_difference(z, m, c)
    e_squared = accurate_exp(2 * x)
    return e_squared + 2 * e_squared * lax.stop_gradient(error)


def accurate_exp(x: Array) -> Array:
    """e^x with the digits that a TPU gives only to those who ask: its own choice errs by 65 to 116 ulps, this by 1.5.

    Example:
        >>> accurate_exp(jnp.array([0.0, -jnp.inf])).tolist()
        [1.0, 0.0]
    """
    return lax.exp(x, accuracy=lax.AccuracyMode.HIGHEST if jax.default_backend() == "tpu" else None)


def at_maxima(e: Array) -> Array:
    """1 at every maximum, tied ones included, and 0 elsewhere: e_j is 1 there, and elsewhere from 0 to less than 1.

    Example:
        >>> at_maxima(jnp.array([1.0, 0.5, 1.0])).tolist()
        [1.0, 0.0, 1.0]
    """
    return lax.stop_gradient(jnp.floor(e))


def check_range(c: float, dtype: DTypeLike) -> None:
    """Raise ValueError if c is near the limits of a floating type, or beyond them.

    Example:
        >>> check_range(1e30, jnp.float32)
    """
    largest = float(jnp.finfo(dtype).max) / 10_000
    if not 1 / largest < c < largest:
        raise ValueError(
            f"c must be between {1 / largest:.0e} and {largest:.0e} for z of type {jnp.dtype(dtype)}, not {c}"
        )


def _scaled_difference(z: Array, m: Array, c: float) -> tuple[Array, Array]:
    """c (z - m), or -1000 if that is larger, as a sum x + error with about twice the digits of z's dtype."""
    lowest = _NEGLIGIBLE / c / 2
    # Halves of z, since z may be a product: XLA would not round it where it is only to be subtracted from, but it does
    # for m, and a product is rounded before it is halved.
    half_z, half_m = z / 2, m / 2
    d = 2 * jnp.maximum(half_z - half_m, lowest)
    d_error = 2 * _difference_error(jnp.maximum(half_z, half_m + lowest), half_m)
    if c == 1:
        return d, d_error
    # c and d are each split into a high half of their digits and the rest. The product of the high halves is exact;
    # the other products are so small that their rounding does not matter.
    c_high = _round(c, (jnp.finfo(z.dtype).nmant + 1) // 2)
    d_high, d_low = in_two_parts(d)
    high = c_high * d_high
    low = c_high * d_low + (c - c_high) * d + c * d_error
    x = high + low
    return x, low - (x - high)


def _difference_error(a: Array, b: Array) -> Array:
    """The rounding error of a - b, exactly: (a - b) - fl(a - b) (Knuth, TAOCP volume 2, 4.2.2, theorem B)."""
    d = a - b
    b_part = a - d
    a_part = d + b_part
    return (a - a_part) - (b - b_part)


def _round(c: float, digits: int) -> float:
    """The number c, rounded to this many binary digits."""
    mantissa, exponent = math.frexp(c)
    return math.ldexp(round(math.ldexp(mantissa, digits)), exponent - digits)
