"""Networks of the book's sizes reach the accuracies that the book publishes.

Sigmoid hidden neurons, N(0, 1) weights and biases, 30 epochs of minibatches of 10; best epoch on the test
images, as the book reports it, over five seeds. A range of seeds shows what one published run cannot.
"""

from typing import NamedTuple

import jax
import numpy as np
import optax

import jaxce
from benchmarks import report


class Setting(NamedTuple):
    """A row of the table: what is trained, and the accuracy in percent that the book gives for it."""

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


def best_accuracy(setting: Setting, data: jaxce.mnist.Data, seed: int, epochs: int) -> float:
    """The accuracy in percent of the best epoch of one network."""
    key_init, key_fit = jax.random.split(jax.random.key(seed))
    _, history = jaxce.fit(
        jaxce.init(key_init, (784, setting.hidden, 10), scheme="large"),
        data.train,
        cost=jaxce.COSTS[setting.cost],
        output=jaxce.OUTPUTS[setting.output],
        optimizer=optax.sgd(setting.learning_rate),
        epochs=epochs,
        batch_size=10,
        key=key_fit,
        evaluation=data.test,
    )
    return 100 * float(history.accuracy.max())


def measure(quick: bool) -> list[report.Row]:
    """Five seeds of every setting, or, quickly, one epoch of the small ones for two seeds."""
    data, rows = jaxce.mnist.load(), []
    for setting in SETTINGS[::2] if quick else SETTINGS:
        best = [best_accuracy(setting, data, seed, epochs=1 if quick else 30) for seed in range(2 if quick else 5)]
        spread = {"mean": np.mean(best), "lowest": min(best), "highest": max(best)}
        rows.append(setting._asdict() | {name: round(float(value), 2) for name, value in spread.items()})
    return rows


def draw(axes, rows) -> None:
    """The range of each setting, its mean, and the published accuracy."""
    names = [f"{row['cost']}, {row['output']}, {row['hidden']}" for row in rows]
    mean = np.array([row["mean"] for row in rows])
    error = np.abs(np.array([[row["lowest"], row["highest"]] for row in rows]).T - mean)
    axes.errorbar(mean, names, xerr=error, fmt="o", capsize=4, label="jaxce: mean and range")
    published = [np.nan if row["published"] is None else row["published"] for row in rows]
    axes.plot(published, names, "x", markersize=10, label="published")
    axes.set_xlabel("accuracy of the best epoch on the test images, percent")
    axes.legend()


def main(arguments=None) -> list[report.Row]:
    """Run this benchmark from the command line."""
    return report.run(__name__, measure, draw, arguments)


if __name__ == "__main__":
    main()
