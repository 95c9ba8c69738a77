"""The axes of z: one or several of output neurons, the others of examples; and which of them a mask is about."""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import Array

from jaxce.output_layer import Output, working_precision
from jaxce.targets import are_labels, validate_targets


def on_one_axis(cost: Callable[..., Array], output: Output, z: Any, y: Any, axis: Any, where: Any) -> Array:
    """A cost for several axes of outputs and for masks of examples, by one for a single axis and masks of outputs.

    Several axes become one, the last of z. What `where` masks is told by its number of dimensions alone: z's, or that
    of the examples.

    Raises:
        TypeError: `where` holds no booleans.
        ValueError: `where` has another number of dimensions, or does not broadcast; y does not fit; an axis does not
            exist, or is named twice.
    """
    z, y = jnp.asarray(z), jnp.asarray(y)
    mask = None if where is None else _mask(where, z, axis)
    if isinstance(axis, tuple):
        z, y, mask, axis = _joined(z, y, mask, axis)
    if mask is None or mask.ndim == z.ndim:
        return cost(output, z, y, axis, mask)
    z = working_precision(z)
    evaluate = functools.partial(cost, output, axis=axis, where=None)
    return only_examples(evaluate, z, validate_targets(z, y, axis), axis, mask)


def only_examples(evaluate: Callable[[Array, Array], Array], z: Array, y: Array, axis: int, kept: Array) -> Array:
    """evaluate(z, y) of the examples that are kept; 0, and gradients of 0, for the others, whatever they are.

    Example:
        >>> z, kept = jnp.array([[jnp.nan], [2.0]]), jnp.array([False, True])
        >>> only_examples(lambda z, y: z.sum(-1), z, jnp.array([0, 0]), -1, kept).tolist()
        [0.0, 2.0]
    """
    of_outputs = jnp.expand_dims(kept, axis)
    # One half is in the domain of every output layer: nothing is nan that will not be used.
    C = evaluate(jnp.where(of_outputs, z, 0.5), jnp.where(kept if are_labels(y) else of_outputs, y, 0))
    return jnp.where(kept, C, 0)


def _mask(where, z, axis):
    """The mask, of z's shape or that of the examples."""
    where, axes = jnp.asarray(where), axis if isinstance(axis, tuple) else (axis,)
    if where.dtype != bool:
        raise TypeError(f"where must hold booleans, not {where.dtype}: use where.astype(bool)")
    if not all(-z.ndim <= one < z.ndim for one in axes):
        return where  # the error about the axis is raised with the targets
    examples = _without(z.shape, axes)
    for shape in (z.shape, examples):
        if where.ndim == len(shape) and all(size in (1, full) for size, full in zip(where.shape, shape, strict=True)):
            # `&` makes it the result of an operation: under vmap it may be NumPy's array, which JAX refuses
            return jnp.broadcast_to(where, shape) & True
    raise ValueError(
        f"where of shape {where.shape} does not fit z of shape {z.shape} with axis={axis}: expected {z.shape}, a mask "
        f"of outputs, or {examples}, a mask of examples; use jnp.broadcast_to for another"
    )


def _joined(z, y, mask, axes):
    """The same with the outputs of all these axes along the last."""
    exist = all(-z.ndim <= axis < z.ndim for axis in axes)
    if not axes or not exist or len({axis % z.ndim for axis in axes}) < len(axes):
        raise ValueError(f"axis {axes} must name axes of z of shape {z.shape}, at least one and none twice")
    examples = _without(z.shape, axes)
    if y.shape != (examples if are_labels(y) else z.shape):
        raise ValueError(
            f"y of shape {y.shape} does not fit z of shape {z.shape} with axis={axes}: expected float targets of shape "
            f"{z.shape} or integer class labels of shape {examples}"
        )

    count = math.prod(z.shape[axis] for axis in axes)

    def joined(x):
        return jnp.moveaxis(x, axes, range(-len(axes), 0)).reshape(*examples, count) if x.ndim == z.ndim else x

    return joined(z), joined(y), None if mask is None else joined(mask), -1


def _without(shape, axes):
    dropped = {axis % len(shape) for axis in axes}
    return tuple(size for place, size in enumerate(shape) if place not in dropped)
