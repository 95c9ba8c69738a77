"""The examples that a network is trained or evaluated on: a pair (x, y), checked before anything is computed."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxce.network import loss


def check_counts(n, epochs, batch_size):
    """Raise ValueError if n examples cannot be cut into minibatches of `batch_size`, or `epochs` is less than 1."""
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be from 1 to the number of examples, {n}; got {batch_size}")
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1; got {epochs}")


def validate_data(params, data, cost, output, hidden):
    """The pair (x, y) as JAX arrays, known to fit the network.

    Raises TypeError or ValueError otherwise, before anything is computed or compiled.
    """
    x, labels = data
    labels = labels if isinstance(labels, jax.Array) else np.asarray(labels)  # in 32 bits, 2^32 would be the label 0
    x, y = jnp.asarray(x), jnp.asarray(labels)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"x must be [examples, inputs] with at least one example; got the shape {x.shape}")
    targets = (len(x), len(params[-1].b))
    if y.shape not in (targets, targets[:1]):
        raise ValueError(f"y must be labels of shape {targets[:1]} or targets of shape {targets}; got {y.shape}")
    if y.ndim == 1 and not jnp.issubdtype(y.dtype, jnp.integer):
        raise TypeError(f"y of shape {y.shape} must hold integer labels; got {y.dtype}: try y.astype(int)")
    if y.ndim == 1 and not 0 <= int(labels.min()) <= int(labels.max()) < targets[1]:
        raise ValueError(f"labels must be from 0 to {targets[1] - 1}; got {int(labels.min())} to {int(labels.max())}")
    jax.eval_shape(loss, params, x, y, cost=cost, output=output, hidden=hidden)
    return x, y
