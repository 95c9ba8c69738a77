"""Where XLA may not join a sum and the arithmetic around it into one kernel."""

import jax.numpy as jnp
from jax import Array, lax


def fusion_barrier(x: Array) -> Array:
    """The floats x unchanged; what is computed from them is not fused into the kernel that computes them.

    On a CPU, XLA makes one kernel of a sum and the arithmetic around it, which is up to four times slower than two.
    Rounding x to the precision that it already has changes no value, and XLA fuses no sum across it.

    Example:
        >>> fusion_barrier(jnp.array([1.0, 0.1])).tolist() == jnp.array([1.0, 0.1]).tolist()
        True
    """
    return lax.reduce_precision(x, exponent_bits=jnp.finfo(x.dtype).nexp, mantissa_bits=jnp.finfo(x.dtype).nmant)
