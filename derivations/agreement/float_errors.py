"""Errors of many floats at once, in ulps of a truth in float64: the measure of `ulps`, for billions of numbers.

One thing differs, since nothing is left out here: true values close to 0 count, as `errors_in_ulps` says.
"""

import jax.numpy as jnp
from jax import Array, lax
from jax.typing import DTypeLike

SMALLEST_NORMAL = 2.0**-126  # of float32 and bfloat16; many devices set smaller numbers to 0
# So terms of a sum, or halves, may vanish where true values are below this.
SMALLEST_THAT_MUST_NOT_VANISH = 4 * SMALLEST_NORMAL
_EXPONENT = 0x7FF0_0000_0000_0000  # of a float64's bits


def widened(x: Array) -> Array:
    """Floats of 32 or 16 bits in float64, also those that conversion would set to 0 on a device that does so.

    Example:
        >>> import jax
        >>> with jax.enable_x64(True):
        ...     widened(jnp.float32(2.0**-149)).tolist() == 2.0**-149
        True
    """
    x = x.astype(jnp.float32)  # a shift of bits for bfloat16; float16 has no numbers that are too small for float32
    bits = lax.bitcast_convert_type(x, jnp.uint32)
    fraction = (bits & jnp.uint32(0x7F_FFFF)).astype(jnp.float64) * 2.0**-149
    subnormal = jnp.where(bits >> 31 == 1, -fraction, fraction)
    return jnp.where(bits & jnp.uint32(0x7F80_0000) == 0, subnormal, x.astype(jnp.float64))


def errors_in_ulps(computed: Array, true: Array, dtype: DTypeLike) -> Array:
    """|computed - true| in ulps of the true value, as floats of `dtype` have them.

    It is infinite where one of these is not so:

    - A true value below 2^-124 asks for a result that is not above 2^-124 either, nor of the other sign: smaller terms,
      of which it is the sum, may be set to 0.
    - A true value that no float of `dtype` reaches asks for the infinity of its sign.
    - Where the truth is nan, the result must not be finite.

    Args:
        computed: what is measured, widened to float64.
        true: what should have been computed, in float64.
        dtype: float32, bfloat16 or float16, the type of what is measured.

    Example:
        >>> import jax
        >>> with jax.enable_x64(True):
        ...     errors_in_ulps(jnp.array([1.5, 0.0, -1e-40]), jnp.array([1.0, 1e-40, 1e-40]), jnp.float16).tolist()
        [512.0, 0.0, inf]
    """
    limits = jnp.finfo(dtype)
    size = jnp.maximum(jnp.abs(true), float(limits.smallest_normal))
    power = lax.bitcast_convert_type(lax.bitcast_convert_type(size, jnp.uint64) & jnp.uint64(_EXPONENT), jnp.float64)
    error = jnp.abs(computed - true) / (power * float(limits.eps))
    may_vanish = (jnp.abs(computed) <= SMALLEST_THAT_MUST_NOT_VANISH) & (computed * jnp.sign(true) >= 0)
    error = jnp.where(jnp.abs(true) < SMALLEST_THAT_MUST_NOT_VANISH, jnp.where(may_vanish, 0.0, jnp.inf), error)
    is_beyond = jnp.abs(true) >= float(limits.max) * (1 + float(limits.eps) / 4)  # what rounds to infinity
    error = jnp.where(is_beyond & (computed == jnp.sign(true) * jnp.inf), 0.0, error)
    error = jnp.where(jnp.isnan(true), jnp.where(jnp.isfinite(computed), jnp.inf, 0.0), error)
    return jnp.where(jnp.isnan(error), jnp.inf, error)
