"""Output layers as values: the functions of the weighted inputs z from which costs are computed.

Throughout, `axis` is the axis of z and a along which the output neurons j lie, and y and g are arrays of z's shape. No
output layer forms 1 - a by subtracting from 1, or ln a from a rounded a: that is where saturated neurons lose their
digits.
"""

import dataclasses
import inspect
import math
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@runtime_checkable
class PairFunction(Protocol):
    """A function of z that returns two arrays of z's shape: one about the activation a, one about 1 - a."""

    def __call__(self, z: Array, axis: int, /) -> tuple[Array, Array]:
        """The two arrays."""
        ...


@runtime_checkable
class TargetFunction(Protocol):
    """A function of z and the targets y that returns an array of z's shape."""

    def __call__(self, z: Array, y: Array, axis: int, /) -> Array:
        """The array."""
        ...


@runtime_checkable
class WeightedTargetFunction(Protocol):
    """A function of z, the targets y and weights w, which broadcast to z's shape, to an array of that shape."""

    def __call__(self, z: Array, y: Array, w: Array, axis: int, /) -> Array:
        """The array."""
        ...


@runtime_checkable
class LogPullback(Protocol):
    """(d ln a/dz)^T g, given with g also `total`, the sum of g along `axis`: an array of size 1 there, or a number."""

    def __call__(self, z: Array, g: Array, total: ArrayLike, axis: int, /) -> Array:
        """The product, of z's shape."""
        ...


@runtime_checkable
class LogComplementPullback(Protocol):
    """(d ln(1 - a)/dz)^T g, or (da/dz)^T g."""

    def __call__(self, z: Array, g: Array, axis: int, /) -> Array:
        """The product, of z's shape."""
        ...


@dataclasses.dataclass(frozen=True, eq=False, repr=False)  # not a tuple: jax.jit holds weak references to it
class Output:
    """An output layer as a value: pure functions of z, from which a cost takes what it needs.

    An Output is hashable and compares by identity, so that it can be a static argument of `jax.jit`. It never changes,
    and is its own copy. Calling it gives the activation: `softmax(z, axis=-1, where=None)`.

    Attributes:
        activations: `(z, axis)` to the pair a, 1 - a.
        half_squared_residual: `(z, y, axis)` to (a - y)^2 / 2, for each output.
        logs: `(z, axis)` to the pair ln a, ln(1 - a), both divided by `log_unit`.
        residual_pullback: `(z, y, axis)` to (da/dz)^T (a - y).
        log_pullback: `(z, g, total, axis)` to (d ln a/dz)^T g, where total is the sum of g along `axis`.
        log_complement_pullback: `(z, g, axis)` to (d ln(1 - a)/dz)^T g.
        c: the constant that multiplies z. The pullbacks are with respect to c z, so c times smaller.
        keeps_order: whether the largest z_j always has the largest a_j, so that classes can be told from z.
        activation_pullback: `(z, g, axis)` to (da/dz)^T g, if there is a better way than to differentiate a.
        weighted_residual_pullback: `(z, y, w, axis)` to (da/dz)^T (w (a - y)), if there is a better way than by a.
        has_domain: whether logarithms are undefined for some z; there they are infinity, as no probability's is.
        absent: the z of an output that takes no part: -inf, which has zero probability in a softmax; or, where outputs
            do not affect each other, any number at which all functions above are finite.
        log_unit: a power of two, large enough for the logarithms divided by it to be finite for all finite z.
        name: the expression that makes this Output, without `jaxce.`; `repr` shows it.
        doc: the formula of a, which `help` shows.
        made_by: a function and its arguments that make this Output, for another process to do so; if there are none,
            `pickle` needs all the functions above.

    Example:
        >>> import jaxce
        >>> jaxce.softmax
        jaxce.softmax
        >>> jaxce.softmax(jnp.array([1.0, 1.0])).tolist()
        [0.5, 0.5]
    """

    activations: PairFunction
    half_squared_residual: TargetFunction
    logs: PairFunction
    residual_pullback: TargetFunction
    log_pullback: LogPullback
    log_complement_pullback: LogComplementPullback
    c: float = 1.0
    log_unit: float = 1.0
    activation_pullback: LogComplementPullback | None = None
    weighted_residual_pullback: WeightedTargetFunction | None = None
    has_domain: bool = False
    absent: float = -math.inf
    keeps_order: bool = False
    name: str = "Output(...)"
    doc: str = "An output layer."
    made_by: tuple = ()

    def __post_init__(self):
        """Let `help` show what this output layer computes and how to call it, not how an Output is built."""
        object.__setattr__(self, "__doc__", f"{self.doc}\n\n{inspect.getdoc(Output.__call__)}")

    def __copy__(self) -> "Output":
        """Itself."""
        return self

    def __deepcopy__(self, memo: dict) -> "Output":
        """Itself."""
        return self

    def __reduce__(self):
        """How another process makes it."""
        if self.made_by:
            make, *arguments = self.made_by
            return make, tuple(arguments)
        return Output, tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def __repr__(self) -> str:
        """The expression that makes it, such as `jaxce.softmax`."""
        return f"jaxce.{self.name}"

    def __call__(self, z: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
        """The activation a of the weighted inputs z.

        Args:
            z: weighted inputs, floats of any shape.
            axis: the axis of z along which the output neurons lie.
            where: booleans that broadcast to z's shape; an output at False takes no part, and its activation is 0.

        Returns:
            a, of z's shape and dtype; half precision is computed in float32.

        Raises:
            TypeError: z does not hold floats.
        """
        z = jnp.asarray(z)
        a, _ = self.activations(mask_logits(working_precision(z), where, axis, self.absent), axis)
        return (a if where is None else jnp.where(where, a, 0)).astype(z.dtype)

    def pullback(self, z: Array, g: Array, axis: int) -> Array:
        """(da/dz)^T g with respect to c z, so c times smaller."""
        if self.activation_pullback is not None:
            return self.activation_pullback(z, g, axis)
        return _vjp(lambda z: self.activations(z, axis)[0], z, g) / self.c

    @classmethod
    def from_activation(cls, f: Callable[[Array], Array]) -> "Output":
        """An output layer of any differentiable f, applied to each neuron; the rest by automatic differentiation.

        Logarithms are computed from the rounded f(z): where f saturates at 0 or 1, costs that use them lose digits.

        Args:
            f: an elementwise function of arrays that `jax.grad` can differentiate.

        Example:
            >>> tanh = Output.from_activation(jnp.tanh)
            >>> tanh(jnp.array([0.0])).tolist()
            [0.0]
        """

        def log(z):
            return jnp.log(f(z))

        def log_complement(z):
            return jnp.log1p(-f(z))

        name = getattr(f, "__name__", repr(f))
        return cls(
            activations=lambda z, axis: (f(z), 1 - f(z)),
            half_squared_residual=lambda z, y, axis: half_square(f(z) - y),
            logs=lambda z, axis: (log(z), log_complement(z)),
            residual_pullback=lambda z, y, axis: _vjp(f, z, f(z) - y),
            log_pullback=lambda z, g, total, axis: _vjp(log, z, g),
            log_complement_pullback=lambda z, g, axis: _vjp(log_complement, z, g),
            absent=0.5,
            name=f"Output.from_activation({name})",
            doc=f"The output layer a_j = f(z_j), where f is {name}.",
            made_by=(cls.from_activation, f),
        )


def _vjp(f, z, g):
    _, pullback = jax.vjp(f, z)
    return pullback(g)[0]


def residual(a: Array, complement: Array, y: Array) -> Array:
    """a - y from a and its complement 1 - a, with one rounding only where y is 0 or 1.

    Example:
        >>> a, complement = jnp.array(1.0), jnp.array(2.0**-70)
        >>> float(residual(a, complement, jnp.array(1.0))) == -(2.0**-70)
        True
    """
    return (1 - y) * a - y * complement


def half_square(x: Array) -> Array:
    """x^2 / 2, also where x^2 would overflow.

    Example:
        >>> float(half_square(jnp.float32(2e19))) < float("inf")
        True
    """
    return x * (x / 2)


def working_precision(z: Array) -> Array:
    """The array z, in float32 if it is in half precision.

    Raises:
        TypeError: z does not hold floats.

    Example:
        >>> working_precision(jnp.zeros(3, jnp.bfloat16)).dtype
        dtype('float32')
    """
    if not jnp.issubdtype(z.dtype, jnp.floating):
        raise TypeError(f"z must hold floats, not {z.dtype}: use z.astype(jnp.float32)")
    return z.astype(jnp.float32) if jnp.finfo(z.dtype).bits < 32 else z


def mask_logits(z: Array, where: ArrayLike | None, axis: int, absent: float) -> Array:
    """The array z, with `absent` where `where` is False, an output layer's own number for what takes no part.

    Where it is -inf, no example may have nothing else: one of which no output is shown has 0 instead.

    Example:
        >>> mask_logits(jnp.array([1.0, 2.0]), jnp.array([True, False]), -1, -math.inf).tolist()
        [1.0, -inf]
    """
    if where is None:
        return z
    where = jnp.broadcast_to(where, z.shape)
    return jnp.where(
        where, z, absent if math.isfinite(absent) else jnp.where(where.any(axis, keepdims=True), absent, 0)
    )


def nan_unless(condition: ArrayLike, x: Array) -> Array:
    """x where the condition is true, and nan elsewhere; no step towards it is nan if the condition is true everywhere.

    So `jax_debug_nans` stops here if the condition is false somewhere, and only then.

    Example:
        >>> nan_unless(jnp.array([True, False]), jnp.array([1.0, 2.0])).tolist()
        [1.0, nan]
    """
    settings: Any = jax.config
    if settings.jax_disable_jit:  # then `where` first makes an array of nan; this makes nan of zero times infinity
        return x + 0 * jnp.where(condition, 0, jnp.inf).astype(x.dtype)
    return jnp.where(condition, x, jnp.nan)
