"""The softmax layer: a_j = e^(c z_j) / sum_k e^(c z_k) (78, 83)."""

import functools
import math
from numbers import Real

import jax
import jax.numpy as jnp
from jax import lax

from jaxce.exponentials import exponentials
from jaxce.output_layer import Output, half_square, residual


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 2))
def _activations(c, z, axis):
    _, e, rest = exponentials(z, c, axis)
    return e / (1 + rest), (rest + (1 - e)) / (1 + rest)  # 1 - a_j: the others' share of the sum


@_activations.defjvp
def _(c, axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    da = c * _pullback(c, z, dz, axis)  # the Jacobian is symmetric
    return _activations(c, z, axis), (da, -da)


def _residual(c, z, y, axis):
    a, complement = _activations(c, z, axis)
    return residual(a, complement, y)


def _pullback(c, z, g, axis):
    """a_j (g_j - sum_k a_k g_k), with g measured from its value at the maximum, which then leaves the sum."""
    _, e, _ = exponentials(z, c, axis)
    largest = lax.stop_gradient(jnp.floor(e))
    g = g - jnp.sum(largest * g, axis, keepdims=True) / jnp.sum(largest, axis, keepdims=True)
    a, _ = _activations(c, z, axis)
    return a * (g - jnp.sum(a * g, axis, keepdims=True))


def _log_unit(c):
    """The least power of two that is at least 2 and 2 c: in it, c (z - m) is never beyond the largest float."""
    return 2.0 * max(1.0, 2.0 ** math.ceil(math.log2(c)))


def _logs(c, z, axis):
    unit = _log_unit(c)
    m, e, rest = exponentials(z, c, axis)
    others = rest + (1 - e)
    log_rest, _ = _without_largest(c, z, m, axis)
    is_tiny = others < jnp.finfo(z.dtype).eps
    log_complement = jnp.where(is_tiny, log_rest - jnp.log1p(rest) / unit, -jnp.log1p(e / others) / unit)
    return _in_log_unit(c, z, m) - jnp.log1p(rest) / unit, log_complement


def _in_log_unit(c, z, m):
    """c (z - m), over the unit."""
    return (2 * c / _log_unit(c)) * (z / 2 - m / 2)


def _without_largest(c, z, m, axis):
    """The layer without its largest z_j: ln sum_k e^(c (z_k - m)) in the unit, and the softmax of the others."""
    others = jnp.where(_is_largest(z, axis), -jnp.inf, z)
    nothing = jnp.max(others, axis, keepdims=True) == -jnp.inf
    others = jnp.where(nothing, 0, others)
    m_2, _, rest = exponentials(others, c, axis)
    a, _ = _activations(c, others, axis)
    log_rest = _in_log_unit(c, m_2, m) + jnp.log1p(rest) / _log_unit(c)
    return jnp.where(nothing, -jnp.inf, log_rest), jnp.where(nothing, 0, a)


def _is_largest(z, axis):
    return jax.nn.one_hot(jnp.argmax(z, axis), z.shape[axis], axis=axis, dtype=bool)


def _log_pullback(c, z, g, total, axis):
    a, complement = _activations(c, z, axis)
    return g * complement - a * (total - g)


def _log_complement_pullback(c, z, g, axis):
    """a_k (sum_{j != k} g_j a_j / (1 - a_j) - g_k), where the largest a_j over 1 - a_j may be out of range."""
    largest = _is_largest(z, axis)
    m, e, rest = exponentials(z, c, axis)
    a, _ = _activations(c, z, axis)
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
    return Output(
        activations=functools.partial(_activations, c),
        half_squared_residual=lambda z, y, axis: half_square(_residual(c, z, y, axis)),
        logs=functools.partial(_logs, c),
        residual_pullback=lambda z, y, axis: _pullback(c, z, _residual(c, z, y, axis), axis),
        log_pullback=functools.partial(_log_pullback, c),
        log_complement_pullback=functools.partial(_log_complement_pullback, c),
        c=c,
        log_unit=_log_unit(c),
    )


softmax = tempered_softmax(1)
