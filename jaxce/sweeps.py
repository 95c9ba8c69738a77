"""Many networks of one shape, trained at once: they differ in their seeds and in hyperparameters of the optimizer.

On a CPU every core trains one network after another, for an epoch each: one network's weights fit into the core's
cache, those of all networks would not. On any other device all networks take each step together. Either way one program
is compiled, whatever the number of networks, and the next sweep like this one uses it again.
"""

import functools
import itertools
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxce.data import check_counts, validate_data
from jaxce.epoch import BLOCK, compiled, mean_cost_and_accuracy, train_epoch
from jaxce.history import History, Interrupted
from jaxce.network import Layer, init
from jaxce.outputs import sigmoid

Member = Mapping[str, Any]  # the seed of a network, and the optimizer's hyperparameters by name


class Sweep(NamedTuple):
    """The trained networks of a sweep; each array has a leading axis, in the order of `members`.

    Attributes:
        members: the seed and the hyperparameters of each network.
        params: the trained layers; of a network that diverged, the last ones that were finite.
        history: the measurements, [members, epochs]; nan from the epoch on in which a network diverged.
        diverged: whether each network's cost or parameters stopped being finite.
    """

    members: list[Member]
    params: list[Layer]
    history: History
    diverged: np.ndarray


def grid(**choices: Iterable) -> list[Member]:
    """Every combination of the choices, as members of a sweep; the last choice varies fastest.

    Example:
        >>> grid(seed=range(2), learning_rate=[0.3, 0.5])[1]
        {'seed': 0, 'learning_rate': 0.5}
    """
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


def sweep(
    sizes: Sequence[int],
    data: tuple[Any, Any],
    *,
    members: Sequence[Member],
    cost: Callable,
    output: Callable,
    optimizer: Callable[..., optax.GradientTransformation],
    epochs: int,
    batch_size: int,
    evaluation: tuple[Any, Any] | None = None,
    hidden: Callable = sigmoid,
    scheme: str = "scaled",
    progress: Callable[[History], Any] | None = None,
) -> Sweep:
    """Train one network of the given sizes for each member.

    A member with the seed s and other values gets the weights and the shuffling of

        key_init, key_fit = jax.random.split(jax.random.key(s))
        fit(init(key_init, sizes, scheme=scheme), data, key=key_fit, optimizer=optimizer(**other_values), ...)

    and the same result up to rounding.

    Args:
        sizes: inputs, hidden neurons ..., outputs.
        data: a pair (x, y), as for `fit`.
        members: a mapping for each network, of its `seed` and of arguments of `optimizer`; `grid` makes them.
        cost: the cost that is minimised, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        optimizer: a function from hyperparameters to an optax gradient transformation, such as `optax.sgd`.
        epochs: passes over the data, at least 1.
        batch_size: examples per minibatch, from 1 to their number.
        evaluation: a pair (x, y) like `data`, on which every network is evaluated after every epoch.
        hidden: the activation function of the hidden layers.
        scheme: the scheme of the initial weights, as for `init`.
        progress: called with the history so far, [members, epochs], after every epoch. `seconds` there is the wall time
            of an epoch of all members.

    Raises:
        TypeError: x or y is of a type that cannot be trained on.
        ValueError: the data, `batch_size` or `epochs` do not fit; or the members have no seed, or unequal names.
        MemoryError: the networks would not fit into memory; raised before anything is trained.
        Interrupted: Ctrl-C was pressed; it carries the results of the finished epochs.

    Example:
        >>> import jaxce, numpy as np, optax
        >>> x, y = np.eye(4), np.arange(4)
        >>> result = sweep((4, 8, 4), (x, y), members=grid(seed=range(2), learning_rate=[0.1, 1.0]),
        ...     optimizer=optax.sgd, cost=jaxce.log_likelihood, output=jaxce.softmax, epochs=100, batch_size=2,
        ...     evaluation=(x, y))
        >>> result.members[3], float(result.history.accuracy[3, -1])
        ({'seed': 1, 'learning_rate': 1.0}, 1.0)
    """
    network = {"cost": cost, "output": output, "hidden": hidden}
    columns = _columns(members)
    start = functools.partial(_start, sizes=sizes, scheme=scheme, optimizer=optimizer)
    first = jax.eval_shape(start, {name: column[0] for name, column in columns.items()})
    x, y = validate_data(first.params, data, **network)
    test = None if evaluation is None else validate_data(first.params, evaluation, **network)
    check_counts(len(x), epochs, batch_size)
    on_cpu = jax.default_backend() == "cpu"
    _check_memory(len(members), first, x, test, batch_size, at_once=_cores() if on_cpu else len(members))

    static = network | {"optimizer": optimizer, "batch_size": batch_size}
    epochs_of_all = _on_every_core if on_cpu else _together
    rows, params, are_finite = [], [], np.ones(len(members), bool)
    begin = time.perf_counter()
    try:
        runs = jax.vmap(start)(columns)
        for epoch in epochs_of_all(runs, range(epochs), x, y, test, **static):
            params, are_finite, row = epoch
            now = time.perf_counter()
            rows.append((*row, np.full(len(members), now - begin)))
            begin = now
            if progress is not None:
                progress(_history_of_members(rows))
    except KeyboardInterrupt:
        raise Interrupted(params, _history_of_members(rows)) from None
    return Sweep(list(members), params, _history_of_members(rows), ~are_finite)


def _columns(members):
    """The members' seeds and hyperparameters by name, each an array [members]."""
    if len(members) == 0 or any(member.keys() != members[0].keys() for member in members):
        raise ValueError("members must be one or more mappings with the same names: jaxce.grid makes them")
    if "seed" not in members[0]:
        raise ValueError(f"each member must have a seed; got {dict(members[0])}")
    return {name: jnp.asarray([member[name] for member in members]) for name in members[0]}


def _history_of_members(rows):
    """The history, [members, epochs], from each epoch's measurements, arrays [members]."""
    return History(*np.array(rows, dtype=float).transpose(1, 2, 0)) if rows else History(*np.empty((4, 0)))


class _Run(NamedTuple):
    """The state of one network's training; with a leading axis, that of all networks."""

    params: list[Layer]
    state: Any
    key: jax.Array
    hyperparameters: dict[str, jax.Array]
    is_finite: jax.Array


def _start(member, *, sizes, scheme, optimizer):
    key_init, key_fit = jax.random.split(jax.random.key(member["seed"]))
    params = init(key_init, sizes, scheme=scheme)
    hyperparameters = {name: _like(params, value) for name, value in member.items() if name != "seed"}
    return _Run(params, optimizer(**hyperparameters).init(params), key_fit, hyperparameters, jnp.array(True))


def _like(params, value):
    """A hyperparameter in the parameters' dtype, if it is a float: like a Python number, it then promotes nothing."""
    return value.astype(params[0].w.dtype) if jnp.issubdtype(value.dtype, jnp.floating) else value


@compiled
def _train_one(run, epoch, x, y, test, *, optimizer, batch_size, **network):
    """A run after one more epoch, and the epoch's measurements; a run that is no longer finite keeps its last state."""
    params, state, training_cost, is_finite = train_epoch(
        run.params,
        run.state,
        x,
        y,
        jax.random.fold_in(run.key, epoch),
        optimizer=optimizer(**run.hyperparameters),
        batch_size=batch_size,
        **network,
    )
    is_finite &= run.is_finite
    keep = functools.partial(jnp.where, is_finite)
    params, state = jax.tree.map(keep, (params, state), (run.params, run.state))
    measured = (jnp.nan, jnp.nan) if test is None else mean_cost_and_accuracy(params, *test, **network)
    row = [keep(value, jnp.nan) for value in (training_cost, *measured)]
    return run._replace(params=params, state=state, is_finite=is_finite), row


@compiled
def _train_all(runs, epoch, x, y, test, **static):
    """All runs after one more epoch, and the epoch's measurements of each."""
    return jax.vmap(lambda run: _train_one(run, epoch, x, y, test, **static))(runs)


def _on_every_core(runs, epochs, x, y, test, **static):
    """After each epoch, for all networks: parameters, whether they are finite, and the epoch's measurements.

    Each core trains one network after another.
    """
    each = [jax.tree.map(lambda leaf: leaf[index], runs) for index in range(len(runs.is_finite))]  # noqa: B023
    _train_one.lower(each[0], jnp.array(0), x, y, test, **static).compile()  # once, before every core asks for it

    def advance(run, epoch):
        return jax.block_until_ready(_train_one(run, epoch, x, y, test, **static))

    with ThreadPoolExecutor(_cores()) as pool:
        for epoch in epochs:
            results = pool.map(advance, each, itertools.repeat(jnp.array(epoch)))
            each, rows = zip(*results, strict=True)
            kept = [(run.params, run.is_finite) for run in each]
            params, are_finite = jax.tree.map(lambda *leaves: np.stack(leaves), *kept)
            yield params, are_finite, np.array(rows).T


def _together(runs, epochs, x, y, test, **static):
    """As `_on_every_core`, but all networks take each step together."""
    for epoch in epochs:
        runs, row = jax.block_until_ready(_train_all(runs, epoch, x, y, test, **static))
        yield runs.params, np.asarray(runs.is_finite), np.array(row)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_memory(count, run, x, test, batch_size, at_once):
    """Raise MemoryError if `count` runs like this one would not fit into memory, with `at_once` of them in training."""
    state = sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves((run.params, run.state)))
    widest = max(len(layer.b) for layer in run.params)
    activations = 0 if test is None else 2 * len(test[0]) * widest * run.params[0].w.dtype.itemsize
    order = 4 * 8 * len(x)  # random bits and indices, before and after they are sorted
    block = x.nbytes * min(1, BLOCK * batch_size / len(x))
    needed = 4 * count * state + at_once * (order + block + activations)
    free = _free_memory()
    if free is not None and needed > free:
        possible = int(count * free / needed)
        raise MemoryError(
            f"{count} networks need about {needed / 1e9:.3g} GB of memory, {needed / count / 1e6:.3g} MB each, "
            f"and {free / 1e9:.3g} GB are free: sweep at most {possible} at once"
        )


def _free_memory():
    """How many bytes of memory the device has free, or None if it does not say."""
    statistics = jax.local_devices()[0].memory_stats()
    if statistics and "bytes_limit" in statistics:
        return statistics["bytes_limit"] - statistics["bytes_in_use"]
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return None
    (line,) = (line for line in meminfo.read_text().splitlines() if line.startswith("MemAvailable"))
    return 1024 * int(line.split()[1])
