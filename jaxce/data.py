"""The examples that a network is trained or evaluated on: a pair (x, y), checked before anything is computed."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxce.network import as_layers, loss
from jaxce.targets import are_labels

MOST_EPOCHS = 2**32  # they are numbered in 32 bits, from which each one's shuffling is drawn


def check_counts(n, epochs, batch_size):
    """Raise ValueError if n examples cannot be cut into minibatches of `batch_size`, or `epochs` is out of range."""
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be from 1 to the number of examples, {n}; got {batch_size}")
    if not 1 <= epochs <= MOST_EPOCHS:
        raise ValueError(f"epochs must be from 1 to {MOST_EPOCHS}; got {epochs}")


def check_epochs(trained, epochs):
    """Raise ValueError if there have been more epochs than are asked for."""
    if trained > epochs:
        raise ValueError(f"epochs must be at least the {trained} that have been trained already; got {epochs}")


def validate_data(params, data, cost, output, hidden):
    """The pair (x, y) as JAX arrays, known to fit the network; for one output neuron, labels 0 and 1 become targets.

    Raises TypeError or ValueError otherwise, before anything is computed or compiled.
    """
    pair = _pair(data)
    _check_not_traced(params, pair)
    x, labels = map(_native, pair, "xy")
    with np.errstate(over="ignore"):  # what overflows in 32 bits is counted below
        x, y = jnp.asarray(x), jnp.asarray(labels)  # in 32 bits, 2^32 would be the label 0: `labels` are as they came
    if x.ndim != 2 or len(x) == 0:
        hint = ": try x.reshape(len(x), -1)" if x.ndim > 2 else ""
        raise ValueError(f"x must be [examples, inputs] with at least one example; got the shape {x.shape}{hint}")
    last = as_layers(params)[-1]
    targets = (len(x), len(last.b))
    if y.shape not in (targets, targets[:1]):
        hint = ": try y[:, 0]" if y.shape == (len(x), 1) else ""
        raise ValueError(f"y must be labels of shape {targets[:1]} or targets of shape {targets}; got {y.shape}{hint}")
    if y.ndim == 1 and not are_labels(y):
        raise TypeError(f"y of shape {y.shape} must hold integer labels; got {y.dtype}: try y.astype(int)")
    if y.ndim == 1:
        largest = max(targets[1] - 1, 1)
        if not 0 <= int(labels.min()) <= int(labels.max()) <= largest:
            raise ValueError(f"labels must be from 0 to {largest}; got {int(labels.min())} to {int(labels.max())}")
        y = y[:, None].astype(last.w.dtype) if targets[1] == 1 else y
    jax.eval_shape(loss, params, x, y, cost=cost, output=output, hidden=hidden)
    _check_finite(x, "x")
    _check_finite(y, "y")
    return x, y


def _check_not_traced(*trees):
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((trees, jnp.zeros(())))):
        raise TypeError(
            "fit, sweep and evaluate compile programs of their own, and cannot be part of what jit, grad, vmap or "
            "checkify transforms: transform jaxce.loss, or train many networks by jaxce.sweep"
        )


def _pair(data):
    if isinstance(data, tuple | list) and len(data) == 2:
        return data
    if hasattr(data, "train"):
        advice = "try data.train"
    elif isinstance(data, Mapping):
        advice = f"try ({', '.join(f'data[{key!r}]' for key in list(data)[:2])})"
    else:
        advice = EXAMPLES_TO_ARRAYS
    raise TypeError(f"data must be a pair (x, y) of arrays, not {type(data).__name__}: {advice}")


EXAMPLES_TO_ARRAYS = "of examples or batches, try zip(*data), and np.stack or np.concatenate of each of the two parts"


def _native(part, name):
    """One of the pair as NumPy's array in the byte order of this machine, or JAX's as it is."""
    if isinstance(part, jax.Array):
        return part
    try:
        array = np.asarray(part)
    except (TypeError, ValueError) as error:
        raise _no_array(name, " ".join(str(error).split())) from error
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    try:
        jnp.asarray(np.empty(0, array.dtype))
    except TypeError as error:
        raise _no_array(name, f"it holds {array.dtype}") from error
    return array


def _no_array(name, fault):
    return TypeError(
        f"data must be a pair (x, y) of arrays of numbers, but {name} is none: {fault}; {EXAMPLES_TO_ARRAYS}"
    )


def _check_finite(array, name):
    """Raise ValueError with the number of nan and infinities: a learning rate would be blamed for them."""
    if not jnp.issubdtype(array.dtype, jnp.floating):
        return
    # NumPy compiles nothing, but sees no other process's part of an array.
    library, array = (np, np.asarray(array)) if array.is_fully_addressable else (jnp, array)
    with np.errstate(all="ignore"):
        if library.isfinite(library.sum(array)):
            return
    wrong = ~library.isfinite(array)
    numbers, examples = int(wrong.sum()), int(wrong.any(axis=1).sum())
    if numbers:
        raise ValueError(
            f"{numbers} numbers of {name} are nan or infinite, in {examples} of {len(array)} examples: "
            "leave these examples out, or put numbers in"
        )
