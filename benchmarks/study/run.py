"""Training the networks of the study, a task after another, by `jaxce.sweep`; what the file holds is not repeated."""

import math
import operator
import tempfile
import time
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxce
from benchmarks.study.images import images_of
from benchmarks.study.measures import beginning, first_gradient, test_scores
from benchmarks.study.protocol import RULE_FACTOR, RULE_FROM, STARTS, Block, Combination, Protocol, Training, tasks
from benchmarks.study.rows import KEY, NetworkRow, of_task, write_rows


def train_missing(
    protocol: Protocol, data_sets: dict[str, jaxce.mnist.Data], file: Path, rows: list[NetworkRow]
) -> list[NetworkRow]:
    """Train what is not among the rows, write all of them to the file after every task, and return them.

    Of data sets that are not there, nothing is trained.
    """
    rows = list(rows)
    with tempfile.TemporaryDirectory() as cache:
        if cast(Any, jax.config).jax_compilation_cache_dir is None:  # many tasks share a program
            jax.config.update("jax_compilation_cache_dir", cache)
        everything = [task for task in tasks(protocol) if task.block.data_set in data_sets]
        for number, task in enumerate(everything, start=1):
            if not of_task(rows, task):
                start = time.perf_counter()
                images = images_of(task.block, data_sets[task.block.data_set], protocol.examples)
                rows += train(task, images, rates_of(task, rows, protocol), protocol.batch_size)
                write_rows(file, protocol, rows)
                seconds = time.perf_counter() - start
                print(
                    f"{number}/{len(everything)} {task.stage}: {task.block}, {task.pair}: {seconds:.0f} s", flush=True
                )
    return rows


def rates_of(task: Training, rows: list[NetworkRow], protocol: Protocol) -> tuple[float, ...]:
    """The learning rates of a task, which for final networks follow from the tuning."""
    if task.learning_rates is not None:
        return task.learning_rates
    if task.stage == "rule":
        return (RULE_FACTOR * chosen_rate(rows, task.block, RULE_FROM, protocol),)
    return (chosen_rate(rows, task.block, task.pair, protocol),)


def chosen_rate(rows: list[NetworkRow], block: Block, pair: Combination, protocol: Protocol) -> float:
    """The learning rate with the highest mean accuracy on the validation images after tuning; the smaller of equals."""
    means = tuning_curve(rows, block, pair, protocol)
    return protocol.learning_rates[int(np.argmax(means))]


def tuning_curve(rows: list[NetworkRow], block: Block, pair: Combination, protocol: Protocol) -> list[float]:
    """The mean accuracy on the validation images at each learning rate; a network that diverged counts as 0."""
    tuned = of_task(rows, Training("tuning", block, pair, None, (), 0))
    return [
        float(np.mean([row["accuracies"][-1] or 0 for row in tuned if row["learning_rate"] == rate]))
        for rate in protocol.learning_rates
    ]


def train(task: Training, images: jaxce.mnist.Data, rates: tuple[float, ...], batch_size: int) -> list[NetworkRow]:
    """Train the networks of a task, and measure them."""
    sizes = (images.train.images.shape[1], task.block.hidden, 10)
    scheme, start = STARTS[task.block.start]
    settings: dict[str, Any] = {"cost": jaxce.COSTS[task.pair.cost], "output": jaxce.OUTPUTS[task.pair.output]}
    settings["batch_size"] = batch_size
    train, validation, test = ((jnp.asarray(part.images), jnp.asarray(part.labels)) for part in images)
    members = jaxce.grid(seed=task.seeds, learning_rate=rates)
    result = jaxce.sweep(
        sizes,
        train,
        members=members,
        optimizer=optax.sgd,
        epochs=task.epochs,
        evaluation=validation if task.stage == "tuning" else test,
        scheme=scheme,
        start=start,
        **settings,
    )
    rows = []
    for index, member in enumerate(members):
        row: NetworkRow = dict(zip(KEY, task.key, strict=True)) | dict(member)
        row["diverged"] = bool(result.diverged[index])
        row["accuracies"] = [_number(accuracy) for accuracy in result.history.accuracy[index]]
        if task.stage != "tuning":
            params = jax.tree.map(operator.itemgetter(index), result.params)
            scores = test_scores(params, validation, test, output=task.pair.output)
            begun = beginning(member["seed"], sizes=sizes, scheme=scheme, start=start, examples=len(train[0]))
            gradient = first_gradient(*begun, *train, learning_rate=member["learning_rate"], **settings)
            row |= {name: _number(value) for name, value in scores.items()} | {"first_gradient": _number(gradient)}
        rows.append(row)
    return rows


def _number(value):
    """A number of five digits, or None where it is not finite."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
