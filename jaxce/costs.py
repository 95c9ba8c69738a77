"""Costs: one number per example, from an output layer, its weighted inputs z and the targets y.

Every cost has the signature `cost(output, z, y, axis=-1, where=None)` and the derivative dC = sum_j delta_j dz_j, with
delta written so that it keeps its digits where neurons saturate. `jaxce.targets` describes the two forms of targets.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array
from jax.custom_derivatives import SymbolicZero
from jax.typing import ArrayLike

from jaxce.axes import on_one_axis
from jaxce.output_layer import Output, mask_logits, nan_unless, working_precision
from jaxce.summation import sum_of
from jaxce.targets import are_in_range, are_labels, at_labels, dense_targets, total_of_targets, validate_targets


def quadratic(
    output: Output, z: ArrayLike, y: ArrayLike, axis: int | tuple[int, ...] = -1, where: ArrayLike | None = None
) -> Array:
    """The quadratic cost C = 1/2 sum_j (a_j - y_j)^2 (54), with delta = (da/dz)^T (a - y) (BP1).

    Args:
        output: the output layer.
        z: its weighted inputs, floats of any shape with the output neurons along `axis`.
        y: targets of z's shape; or class labels, integers of z's shape without `axis`, where label t stands for the
            target 1 at t and 0 elsewhere.
        axis: the axis of z along which the output neurons lie, or several of them as a tuple; labels then count the
            outputs in the order of the tuple, the last axis fastest.
        where: booleans of the shape of the examples, which is z's without `axis`: an example at False costs 0, with
            gradients of 0, whatever its z is; or of z's shape: an output at False takes no part. Sizes may also be 1.

    Returns:
        C, of z's shape without `axis`, in z's dtype; float32 for half precision, whose gradients are in half precision
        again. A label that no output has costs nan.

    Raises:
        TypeError: z does not hold floats, or `where` no booleans.
        ValueError: the shapes of z, y and `where`, or `axis`, do not fit; or labels are floats, or dense targets
            integers.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, equation (54), and chapter 2, equation (BP1).

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> float(quadratic(jaxce.linear, jnp.array([3.0, 1.0]), jnp.array([1.0, 1.0])))
        2.0
        >>> jax.grad(quadratic, argnums=1)(jaxce.linear, jnp.array([3.0, 1.0]), jnp.array([1.0, 1.0])).tolist()
        [2.0, 0.0]
    """
    return on_one_axis(_quadratic, output, z, y, axis, where)


def _quadratic(output, z, y, axis, where):
    def cost(z, y, where):
        return sum_of(output.half_squared_residual(z, dense_targets(z, y, axis), axis), axis, where)

    def delta(z, y):
        return output.c * output.residual_pullback(z, dense_targets(z, y, axis), axis)

    return with_delta(output, cost, delta, z, y, axis, where)


def cross_entropy(
    output: Output, z: ArrayLike, y: ArrayLike, axis: int | tuple[int, ...] = -1, where: ArrayLike | None = None
) -> Array:
    """The cross-entropy C = -sum_j [y_j ln a_j + (1 - y_j) ln(1 - a_j)] (63); with sigmoid outputs, delta = a - y (66).

    It treats each output as a probability of its own; for one probability distribution over all outputs, use
    `log_likelihood`. With linear outputs it is defined for 0 < z < 1, and nan elsewhere.

    Args:
        output: the output layer.
        z: its weighted inputs, floats of any shape with the output neurons along `axis`.
        y: targets of z's shape; or class labels, integers of z's shape without `axis`, where label t stands for the
            target 1 at t and 0 elsewhere.
        axis: the axis of z along which the output neurons lie, or several of them as a tuple; labels then count the
            outputs in the order of the tuple, the last axis fastest.
        where: booleans of the shape of the examples, which is z's without `axis`: an example at False costs 0, with
            gradients of 0, whatever its z is; or of z's shape: an output at False takes no part. Sizes may also be 1.

    Returns:
        C in nats, of z's shape without `axis`, in z's dtype; float32 for half precision, whose gradients are in half
        precision again. A label that no output has costs nan.

    Raises:
        TypeError: z does not hold floats, or `where` no booleans.
        ValueError: the shapes of z, y and `where`, or `axis`, do not fit; or labels are floats, or dense targets
            integers.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, equations (63) and (66).

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> z, y = jnp.array([50.0, -50.0]), jnp.array([0.0, 0.0])
        >>> float(cross_entropy(jaxce.sigmoid, z, y))
        50.0
        >>> jax.grad(cross_entropy, argnums=1)(jaxce.sigmoid, z, y).tolist()
        [1.0, 1.92...e-22]
    """
    return on_one_axis(_cross_entropy, output, z, y, axis, where)


def _cross_entropy(output, z, y, axis, where):
    def cost(z, y, where):
        y = dense_targets(z, y, axis)
        log, log_complement = output.logs(z, axis)
        terms = times_log(y, log, jnp.isneginf(log)) + times_log(1 - y, log_complement, jnp.isneginf(log_complement))
        return total_of_logs(output, terms, axis, where)

    def delta(z, y):
        y = dense_targets(z, y, axis)
        total = total_of_targets(y, axis)
        return -output.c * (output.log_pullback(z, y, total, axis) + output.log_complement_pullback(z, 1 - y, axis))

    return with_delta(output, cost, delta, z, y, axis, where)


def log_likelihood(
    output: Output, z: ArrayLike, y: ArrayLike, axis: int | tuple[int, ...] = -1, where: ArrayLike | None = None
) -> Array:
    """The log-likelihood cost C = -sum_j y_j ln a_j, which is -ln a_t for a class label t (80).

    With softmax outputs, delta = a - y (84); for targets whose sum is not 1, and for a softmax with constant c, delta =
    c (a sum(y) - y). With linear outputs it is defined for z > 0 where y > 0, and nan or infinite elsewhere.

    Args:
        output: the output layer.
        z: its weighted inputs, floats of any shape with the output neurons along `axis`.
        y: targets of z's shape; or class labels, integers of z's shape without `axis`, where label t stands for the
            target 1 at t and 0 elsewhere.
        axis: the axis of z along which the output neurons lie, or several of them as a tuple; labels then count the
            outputs in the order of the tuple, the last axis fastest.
        where: booleans of the shape of the examples, which is z's without `axis`: an example at False costs 0, with
            gradients of 0, whatever its z is; or of z's shape: an output at False takes no part. Sizes may also be 1.

    Returns:
        C in nats, of z's shape without `axis`, in z's dtype; float32 for half precision, whose gradients are in half
        precision again. A label that no output has costs nan.

    Raises:
        TypeError: z does not hold floats, or `where` no booleans.
        ValueError: the shapes of z, y and `where`, or `axis`, do not fit; or labels are floats, or dense targets
            integers.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, equations (80) and (84).

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> z = jnp.array([50.0, 0.0, 0.0])
        >>> float(log_likelihood(jaxce.softmax, z, jnp.array(1)))
        50.0
        >>> jax.grad(log_likelihood, argnums=1)(jaxce.softmax, z, jnp.array(1)).tolist()
        [1.0, -1.0, 1.92...e-22]
    """
    return on_one_axis(_log_likelihood, output, z, y, axis, where)


def _log_likelihood(output, z, y, axis, where):
    def cost(z, y, where):
        log, _ = output.logs(z, axis)
        if are_labels(y):
            C = _if_defined(output, -output.log_unit * at_labels(log, y, axis))
            return nan_unless(~jnp.isnan(jnp.max(z, axis)), C)  # nan anywhere in z, as with dense targets
        undefined = ~jnp.isfinite(log) & ~jnp.isnan(z)  # at the domain boundary and outside: no matter where y is 0
        return total_of_logs(output, times_log(y, log, undefined), axis, where)

    def delta(z, y):
        return -output.c * output.log_pullback(z, dense_targets(z, y, axis), total_of_targets(y, axis), axis)

    return with_delta(output, cost, delta, z, y, axis, where)


def with_delta(
    output: Output, cost: Callable, delta: Callable, z: Array, y: Array, axis: int, where: Array | None
) -> Array:
    """cost(z, y, where), with dC = sum_j delta_j dz_j + sum_j dC/dy_j dy_j; nan for labels out of range."""
    z = working_precision(jnp.asarray(z))
    y = validate_targets(z, jnp.asarray(y), axis)
    in_range = are_in_range(z, y, axis)
    if z.shape[axis] == 0:  # there is no largest output then; as if all had been masked
        return nan_unless(in_range, jnp.sum(z, axis))
    if where is not None:
        z, y = mask_logits(z, where, axis, output.absent), jnp.where(where, dense_targets(z, y, axis), 0)
    differentiable_cost = jax.custom_jvp(cost)

    def jvp(primals, tangents):
        (z, y, where), (dz, dy, _) = primals, tangents
        C = differentiable_cost(z, y, where)
        dC = jnp.zeros_like(C)
        if not isinstance(dz, SymbolicZero):
            dC += jnp.sum(delta(z, y) * dz, axis, where=where)
        if not isinstance(dy, SymbolicZero):
            dC += jax.jvp(lambda y: cost(z, y, where), (y,), (dy,))[1]
        return C, dC

    differentiable_cost.defjvp(jvp, symbolic_zeros=True)
    # `where` is an argument of the function and of its rule: they outlive the trace that a closed-over mask belongs to.
    C = differentiable_cost(z, y, where)
    return C if in_range is True else nan_unless(in_range, C)


def total_of_logs(output: Output, terms: Array, axis: int, where: Array | None) -> Array:
    """Minus the sum of the terms, in nats; nan if an undefined logarithm is among them."""
    return _if_defined(output, -output.log_unit * sum_of(terms, axis, where))


def _if_defined(output, C):
    """The cost C, but nan where the infinity that stands for an undefined logarithm has made it -inf."""
    return nan_unless(jnp.isfinite(C) | (C > 0), C) if output.has_domain else C


def times_log(weight: Array, log: Array, ignorable: Array) -> Array:
    """weight * log, but 0 where the weight is 0 and the log is ignorable: the limit of x ln x at 0.

    Example:
        >>> times_log(jnp.array([0.0, 2.0]), jnp.array([-jnp.inf, 1.0]), jnp.array([True, False])).tolist()
        [0.0, 2.0]
    """
    ignored = (weight == 0) & ignorable
    return jnp.where(ignored, 0, weight * jnp.where(ignored, 0, log))  # inner: for d/d weight


COSTS = {"quadratic": quadratic, "cross_entropy": cross_entropy, "log_likelihood": log_likelihood}
