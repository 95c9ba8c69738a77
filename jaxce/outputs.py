"""The output layers by name, and the two of them that act on each neuron alone: linear and sigmoid."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from jaxce.exponentials import accurate_exp
from jaxce.fusion import fusion_barrier
from jaxce.output_layer import Output, half_square, nan_unless, residual
from jaxce.softmax_layer import softmax


def _named(name):
    return OUTPUTS[name]


# a = z


def _is_outside(z):
    """Whether z is outside 0 < z < 1, the domain of ln z and ln(1 - z); not so of nan."""
    return (z <= 0) | (z >= 1)


def _linear_logs(z, axis):
    """ln z and ln(1 - z); outside their domains infinity, which no logarithm of a probability is."""
    log = jnp.log(jnp.where(z < 0, jnp.inf, z))
    # For large z, 1 - z is exact or nearly so, and log1p loses digits: 100 ulps in float64.
    inside = jnp.where(_is_outside(z), -jnp.inf, z)
    return log, jnp.where(inside < 0.25, jnp.log1p(-inside), jnp.log(1 - inside))


@jax.custom_jvp
def _quotient(g, z):
    """g/z, whose derivative by z is written -(g/z)/z: in -g/z^2, the square of a small z is 0."""
    return g / z


@_quotient.defjvp
def _(primals, tangents):
    (g, z), (dg, dz) = primals, tangents
    quotient = _quotient(g, z)
    return quotient, (dg - quotient * dz) / z


def _linear_log_pullback(z, g, total, axis):
    """g/z for z > 0; also 0 where g is 0 and z is not above 0, since a target of 0 asks nothing of the output."""
    is_nothing = (g == 0) & (z <= 0)
    return nan_unless(is_nothing | ~(z < 0), _quotient(g, jnp.where(is_nothing, 1, z)))


def _linear_log_complement_pullback(z, g, axis):
    return -nan_unless(~_is_outside(z), g) / (1 - z)


linear = Output(
    activations=lambda z, axis: (z, 1 - z),
    half_squared_residual=lambda z, y, axis: half_square(z - y),
    logs=_linear_logs,
    residual_pullback=lambda z, y, axis: z - y,
    log_pullback=_linear_log_pullback,
    log_complement_pullback=_linear_log_complement_pullback,
    activation_pullback=lambda z, g, axis: g,
    weighted_residual_pullback=lambda z, y, w, axis: w * (z - y),
    has_domain=True,
    absent=0.5,
    keeps_order=True,
    name="linear",
    doc="The linear output layer: a = z.",
    made_by=(_named, "linear"),
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
    """ln s(z) = min(z, 0) - ln(1 + e^-|z|), and ln(1 - s(z)) = ln s(-z)."""
    log1p_e = jnp.log1p(accurate_exp(-jnp.abs(z)))
    return jnp.minimum(z, 0) - log1p_e, jnp.minimum(-z, 0) - log1p_e


@_sigmoid_logs.defjvp
def _(axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    return _sigmoid_logs(z, axis), (complement * dz, -a * dz)  # (ln s)' = 1 - s


# The next two are fractions in e = e^-|z| and its square, so that nothing overflows and the sums in the denominators
# have no negative terms. The square is computed as e^(-2|z|): e times e would have twice the error of e.


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sigmoid_half_squared_residual(z, y, axis):
    """(a - y)^2 / 2 = ((1 - y) - y e)^2 / (2 (1 + e)^2) for z >= 0, and ((1 - y) e - y)^2 / (2 (1 + e)^2) for z < 0."""
    e, e_squared = accurate_exp(-jnp.abs(z)), accurate_exp(-2 * jnp.abs(z))
    numerator = jnp.where(z < 0, (1 - y) * e - y, (1 - y) - y * e)
    is_right = y == jnp.where(z < 0, 0, 1)  # then the numerator is e or -e
    # (1 + e)^2 is multiplied out: the rounding errors of two factors would add up.
    return fusion_barrier(jnp.where(is_right, e_squared / 2, half_square(numerator)) / (1 + (2 * e + e_squared)))


@_sigmoid_half_squared_residual.defjvp
def _(axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    d_square = _sigmoid_residual_pullback(z, y, axis) * dz - residual(a, complement, y) * dy
    return _sigmoid_half_squared_residual(z, y, axis), d_square


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _sigmoid_residual_pullback(z, y, axis):
    """a (1 - a) (a - y), as (1 - y) a^2 (1 - a) - y a (1 - a)^2, over the common denominator (1 + e)^3."""
    e, e_squared = accurate_exp(-jnp.abs(z)), accurate_exp(-2 * jnp.abs(z))
    numerator = jnp.where(z < 0, (1 - y) * e_squared - y * e, (1 - y) * e - y * e_squared)
    return numerator / (1 + (3 * e + e_squared * (3 + e)))


@_sigmoid_residual_pullback.defjvp
def _(axis, primals, tangents):
    (z, y), (dz, dy) = primals, tangents
    a, complement = _sigmoid_activations(z, axis)
    slope = a * complement  # da/dz, whose own derivative is slope (1 - 2a)
    d_delta = slope * ((complement - a) * residual(a, complement, y) + slope) * dz - slope * dy
    return _sigmoid_residual_pullback(z, y, axis), d_delta


sigmoid = Output(
    activations=_sigmoid_activations,
    half_squared_residual=_sigmoid_half_squared_residual,
    logs=_sigmoid_logs,
    residual_pullback=_sigmoid_residual_pullback,
    log_pullback=lambda z, g, total, axis: _sigmoid_activations(z, axis)[1] * g,
    log_complement_pullback=lambda z, g, axis: -_sigmoid_activations(z, axis)[0] * g,
    weighted_residual_pullback=lambda z, y, w, axis: w * _sigmoid_residual_pullback(z, y, axis),
    absent=0.0,
    keeps_order=True,
    name="sigmoid",
    doc="The sigmoid output layer: a = s(z) = 1/(1 + e^-z), for each output.",
    made_by=(_named, "sigmoid"),
)

OUTPUTS = {"linear": linear, "sigmoid": sigmoid, "softmax": softmax}
