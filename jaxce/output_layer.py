"""What an output layer is: the functions of the weighted inputs z that costs are made of.

Throughout, `axis` of z and a runs over the output neurons j, and g is any array of their shape. No output layer
forms 1 - a by subtracting from 1, or ln a from a rounded a: that is where saturated neurons lose their digits.
"""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@dataclasses.dataclass(frozen=True, eq=False)  # jax.jit refers to a function weakly, and no tuple can be so referred to
class Output:
    """An output layer as a value: pure functions of z, from which a cost takes what it needs.

    Calling it gives the activation: `softmax(z, axis=-1, where=None)`. Its fields are functions of arrays of z's shape:

    - `activations(z, axis)`: the pair a, 1 - a
    - `half_squared_residual(z, y, axis)`: (a - y)^2 / 2
    - `logs(z, axis)`: the pair ln a, ln(1 - a), both divided by `log_unit`
    - `residual_pullback(z, y, axis)`: (da/dz)^T (a - y)
    - `log_pullback(z, g, total, axis)`: (d ln a/dz)^T g, where total is the sum of g along axis
    - `log_complement_pullback(z, g, axis)`: (d ln(1 - a)/dz)^T g
    - `c`: the constant that multiplies z; the three products are derivatives with respect to c z
    - `log_unit`: a power of two that keeps the logarithms of an output among the floats for all finite z

    Example:
        >>> import jaxce, jax.numpy as jnp
        >>> jaxce.softmax(jnp.array([1.0, 1.0])).tolist()
        [0.5, 0.5]
    """

    activations: Callable
    half_squared_residual: Callable
    logs: Callable
    residual_pullback: Callable
    log_pullback: Callable
    log_complement_pullback: Callable
    c: float = 1.0
    log_unit: float = 1.0

    def __call__(self, z: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
        """The activation a of the weighted inputs z, of z's shape and dtype; 0 where `where` is False."""
        z = jnp.asarray(z)
        a, _ = self.activations(mask_logits(working_precision(z), where), axis)
        return (a if where is None else jnp.where(where, a, 0)).astype(z.dtype)

    @classmethod
    def from_activation(cls, f: Callable) -> "Output":
        """An output layer of any differentiable f, applied to each neuron; the rest by automatic differentiation.

        Example:
            >>> import jax.numpy as jnp
            >>> tanh = Output.from_activation(jnp.tanh)
            >>> tanh(jnp.array([0.0])).tolist()
            [0.0]
        """

        def log(z):
            return jnp.log(f(z))

        def log_complement(z):
            return jnp.log1p(-f(z))

        return cls(
            activations=lambda z, axis: (f(z), 1 - f(z)),
            half_squared_residual=lambda z, y, axis: half_square(f(z) - y),
            logs=lambda z, axis: (log(z), log_complement(z)),
            residual_pullback=lambda z, y, axis: _vjp(f, z, f(z) - y),
            log_pullback=lambda z, g, total, axis: _vjp(log, z, g),
            log_complement_pullback=lambda z, g, axis: _vjp(log_complement, z, g),
        )


def _vjp(f, z, g):
    _, pullback = jax.vjp(f, z)
    return pullback(g)[0]


def residual(a: Array, complement: Array, y: Array) -> Array:
    """a - y, with one rounding only where y is 0 or 1."""
    return (1 - y) * a - y * complement


def half_square(x: Array) -> Array:
    """x^2 / 2, also where x^2 is beyond the largest float."""
    return x * (x / 2)


def working_precision(z: Array) -> Array:
    """The array z, in float32 if it is in half precision."""
    if not jnp.issubdtype(z.dtype, jnp.floating):
        raise TypeError(f"z must hold floats, not {z.dtype}: use z.astype(jnp.float32)")
    return z.astype(jnp.float32) if jnp.finfo(z.dtype).bits < 32 else z


def mask_logits(z: Array, where: ArrayLike | None) -> Array:
    """The array z with -inf, which takes no part in a softmax, at the outputs that are masked out."""
    return z if where is None else jnp.where(where, z, -jnp.inf)
