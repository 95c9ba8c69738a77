"""Minibatch gradient descent: some epochs, and the measurements after each."""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxce.data import check_counts, validate_data
from jaxce.epoch import Evaluation, compiled, mean_cost_and_accuracy, train_epoch
from jaxce.history import Diverged, History, Interrupted, history_of
from jaxce.network import Layer, Params, as_layers
from jaxce.outputs import sigmoid

_train_epoch = compiled(train_epoch)


def fit(
    params: Params,
    data: tuple[Any, Any],
    *,
    cost: Callable,
    output: Callable,
    optimizer: optax.GradientTransformation,
    epochs: int,
    batch_size: int,
    key: jax.Array,
    evaluation: tuple[Any, Any] | None = None,
    hidden: Callable = sigmoid,
    progress: Callable[[History], Any] | None = None,
) -> tuple[list[Layer], History]:
    """Train a network by minibatches for some epochs.

    The same arguments give the same result, bit for bit, on the same machine. Calls with the same `optimizer` object
    compile once, whatever the number of epochs and of calls.

    Args:
        params: the network's layers, as `init` makes them.
        data: a pair (x, y). x is [n, n_in], floats, or unsigned integers, which are scaled to [0, 1]. y holds targets
            [n, n_out], or integer labels [n] from 0 to n_out - 1.
        cost: the cost that is minimised, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        optimizer: any optax gradient transformation, such as `optax.sgd(0.5)`.
        epochs: passes over the data, at least 1.
        batch_size: examples per minibatch, from 1 to n.
        key: the JAX random key of the shuffling.
        evaluation: a pair (x, y) like `data`, on which the network is evaluated after every epoch.
        hidden: the activation function of the hidden layers.
        progress: called with the history so far after every epoch.

    Returns:
        The trained layers and the history.

    Raises:
        TypeError: x or y is of a type that cannot be trained on.
        ValueError: the shapes of the data and the network, the labels, `batch_size` or `epochs` do not fit.
        Diverged: a cost or a parameter is no longer finite.
        Interrupted: Ctrl-C was pressed. These last two carry the results of the finished epochs.

    Example:
        >>> import jax, jax.numpy as jnp, jaxce, numpy as np, optax
        >>> x, y = np.eye(4, dtype=np.float32), np.arange(4)
        >>> params = jaxce.init(jax.random.key(0), (4, 8, 4), dtype=jnp.float32)
        >>> params, history = fit(params, (x, y), cost=jaxce.log_likelihood, output=jaxce.softmax,
        ...     optimizer=optax.sgd(1.0), epochs=100, batch_size=2, key=jax.random.key(1), evaluation=(x, y))
        >>> float(history.accuracy[-1])
        1.0
    """
    network = {"cost": cost, "output": output, "hidden": hidden}
    x, y = validate_data(params, data, **network)
    test = None if evaluation is None else validate_data(params, evaluation, **network)
    check_counts(len(x), epochs, batch_size)
    params, state, rows = as_layers(params), optimizer.init(params), []
    try:
        for epoch in range(epochs):
            start = time.perf_counter()
            trained, state, training_cost, is_finite = _train_epoch(
                params, state, x, y, jax.random.fold_in(key, epoch),
                optimizer=optimizer, batch_size=batch_size, **network,
            )  # fmt: skip
            measured = (jnp.nan, jnp.nan) if test is None else mean_cost_and_accuracy(trained, *test, **network)
            row = (*map(float, (training_cost, *measured)), time.perf_counter() - start)
            if not is_finite:
                raise Diverged(params, history_of(rows), float(training_cost))
            params, rows = trained, [*rows, row]
            if progress is not None:
                progress(history_of(rows))
    except KeyboardInterrupt:
        raise Interrupted(params, history_of(rows)) from None
    return params, history_of(rows)


def evaluate(
    params: Params,
    data: tuple[Any, Any],
    *,
    cost: Callable,
    output: Callable,
    hidden: Callable = sigmoid,
) -> Evaluation:
    """The mean cost and the accuracy of a network on a pair (x, y), such as `jaxce.mnist.load().test`.

    Args:
        params: the network's layers.
        data: a pair (x, y), as for `fit`.
        cost: the cost, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        hidden: the activation function of the hidden layers.

    Raises:
        TypeError: x or y is of a type that cannot be evaluated.
        ValueError: the shapes of the data and the network, or the labels, do not fit.

    Example:
        >>> import jax.numpy as jnp, jaxce
        >>> params = [jaxce.Layer(w=jnp.eye(2), b=jnp.zeros(2))]
        >>> data = jnp.eye(2), jnp.array([0, 1])
        >>> float(evaluate(params, data, cost=jaxce.quadratic, output=jaxce.sigmoid).accuracy)
        1.0
    """
    x, y = validate_data(params, data, cost, output, hidden)
    return mean_cost_and_accuracy(params, x, y, cost=cost, output=output, hidden=hidden)
