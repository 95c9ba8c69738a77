"""Minibatch gradient descent: w -> w - (eta / m) sum_x dC_x/dw, or what optax makes of the gradient.

An epoch shuffles the n examples, cuts them into minibatches of m, and takes one step on each. Where m does
not divide n the last minibatch is shorter, and is trained on like the others. An epoch is one compiled scan.
"""

import functools
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxce.network import Layer, accuracy, loss, weighted_input
from jaxce.outputs import sigmoid

BLOCK = 100  # minibatches whose examples are copied together: few enough to stay in a core's cache


class History(NamedTuple):
    """What the epochs brought: a column a quantity, a row an epoch, nan where a quantity was not measured.

    `training_cost` is the mean over the epoch's examples, each at the weights that its minibatch met;
    `evaluation_cost` and `accuracy` are those of the evaluation data after the epoch. `seconds` is the wall
    time of the epoch and its evaluation; that of the first epoch includes compilation.
    """

    training_cost: np.ndarray
    evaluation_cost: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray


class Evaluation(NamedTuple):
    """The mean cost, and the share of examples whose largest output is their label's (nan without labels)."""

    cost: jax.Array
    accuracy: jax.Array


class Diverged(ArithmeticError):
    """Training met a cost or parameters that are not finite; `.params` and `.history` are from before."""

    def __init__(self, params: Sequence[Layer], history: History, cost: float):
        super().__init__(
            f"training diverged in epoch {len(history.seconds) + 1}: its mean cost is {cost}; "
            f"{_last_row(history)}. Try a smaller learning rate, or a cost whose domain holds every output"
        )
        self.params, self.history = params, history


class Interrupted(KeyboardInterrupt):
    """Training was interrupted from the keyboard; `.params` and `.history` are of the finished epochs."""

    def __init__(self, params: Sequence[Layer], history: History):
        super().__init__(f"training interrupted after epoch {history.seconds.shape[-1]}")
        self.params, self.history = params, history


def _last_row(history):
    if len(history.seconds) == 0:
        return "no epoch before it was finite"
    row = ", ".join(f"{name} {column[-1]:.6g}" for name, column in history._asdict().items())
    return f"the last finite epoch was {len(history.seconds)} ({row})"


def fit(
    params: Sequence[Layer],
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
    """Train a network for some epochs of minibatches; returns its parameters and the history.

    `data` and `evaluation` are pairs (x, y): x is [n, n_in], floating, or unsigned integers that are scaled
    to [0, 1]; y holds targets [n, n_out], or integer labels [n] below n_out. `progress` is called with the
    history so far after every epoch. The same arguments give the same result, bit for bit, on the same
    machine; one `optimizer` object compiles once, whatever the number of epochs and of calls.

    Raises ValueError or TypeError for data, a batch size or epochs that do not fit, Diverged when a cost or a
    parameter is no longer finite, Interrupted on Ctrl-C; the last two carry the finished epochs.

    >>> import jaxce
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
    params, state, rows = list(params), optimizer.init(params), []
    try:
        for epoch in range(epochs):
            start = time.perf_counter()
            trained, state, training_cost, finite = _epoch(
                params, state, x, y, jax.random.fold_in(key, epoch),
                optimizer=optimizer, batch_size=batch_size, **network,
            )  # fmt: skip
            measured = (jnp.nan, jnp.nan) if test is None else mean_cost_and_accuracy(trained, *test, **network)
            row = (*map(float, (training_cost, *measured)), time.perf_counter() - start)
            if not finite:
                raise Diverged(params, _history(rows), float(training_cost))
            params, rows = trained, [*rows, row]
            if progress is not None:
                progress(_history(rows))
    except KeyboardInterrupt:
        raise Interrupted(params, _history(rows)) from None
    return params, _history(rows)


def evaluate(
    params: Sequence[Layer],
    data: tuple[Any, Any],
    *,
    cost: Callable,
    output: Callable,
    hidden: Callable = sigmoid,
) -> Evaluation:
    """The mean cost and the accuracy on a pair (x, y), such as `jaxce.mnist.load().test`.

    Raises as `fit` does for data that do not fit the network.

    >>> from jaxce import quadratic
    >>> params = [Layer(w=jnp.eye(2), b=jnp.zeros(2))]
    >>> result = evaluate(params, (jnp.eye(2), jnp.array([0, 1])), cost=quadratic, output=sigmoid)
    >>> float(result.accuracy)
    1.0
    """
    x, y = validate_data(params, data, cost, output, hidden)
    return mean_cost_and_accuracy(params, x, y, cost=cost, output=output, hidden=hidden)


def train_epoch(params, state, x, y, key, *, cost, output, hidden, optimizer, batch_size):
    """One epoch: parameters and optimizer state after it, the mean cost, and whether all of it is finite."""

    def mean_cost(params, x, y):
        z = weighted_input(params, x, hidden=hidden)
        return jnp.mean(cost(output, z, y)), z

    def step(carry, minibatch):
        params, state = carry
        gradient, z = jax.grad(mean_cost, has_aux=True)(params, *minibatch)
        updates, state = optimizer.update(gradient, state, params)
        return (optax.apply_updates(params, updates), state), z

    def train_block(carry, minibatches):
        """A step on each row of indices; the sum of their costs, taken all at once since that is faster."""
        xs, ys = x[minibatches], y[minibatches]
        carry, zs = jax.lax.scan(step, carry, (xs, ys))
        return carry, jnp.sum(jax.vmap(functools.partial(cost, output))(zs, ys))

    order = shuffled(key, len(x))
    whole = len(x) - len(x) % batch_size
    blocks = whole - whole % (BLOCK * batch_size)
    carry, total = (params, state), 0.0
    if blocks:
        carry, totals = jax.lax.scan(train_block, carry, order[:blocks].reshape(-1, BLOCK, batch_size))
        total = jnp.sum(totals)
    for rest in (order[blocks:whole].reshape(-1, batch_size), order[None, whole:]):
        if rest.size:
            carry, C = train_block(carry, rest)
            total += C
    finite = jnp.all(jnp.array([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves((*carry[0], total))]))
    return *carry, total / len(x), finite


def shuffled(key, n):
    """The numbers below n in random order: sorted by 32 random bits or more, one digit of them after the other.

    A digit shares a word with a number's place, since words sort four times as fast as pairs.
    """
    place_bits = (n - 1).bit_length()
    passes = math.ceil(32 / (32 - place_bits))
    places, order = jnp.arange(n, dtype=jnp.uint32), jnp.arange(n)
    for digit in jax.random.bits(key, (passes, n), jnp.uint32) >> place_bits << place_bits:
        order = order[jnp.sort(digit | places) & (2**place_bits - 1)]
    return order


compiled = functools.partial(jax.jit, static_argnames=("cost", "output", "hidden", "optimizer", "batch_size"))
_epoch = compiled(train_epoch)


@functools.partial(jax.jit, static_argnames=("cost", "output", "hidden"))
def mean_cost_and_accuracy(params, x, y, *, cost, output, hidden):
    labelled = jnp.issubdtype(y.dtype, jnp.integer)
    return Evaluation(
        loss(params, x, y, cost=cost, output=output, hidden=hidden),
        accuracy(params, x, y, hidden=hidden) if labelled else jnp.array(jnp.nan),
    )


def _history(rows):
    return History(*np.array(rows, dtype=float).reshape(-1, len(History._fields)).T)


def check_counts(n, epochs, batch_size):
    """Raise ValueError where n examples cannot be trained on like this."""
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be from 1 to the number of examples, {n}; got {batch_size}")
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1; got {epochs}")


def validate_data(params, data, cost, output, hidden):
    """The pair (x, y) as JAX arrays, once it is known to fit the network."""
    x, y = map(jnp.asarray, data)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"x must be [examples, inputs] with at least one example; got the shape {x.shape}")
    targets = (len(x), len(params[-1].b))
    if y.shape not in (targets, targets[:1]):
        raise ValueError(f"y must be labels of shape {targets[:1]} or targets of shape {targets}; got {y.shape}")
    if y.ndim == 1 and not jnp.issubdtype(y.dtype, jnp.integer):
        raise TypeError(f"y of shape {y.shape} must hold integer labels; got {y.dtype}: try y.astype(int)")
    if y.ndim == 1 and not 0 <= int(y.min()) <= int(y.max()) < targets[1]:
        raise ValueError(f"labels must be from 0 to {targets[1] - 1}; got {int(y.min())} to {int(y.max())}")
    jax.eval_shape(loss, params, x, y, cost=cost, output=output, hidden=hidden)
    return x, y
