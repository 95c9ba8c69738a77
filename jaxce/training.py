"""Minibatch gradient descent: w -> w - (eta / m) sum_x dC_x/dw, or any other step that optax makes of the gradient.

An epoch shuffles the n examples, cuts them into minibatches of m, and takes one step on each. Where m does not divide
n, the last minibatch is shorter, and is trained on like the others. An epoch is one compiled program.
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

BLOCK = 100  # minibatches whose examples are gathered at once: few enough for the copy to stay in a core's cache


class History(NamedTuple):
    """Measurements per epoch: one array per quantity, one entry per epoch, nan where a quantity was not measured.

    Attributes:
        training_cost: the mean over the epoch's examples, each with the weights just before the step on its minibatch.
        evaluation_cost: the mean cost of the evaluation data after the epoch.
        accuracy: the accuracy on the evaluation data after the epoch, from 0 to 1.
        seconds: the wall time of the epoch and its evaluation; that of the first epoch includes compilation.
    """

    training_cost: np.ndarray
    evaluation_cost: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray


class Evaluation(NamedTuple):
    """How well a network does on some data.

    Attributes:
        cost: the mean cost over the examples.
        accuracy: the share of examples whose largest output is the label's, from 0 to 1; nan if y holds no labels.
    """

    cost: jax.Array
    accuracy: jax.Array


class Diverged(ArithmeticError):
    """The cost or the parameters are no longer finite; `.params` and `.history` are those of the epochs before."""

    def __init__(self, params: Sequence[Layer], history: History, cost: float):
        super().__init__(
            f"training diverged in epoch {len(history.seconds) + 1}: its mean cost is {cost}; "
            f"{_last_row(history)}. Try a smaller learning rate, or a cost whose domain holds every output"
        )
        self.params, self.history = params, history


class Interrupted(KeyboardInterrupt):
    """Training was interrupted from the keyboard; `.params` and `.history` are those of the finished epochs."""

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
    params, state, rows = list(params), optimizer.init(params), []
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


class Epoch(NamedTuple):
    """What an epoch of training leaves.

    Attributes:
        params: the parameters after it.
        state: the optimizer's state after it.
        training_cost: the mean cost of its examples, each with the weights just before the step on its minibatch.
        is_finite: whether the cost and all parameters are finite.
    """

    params: list[Layer]
    state: Any
    training_cost: jax.Array | float
    is_finite: jax.Array


def train_epoch(params, state, x, y, key, *, cost, output, hidden, optimizer, batch_size) -> Epoch:
    """Train on every example once, in random order, one step per minibatch.

    The costs of a block of minibatches are computed together, after the steps on them, from the weighted inputs z that
    each step met: one vectorised computation instead of one small one per step.
    """

    def mean_cost(params, x, y):
        z = weighted_input(params, x, hidden=hidden)
        return jnp.mean(cost(output, z, y)), z

    def step(carry, minibatch):
        params, state = carry
        gradient, z = jax.grad(mean_cost, has_aux=True)(params, *minibatch)
        updates, state = optimizer.update(gradient, state, params)
        return (optax.apply_updates(params, updates), state), z

    def train_block(carry, block):
        """A step on each minibatch of a block, given as examples' numbers [minibatches, m]; the sum of their costs."""
        xs, ys = x[block], y[block]
        carry, zs = jax.lax.scan(step, carry, (xs, ys))
        return carry, jnp.sum(jax.vmap(functools.partial(cost, output))(zs, ys))

    full_blocks, *others = _blocks(shuffled(key, len(x)), batch_size)
    carry, total = (params, state), 0.0
    if full_blocks.size:
        carry, sums = jax.lax.scan(train_block, carry, full_blocks)
        total = jnp.sum(sums)
    for block in others:
        if block.size:
            carry, C = train_block(carry, block)
            total += C
    params, state = carry
    return Epoch(params, state, total / len(x), _all_finite((*params, total)))


def _blocks(order, batch_size):
    """Examples' numbers as minibatches: full blocks [blocks, BLOCK, m]; whole minibatches left over [k, m]; the rest.

    The rest is a block of one shorter minibatch, [1, r]. Each of the three may be empty.
    """
    in_minibatches = len(order) - len(order) % batch_size
    in_blocks = in_minibatches - in_minibatches % (BLOCK * batch_size)
    return (
        order[:in_blocks].reshape(-1, BLOCK, batch_size),
        order[in_blocks:in_minibatches].reshape(-1, batch_size),
        order[None, in_minibatches:],
    )


def _all_finite(tree):
    return jnp.all(jnp.array([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(tree)]))


def shuffled(key: jax.Array, n: int) -> jax.Array:
    """The integers from 0 to n - 1 in random order, sorted by a random number of 32 bits or more each.

    It is a radix sort: the random number is cut into digits, and the integers are sorted by one digit after the other,
    each time together with their places, so that the sort is stable. Digit and place share one 32-bit word, since words
    sort four times as fast as pairs.

    Example:
        >>> sorted(shuffled(jax.random.key(0), 5).tolist())
        [0, 1, 2, 3, 4]
    """
    place_bits = (n - 1).bit_length()
    passes = math.ceil(32 / (32 - place_bits))
    places, order = jnp.arange(n, dtype=jnp.uint32), jnp.arange(n)
    for digit in jax.random.bits(key, (passes, n), jnp.uint32) >> place_bits << place_bits:
        order = order[jnp.sort(digit | places) & (2**place_bits - 1)]
    return order


# jax.jit for functions with these arguments, each of which makes another program.
compiled = functools.partial(jax.jit, static_argnames=("cost", "output", "hidden", "optimizer", "batch_size"))
_train_epoch = compiled(train_epoch)


@functools.partial(jax.jit, static_argnames=("cost", "output", "hidden"))
def mean_cost_and_accuracy(params, x, y, *, cost, output, hidden) -> Evaluation:
    """`evaluate`, compiled, for arrays that are known to fit the network."""
    labelled = jnp.issubdtype(y.dtype, jnp.integer)
    return Evaluation(
        loss(params, x, y, cost=cost, output=output, hidden=hidden),
        accuracy(params, x, y, hidden=hidden) if labelled else jnp.array(jnp.nan),
    )


def _history(rows):
    return History(*np.array(rows, dtype=float).reshape(-1, len(History._fields)).T)


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
