"""Targets y, in two forms: a number for each output, or the class label of the one output whose target is 1.

- dense targets: real numbers, of z's shape
- class labels: integers, of z's shape without the class axis; label t stands for the target 1 at t and 0 elsewhere

Either form is turned into what a formula needs here, so that a cost is written once, for dense targets.
"""

import jax
import jax.numpy as jnp
from jax import Array

from jaxce.fusion import fusion_barrier


def are_labels(y: Array) -> bool:
    """Whether y holds class labels.

    Example:
        >>> are_labels(jnp.array(3)), are_labels(jnp.array([0.0, 1.0]))
        (True, False)
    """
    return jnp.issubdtype(y.dtype, jnp.integer)


def validate_targets(z: Array, y: Array, axis: int) -> Array:
    """The targets y, known to fit z: labels in a type that holds every class (uint8 may not), dense ones in z's dtype.

    Raises:
        ValueError: z has no such axis, or the shapes of y and z, or y's dtype, do not fit.

    Example:
        >>> validate_targets(jnp.zeros((2, 300)), jnp.array([0, 3], jnp.uint8), -1).dtype
        dtype('int32')
    """
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis {axis} does not exist in z of shape {z.shape}: z needs an axis of output neurons")
    label_shape = z.shape[: axis % z.ndim] + z.shape[axis % z.ndim + 1 :]
    if y.shape == (label_shape if are_labels(y) else z.shape):
        return wide_labels(y) if are_labels(y) else y.astype(z.dtype)
    if y.shape == label_shape:
        raise ValueError(f"y of shape {y.shape} must hold class labels, so integers, not {y.dtype}: use y.astype(int)")
    if y.shape == z.shape:
        raise ValueError(f"targets y of z's shape {z.shape} must be floats, not {y.dtype}: use y.astype(z.dtype)")
    raise ValueError(
        f"y of shape {y.shape} does not fit z of shape {z.shape} with axis={axis}: expected float targets of shape "
        f"{z.shape} or integer class labels of shape {label_shape}"
    )


def wide_labels(labels: Array) -> Array:
    """Labels in a type that holds every class, which uint8 may not.

    Example:
        >>> wide_labels(jnp.array([200], jnp.uint8)).dtype
        dtype('int32')
    """
    return labels.astype(jnp.int32) if jnp.iinfo(labels.dtype).bits < 32 else labels


def dense_targets(z: Array, y: Array, axis: int) -> Array:
    """The targets of z's shape; those of labels are compared with the class numbers where they are used, never stored.

    A label that no output has gives zeros only.

    Example:
        >>> dense_targets(jnp.zeros((2, 3)), jnp.array([2, 0]), -1).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return jax.nn.one_hot(y, z.shape[axis], axis=axis, dtype=z.dtype) if are_labels(y) else y


def at_labels(x: Array, y: Array, axis: int) -> Array:
    """The element of x, along `axis`, of each label; x and the labels y may be divided among devices in any way.

    Example:
        >>> at_labels(jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.array([1, 0]), -1).tolist()
        [2.0, 3.0]
    """
    if jax.typeof(x).sharding.spec[axis] is None:
        return jnp.take_along_axis(x, jnp.expand_dims(y, axis), axis).squeeze(axis)
    # Of an axis that an explicit mesh divides, no element can be gathered: each device looks among its own.
    return jnp.sum(x, axis, where=dense_targets(x, y, axis) == 1)


def total_of_targets(y: Array, axis: int) -> Array | int:
    """sum_j y_j, with size 1 along `axis`; 1 for labels.

    Example:
        >>> total_of_targets(jnp.array([0.5, 0.25]), -1).tolist(), total_of_targets(jnp.array(3), -1)
        ([0.75], 1)
    """
    return 1 if are_labels(y) else fusion_barrier(jnp.sum(y, axis, keepdims=True))


def are_in_range(z: Array, y: Array, axis: int) -> Array | bool:
    """Whether each label is one of the K outputs, from 0 to K-1; True for dense targets.

    Example:
        >>> are_in_range(jnp.zeros((3, 2)), jnp.array([0, 1, 2]), -1).tolist()
        [True, True, False]
    """
    return (y >= 0) & (y < z.shape[axis]) if are_labels(y) else True
