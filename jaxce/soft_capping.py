"""A soft cap on weighted inputs: L tanh(z / L), which is z near 0 and never beyond L."""

import functools
import math
from numbers import Real

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from jaxce.arguments import real_number
from jaxce.output_layer import working_precision


def soft_cap(z: ArrayLike, limit: float | Real) -> Array:
    """L tanh(z / L): z with its size softly kept below a limit L, for the weighted inputs of an output layer.

    Args:
        z: floats of any shape.
        limit: L, finite and above 0.

    Returns:
        Floats of z's shape and dtype; the derivative 1 / cosh(z / L)^2 keeps its digits where it is small.

    Raises:
        TypeError: z does not hold floats, or limit is no real number.
        ValueError: limit is not finite and above 0.

    References:
        Gemma Team, "Gemma 2: Improving Open Language Models at a Practical Size", 2024, section 2.

    Example:
        >>> soft_cap(jnp.array([0.0, 1000.0]), 30.0).tolist()
        [0.0, 30.0]
    """
    L = real_number("limit", limit)
    if not 0 < L < math.inf:
        raise ValueError(f"limit must be finite and above 0, not {L}")
    z = jnp.asarray(z)
    return _soft_cap(L, working_precision(z)).astype(z.dtype)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _soft_cap(L, z):
    return L * jnp.tanh(z / L)


@_soft_cap.defjvp
def _(L, primals, tangents):
    (z,), (dz,) = primals, tangents
    # 1 - tanh^2, without the subtraction; s(2 z / L) and s(-2 z / L) are the shares of the two exponentials of cosh
    slope = 4 * jax.lax.logistic(2 * z / L) * jax.lax.logistic(-2 * z / L)
    return _soft_cap(L, z), slope * dz
