"""A cost derived from the gradient that one would like does not slow down where the quadratic cost does.

Three output layers with a gradient chosen for each, and no cost typed by hand: `derivations.output_and_cost` derives
it. The network, 784-30-10, begins with saturated output neurons, all of them wrong for most images (bias b, weights
near 0). Both costs take the same steps on MNIST from there, and the accuracy on the test images is measured every 500
training images.
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
from derivations.designed import output_and_cost, with_targets

z, y, a = sp.symbols("z y a", real=True)
CHUNK = 500
CHECKPOINTS = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 50_000)


class Design(NamedTuple):
    """An output layer, the delta that one would like, the targets for a label and for others, and how to train."""

    name: str
    activation: sp.Expr
    delta: sp.Expr
    low: int
    high: int
    learning_rate: float
    bias: float


DESIGNS = (
    Design("tanh, delta = a - y", sp.tanh(z), a - y, -1, 1, 0.05, 4.0),
    Design("exp (Poisson), delta = a - y", sp.exp(z), a - y, 0, 1, 0.05, -6.0),
    Design("sigmoid, delta = (a - y)^3", 1 / (1 + sp.exp(-z)), (a - y) ** 3, 0, 1, 0.5, 7.0),
)


def curve(design: Design, output: jaxce.Output, cost: Callable, data: jaxce.mnist.Data, images: int) -> np.ndarray:
    """The test accuracy in percent after every 500 training images."""
    params, accuracy = saturated(design.bias), []
    settings = {"optimizer": optax.sgd(design.learning_rate), "epochs": 1, "batch_size": 10, "evaluation": data.test}
    labelled = with_targets(cost, design.low, design.high)
    for start in range(0, images, CHUNK):
        chunk = (data.train.images[start : start + CHUNK], data.train.labels[start : start + CHUNK])
        key = jax.random.key(start)
        params, history = jaxce.fit(params, chunk, cost=labelled, output=output, key=key, **settings)
        accuracy.append(100 * float(history.accuracy[-1]))
    return np.array(accuracy)


def saturated(bias: float) -> list[jaxce.Layer]:
    """A 784-30-10 network whose outputs are nearly the same for every image."""
    *hidden, last = jaxce.init(jax.random.key(0), (784, 30, 10), dtype=jnp.float32)
    return [*hidden, jaxce.Layer(last.w / 10, jnp.full_like(last.b, bias))]


def measure(quick: bool) -> list[report.Row]:
    """Each design with its own cost and with the quadratic one; images until half of the test images are right."""
    data, rows = jaxce.mnist.load(), []
    images = 2_000 if quick else 50_000
    for design in DESIGNS:
        output, derived = output_and_cost(design.activation, design.delta, z=z, y=y, a=a)
        for name, cost in (("derived", derived), ("quadratic", jaxce.quadratic)):
            accuracy = curve(design, output, cost, data, images)
            above = np.flatnonzero(accuracy > 50)
            row = {"output": design.name, "cost": name, "half are right after": None}
            row |= {"half are right after": CHUNK * int(above[0] + 1)} if above.size else {}
            rows.append(row | {str(n): float(accuracy[n // CHUNK - 1]) for n in CHECKPOINTS if n <= images})
    return rows


def draw(axes, rows):
    """Accuracy over images, one colour a design, dashed for the quadratic cost."""
    for number, row in enumerate(rows):
        images = [n for n in CHECKPOINTS if str(n) in row]
        style = {"color": f"C{number // 2}", "linestyle": "-" if row["cost"] == "derived" else "--", "marker": "."}
        axes.plot(images, [row[str(n)] for n in images], label=f"{row['output']}: {row['cost']} cost", **style)
    axes.set(xlabel="training images", ylabel="test accuracy, %", xscale="log")
    axes.legend()


def main(arguments=None):
    """Measure, print and draw."""
    report.run(__name__, measure, draw, arguments)


if __name__ == "__main__":
    main()
