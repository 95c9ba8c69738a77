"""A cost and its gradient, with all their digits, take about as long as optax takes for its own.

Value and gradient with respect to z are computed together, compiled, in float32. The repeats of all contestants are
interleaved, so that a disturbance affects all alike, and the fastest repeat counts. Memory is the size of arguments,
results and temporary arrays. "Bandwidth" is the least possible traffic, reading arguments once and writing results
once, over the time, as a percentage of the bandwidth of a copy of z in the same run.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

import jaxce
from benchmarks import report

SHAPES = ((65536, 10), (4096, 1000), (1024, 32000))
QUICK_SHAPES = ((256, 10), (64, 1000))


class Kernel(NamedTuple):
    """A pair of cost and output, the form of its targets, and the peer: what users of another library would write."""

    cost: str
    output: str
    targets: str
    peer_name: str
    peer: Callable[[Array, Array], Array]


def _textbook(activation):
    return lambda z, y: (activation(z) - y) ** 2 / 2


KERNELS = (
    Kernel("log_likelihood", "softmax", "dense", "optax", optax.softmax_cross_entropy),
    Kernel("log_likelihood", "softmax", "integer", "optax", optax.softmax_cross_entropy_with_integer_labels),
    Kernel("cross_entropy", "sigmoid", "dense", "optax", optax.sigmoid_binary_cross_entropy),
    Kernel("quadratic", "linear", "dense", "optax", optax.l2_loss),
    Kernel("quadratic", "sigmoid", "dense", "jax.nn", _textbook(jax.nn.sigmoid)),
    Kernel("quadratic", "softmax", "dense", "jax.nn", _textbook(jax.nn.softmax)),
)


def value_and_gradient(cost: Callable[[Array, Array], Array]) -> Callable[[Array, Array], tuple[Array, Array]]:
    """The sum of a cost over all examples, and its gradient with respect to z."""
    return jax.value_and_grad(lambda z, y: jnp.sum(cost(z, y)))


def interleaved(calls: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, np.ndarray]:
    """The seconds of every repeat of every call, taken in turn, after one call of each to warm up."""
    seconds = {name: np.empty(repeats) for name in calls}
    for call in calls.values():
        jax.block_until_ready(call())
    for repeat in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            jax.block_until_ready(call())
            seconds[name][repeat] = time.perf_counter() - start
    return seconds


def peak_memory(compiled: jax.stages.Compiled) -> float:
    """The bytes of arguments, results and temporary arrays; nan if the compiler does not report them."""
    memory = compiled.memory_analysis()
    if memory is None:
        return math.nan
    return memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes


def compare_kernel(kernel: Kernel, shape: tuple[int, int], quick: bool) -> report.Record:
    """One row: jaxce and its peer on logits of scale 5 and random classes; smaller arrays are repeated more often."""
    rng = np.random.default_rng(0)
    z = jnp.asarray(5 * rng.standard_normal(shape, np.float32))
    labels = jnp.asarray(rng.integers(0, shape[1], shape[0], np.int32))
    y = labels if kernel.targets == "integer" else jax.nn.one_hot(labels, shape[1])
    cost, output = jaxce.COSTS[kernel.cost], jaxce.OUTPUTS[kernel.output]
    ours, peer = (
        jax.jit(value_and_gradient(f)).lower(z, y).compile() for f in (lambda z, y: cost(output, z, y), kernel.peer)
    )
    copy = jax.jit(jnp.negative).lower(z).compile()  # a negation, since XLA copies with one thread only
    repeats = 3 if quick else int(np.clip(2**28 // z.size, 20, 200))
    seconds = interleaved(
        {"jaxce": lambda: ours(z, y), "peer": lambda: peer(z, y), "copy": lambda: copy(z)},
        repeats,
    )
    fastest = {name: float(times.min()) for name, times in seconds.items()}
    least_traffic = z.nbytes + y.nbytes + z.nbytes
    return {
        "cost": kernel.cost,
        "output": kernel.output,
        "targets": kernel.targets,
        "shape": "x".join(map(str, shape)),
        "peer": kernel.peer_name,
        "jaxce ms": 1e3 * fastest["jaxce"],
        "median": 1e3 * float(np.median(seconds["jaxce"])),
        "peer ms": 1e3 * fastest["peer"],
        "peer median": 1e3 * float(np.median(seconds["peer"])),
        "ratio": fastest["jaxce"] / fastest["peer"],
        "of medians": float(np.median(seconds["jaxce"]) / np.median(seconds["peer"])),
        "jaxce MB": peak_memory(ours) / 1e6,
        "peer MB": peak_memory(peer) / 1e6,
        "bandwidth %": 100 * least_traffic / fastest["jaxce"] / (2 * z.nbytes / fastest["copy"]),
    }


def measure_kernels(quick: bool) -> list[report.Record]:
    """All kernels on all shapes; in a quick run, on small ones."""
    return [compare_kernel(kernel, shape, quick) for kernel in KERNELS for shape in (QUICK_SHAPES if quick else SHAPES)]


def draw_ratios(axes, rows) -> None:
    """The ratio of the times, one bar for each kernel and shape."""
    names = [f"{row['cost']}, {row['output']}, {row['targets']}, {row['shape']}" for row in rows]
    axes.barh(names, [row["ratio"] for row in rows])
    axes.axvline(1, color="black")
    axes.invert_yaxis()
    axes.set_xlabel("time of jaxce over time of its peer")
