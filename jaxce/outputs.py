"""Output layers: from the weighted inputs z of the last layer to its activations a.

Throughout, `axis` of z and a runs over the output neurons j, and g is any array of their shape. No function here
forms 1 - a by subtracting from 1, or ln a from a rounded a: that is where saturated neurons lose their digits.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from numbers import Real

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from jaxce.exponentials import exponentials, on_its_own


@dataclasses.dataclass(frozen=True, eq=False)  # jax.jit refers to a function weakly, and no tuple can be so referred to
class Output:
    """An output layer as a value: pure functions of z, from which a cost takes what it needs.

    Calling it gives the activation: `softmax(z, axis=-1, where=None)`. Its fields are functions of arrays of z's shape:

    - `activations(z, axis)`: the pair a, 1 - a
    - `half_squared_residual(z, y, axis)`: (a - y)^2 / 2
    - `logs(z, axis)`: the pair ln a, ln(1 - a)
    - `residual_pullback(z, y, axis)`: (da/dz)^T (a - y)
    - `log_pullback(z, g, total, axis)`: (d ln a/dz)^T g, where total is the sum of g along axis
    - `log_complement_pullback(z, g, axis)`: (d ln(1 - a)/dz)^T g
    - `c`: the constant that multiplies z; the three products are derivatives with respect to c z

    Example:
        >>> import jax.numpy as jnp
        >>> softmax(jnp.array([1.0, 1.0])).tolist()
        [0.5, 0.5]
    """

    activations: Callable
    half_squared_residual: Callable
    logs: Callable
    residual_pullback: Callable
    log_pullback: Callable
    log_complement_pullback: Callable
    c: float = 1.0

    def __call__(self, z: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
        """The activation a of the weighted inputs z, of z's shape and dtype; 0 where `where` is False."""
        z = jnp.asarray(z)
        a, _ = self.activations(present(working_precision(z), where), axis)
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
            half_squared_residual=lambda z, y, axis: _half_square(f(z) - y),
            logs=lambda z, axis: (log(z), log_complement(z)),
            residual_pullback=lambda z, y, axis: _vjp(f, z, f(z) - y),
            log_pullback=lambda z, g, total, axis: _vjp(log, z, g),
            log_complement_pullback=lambda z, g, axis: _vjp(log_complement, z, g),
        )


def _vjp(f, z, g):
    _, pullback = jax.vjp(f, z)
    return pullback(g)[0]


def _residual(a, complement, y):
    """a - y, with one rounding only where y is 0 or 1."""
    return (1 - y) * a - y * complement


def _half_square(x):
    return x * (x / 2)  # x * x could overflow where its half does not


def working_precision(z: Array) -> Array:
    """The array z, in float32 if it is in half precision."""
    if not jnp.issubdtype(z.dtype, jnp.floating):
        raise TypeError(f"z must hold floats, not {z.dtype}: use z.astype(jnp.float32)")
    return z.astype(jnp.float32) if jnp.finfo(z.dtype).bits < 32 else z


def present(z: Array, where: ArrayLike | None) -> Array:
    """The array z with -inf, which takes no part in a softmax, at the outputs that are masked out."""
    return z if where is None else jnp.where(where, z, -jnp.inf)


# a = z


def _between_0_and_1(z):
    return jnp.where((z > 0) & (z < 1), z, jnp.nan)


def _linear_logs(z, axis):
    z_01 = _between_0_and_1(z)
    return jnp.log(z), -jnp.log1p(z_01 / (1 - z_01))  # ln(1 - z) = -ln(1 + z/(1 - z)), at its best above 0


linear = Output(
    activations=lambda z, axis: (z, 1 - z),
    half_squared_residual=lambda z, y, axis: _half_square(z - y),
    logs=_linear_logs,
    residual_pullback=lambda z, y, axis: z - y,
    log_pullback=lambda z, g, total, axis: jnp.where((g == 0) & (z <= 0), 0, g / jnp.where(z < 0, jnp.nan, z)),
    log_complement_pullback=lambda z, g, axis: -g / (1 - _between_0_and_1(z)),
)


# a = s(z) = 1/(1 + e^-z)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def _sigmoid_activations(z, axis):
    return lax.logistic(z), lax.logistic(-z)  # 1 - s(z) = s(-z)


@_sigmoid_activations.defjvp
def _(axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    da = a * complement * dz  # s' = s (1 - s)
    return (a, complement), (da, -da)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def _sigmoid_logs(z, axis):
    log1p_e = jnp.log1p(jnp.exp(-jnp.abs(z)))
    return jnp.minimum(z, 0) - log1p_e, jnp.minimum(-z, 0) - log1p_e


@_sigmoid_logs.defjvp
def _(axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    return _sigmoid_logs(z, axis), (complement * dz, -a * dz)


def _sigmoid_half_squared_residual(z, y, axis):
    """(a - y)^2 / 2, with the square of 1 + e^-|z| as one denominator: factors would add up ulps."""
    e = jnp.exp(-jnp.abs(z))
    numerator = jnp.where(z < 0, (1 - y) * e - y, (1 - y) - y * e)
    return on_its_own(_half_square(numerator) / (1 + e * (2 + e)))


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sigmoid_residual_pullback(z, y, axis):
    """a (1 - a) (a - y), as (1 - y) a^2 (1 - a) - y a (1 - a)^2 over (1 + e^-|z|)^3."""
    e, e_squared = jnp.exp(-jnp.abs(z)), jnp.exp(-2 * jnp.abs(z))  # e * e would double the ulps of e
    numerator = jnp.where(z < 0, (1 - y) * e_squared - y * e, (1 - y) * e - y * e_squared)
    return numerator / (1 + e * (3 + e * (3 + e)))


@_sigmoid_residual_pullback.defjvp
def _(axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    slope = a * complement
    d_delta = slope * ((complement - a) * _residual(a, complement, y) + slope) * dz - slope * dy
    return _sigmoid_residual_pullback(z, y, axis), d_delta


sigmoid = Output(
    activations=_sigmoid_activations,
    half_squared_residual=_sigmoid_half_squared_residual,
    logs=_sigmoid_logs,
    residual_pullback=_sigmoid_residual_pullback,
    log_pullback=lambda z, g, total, axis: _sigmoid_activations(z, axis)[1] * g,
    log_complement_pullback=lambda z, g, axis: -_sigmoid_activations(z, axis)[0] * g,
)


# a_j = e^(c z_j) / sum_k e^(c z_k)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 2))
def _softmax_activations(c, z, axis):
    _, e, rest = exponentials(z, c, axis)
    return e / (1 + rest), (rest + (1 - e)) / (1 + rest)  # 1 - a_j: the others' share of the sum


@_softmax_activations.defjvp
def _(c, axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    da = c * _softmax_pullback(c, z, dz, axis)  # the Jacobian is symmetric
    return _softmax_activations(c, z, axis), (da, -da)


def _softmax_pullback(c, z, g, axis):
    """a_j (g_j - sum_k a_k g_k), with g measured from its value at the maximum, which then leaves the sum."""
    _, e, _ = exponentials(z, c, axis)
    largest = lax.stop_gradient(jnp.floor(e))
    g = g - jnp.sum(largest * g, axis, keepdims=True) / jnp.sum(largest, axis, keepdims=True)
    a, _ = _softmax_activations(c, z, axis)
    return a * (g - jnp.sum(a * g, axis, keepdims=True))


def _softmax_logs(c, z, axis):
    m, e, rest = exponentials(z, c, axis)
    others = rest + (1 - e)
    log_rest, _ = _without_largest(c, z, m, axis)
    is_tiny = others < jnp.finfo(z.dtype).eps
    log_complement = jnp.where(is_tiny, log_rest - jnp.log1p(rest), -jnp.log1p(e / others))
    return _scaled(c, z, m) - jnp.log1p(rest), log_complement


def _scaled(c, z, m):
    """c (z - m), also where z - m alone is beyond the largest float."""
    return 2 * (c * (z / 2 - m / 2))


def _without_largest(c, z, m, axis):
    """The layer without its largest z_j: ln sum_k e^(c (z_k - m)), and the softmax of those that remain."""
    others = jnp.where(_is_largest(z, axis), -jnp.inf, z)
    nothing = jnp.max(others, axis, keepdims=True) == -jnp.inf
    others = jnp.where(nothing, 0, others)
    m_2, _, rest = exponentials(others, c, axis)
    a, _ = _softmax_activations(c, others, axis)
    return jnp.where(nothing, -jnp.inf, _scaled(c, m_2, m) + jnp.log1p(rest)), jnp.where(nothing, 0, a)


def _is_largest(z, axis):
    return jax.nn.one_hot(jnp.argmax(z, axis), z.shape[axis], axis=axis, dtype=bool)


def _softmax_log_pullback(c, z, g, total, axis):
    a, complement = _softmax_activations(c, z, axis)
    return g * complement - a * (total - g)


def _softmax_log_complement_pullback(c, z, g, axis):
    """a_k (sum_{j != k} g_j a_j / (1 - a_j) - g_k), where the largest a_j over 1 - a_j may be out of range."""
    largest = _is_largest(z, axis)
    m, e, rest = exponentials(z, c, axis)
    a, _ = _softmax_activations(c, z, axis)
    _, a_among_others = _without_largest(c, z, m, axis)
    odds = jnp.where(largest, 0, e / jnp.where(largest, 1, rest + (1 - e)))
    h = g * odds
    of_largest = jnp.sum(jnp.where(largest, g * a, 0), axis, keepdims=True) * a_among_others
    return a * (jnp.sum(h, axis, keepdims=True) - h - g) + of_largest


def tempered_softmax(c: float | Real) -> Output:
    """The softmax layer with constant c: a_j = e^(c z_j) / sum_k e^(c z_k) (83).

    Equal c gives the same object, so that a function jitted with it as a static argument is compiled once. As c grows,
    a tends to 1/m at each of m tied maxima and to 0 elsewhere; softmax is c = 1.

    Args:
        c: a finite number above 0.

    Raises:
        TypeError: c is not a real number.
        ValueError: c is not finite, or not above 0.

    Example:
        >>> import jax.numpy as jnp
        >>> tempered_softmax(50)(jnp.array([0.9, 0.8])).tolist()
        [0.993..., 0.0066...]
        >>> tempered_softmax(1) is softmax
        True
    """
    if isinstance(c, bool) or not isinstance(c, Real):
        raise TypeError(f"c must be a number above 0, not {c!r} of type {type(c).__name__}")
    if not 0 < float(c) < math.inf:
        raise ValueError(f"c must be finite and above 0, not {c!r}")
    return _tempered_softmax(float(c))


@functools.cache
def _tempered_softmax(c):
    def residual(z, y, axis):
        a, complement = _softmax_activations(c, z, axis)
        return _residual(a, complement, y)

    return Output(
        activations=functools.partial(_softmax_activations, c),
        half_squared_residual=lambda z, y, axis: _half_square(residual(z, y, axis)),
        logs=functools.partial(_softmax_logs, c),
        residual_pullback=lambda z, y, axis: _softmax_pullback(c, z, residual(z, y, axis), axis),
        log_pullback=functools.partial(_softmax_log_pullback, c),
        log_complement_pullback=functools.partial(_softmax_log_complement_pullback, c),
        c=c,
    )


softmax = tempered_softmax(1)

OUTPUTS = {"linear": linear, "sigmoid": sigmoid, "softmax": softmax}
