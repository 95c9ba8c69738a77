"""Minibatch gradient descent: some epochs, and the measurements after each."""

import contextlib
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxce.checkpoints import checkpoints, describe_run
from jaxce.data import check_counts, check_epochs, validate_data
from jaxce.epoch import FIRST, Evaluation, compiled, evaluation_program, mean_cost_and_accuracy, train_epoch
from jaxce.history import Diverged, History, Measurements, Progress, State, keeping
from jaxce.memory import check_memory, size, workspace
from jaxce.network import Layer, Params, as_layers
from jaxce.optimizers import evaluated, first_state
from jaxce.outputs import sigmoid
from jaxce.sharding import on_the_mesh_of


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
    progress: Callable[[Progress], Any] | None = None,
    checkpoint: str | Path | None = None,
    state: State | None = None,
) -> tuple[list[Layer], Progress]:
    """Train a network by minibatches for some epochs.

    The same arguments give the same result, bit for bit, on the same machine. Calls with the same `optimizer` object
    compile once, whatever the number of epochs and of calls; a new optimizer, even an equal one, is compiled anew, and
    the programs of the 32 used last are kept.

    A call with the same arguments and the same folder `checkpoint` goes on from the last epoch that was saved there,
    and gives, but for `seconds`, the same result as a call that was never stopped.

    Ctrl-C is heard when the program that runs has ended, that is, when an epoch or its evaluation has.

    Args:
        params: the network's layers, as `init` makes them.
        data: a pair (x, y). x is [n, n_in], floats, or unsigned integers, which are scaled to [0, 1]. y holds targets
            [n, n_out], or integer labels [n] from 0 to n_out - 1.
        cost: the cost that is minimised, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        optimizer: any optax gradient transformation, such as `optax.sgd(0.5)`. One that needs it is given the cost of
            the minibatch, the gradient and the function (`value`, `grad`, `value_fn`). A network that is trained by
            `optax.lookahead` or `optax.contrib.schedule_free` is evaluated, and returned, as these prescribe.
        epochs: passes over the data, from 1 to 2^32; those before `state`, or in `checkpoint`, are among them.
        batch_size: examples per minibatch, from 1 to n.
        key: the JAX random key of the shuffling.
        evaluation: a pair (x, y) like `data`, on which the network is evaluated after every epoch.
        hidden: the activation function of the hidden layers.
        progress: called after every epoch with the history so far, which has two attributes more: `params`, the layers,
            and `state`. It may end the training by raising StopIteration: what was trained is returned.
        checkpoint: a folder, which need not exist; the training is saved there after every epoch, by Orbax.
        state: the attribute `state` of an earlier call's history, to go on from there. `params` must be of its sizes.

    Returns:
        The trained layers and the history, whose attribute `state` holds what is needed to go on.

    Raises:
        TypeError: x or y is of a type that cannot be trained on, or the call is part of a function that JAX traces.
        ValueError: the shapes of the data and the network, the labels, `batch_size` or `epochs` do not fit; or
            `checkpoint` holds another run, and the message says what differs.
        MemoryError: the training would not fit into memory; raised before anything is trained.
        ImportError: there is a `checkpoint`, and Orbax is not installed.
        OSError: `checkpoint` cannot be written, or another process uses it.
        Diverged: a cost or a parameter is no longer finite.
        Interrupted: Ctrl-C was pressed. It, Diverged, an OSError after the first epoch and whatever `progress` raises
            carry the results of the finished epochs, as attributes `params` and `history`.

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
    layers = as_layers(params)
    with on_the_mesh_of(layers, x, y):
        how = {"optimizer": optimizer, "batch_size": batch_size} | network
        train_epoch_of = compiled(train_epoch, **how)
        check_training_memory(layers, (x, y), key=key, evaluation=test, **how)
        first = State(*first_state(layers, optimizer), np.empty((0, len(History._fields))))
        first = first if state is None else _checked(state, first)

        def run():
            text = train_epoch_of.lower(*first[:2], x, y, key, FIRST).as_text()
            counts = {"minibatches of": batch_size}
            arrays = {"initial state": first, "data": (x, y), "evaluation data": test, "key": key}
            return describe_run(network, counts, arrays, text)

        with contextlib.nullcontext() if checkpoint is None else checkpoints(checkpoint, run()) as saved:
            now = first if saved is None else saved.latest(first)
            rows = Measurements(now.measurements)
            check_epochs(len(rows.array), epochs)
            with keeping(lambda: (evaluated(*now[:2]), _progress(now))):
                for epoch in range(len(rows.array), epochs):
                    start = time.perf_counter()
                    trained, optimizer_state, training_cost, is_finite = jax.block_until_ready(
                        train_epoch_of(now.params, now.optimizer, x, y, key, np.uint32(epoch))
                    )
                    measured = (jnp.nan, jnp.nan)
                    if test is not None:
                        measured = mean_cost_and_accuracy(evaluated(trained, optimizer_state), *test, **network)
                    if not is_finite:
                        raise Diverged(evaluated(*now[:2]), _progress(now), float(training_cost))
                    rows.add((*map(float, (training_cost, *measured)), time.perf_counter() - start))
                    now = State(trained, optimizer_state, rows.array)
                    if saved is not None:
                        saved.save(now)
                    if progress is not None:
                        progress(_progress(now))
        return evaluated(*now[:2]), _progress(now)


def _smaller(free):
    return "use fewer neurons or smaller minibatches"


def _progress(state):
    return Progress.of(state.measurements, lambda: evaluated(*state[:2]), state)


def _checked(state, first):
    """A state to go on from, known to have the structure and the shapes of the first one."""
    kinds = [jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), tree[:2]) for tree in (state, first)]
    if kinds[0] != kinds[1]:
        raise ValueError("state is that of another network or optimizer: pass the one whose history it comes from")
    return state


def check_training_memory(
    params, data, *, key, cost, output, optimizer, batch_size, evaluation=None, hidden=sigmoid
) -> None:
    """Raise MemoryError if training would not fit into memory, beside the arrays that are there already.

    Args:
        params: the layers, or their shapes and types.
        data: the pair of arrays that it is trained on; this and all others are as for `fit`.
        key: the random key.
        cost: the cost.
        output: the output layer.
        optimizer: the optimizer.
        batch_size: examples per minibatch.
        evaluation: the pair that it is evaluated on, or None.
        hidden: the activation function of the hidden layers.
    """
    network = {"cost": cost, "output": output, "hidden": hidden}
    trained, state = jax.eval_shape(functools.partial(first_state, optimizer=optimizer), params)
    train = compiled(train_epoch, optimizer=optimizer, batch_size=batch_size, **network)
    spaces = [workspace(train.lower(trained, state, *data, key, FIRST).compile())]
    if evaluation is not None:
        spaces.append(workspace(evaluation_program(evaluation[1]).lower(params, *evaluation, **network).compile()))
    absent = [leaf for leaf in jax.tree.leaves((params, state, data, evaluation)) if not isinstance(leaf, jax.Array)]
    sizes = "-".join(str(n) for n in (params[0].w.shape[1], *(len(layer.b) for layer in params)))
    check_memory(f"training a {sizes} network", size(absent) + max(spaces), _smaller)


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
        TypeError: x or y is of a type that cannot be evaluated, or the call is part of a function that JAX traces.
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
