"""Costs: one number an example, from an output layer, its weighted inputs z and the targets y.

Every cost has the signature `cost(output, z, y, axis=-1, where=None)`:

- z: weighted inputs, floats of any shape with the output neurons along `axis`
- y: targets of z's shape, any real numbers; or class labels, integers of z's shape without `axis`, where label t stands
  for the target 1 at t and 0 elsewhere (a label outside 0 ... K-1 costs nan)
- where: booleans that broadcast to z's shape; an output at False is as if it were not there
- returns z's shape without `axis`, in z's dtype; float32 for half precision

and the derivative dC = sum_j delta_j dz_j, with delta written so that it keeps its digits where neurons saturate. All
raise TypeError if z does not hold floats, and ValueError if the shapes do not fit.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array
from jax.custom_derivatives import SymbolicZero
from jax.typing import ArrayLike

from jaxce.fusion import fusion_barrier
from jaxce.output_layer import Output, mask_logits, working_precision


def quadratic(output: Output, z: ArrayLike, y: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """C = 1/2 sum_j (a_j - y_j)^2 (54), with delta = (da/dz)^T (a - y) (BP1).

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> float(quadratic(jaxce.linear, jnp.array([3.0, 1.0]), jnp.array([1.0, 1.0])))
        2.0
        >>> jax.grad(quadratic, argnums=1)(jaxce.linear, jnp.array([3.0, 1.0]), jnp.array([1.0, 1.0])).tolist()
        [2.0, 0.0]
    """

    def cost(z, y):
        return jnp.sum(output.half_squared_residual(z, _dense(z, y, axis), axis), axis, where=where)

    def delta(z, y):
        return output.c * output.residual_pullback(z, _dense(z, y, axis), axis)

    return _evaluate(cost, delta, z, y, axis, where)


def cross_entropy(output: Output, z: ArrayLike, y: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """C = -sum_j [y_j ln a_j + (1 - y_j) ln(1 - a_j)] (63); with sigmoid outputs, delta = a - y (66).

    With linear outputs it is defined for 0 < z < 1, and nan elsewhere.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> z, y = jnp.array([50.0, -50.0]), jnp.array([0.0, 0.0])
        >>> float(cross_entropy(jaxce.sigmoid, z, y))
        50.0
        >>> jax.grad(cross_entropy, argnums=1)(jaxce.sigmoid, z, y).tolist()
        [1.0, 1.92...e-22]
    """

    def cost(z, y):
        y = _dense(z, y, axis)
        log, log_complement = output.logs(z, axis)
        return -output.log_unit * jnp.sum(
            _weighted(y, log, jnp.isneginf(log)) + _weighted(1 - y, log_complement, jnp.isneginf(log_complement)),
            axis,
            where=where,
        )

    def delta(z, y):
        y = _dense(z, y, axis)
        total = fusion_barrier(jnp.sum(y, axis, keepdims=True))
        return -output.c * (output.log_pullback(z, y, total, axis) + output.log_complement_pullback(z, 1 - y, axis))

    return _evaluate(cost, delta, z, y, axis, where)


def log_likelihood(output: Output, z: ArrayLike, y: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """C = -sum_j y_j ln a_j, which is -ln a_y for a class label y (80); with softmax outputs, delta = a - y (84).

    For targets whose sum is not 1, and for softmax with constant c, delta = c (a sum(y) - y). With linear outputs it is
    defined for z > 0 where y > 0.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> z = jnp.array([50.0, 0.0, 0.0])
        >>> float(log_likelihood(jaxce.softmax, z, jnp.array(1)))
        50.0
        >>> jax.grad(log_likelihood, argnums=1)(jaxce.softmax, z, jnp.array(1)).tolist()
        [1.0, -1.0, 1.92...e-22]
    """

    def cost(z, y):
        log, _ = output.logs(z, axis)
        if _is_label(y):
            C = -output.log_unit * jnp.take_along_axis(log, jnp.expand_dims(y, axis), axis).squeeze(axis)
            return jnp.where(jnp.isnan(jnp.max(z, axis)), jnp.nan, C)  # as it is where targets multiply every log
        undefined = ~jnp.isfinite(log) & ~jnp.isnan(z)  # where y is 0, so is the domain's edge and what lies outside
        return -output.log_unit * jnp.sum(_weighted(y, log, undefined), axis, where=where)

    def delta(z, y):
        total = 1 if _is_label(y) else fusion_barrier(jnp.sum(y, axis, keepdims=True))
        return -output.c * output.log_pullback(z, _dense(z, y, axis), total, axis)

    return _evaluate(cost, delta, z, y, axis, where)


def _evaluate(cost: Callable, delta: Callable, z: ArrayLike, y: ArrayLike, axis: int, where: ArrayLike | None) -> Array:
    """cost(z, y), with the derivative dC = sum_j delta_j dz_j + sum_j dC/dy_j dy_j."""
    z, y = working_precision(jnp.asarray(z)), jnp.asarray(y)
    _check_shapes(z, y, axis)
    y = _wide(y) if _is_label(y) else y.astype(z.dtype)
    valid = (y >= 0) & (y < z.shape[axis]) if _is_label(y) else True
    if where is not None:
        z, y = mask_logits(z, where), jnp.where(where, _dense(z, y, axis), 0)
    differentiable_cost = jax.custom_jvp(cost)

    def jvp(primals, tangents):
        (z, y), (dz, dy) = primals, tangents
        C = differentiable_cost(z, y)
        dC = jnp.zeros_like(C)
        if not isinstance(dz, SymbolicZero):
            dC += jnp.sum(delta(z, y) * dz, axis, where=where)
        if not isinstance(dy, SymbolicZero):
            dC += jax.jvp(lambda y: cost(z, y), (y,), (dy,))[1]
        return C, dC

    differentiable_cost.defjvp(jvp, symbolic_zeros=True)
    return jnp.where(valid, differentiable_cost(z, y), jnp.nan)


def _is_label(y):
    return jnp.issubdtype(y.dtype, jnp.integer)


def _wide(y):
    """Labels of a type that holds the number of classes, which uint8 may not."""
    return y.astype(jnp.int32) if jnp.iinfo(y.dtype).bits < 32 else y


def _dense(z, y, axis):
    """The targets of z's shape; from labels, they are compared where they are used, and never stored."""
    return jax.nn.one_hot(y, z.shape[axis], axis=axis, dtype=z.dtype) if _is_label(y) else y


def _weighted(weight, log, ignorable):
    """The product, in which 0 times an ignorable log is 0: the limit of x ln x at 0."""
    ignored = (weight == 0) & ignorable
    return jnp.where(ignored, 0, weight * jnp.where(ignored, 0, log))  # once more, for the derivative by the weight


def _check_shapes(z, y, axis):
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis {axis} does not exist in z of shape {z.shape}: z needs an axis of output neurons")
    label_shape = z.shape[: axis % z.ndim] + z.shape[axis % z.ndim + 1 :]
    if y.shape == (label_shape if _is_label(y) else z.shape):
        return
    if y.shape == label_shape:
        raise ValueError(f"y of shape {y.shape} must hold class labels, so integers, not {y.dtype}: use y.astype(int)")
    if y.shape == z.shape:
        raise ValueError(f"targets y of z's shape {z.shape} must be floats, not {y.dtype}: use y.astype(z.dtype)")
    raise ValueError(
        f"y of shape {y.shape} does not fit z of shape {z.shape} with axis={axis}: expected float targets of shape "
        f"{z.shape} or integer class labels of shape {label_shape}"
    )


COSTS = {"quadratic": quadratic, "cross_entropy": cross_entropy, "log_likelihood": log_likelihood}
