"""Devices that share the cores of one CPU win nothing by stepping together, and lose least with large minibatches.

784-100-10 networks on examples that are spread over the devices along an axis of a mesh: all step together, each on
its part of every minibatch. Several GPUs would each have cores of their own. The first epoch, with compilation, is left
out.
"""

import itertools
import math
import multiprocessing
import statistics
from concurrent.futures import ProcessPoolExecutor

import jax
import jax.numpy as jnp
import optax
from jax.sharding import NamedSharding, PartitionSpec
from rich.progress import track

import jaxce
from benchmarks import report
from benchmarks.epoch import LEAST_ACCURACY

NETWORK = (784, 100, 10)
COUNTS = (1, 2, 4)
BATCH_SIZES = (128, 4096)
RATES = {128: 0.5, 4096: 1.5}  # of the learning: all learn at a similar pace


def seconds_per_epoch(devices: int, batch_size: int, images: int, epochs: int) -> list[float]:
    """The seconds of each epoch but the first on so many devices; RuntimeError if the network has not learned."""
    mesh = jax.make_mesh((devices,), ("examples",), devices=jax.devices()[:devices])
    data = jaxce.mnist.load()
    examples = NamedSharding(mesh, PartitionSpec("examples"))
    train = tuple(jax.device_put(jnp.asarray(part[:images]), examples) for part in data.train)
    params = jaxce.init(jax.random.key(0), NETWORK)
    _, history = jaxce.fit(
        jax.device_put(params, NamedSharding(mesh, PartitionSpec())),
        train,
        evaluation=tuple(jax.device_put(jnp.asarray(part), examples) for part in data.test),
        cost=jaxce.cross_entropy,
        output=jaxce.sigmoid,
        optimizer=optax.sgd(RATES[batch_size]),
        epochs=epochs,
        batch_size=batch_size,
        key=jax.random.key(1),
    )
    if history.accuracy[-1] < LEAST_ACCURACY:
        raise RuntimeError(f"the network did not learn: accuracy {history.accuracy[-1]:.2%} after {epochs} epochs")
    return [float(seconds) for seconds in history.seconds[1:]]


def _on_a_cpu_of(devices, *arguments):
    """`seconds_per_epoch` in a new process, in which JAX divides the CPU into so many devices."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _divide_the_cpu, (devices,)) as pool:
        return pool.submit(seconds_per_epoch, devices, *arguments).result()


def _divide_the_cpu(devices):
    jax.config.update("jax_num_cpu_devices", devices)


def measure_devices(quick: bool) -> list[report.Record]:
    """One, two and four devices with each size of minibatch; a CPU is divided anew for each, GPUs are used as found.

    In a quick run, one and two devices with small minibatches on a part of the images.
    """
    images, epochs = (8192, 3) if quick else (49_152, 9)  # a multiple of every minibatch
    on_cpu = jax.default_backend() == "cpu"
    counts = [count for count in (COUNTS[:2] if quick else COUNTS) if on_cpu or count <= jax.device_count()]
    ways = list(itertools.product(BATCH_SIZES[:1] if quick else BATCH_SIZES, counts))
    measure = _on_a_cpu_of if on_cpu else seconds_per_epoch
    rows: list[report.Record] = []
    one_device = math.nan
    for batch_size, devices in track(ways, description="devices", transient=True):
        seconds = measure(devices, batch_size, images, epochs)
        median = statistics.median(seconds)
        one_device = median if devices == 1 else one_device
        rows.append({
            "minibatch": batch_size,
            "devices": devices,
            "s/epoch": round(median, 4),
            "least": round(min(seconds), 4),
            "most": round(max(seconds), 4),
            "images/s": round(images / median),
            "times one device": round(one_device / median, 2),
        })  # fmt: skip
    return rows


def draw_images_per_second(axes, rows) -> None:
    """The images per second against the number of devices, a line for each size of minibatch."""
    for batch_size in dict.fromkeys(row["minibatch"] for row in rows):
        own = [row for row in rows if row["minibatch"] == batch_size]
        axes.plot([r["devices"] for r in own], [r["images/s"] for r in own], "o-", label=f"minibatches of {batch_size}")
    axes.set_xticks(COUNTS)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("devices")
    axes.set_ylabel("images per second")
    axes.legend()
