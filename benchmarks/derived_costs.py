"""A cost derived from the gradient that one would like does not slow down where the quadratic cost does.

There are three output layers, with a gradient chosen for each; no cost is typed by hand, since
`derivations.output_and_cost` derives it. The network, 784-30-10, begins with saturated output neurons, all of them
wrong for most images. This start is chosen to show the slowdown: large output biases, and a tenth of the usual output
weights. From there, both costs train on the same minibatches of MNIST with the same learning rate, and the accuracy on
the test images is measured every 500 training images; each of five seeds draws other weights and another order.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import sympy as sp

import jaxce
from benchmarks import report
from derivations.design.output_and_cost import output_and_cost, with_targets

CHUNK = 500
CHECKPOINTS = (1_000, 2_000, 5_000, 10_000, 20_000, 30_000)
LETTERS = {name: sp.Symbol(name, real=True) for name in "zya"}
STATISTICS = {"mean": np.mean, "lowest": np.min, "highest": np.max}


class Design(NamedTuple):
    """An output layer, the desired delta, the targets for other classes and for the label's, and the training."""

    name: str
    activation: sp.Expr
    delta: sp.Expr
    low: int
    high: int
    learning_rate: float
    bias: float


def designs(z: sp.Symbol, y: sp.Symbol, a: sp.Symbol) -> tuple[Design, ...]:
    """The three output layers, each with its desired delta."""
    return (
        Design("tanh, delta = a - y", sp.tanh(z), a - y, -1, 1, 0.05, 4.0),
        Design("exp (Poisson), delta = a - y", sp.exp(z), a - y, 0, 1, 0.05, -6.0),
        Design("sigmoid, delta = (a - y)^3", 1 / (1 + sp.exp(-z)), (a - y) ** 3, 0, 1, 0.5, 7.0),
    )


def curve(design: Design, output: jaxce.Output, cost: Callable, data: jaxce.mnist.Data, images: int, seed: int):
    """The test accuracy in percent after every 500 training images."""
    key_init, key_fit = jax.random.split(jax.random.key(seed))
    params, accuracy = saturated(design.bias, key_init), []
    settings = {"optimizer": optax.sgd(design.learning_rate), "epochs": 1, "batch_size": 10, "evaluation": data.test}
    labelled = with_targets(cost, design.low, design.high)
    for start in range(0, images, CHUNK):
        chunk = (data.train.images[start : start + CHUNK], data.train.labels[start : start + CHUNK])
        key = jax.random.fold_in(key_fit, start)
        params, history = jaxce.fit(params, chunk, cost=labelled, output=output, key=key, **settings)
        accuracy.append(100 * float(history.accuracy[-1]))
    return np.array(accuracy)


def saturated(bias: float, key: jax.Array) -> list[jaxce.Layer]:
    """A 784-30-10 network whose outputs are nearly the same for every image."""
    *hidden, last = jaxce.init(key, (784, 30, 10), dtype=jnp.float32)
    return [*hidden, jaxce.Layer(last.w / 10, jnp.full_like(last.b, bias))]


def measure_designs(quick: bool) -> list[report.Record]:
    """Each design with its derived cost and with the quadratic one, for all seeds; in a quick run, the first design."""
    data, rows = jaxce.mnist.load(), []
    images, seeds, count = (2_000, 1, 1) if quick else (CHECKPOINTS[-1], 5, None)
    for design in designs(**LETTERS)[:count]:
        output, derived = output_and_cost(design.activation, design.delta, **LETTERS)
        for name, cost in (("derived", derived), ("quadratic", jaxce.quadratic)):
            curves = np.array([curve(design, output, cost, data, images, seed) for seed in range(seeds)])
            rows += summarise({"output": design.name, "cost": name}, curves)
    return rows


def summarise(heading: report.Record, curves: np.ndarray) -> list[report.Record]:
    """The mean, lowest and highest accuracy of several curves at each checkpoint, and when it first exceeds 50 %."""
    shown = [n for n in CHECKPOINTS if n <= CHUNK * curves.shape[1]]
    return [
        heading
        | {f"of {len(curves)} seeds": name, "half are right after": _statistic(statistic, _half_right(curves))}
        | {str(n): float(statistic(curves[:, n // CHUNK - 1])) for n in shown}
        for name, statistic in STATISTICS.items()
    ]


def _half_right(curves: np.ndarray) -> np.ndarray:
    """The number of images after which each curve first exceeds 50 %; infinite for a curve that never does."""
    above = curves > 50
    return np.where(above.any(axis=1), CHUNK * (above.argmax(axis=1) + 1), np.inf)


def _statistic(statistic: Callable, images: np.ndarray) -> int | None:
    value = statistic(images)
    return int(value) if np.isfinite(value) else None


def draw_curves(axes, rows):
    """The mean accuracy and its range against the images; one colour per design, dashed for the quadratic cost."""
    for number in range(0, len(rows), len(STATISTICS)):
        mean, lowest, highest = (
            [row[str(n)] for n in CHECKPOINTS if str(n) in row] for row in rows[number : number + 3]
        )
        images, row = CHECKPOINTS[: len(mean)], rows[number]
        color = f"C{number // (2 * len(STATISTICS))}"
        style = {"color": color, "linestyle": "-" if row["cost"] == "derived" else "--", "marker": "."}
        axes.plot(images, mean, label=f"{row['output']}: {row['cost']} cost", **style)
        axes.fill_between(images, lowest, highest, color=color, alpha=0.15)
    axes.set(xlabel="training images", ylabel="test accuracy, %: mean and range", xscale="log")
    axes.legend()
