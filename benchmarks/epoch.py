"""An epoch of `jaxce.fit` is faster than any other library's, and at most a tenth slower than NumPy written by hand."""

import functools
import importlib.metadata
import statistics

import jax
import numpy as np

import jaxce
from benchmarks import report
from benchmarks.peers import CONTESTANTS, Contestant, Task
from benchmarks.report import seconds

SLOW = "NumPy, the book's program"  # an epoch takes tens of seconds: timed once, at one size
LEAST_ACCURACY = 0.85


def task(data: jaxce.mnist.Data, hidden: int, batch_size: int) -> Task:
    """The network of the book; the learning rate grows with the minibatch, so that all learn at a similar pace."""
    params = jaxce.init(jax.random.key(0), (784, hidden, 10))
    return Task(data, params, learning_rate=0.5 * (batch_size / 10) ** 0.5, batch_size=batch_size)


def installed() -> dict[str, str]:
    """The contestants that can run here, and the versions of their libraries."""
    versions = {}
    for name, (distribution, _) in CONTESTANTS.items():
        try:
            versions[name] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            print(f"{name} is left out: {distribution} is not installed")
    return versions


@functools.cache
def rates() -> tuple[float, float]:
    """The machine's best rates per second: floating-point operations in a matrix product, and bytes in a copy."""
    a, source = np.ones((1024, 1024), np.float32), np.ones(2**24, np.float32)
    target = np.empty_like(source)
    product = min(seconds(lambda: a @ a) for _ in range(10))
    copy = min(seconds(lambda: np.copyto(target, source)) for _ in range(10))
    return 2 * 1024**3 / product, 2 * source.nbytes / copy


def arithmetic_floor(hidden: int, batch_size: int) -> float:
    """The seconds that a step would take if it consisted only of arithmetic and memory traffic at these rates."""
    weights = (784 + 10) * hidden
    operations = batch_size * (4 * weights + 2 * 10 * hidden)  # forwards, gradient of w, and back through w2
    traffic = 2 * 4 * weights + batch_size * 784  # weights read and written, images read
    per_second = rates()
    return operations / per_second[0] + traffic / per_second[1]


def race(task: Task, versions: dict[str, str], repeats: int) -> list[report.Record]:
    """Train every contestant for an epoch in turn, `repeats` times; RuntimeError if one has not learned at the end."""
    hidden = len(task.params[0].b)
    steps = -(-len(task.data.train.labels) // task.batch_size)
    contestants: dict[str, Contestant] = {name: CONTESTANTS[name][1](task) for name in versions}
    first = {name: seconds(contestant.train) for name, contestant in contestants.items()}
    times = {name: [] for name in versions}
    for _ in range(repeats):
        for name, contestant in contestants.items():
            times[name] += [seconds(contestant.train)] if name != SLOW else [first[name]]
    images, labels = task.data.test
    rows, pixels = [], images.astype(np.float32) / 255
    for name, contestant in contestants.items():
        accuracy = float(np.mean(contestant.predict(pixels) == labels))
        if accuracy < LEAST_ACCURACY:
            raise RuntimeError(f"{name} did not learn: accuracy {accuracy:.2%} after {repeats + 1} epochs")
        median = statistics.median(times[name])
        rows.append({
            "contestant": f"{name} ({versions[name]})",
            "hidden": hidden,
            "minibatch": task.batch_size,
            "us/step": round(1e6 * median / steps, 1),
            "least": round(1e6 * min(times[name]) / steps, 1),
            "most": round(1e6 * max(times[name]) / steps, 1),
            "times floor": round(median / steps / arithmetic_floor(hidden, task.batch_size), 1),
            "compile s": round(max(0.0, first[name] - median), 2),
            "accuracy %": round(100 * accuracy, 2),
        })  # fmt: skip
    for row in rows:
        row["times jaxce"] = round(row["us/step"] / rows[0]["us/step"], 2)
    return rows


def measure_epochs(quick: bool) -> list[report.Record]:
    """All sizes; in a quick run, one small network on a tenth of the images."""
    data, versions = jaxce.mnist.load(), installed()
    if quick:
        few = data._replace(train=jaxce.mnist.Split(*(part[:5000] for part in data.train)))
        return race(task(few, hidden=30, batch_size=10), versions, repeats=2)
    rows = []
    for hidden in (30, 100):
        for batch_size in (10, 32, 128):
            slow_too = (hidden, batch_size) == (30, 10)
            names = {name: version for name, version in versions.items() if name != SLOW or slow_too}
            rows += race(task(data, hidden, batch_size), names, repeats=7)
    return rows


def draw_epochs(axes, rows) -> None:
    """The microseconds per step of every contestant, with a group of bars for each size."""
    sizes = list(dict.fromkeys((row["hidden"], row["minibatch"]) for row in rows))
    names = list(dict.fromkeys(row["contestant"] for row in rows))
    height = 0.8 / len(names)
    for index, name in enumerate(names):
        own = [row for row in rows if row["contestant"] == name]
        places = [sizes.index((row["hidden"], row["minibatch"])) + height * index for row in own]
        axes.barh(places, [row["us/step"] for row in own], height, label=name)
    axes.set_yticks([place + 0.4 for place in range(len(sizes))], [f"{h} hidden\nminibatch {m}" for h, m in sizes])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("microseconds per step")
    axes.legend(fontsize="small")
