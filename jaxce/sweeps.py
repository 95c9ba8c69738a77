"""Many networks of one shape at once, which differ in their seeds and in hyperparameters of the optimizer.

On a CPU every core trains one network after another, an epoch each: its weights stay in the core's cache,
where those of all networks together would not. On any other device all networks take each step together.
Either way one program is compiled, whatever the number of networks, and kept for the next sweep like this one.
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

from jaxce.network import Layer, init
from jaxce.outputs import sigmoid
from jaxce.training import (
    BLOCK,
    History,
    Interrupted,
    check_counts,
    compiled,
    mean_cost_and_accuracy,
    train_epoch,
    validate_data,
)

Member = Mapping[str, Any]


class Sweep(NamedTuple):
    """The networks of a sweep: `params` and `history` have a leading axis, in the order of `members`.

    A network that diverged has True in `diverged`, its last finite parameters in `params`, and nan in
    `history` from the epoch on in which it happened.
    """

    members: list[Member]
    params: list[Layer]
    history: History
    diverged: np.ndarray


def grid(**choices: Iterable) -> list[Member]:
    """Every combination of the choices, as members of a sweep.

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
    """Train a network of `sizes` for every member, a mapping of its `seed` and of `optimizer`'s arguments.

    A member gets the weights and the shuffling of

        key_init, key_fit = jax.random.split(jax.random.key(seed))
        fit(init(key_init, sizes, scheme=scheme), data, key=key_fit, optimizer=optimizer(**the_other_values), ...)

    and, to rounding, its result. `progress` is called with the history so far, [members, epochs], after every
    epoch; `seconds` there is the wall time of the epoch of all members.

    Raises what `fit` raises, but for Diverged; ValueError for members of unlike names; MemoryError before
    anything is trained where the networks would not fit into memory; Interrupted on Ctrl-C, with the finished
    epochs.

    >>> import jaxce
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
    rows, params, finite = [], [], np.ones(len(members), bool)
    begin = time.perf_counter()
    try:
        runs = jax.vmap(start)(columns)
        for epoch in epochs_of_all(runs, range(epochs), x, y, test, **static):
            params, finite, row = epoch
            now = time.perf_counter()
            rows.append((*row, np.full(len(members), now - begin)))
            begin = now
            if progress is not None:
                progress(_history_of_members(rows))
    except KeyboardInterrupt:
        raise Interrupted(params, _history_of_members(rows)) from None
    return Sweep(list(members), params, _history_of_members(rows), ~finite)


def _columns(members):
    """The members' seeds and hyperparameters, an array [members] each."""
    if len(members) == 0 or any(member.keys() != members[0].keys() for member in members):
        raise ValueError("members must be one or more mappings of the same names, such as jaxce.grid makes")
    if "seed" not in members[0]:
        raise ValueError(f"each member must have a seed; got {dict(members[0])}")
    return {name: jnp.asarray([member[name] for member in members]) for name in members[0]}


def _history_of_members(rows):
    """The history [members, epochs] from a row of arrays [members] for each epoch."""
    return History(*np.array(rows, dtype=float).transpose(1, 2, 0)) if rows else History(*np.empty((4, 0)))


class _Run(NamedTuple):
    """The state of one network's training, or, with a leading axis, of all."""

    params: list[Layer]
    state: Any
    key: jax.Array
    hyperparameters: dict[str, jax.Array]
    finite: jax.Array


def _start(member, *, sizes, scheme, optimizer):
    key_init, key_fit = jax.random.split(jax.random.key(member["seed"]))
    params = init(key_init, sizes, scheme=scheme)
    hyperparameters = {name: _like(params, value) for name, value in member.items() if name != "seed"}
    return _Run(params, optimizer(**hyperparameters).init(params), key_fit, hyperparameters, jnp.array(True))


def _like(params, value):
    """A hyperparameter in the parameters' floating type, as if it were a Python number."""
    return value.astype(params[0].w.dtype) if jnp.issubdtype(value.dtype, jnp.floating) else value


@compiled
def _train_one(run, epoch, x, y, test, *, optimizer, batch_size, **network):
    """A run after one more epoch, and the epoch's row; a run that is not finite stays as it last was."""
    params, state, training_cost, finite = train_epoch(
        run.params,
        run.state,
        x,
        y,
        jax.random.fold_in(run.key, epoch),
        optimizer=optimizer(**run.hyperparameters),
        batch_size=batch_size,
        **network,
    )
    finite &= run.finite
    keep = functools.partial(jnp.where, finite)
    params, state = jax.tree.map(keep, (params, state), (run.params, run.state))
    measured = (jnp.nan, jnp.nan) if test is None else mean_cost_and_accuracy(params, *test, **network)
    row = [keep(value, jnp.nan) for value in (training_cost, *measured)]
    return run._replace(params=params, state=state, finite=finite), row


@compiled
def _train_all(runs, epoch, x, y, test, **static):
    """All runs after one more epoch, and the epoch's row of each."""
    return jax.vmap(lambda run: _train_one(run, epoch, x, y, test, **static))(runs)


def _on_every_core(runs, epochs, x, y, test, **static):
    """After each epoch: parameters, which are finite, the row. A core trains one network after another."""
    each = [jax.tree.map(lambda leaf: leaf[index], runs) for index in range(len(runs.finite))]  # noqa: B023
    _train_one.lower(each[0], jnp.array(0), x, y, test, **static).compile()  # once, before every core asks for it

    def advance(run, epoch):
        return jax.block_until_ready(_train_one(run, epoch, x, y, test, **static))

    with ThreadPoolExecutor(_cores()) as pool:
        for epoch in epochs:
            results = pool.map(advance, each, itertools.repeat(jnp.array(epoch)))
            each, rows = zip(*results, strict=True)
            kept = [(run.params, run.finite) for run in each]
            params, finite = jax.tree.map(lambda *leaves: np.stack(leaves), *kept)
            yield params, finite, np.array(rows).T


def _together(runs, epochs, x, y, test, **static):
    """After each epoch: parameters, which are finite, the row. All networks take each step together."""
    for epoch in epochs:
        runs, row = jax.block_until_ready(_train_all(runs, epoch, x, y, test, **static))
        yield runs.params, np.asarray(runs.finite), np.array(row)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_memory(count, run, x, test, batch_size, at_once):
    """Raise MemoryError where `count` runs like this one, `at_once` of them training, would not fit into memory."""
    state = sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves((run.params, run.state)))
    widest = max(len(layer.b) for layer in run.params)
    evaluated = 0 if test is None else 2 * len(test[0]) * widest * run.params[0].w.dtype.itemsize
    order = 4 * 8 * len(x)  # random bits and indices, before and after they are sorted
    block = x.nbytes * min(1, BLOCK * batch_size / len(x))
    needed = 4 * count * state + at_once * (order + block + evaluated)
    free = _free_memory()
    if free is not None and needed > free:
        possible = int(count * free / needed)
        raise MemoryError(
            f"{count} networks need about {needed / 1e9:.3g} GB of memory, {needed / count / 1e6:.3g} MB each, "
            f"and {free / 1e9:.3g} GB are free: sweep at most {possible} at once"
        )


def _free_memory():
    """Bytes that the device can still give, or None where it does not say."""
    statistics = jax.local_devices()[0].memory_stats()
    if statistics and "bytes_limit" in statistics:
        return statistics["bytes_limit"] - statistics["bytes_in_use"]
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return None
    (line,) = (line for line in meminfo.read_text().splitlines() if line.startswith("MemAvailable"))
    return 1024 * int(line.split()[1])
