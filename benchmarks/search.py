"""The logits at which a softmax errs most, as a search finds them, cost it a few ulps more than random ones.

No one can try all logits of a softmax. The search begins with random ones of every scale, tied and nearly tied ones,
and those that an earlier run has kept; it changes them a little, again and again, and keeps a change unless it makes
the error smaller: one coordinate a few ulps up or down, or set to another, or next to another, or drawn anew. Then it
begins again with others. Seeds are fixed. Errors are in ulps of the true value in float32
(`derivations.agreement.softmax_truth`): of the cost; of each component of the log-likelihood's gradient; and of the
largest component of the gradients of the others, whose components are differences. True values below 2^-100 do not
count, as in `derivations.agreement.ulps`. The target is the first output. What is found replaces what
`worst_logits.npz` keeps, if it is worse; the tests replay that.
"""

import functools
import io
import time
import zlib
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from rich.progress import track

import jaxce
from benchmarks import report
from derivations.agreement.float_errors import errors_in_ulps, widened
from derivations.agreement.pair_truth import COUPLED
from derivations.agreement.softmax_truth import one_hot_truth
from derivations.agreement.ulps import SMALLEST_THAT_COUNTS
from jaxce.files import write_file

WORST_LOGITS = Path(__file__).parent / "worst_logits.npz"
OUTPUTS_SEARCHED = 2, 3, 10, 100, 1000
LOGITS_AT_ONCE = 2**14  # logits that change at a time, of all examples together
CLIMBS, CLIMB_ROUNDS = 4, 3_000  # how often the search begins anew, and how often it changes the logits each time
SEARCHED = "value", "gradient"  # what is made worse, in the order in which `errors_of_logits` has them


@functools.partial(jax.jit, static_argnums=0)
def value_and_gradient_of_logits(cost: str, z: jax.Array) -> tuple[jax.Array, jax.Array]:
    """C and delta of examples z, whose target is the first output."""
    y = (jnp.arange(z.shape[-1]) == 0).astype(z.dtype)
    C, pullback = jax.vjp(lambda z: jaxce.COSTS[cost](jaxce.softmax, z, jnp.broadcast_to(y, z.shape)), z)
    return C, pullback(jnp.ones_like(C))[0]


@functools.partial(jax.jit, static_argnums=0)
def _errors_of(cost, z, C, delta):
    true_C, true_delta = one_hot_truth(cost, widened(z))
    size = jnp.abs(true_delta)
    if (cost, "softmax") in COUPLED:
        size = jnp.broadcast_to(size.max(-1, keepdims=True), size.shape)
    # Of a number that differs from `size` by the error, so that `size` gives the ulps.
    of_gradient = errors_in_ulps(size + jnp.abs(widened(delta) - true_delta), size, C.dtype)
    smallest = SMALLEST_THAT_COUNTS[np.dtype(C.dtype)]
    of_value = jnp.where(true_C > smallest, errors_in_ulps(widened(C), true_C, C.dtype), 0.0)
    return of_value, jnp.where(size > smallest, of_gradient, 0.0).max(-1)


def errors_of_logits(cost: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The errors of value and gradient of examples z, float32 of shape [examples, outputs], in ulps."""
    with jax.enable_x64(False):
        of_float32 = jnp.asarray(z)
        C, delta = value_and_gradient_of_logits(cost, of_float32)
    with jax.enable_x64(True):
        of_value, of_gradient = _errors_of(cost, of_float32, C, delta)
        return np.asarray(of_value), np.asarray(of_gradient)


def beginnings(rng: np.random.Generator, count: int, K: int) -> np.ndarray:
    """Random logits of every scale; of every four examples one has ties, one near-ties, and one a high target."""
    z = rng.normal(size=(count, K)) * np.exp(rng.uniform(np.log(1e-3), np.log(60), size=(count, 1)))
    z[1::4, K // 2 :] = z[1::4, :1]
    z[2::4, 0] = z[2::4].max(1) + rng.uniform(0, 40, len(z[2::4]))
    nearly = z[3::4, -max(2, K // 2) :]
    nearly[:] = (z[3::4].max(1, keepdims=True) + 1) * (1 + rng.integers(0, 4, nearly.shape) * 2.0**-23)
    return z.astype(np.float32)


def changed(rng: np.random.Generator, z: np.ndarray) -> np.ndarray:
    """The examples z, with one of the changes made to one coordinate of each, or to several where there are many."""
    count, K = z.shape
    at = rng.random(z.shape) < rng.choice([1 / K, 4 / K, 0.3], size=(count, 1))
    at[np.arange(count), rng.integers(K, size=count)] = True
    other = np.take_along_axis(z, rng.integers(K, size=z.shape), 1)
    step = rng.integers(1, 2 ** rng.integers(1, 12, size=(count, 1)), size=z.shape) * rng.choice([-1, 1], size=z.shape)
    kinds = [
        z + step * np.spacing(np.abs(z)),
        other,
        np.nextafter(other, rng.choice([-np.inf, np.inf], size=z.shape).astype(np.float32)),
        z + rng.normal(size=z.shape) * np.exp(rng.uniform(-8, 2, size=(count, 1))),
        rng.normal(size=z.shape) * np.abs(z).max(1, keepdims=True),
    ]
    which = rng.choice(len(kinds), p=[0.5, 0.1, 0.1, 0.2, 0.1], size=(count, 1))
    new = np.choose(which, kinds)
    return np.where(at, np.clip(new, -300, 300), z).astype(np.float32)


def search(
    cost: str, K: int, quantity: str, climbs: int, rounds: int, kept: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """The largest error that is found in so many climbs of so many rounds, and its logits."""
    rng = np.random.default_rng(zlib.crc32(f"{cost} {K} {quantity}".encode()))
    found = []
    for climb in range(climbs):
        z = beginnings(rng, max(8, LOGITS_AT_ONCE // K // 8), K)
        if kept is not None and climb == 0:
            z[0] = kept
        found.append(_climb(rng, z, rounds, lambda z: errors_of_logits(cost, z)[SEARCHED.index(quantity)]))
    return max(found, key=lambda pair: pair[0])


def _climb(rng, z, rounds, errors_of):
    worst = errors_of(z)
    for number in range(rounds):
        if number % 200 == 199:  # what has come to nothing makes room for changes of what is worst
            half = np.argsort(worst)[: len(z) // 2]
            best = np.argsort(worst)[-8:]
            z[half], worst[half] = z[rng.choice(best, len(half))], 0
        new = changed(rng, z)
        error = errors_of(new)
        is_worse = error >= worst
        z, worst = np.where(is_worse[:, None], new, z), np.where(is_worse, error, worst)
    place = worst.argmax()
    return float(worst[place]), z[place]


def kept_logits(file: Path = WORST_LOGITS) -> dict[str, np.ndarray]:
    """The worst logits found so far, by the names of `name_of`."""
    if not file.exists():
        return {}
    with np.load(file) as arrays:
        return dict(arrays)


def name_of(cost: str, K: int, quantity: str) -> str:
    """The name under which logits are kept."""
    return f"{cost} {K} {quantity}"


def measure_worst_logits(quick: bool, file: Path = WORST_LOGITS) -> list[report.Record]:
    """Search for each cost, number of outputs and quantity; keep what is worse than before, unless quick."""
    kept, rows = kept_logits(file), []
    climbs, rounds = (1, 5) if quick else (CLIMBS, CLIMB_ROUNDS)
    cases = [(cost, K) for cost in jaxce.COSTS for K in (OUTPUTS_SEARCHED[1:2] if quick else OUTPUTS_SEARCHED)]
    for cost, K in track(cases, "searching", transient=True):
        start = time.monotonic()
        row: report.Record = {"cost": cost, "outputs": K}
        for quantity in SEARCHED:
            name = name_of(cost, K, quantity)
            row[quantity], kept[name] = search(cost, K, quantity, climbs, rounds, kept.get(name))
            if not quick:
                _keep(kept, file)
        rows.append(row | {"minutes": (time.monotonic() - start) / 60})
    return rows


def _keep(kept, file):
    arrays = io.BytesIO()
    np.savez_compressed(arrays, **cast(Any, kept))
    write_file(file, lambda stream: stream.write(arrays.getvalue()))


def draw_worst_logits(axes, rows) -> None:
    """The worst errors against the number of outputs."""
    for color, cost in enumerate(jaxce.COSTS):
        of_cost = [row for row in rows if row["cost"] == cost]
        for quantity, style in zip(SEARCHED, ("o-", "s--"), strict=True):
            heights = [row[quantity] or float("nan") for row in of_cost]
            axes.loglog(
                [row["outputs"] for row in of_cost], heights, style, color=f"C{color}", label=f"{cost}, {quantity}"
            )
    axes.set_xlabel("outputs")
    axes.set_ylabel("worst error found, ulps")
    axes.legend()
