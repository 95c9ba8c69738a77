"""The softmax layer: a_j = e^(c z_j) / sum_k e^(c z_k) (78, 83).

With the maximum m of z and e_j = e^(c (z_j - m)), `rest` is the sum of all e_j but one maximum's: the sum of all is
1 + rest, and the sum of all but e_j is rest + (1 - e_j). Derivatives are with respect to c z, so c times smaller.
"""

import functools
import math
from numbers import Real

import jax
import jax.numpy as jnp
from jax import lax

from jaxce.exponentials import at_maxima, check_range, exponentials, squared_exponentials
from jaxce.fusion import fusion_barrier
from jaxce.output_layer import Output, half_square, residual
from jaxce.summation import in_two_parts, plus_1, stored_sum_of


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 2))
def _activations(c, z, axis):
    """a_j = e_j / sum_k e_k, and 1 - a_j, which is the others' share of the sum."""
    _, e, rest = exponentials(z, c, axis)
    return e / (1 + rest), _sum_of_others(e, rest) / (1 + rest)


@_activations.defjvp
def _(c, axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    da = c * _pullback(c, z, dz, axis)  # the Jacobian is symmetric
    return _activations(c, z, axis), (da, -da)


def _sum_of_others(e, rest):
    """The sum of e_k over k != j, for each j."""
    return rest + (1 - e)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 3))
def _half_squared_residual(c, z, y, axis):
    """(a_j - y_j)^2 / 2 = ((1 - y_j) e_j - y_j (sum of the others))^2 / (2 (1 + rest)^2)."""
    m, e, rest = exponentials(z, c, axis)
    y = y + jnp.zeros_like(e)  # spread over devices as z is
    numerator = (1 - y) * e - y * _sum_of_others(e, rest)
    half_squared = jnp.where(y == 0, squared_exponentials(z, m, c) / 2, half_square(numerator))
    return fusion_barrier(_share(half_squared, rest, 2))


@_half_squared_residual.defjvp
def _(c, axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _activations(c, z, axis)
    da = c * _pullback(c, z, dz, axis)
    return _half_squared_residual(c, z, y, axis), residual(a, complement, y) * (da - dy)


def _weighted_residual_pullback(c, z, y, w, axis):
    """(da/dz)^T r for r = w (a - y), which is a_j (r_j - sum_k a_k r_k).

    A number subtracted from every r_k changes nothing: r_m is, so that the largest a_k has no part in the sum. Times
    1 + rest, it leaves (1 - y_m) (w_k e_k - w_m) + y_m (w_k e_k + w_m rest) - w_k y_k (1 + rest), where y_m is the sum
    of the targets of tied maxima, and w_m the mean of their weights. The first term keeps the digits of outputs that
    are nearly tied, the second those of a target at the maximum.
    """
    m, e, rest = exponentials(z, c, axis)
    maxima = at_maxima(e)
    y_m = fusion_barrier(jnp.sum(maxima * y, axis, keepdims=True))
    w = jnp.broadcast_to(w, z.shape)
    w_m = jnp.sum(maxima * w, axis, keepdims=True) / jnp.sum(maxima, axis, keepdims=True)
    excess = w * _minus_1(e, c, z, m) + (w - w_m)
    return _centred(e, (1 - y_m) * excess + y_m * (w * e + w_m * rest) - w * y * (1 + rest), rest, axis)


def _residual_pullback(c, z, y, axis):
    """The same for weights of 1."""
    m, e, rest = exponentials(z, c, axis)
    y_m = fusion_barrier(jnp.sum(at_maxima(e) * y, axis, keepdims=True))
    return _centred(e, (1 - y_m) * _minus_1(e, c, z, m) + y_m * (e + rest) - y * (1 + rest), rest, axis)


def _centred(e, r, rest, axis):
    """a_j (r_j - sum_k a_k r_k) of an r that is multiplied by 1 + rest.

    j's own e_j r_j, which would cancel, is left out of both terms.
    """
    e_r = e * r
    sum_of_others = stored_sum_of(e_r, axis) - e_r
    return _share(_sum_of_others(e, rest) * e_r - e * sum_of_others, rest, 3)


def _minus_1(e, c, z, m):
    """e_j - 1 with all its digits, also where z_j is next to m: there, ln e_j tells by how much e_j is rounded."""
    are_near = e > 0.5
    error = 2 * c * (z / 2 - m / 2) - jnp.log(jnp.where(are_near, e, 1))
    return e - 1 + lax.stop_gradient(e * jnp.where(are_near, error, 0))


def _pullback(c, z, g, axis):
    """(da/dz)^T g, which is a_j (g_j - sum_k a_k g_k).

    A number subtracted from every g_k changes nothing. With g at the maximum subtracted (the mean of it over tied
    maxima), the largest a_k has no part in the sum: no digits of the small terms are lost.
    """
    e = exponentials(z, c, axis)[1]
    maxima = at_maxima(e)
    # XLA may compute a z that is a product twice, rounded once or not at all: then no e is exactly 1.
    count = jnp.maximum(jnp.sum(maxima, axis, keepdims=True), 1)
    g = g - jnp.sum(maxima * g, axis, keepdims=True) / count
    a, _ = _activations(c, z, axis)
    return a * (g - jnp.sum(a * g, axis, keepdims=True))


def _log_unit(c):
    """The least power of two that is at least 2 and 2 c: c (z - m) over this unit never overflows."""
    return 2.0 * max(1.0, 2.0 ** math.ceil(math.log2(c)))


def _in_log_unit(c, z, m):
    """c (z - m) over the unit; z and m are halved first, since the difference of two finite floats may overflow."""
    return (2 * c / _log_unit(c)) * (z / 2 - m / 2)


def _logs(c, z, axis):
    """ln a_j = c (z_j - m) - ln(1 + rest), and ln(1 - a_j) = -ln(1 + e_j / sum of the others), over the unit.

    The others may underflow: where z_j is far above them, ln(1 - a_j) = ln(sum of the others) - ln(1 + rest).
    """
    unit = _log_unit(c)
    m, e, rest = exponentials(z, c, axis)
    others = _sum_of_others(e, rest)
    log_others, _ = _without_first_maximum(c, z, m, axis)
    log_sum = jnp.log1p(rest) / unit
    are_tiny = others < jnp.finfo(z.dtype).eps
    log_complement = _log_of_1_and(e / jnp.where(are_tiny, 1, others)) / unit
    return _in_log_unit(c, z, m) - log_sum, jnp.where(are_tiny, log_others - log_sum, -log_complement)


def _log_of_1_and(x):
    """ln(1 + x): XLA's log1p of numbers between 0.4 and 1 errs by the rounding of 1 + x."""
    total, error = plus_1(x)
    return jnp.log1p(total - 1) + lax.stop_gradient(error / total)


def _is_first_maximum(z, axis):
    """True at one maximum only, the first of tied ones."""
    return jax.nn.one_hot(jnp.argmax(z, axis), z.shape[axis], axis=axis, dtype=bool)


def _without_first_maximum(c, z, m, axis):
    """The layer without the first maximum of z: ln sum_k e^(c (z_k - m)) over the unit, and the softmax of the others.

    -inf and 0 if no other output is left, or only outputs of zero probability.
    """
    others = jnp.where(_is_first_maximum(z, axis), -jnp.inf, z)
    nothing = jnp.max(others, axis, keepdims=True) == -jnp.inf
    others = jnp.where(nothing, 0, others)
    m_of_others, _, rest = exponentials(others, c, axis)
    a_among_others, _ = _activations(c, others, axis)
    log_others = _in_log_unit(c, m_of_others, m) + jnp.log1p(rest) / _log_unit(c)
    return jnp.where(nothing, -jnp.inf, log_others), jnp.where(nothing, 0, a_among_others)


def _log_pullback(c, z, g, total, axis):
    """(d ln a/dz)^T g, which is g_j - a_j sum_k g_k, as g_j (1 - a_j) - a_j (sum_k g_k - g_j)."""
    return _log_slope(c, z, g, jnp.asarray(total, z.dtype), axis)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 4))
def _log_slope(c, z, g, total, axis):
    _, e, rest = exponentials(z, c, axis)
    return _share(g * _sum_of_others(e, rest) - e * (total - g), rest)


@_log_slope.defjvp
def _(c, axis, primals, tangents):
    (z, _, total), (dz, dg, dtotal) = primals, tangents
    a, complement = _activations(c, z, axis)
    da = c * _pullback(c, z, dz, axis)
    return _log_slope(c, *primals, axis), dg * complement + a * (dg - dtotal) - total * da


def _share(x, rest, power=1):
    """x / (1 + rest)^power with the rounding errors of x and of one product.

    XLA's own quotient has those of a reciprocal, too, and a power those of its factors.
    """
    total, error = plus_1(rest)
    total_leading, total_left = in_two_parts(total)
    reciprocal = 1 / total
    leading, _ = in_two_parts(reciprocal, 3)  # products of it and of one half of the digits are exact, as is its cube
    missing = (1 - total_leading * leading) - (total_left + error) * leading  # 1 - (1 + rest) leading
    left = missing * reciprocal
    of_power, left_of_power = leading, left
    for _ in range(power - 1):
        left_of_power = of_power * left + left_of_power * (leading + left)
        of_power = of_power * leading
    return x * of_power + x * left_of_power


def _log_complement_pullback(c, z, g, axis):
    """(d ln(1 - a)/dz)^T g, which is a_k (sum_{j != k} g_j a_j / (1 - a_j) - g_k).

    The first maximum's a_j / (1 - a_j) may overflow. Its term is g_j a_j times a_k / (1 - a_j), which is output k's
    share of the layer without it.
    """
    is_first_maximum = _is_first_maximum(z, axis)
    m, e, rest = exponentials(z, c, axis)
    a, _ = _activations(c, z, axis)
    _, a_among_others = _without_first_maximum(c, z, m, axis)
    odds = jnp.where(is_first_maximum, 0, e / jnp.where(is_first_maximum, 1, _sum_of_others(e, rest)))
    h = g * odds
    of_first_maximum = stored_sum_of(jnp.where(is_first_maximum, g * a, 0), axis) * a_among_others
    return a * (stored_sum_of(h, axis) - h - g) + of_first_maximum


def tempered_softmax(c: float | Real) -> Output:
    """The softmax layer with constant c: a_j = e^(c z_j) / sum_k e^(c z_k) (83).

    Equal c gives the same object, so that a function jitted with it as a static argument is compiled once. As c grows,
    a tends to 1/m at each of m tied maxima and to 0 elsewhere; softmax is c = 1. A softmax at temperature T is c = 1/T.

    Args:
        c: a finite number above 0.

    Raises:
        TypeError: c is not a real number.
        ValueError: c is not finite, not above 0, or within a factor of 10,000 of the largest float64 or its reciprocal.
            The layer raises it, when it is called, for a c that is so of z's dtype.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, equation (83).

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
    check_range(float(c), jnp.float64)  # the widest type; that of z is known when the layer is called
    return _tempered_softmax(float(c))


@functools.cache
def _tempered_softmax(c):
    return Output(
        activations=functools.partial(_activations, c),
        half_squared_residual=functools.partial(_half_squared_residual, c),
        logs=functools.partial(_logs, c),
        residual_pullback=functools.partial(_residual_pullback, c),
        weighted_residual_pullback=functools.partial(_weighted_residual_pullback, c),
        log_pullback=functools.partial(_log_pullback, c),
        log_complement_pullback=functools.partial(_log_complement_pullback, c),
        c=c,
        log_unit=_log_unit(c),
        activation_pullback=functools.partial(_pullback, c),
        keeps_order=True,
        name="softmax" if c == 1 else f"tempered_softmax({c})",
        doc=f"The softmax layer with c = {c}: a_j = e^(c z_j) / sum_k e^(c z_k) (78, 83).",
        made_by=(tempered_softmax, c),
    )


softmax = tempered_softmax(1)
