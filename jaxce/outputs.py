"""The output layers by name, and the two of them whose neurons do not see each other: linear and sigmoid."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from jaxce.fusion import fusion_barrier
from jaxce.output_layer import Output, half_square, residual
from jaxce.softmax_layer import softmax

# a = z


def _between_0_and_1(z):
    return jnp.where((z > 0) & (z < 1), z, jnp.nan)


def _linear_logs(z, axis):
    z_01 = _between_0_and_1(z)
    return jnp.log(z), -jnp.log1p(z_01 / (1 - z_01))  # ln(1 - z) = -ln(1 + z/(1 - z)), at its best above 0


linear = Output(
    activations=lambda z, axis: (z, 1 - z),
    half_squared_residual=lambda z, y, axis: half_square(z - y),
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


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sigmoid_half_squared_residual(z, y, axis):
    """(a - y)^2 / 2, with the square of 1 + e^-|z| as one denominator: factors would add up ulps."""
    e, e_squared = jnp.exp(-jnp.abs(z)), jnp.exp(-2 * jnp.abs(z))  # the square of e would double the ulps of e
    numerator = jnp.where(z < 0, (1 - y) * e - y, (1 - y) - y * e)
    is_right = y == jnp.where(z < 0, 0, 1)  # then the numerator is e or -e
    return fusion_barrier(jnp.where(is_right, e_squared / 2, half_square(numerator)) / (1 + (2 * e + e_squared)))


@_sigmoid_half_squared_residual.defjvp
def _(axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    d_square = _sigmoid_residual_pullback(z, y, axis) * dz - residual(a, complement, y) * dy
    return _sigmoid_half_squared_residual(z, y, axis), d_square


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sigmoid_residual_pullback(z, y, axis):
    """a (1 - a) (a - y), as (1 - y) a^2 (1 - a) - y a (1 - a)^2 over (1 + e^-|z|)^3."""
    e, e_squared = jnp.exp(-jnp.abs(z)), jnp.exp(-2 * jnp.abs(z))  # see above
    numerator = jnp.where(z < 0, (1 - y) * e_squared - y * e, (1 - y) * e - y * e_squared)
    return numerator / (1 + (3 * e + e_squared * (3 + e)))


@_sigmoid_residual_pullback.defjvp
def _(axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    slope = a * complement
    d_delta = slope * ((complement - a) * residual(a, complement, y) + slope) * dz - slope * dy
    return _sigmoid_residual_pullback(z, y, axis), d_delta


sigmoid = Output(
    activations=_sigmoid_activations,
    half_squared_residual=_sigmoid_half_squared_residual,
    logs=_sigmoid_logs,
    residual_pullback=_sigmoid_residual_pullback,
    log_pullback=lambda z, g, total, axis: _sigmoid_activations(z, axis)[1] * g,
    log_complement_pullback=lambda z, g, axis: -_sigmoid_activations(z, axis)[0] * g,
)

OUTPUTS = {"linear": linear, "sigmoid": sigmoid, "softmax": softmax}
