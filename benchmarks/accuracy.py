"""Values and gradients right to the last bits, where other libraries lose all of them.

The table shows the worst error of every pair of cost and output, in units in the last place (ulps) of the true value,
for float32 logits of a given scale, ten classes, and one-hot targets, half of them of the likeliest class. The
gradient's ulps are those of each true component; for the quadratic cost and the cross-entropy with softmax, whose
components are differences between contributions of all neurons, those of the largest component. 16.8 million ulps are
an error of 100 %: no digit is right. True values below 2^-100 do not count. Values are measured at scale 20, gradients
at the other scales too.
"""

import importlib.util
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxce
from benchmarks import report
from derivations.agreement.pair_truth import COUPLED, PairTruth, pair_truth
from derivations.agreement.ulps import ulps

Pair = tuple[str, str]
ValueAndGradient = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

SCALE = 20
OTHER_SCALES = (0.1, 1, 5, 10, 40, 80)
NEURONS = 10
ALL_LOST = 2.0**24  # ulps in a float32
INFINITE = 100 * ALL_LOST  # the height at which the picture shows an infinite error or nan
DRAWN = {("log_likelihood", "softmax"): "o-", ("cross_entropy", "sigmoid"): "s--"}

NINE_PAIRS = [(cost, output) for cost in jaxce.COSTS for output in jaxce.OUTPUTS]


def in_jax(cost: Callable) -> ValueAndGradient:
    """A cost of (z, y), with one value for each example, compiled together with its gradient."""

    @jax.jit
    def both(z, y):
        return cost(z, y), jax.grad(lambda z: jnp.sum(cost(z, y)))(z)

    return both


def of_jaxce() -> dict[Pair, ValueAndGradient]:
    """All nine pairs, composed of cost and output layer."""

    def pair(cost, output):
        return lambda z, y: jaxce.COSTS[cost](jaxce.OUTPUTS[output], z, y)

    return {(cost, output): in_jax(pair(cost, output)) for cost, output in NINE_PAIRS}


def of_optax() -> dict[Pair, ValueAndGradient]:
    """The losses that optax has; elementwise losses are summed over the neurons."""
    losses = {
        ("log_likelihood", "softmax"): optax.softmax_cross_entropy,
        ("cross_entropy", "sigmoid"): lambda z, y: optax.sigmoid_binary_cross_entropy(z, y).sum(-1),
        ("quadratic", "linear"): lambda z, y: optax.l2_loss(z, y).sum(-1),
    }
    return {pair: in_jax(loss) for pair, loss in losses.items()}


def of_textbook() -> dict[Pair, ValueAndGradient]:
    """The formulas as printed in textbooks, applied to the activations of jax.nn."""
    outputs = {"linear": lambda z: z, "sigmoid": jax.nn.sigmoid, "softmax": jax.nn.softmax}
    costs = {
        "quadratic": lambda a, y: (a - y) ** 2 / 2,
        "cross_entropy": lambda a, y: -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a)),
        "log_likelihood": lambda a, y: -y * jnp.log(a),
    }

    def pair(cost, output):
        return lambda z, y: costs[cost](outputs[output](z), y).sum(-1)

    return {(cost, output): in_jax(pair(cost, output)) for cost, output in NINE_PAIRS}


def of_torch() -> dict[Pair, ValueAndGradient]:
    """PyTorch's fused losses of z where it has them, else its losses of its activations."""
    import torch
    from torch.nn import functional

    outputs = {"linear": lambda z: z, "sigmoid": torch.sigmoid, "softmax": lambda z: torch.softmax(z, -1)}
    costs = {
        "quadratic": lambda a, y: functional.mse_loss(a, y, reduction="none") / 2,
        "cross_entropy": lambda a, y: functional.binary_cross_entropy(a, y, reduction="none"),
        "log_likelihood": lambda a, y: -y * torch.log(a),
    }
    fused = {
        ("cross_entropy", "sigmoid"): lambda z, y: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
        ("log_likelihood", "sigmoid"): lambda z, y: -y * functional.logsigmoid(z),
        ("log_likelihood", "softmax"): lambda z, y: functional.cross_entropy(z, y, reduction="none")[:, None],
    }

    def pair(cost, output):
        loss = fused.get((cost, output), lambda z, y: costs[cost](outputs[output](z), y))

        def both(z, y):
            z, y = torch.tensor(z, requires_grad=True), torch.tensor(y)
            C = loss(z, y).sum(-1)
            (delta,) = torch.autograd.grad(C.sum(), z)
            return C.detach().numpy(), delta.numpy()

        return both

    return {(cost, output): pair(cost, output) for cost, output in NINE_PAIRS}


def libraries() -> dict[str, dict[Pair, ValueAndGradient]]:
    """Every library that is installed, with the pairs that it supports."""
    found = {"jaxce": of_jaxce(), "optax": of_optax(), "jax.nn textbook": of_textbook()}
    return found | ({"torch": of_torch()} if importlib.util.find_spec("torch") else {})


def logits_and_targets(pair: Pair, scale: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits z and one-hot targets: the likeliest class in every other example, any class in the rest."""
    rng = np.random.default_rng(0)
    z = scale * rng.standard_normal((n, NEURONS))
    if pair in {("cross_entropy", "linear"), ("log_likelihood", "linear")}:
        z = 0.001 + 0.998 / (1 + np.exp(-z))  # a = z must lie between 0 and 1
    labels = np.where(np.arange(n) % 2 == 0, z.argmax(axis=1), rng.integers(NEURONS, size=n))
    return z.astype(np.float32), np.eye(NEURONS, dtype=np.float32)[labels]


def errors(pair: Pair, truths: list[PairTruth], C: np.ndarray, delta: np.ndarray) -> tuple[float, float]:
    """The worst errors of the value and of the gradient over the examples."""
    of_gradient = (
        ulps(row, example.delta, max(abs(example.delta)) if pair in COUPLED else None)
        for row, example in zip(delta, truths, strict=True)
    )
    return ulps(C, np.array([example.C for example in truths])), max(of_gradient)


def rows_of(pair: Pair, scales: tuple[float, ...], n: int) -> Iterator[report.Record]:
    """One row for each library that supports the pair."""
    batches = [logits_and_targets(pair, scale, n) for scale in scales]
    truths = [[pair_truth(*pair, *example) for example in zip(*batch, strict=True)] for batch in batches]
    for name, pairs in libraries().items():
        if pair in pairs:
            results = [map(np.asarray, pairs[pair](*batch)) for batch in batches]
            worst = [errors(pair, true, *result) for true, result in zip(truths, results, strict=True)]
            yield {
                "cost": pair[0],
                "output": pair[1],
                "library": name,
                "value": worst[0][0],
                "gradient": worst[0][1],
                **{f"at {scale}": gradient for scale, (_, gradient) in zip(scales[1:], worst[1:], strict=True)},
            }


def measure_errors(quick: bool) -> list[report.Record]:
    """All pairs in every library, on 200 examples at each scale; in a quick run, on a few."""
    scales, n = ((SCALE, 1), 4) if quick else ((SCALE, *OTHER_SCALES), 200)
    return [row for pair in NINE_PAIRS for row in rows_of(pair, scales, n)]


def draw_errors(axes, rows) -> None:
    """The gradient's error against the scale of the logits, for the two pairs that every library has."""
    columns = {SCALE: "gradient"} | {float(c.removeprefix("at ")): c for c in rows[0] if c.startswith("at ")}
    colors = {library: f"C{i}" for i, library in enumerate(dict.fromkeys(row["library"] for row in rows))}
    for row in rows:
        if style := DRAWN.get((row["cost"], row["output"])):
            heights = [min(row[columns[scale]], INFINITE) for scale in sorted(columns)]
            label = f"{row['library']}: {row['cost']}, {row['output']}"
            axes.loglog(sorted(columns), heights, style, color=colors[row["library"]], label=label)
    axes.axhline(ALL_LOST, color="black", linewidth=0.5, label="no digit is right")
    axes.axhline(INFINITE, color="black", linewidth=0.5, linestyle=":", label="infinite, or not a number")
    axes.set_xlabel("scale of the logits")
    axes.set_ylabel("worst error of the gradient, ulps")
    axes.legend()
