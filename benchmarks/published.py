"""Networks of the book's sizes reach the accuracies that the book publishes.

Sigmoid hidden neurons, N(0, 1) weights and biases, 30 epochs with minibatches of 10. The accuracy is that of the best
epoch on the test images, as in the book, for five seeds: their range shows what one published run cannot.
"""

from typing import NamedTuple

import numpy as np
import optax

import jaxce
from benchmarks import report


class Setting(NamedTuple):
    """A row of the table: the network, its training, and the accuracy in percent that the book reports."""

    cost: str
    output: str
    hidden: int
    learning_rate: float
    published: float | None


SETTINGS = (
    Setting("cross_entropy", "sigmoid", 30, 0.5, 95.49),
    Setting("cross_entropy", "sigmoid", 100, 0.5, 96.82),
    Setting("quadratic", "sigmoid", 30, 3.0, 95.42),
    Setting("quadratic", "sigmoid", 100, 3.0, 96.59),
    Setting("log_likelihood", "softmax", 30, 0.5, None),
    Setting("log_likelihood", "softmax", 100, 0.5, None),
)


def best_accuracies(setting: Setting, data: jaxce.mnist.Data, seeds: int, epochs: int) -> np.ndarray:
    """The accuracy in percent of each network's best epoch."""
    result = jaxce.sweep(
        (784, setting.hidden, 10),
        data.train,
        members=jaxce.grid(seed=range(seeds), learning_rate=[setting.learning_rate]),
        cost=jaxce.COSTS[setting.cost],
        output=jaxce.OUTPUTS[setting.output],
        optimizer=optax.sgd,
        epochs=epochs,
        batch_size=10,
        evaluation=data.test,
        scheme="large",
    )
    return 100 * result.history.accuracy.max(axis=1)


def measure_accuracies(quick: bool) -> list[report.Record]:
    """Five seeds of every setting for 30 epochs; in a quick run, two seeds of the first setting for one epoch."""
    data, rows = jaxce.mnist.load(), []
    for setting in SETTINGS[:1] if quick else SETTINGS:
        best = best_accuracies(setting, data, *((2, 1) if quick else (5, 30)))
        spread = {"mean": best.mean(), "lowest": best.min(), "highest": best.max()}
        rows.append(setting._asdict() | {name: round(float(value), 2) for name, value in spread.items()})
    return rows


def draw_accuracies(axes, rows) -> None:
    """The mean and range of each setting's accuracy, and the published one."""
    names = [f"{row['cost']}, {row['output']}, {row['hidden']}" for row in rows]
    mean = np.array([row["mean"] for row in rows])
    error = np.abs(np.array([[row["lowest"], row["highest"]] for row in rows]).T - mean)
    axes.errorbar(mean, names, xerr=error, fmt="o", capsize=4, label="jaxce: mean and range")
    published = [np.nan if row["published"] is None else row["published"] for row in rows]
    axes.plot(published, names, "x", markersize=10, label="published")
    axes.set_xlabel("accuracy of the best epoch on the test images, percent")
    axes.legend()
