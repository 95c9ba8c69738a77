"""Many networks of one shape, trained at once: they differ in their seeds and in hyperparameters of the optimizer.

On a CPU every core trains one network after another, for an epoch each: one network's weights fit into the core's
cache, those of all networks would not. On other devices each trains its share of the networks, which take each step
together. Either way one program is compiled, whatever the number of networks, and the next sweep like this one uses it
again; where networks differ in what optax decides in Python, it is one program for each of these choices.
"""

import contextlib
import functools
import itertools
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import optax

from jaxce.checkpoints import checkpoints, describe_run
from jaxce.data import check_counts, check_epochs, validate_data
from jaxce.history import History, Measurements, Progress, State, history_of, keeping
from jaxce.lanes import advance, begin, gathered, lanes_of, on_cpu, places_for, programs_at
from jaxce.members import Member, groups_of
from jaxce.memory import check_memory, size, workspace
from jaxce.network import Layer, as_layers, init
from jaxce.optimizers import evaluated
from jaxce.outputs import sigmoid


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
    start: Callable[[list[Layer]], list[Layer]] = list,
    progress: Callable[[Progress], Any] | None = None,
    checkpoint: str | Path | None = None,
) -> Sweep:
    """Train one network of the given sizes for each member.

    A member with the seed s and other values gets the weights and the shuffling of

        key_init, key_fit = jax.random.split(jax.random.key(s))
        fit(init(key_init, sizes, scheme=scheme), data, key=key_fit, optimizer=optimizer(**other_values), ...)

    and the same result up to rounding; on a CPU, bit for bit.

    Args:
        sizes: inputs, hidden neurons ..., outputs.
        data: a pair (x, y), as for `fit`.
        members: a mapping for each network, of its `seed` and of arguments of `optimizer`; `grid` makes them. Members
            that differ in numbers are trained by one program; those that differ in anything else (None, a truth value,
            a schedule), or in a number on which the optimizer decides in Python, by one for each such value.
        cost: the cost that is minimised, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        optimizer: a function from hyperparameters to an optax gradient transformation, such as `optax.sgd`.
        epochs: passes over the data, from 1 to 2^32; those in `checkpoint` are among them.
        batch_size: examples per minibatch, from 1 to their number.
        evaluation: a pair (x, y) like `data`, on which every network is evaluated after every epoch.
        hidden: the activation function of the hidden layers.
        scheme: the scheme of the initial weights, as for `init`.
        start: a hashable function from the layers that `init` draws to those that training starts from, for a start
            that no scheme gives; by default, the same.
        progress: called after every epoch with the history so far, [members, epochs], whose attribute `params` holds
            the layers. `seconds` there is the wall time of an epoch of all members. It may end the sweep as in `fit`.
        checkpoint: a folder, which need not exist; the sweep is saved there after every epoch, and goes on from it.

    Raises:
        TypeError: x or y is of a type that cannot be trained on, or the call is part of a function that JAX traces.
        ValueError: the data, `batch_size` or `epochs` do not fit; or the members have no seed, or unequal names; or
            `checkpoint` holds another sweep; or `start` does not return layers.
        MemoryError: the networks would not fit into memory; raised before anything is trained.
        ImportError: there is a `checkpoint`, and Orbax is not installed.
        OSError: `checkpoint` cannot be written, or another process uses it.
        Interrupted: Ctrl-C was pressed. It and whatever `progress` raises carry the results of the finished epochs.

    Example:
        >>> import jaxce, numpy as np, optax
        >>> x, y = np.eye(4), np.arange(4)
        >>> result = sweep((4, 8, 4), (x, y), members=jaxce.grid(seed=range(2), learning_rate=[0.1, 1.0]),
        ...     optimizer=optax.sgd, cost=jaxce.log_likelihood, output=jaxce.softmax, epochs=100, batch_size=2,
        ...     evaluation=(x, y))
        >>> result.members[3], float(result.history.accuracy[3, -1])
        ({'seed': 1, 'learning_rate': 1.0}, 1.0)
    """
    network = {"cost": cost, "output": output, "hidden": hidden}
    layers = jax.eval_shape(lambda key: as_layers(start(init(key, sizes, scheme=scheme))), jax.random.key(0))
    groups = groups_of(members, layers, optimizer)
    x, y = validate_data(layers, data, **network)
    test = None if evaluation is None else validate_data(layers, evaluation, **network)
    check_counts(len(x), epochs, batch_size)
    static = network | {"batch_size": batch_size}
    places = places_for((x, y, test))
    shapes = [jax.eval_shape(functools.partial(begin, group, sizes, scheme, start)) for group in groups]
    programs = [programs_at(places, group, runs, **static) for group, runs in zip(groups, shapes, strict=True)]
    _check_memory(len(members), shapes, programs[0][0])
    starts = [begin(group, sizes, scheme, start) for group in groups]
    first = State([run.changing for run in starts], None, np.empty((0, len(History._fields), len(members))))

    def described():
        named, program = network | {"optimizer": optimizer}, programs[0][0].as_text()
        arrays = {"first networks": starts, "data": (x, y), "evaluation data": test}
        return describe_run(named, {"minibatches of": batch_size, "members": list(members)}, arrays, program)

    with contextlib.nullcontext() if checkpoint is None else checkpoints(checkpoint, described()) as saved:
        now = first if saved is None else saved.latest(first)
        rows = Measurements(now.measurements)
        check_epochs(len(rows.array), epochs)
        lanes = []
        for number, (group, changing, begun) in enumerate(zip(groups, now.params, starts, strict=True)):
            lanes += lanes_of(number, group, begun.after(changing), places, programs[number])
        with keeping(lambda: (_layers(lanes), history_of(rows.array))), ThreadPoolExecutor(_workers()) as pool:
            for epoch in range(len(rows.array), epochs):
                clock = time.perf_counter()
                lanes, measured = zip(*pool.map(advance, lanes, itertools.repeat(epoch)), strict=True)
                row = np.empty((len(History._fields), len(members)))
                for lane, values in zip(lanes, measured, strict=True):
                    row[:-1, np.atleast_1d(lane.members)] = values
                row[-1] = time.perf_counter() - clock
                rows.add(row)
                if saved is not None:
                    saved.save(State(_changing(groups, lanes), None, rows.array))
                if progress is not None:
                    progress(Progress.of(rows.array, functools.partial(_layers, lanes)))
    diverged = ~gathered(lanes, lambda run: run.is_finite)
    return Sweep(list(members), _layers(lanes), history_of(rows.array), diverged)


def _layers(lanes):
    return gathered(lanes, lambda run: evaluated(run.params, run.state))


def _changing(groups, lanes):
    """Of each group, what an epoch changes in its runs."""
    lanes_of_groups = [[lane for lane in lanes if lane.group == number] for number in range(len(groups))]
    return [gathered(those, lambda run: run.changing) for those in lanes_of_groups]


def _workers():
    """How many lanes are trained at once."""
    if not on_cpu():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_memory(count, runs, program):
    """Raise MemoryError if all networks would not fit into memory, with some of them in training."""
    # Before and after an epoch, and twice when they are copied together.
    needed = 4 * size([several[:2] for several in runs]) + _workers() * workspace(program)
    check_memory(f"training {count} networks", needed, functools.partial(_fewer, count, needed))


def _fewer(count, needed, free):
    return f"sweep at most {int(count * free / needed)} at once"
