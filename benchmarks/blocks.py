"""The cost of a layer of 100,000 classes takes no more time than from all its logits, and an eighth of their memory.

Value and gradient with respect to weights and inputs, compiled, float32, 1024 examples of 512 inputs; repeats of all
contestants interleaved, and the fastest of each counts. Memory is what a program stores between its arguments and its
results; ratios are to the program that makes all logits. Errors are those of the cost C and of its delta of the true
class, in ulps, for costs near 1, 10^-3 and 10^-6, of a layer whose logits are exact in any order of summation; products
have the highest precision there, since a GPU's default one keeps three digits of delta.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

import jaxce
from benchmarks import report
from benchmarks.cost_kernels import interleaved

VOCABULARIES, QUICK_VOCABULARIES = (32_000, 131_072), (1000,)
EXAMPLES_AND_INPUTS = 1024, 512
LOSSES = (1.0, 1e-3, 1e-6)

LayerCost = Callable[..., Array]  # of w [classes, inputs], a [examples, inputs] and labels: the sum


def _blocks(w: Array, a: Array, y: Array) -> Array:
    return jnp.sum(jaxce.layer_log_likelihood((w, None), a, y))


def _full(w: Array, a: Array, y: Array) -> Array:
    return jnp.sum(optax.softmax_cross_entropy_with_integer_labels(a @ w.T, y))


def _jax_cce(w: Array, a: Array, y: Array) -> Array:
    return importlib.import_module("jax_cce").linear_cross_entropy(a, w, y) * len(a)


def _tokamax(w: Array, a: Array, y: Array) -> Array:
    return importlib.import_module("tokamax").linear_softmax_cross_entropy_loss(a, y, w.T, reduction="sum")


def contestants() -> dict[str, LayerCost]:
    """What is compared, as far as it is installed."""
    optional = {"jax-cce": ("jax_cce", _jax_cce), "tokamax": ("tokamax", _tokamax)}
    installed = {name: cost for name, (module, cost) in optional.items() if importlib.util.find_spec(module)}
    return {"jaxce": _blocks, "optax, all logits": _full} | installed


def confident_layer(classes: int, examples: int, loss: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Weights and inputs, in float32, of which example i, of class i, costs about `loss`; no order rounds the logits.

    Weights are multiples of 1/64 and inputs of 1/4, few enough that all their sums of products are floats.
    """
    rng = np.random.default_rng(seed)
    w = np.round(8 * rng.normal(size=(classes, examples + 8))) / 64
    w[:, :examples] = 0
    a = np.concatenate([np.eye(examples), np.round(4 * rng.normal(size=(examples, 8))) / 4], axis=1)
    own = np.arange(examples)
    z = a @ w.T
    others = np.log(np.exp(z).sum(1) - np.exp(z[own, own]))
    w[own, own] = np.round(64 * (others - np.log(np.expm1(loss)) - z[own, own])) / 64
    return w.astype(np.float32), a.astype(np.float32)


def true_costs(w: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The costs of the examples and their dC/dz of the true class, in float64 from exact logits: right to 1e-13."""
    z, own = a.astype(float) @ w.T.astype(float), np.arange(len(a))
    e = np.exp(z - z[own, own][:, None])
    e[own, own] = 0
    rest = e.sum(1)
    return np.log1p(rest), -rest / (1 + rest)


def errors_of_layer(cost: LayerCost, classes: int, loss: float, examples: int = 32) -> tuple[float, float]:
    """The largest error, in ulps, of the cost and of dC/dz of the true class, which is dC/dw_ii since a_ii = 1."""
    w, a = confident_layer(classes, examples, loss)
    y, own = jnp.arange(examples), np.arange(examples)
    with jax.default_matmul_precision("highest"):
        C = jax.jit(jax.vmap(lambda a, y: cost(w, a[None], y[None])))(a, y)
        dw = jax.jit(jax.grad(cost))(w, a, y)
    found = (np.asarray(C), np.asarray(dw)[own, own])
    of_C, of_delta = (
        float(np.max(np.abs(x - true) / np.spacing(np.abs(true).astype(np.float32))))
        for x, true in zip(found, true_costs(w, a), strict=True)
    )
    return of_C, of_delta


def _stored_between(program: Any) -> int:
    """The bytes that a compiled program stores between its arguments and its results."""
    return program.memory_analysis().temp_size_in_bytes


def compare_layers(classes: int, examples: int, inputs: int, repeats: int) -> list[report.Record]:
    """One row for each contestant on random weights, inputs and labels."""
    keys = jax.random.split(jax.random.key(0), 3)
    w = 3 * inputs**-0.5 * jax.random.normal(keys[0], (classes, inputs), jnp.float32)
    a = jax.random.normal(keys[1], (examples, inputs), jnp.float32)
    y = jax.random.randint(keys[2], (examples,), 0, classes)
    costs = contestants()
    programs = {
        name: {
            "forward": jax.jit(cost).lower(w, a, y).compile(),
            "both": jax.jit(jax.value_and_grad(cost, (0, 1))).lower(w, a, y).compile(),
        }
        for name, cost in costs.items()
    }
    calls = {
        f"{name} {what}": (lambda run=run: run(w, a, y)) for name, of in programs.items() for what, run in of.items()
    }
    fastest = {name: float(times.min()) for name, times in interleaved(calls, repeats).items()}
    memory = {name: _stored_between(of["both"]) for name, of in programs.items()}
    full = "optax, all logits"
    rows = []
    for name, cost in costs.items():
        row: report.Record = {
            "classes": classes,
            "contestant": name,
            "forward ms": 1e3 * fastest[f"{name} forward"],
            "both ms": 1e3 * fastest[f"{name} both"],
            "ratio": fastest[f"{name} both"] / fastest[f"{full} both"],
            "MB": memory[name] / 1e6,
            "MB ratio": memory[name] / memory[full],
        }
        for loss in LOSSES:
            row[f"C {loss:g}"], row[f"delta {loss:g}"] = errors_of_layer(cost, classes, loss)
        rows.append(row)
    return rows


def measure_blocks(quick: bool) -> list[report.Record]:
    """All contestants on all numbers of classes, or, quickly, on a small one."""
    sizes = (64, 16, 2) if quick else (*EXAMPLES_AND_INPUTS, 5)
    return [
        row for classes in (QUICK_VOCABULARIES if quick else VOCABULARIES) for row in compare_layers(classes, *sizes)
    ]


def draw_blocks(axes, rows) -> None:
    """Time and memory relative to the program that makes all logits, a pair of bars for each contestant and size."""
    names = [f"{row['contestant']}, {row['classes']}" for row in rows]
    places = np.arange(len(rows))
    axes.barh(places - 0.2, [row["ratio"] for row in rows], 0.4, label="time")
    axes.barh(places + 0.2, [row["MB ratio"] for row in rows], 0.4, label="memory")
    axes.set_yticks(places, names)
    axes.axvline(1, color="black")
    axes.invert_yaxis()
    axes.set_xlabel("relative to the cost of all logits")
    axes.legend()
