"""One call of `jaxce.sweep` trains many networks faster than one call of `jaxce.fit` after another.

784-30-10 networks that differ in their seed, minibatches of 10. Throughput is measured over the epochs after the first,
without compilation; `compile s` is how much longer the first epoch takes without a compilation cache.
"""

import statistics

import jax
import jax.numpy as jnp
import optax

import jaxce
from benchmarks import report
from jaxce.progress import bar

LAYER_SIZES = (784, 30, 10)
TRAINING = {"cost": jaxce.cross_entropy, "output": jaxce.sigmoid, "batch_size": 10}
RATE = 0.5


def seconds_of_fit(data, test, count: int, epochs: int) -> list[float]:
    """The seconds of each epoch, summed over `count` networks that are trained in turn, compiled once."""
    optimizer, histories = optax.sgd(RATE), []
    for seed in range(count):
        key_init, key_fit = jax.random.split(jax.random.key(seed))
        params = jaxce.init(key_init, LAYER_SIZES)
        _, history = jaxce.fit(
            params, data, evaluation=test, optimizer=optimizer, epochs=epochs, key=key_fit, **TRAINING
        )
        histories.append(history)
    return [sum(history.seconds[epoch] for history in histories) for epoch in range(epochs)]


def compare_ways(data, test, count: int, epochs: int) -> report.Record:
    """Both ways of training the same number of networks; for fit, eight of them at most represent all."""
    members = jaxce.grid(seed=range(count), learning_rate=[RATE])
    jax.clear_caches()
    with bar(epochs) as progress:
        result = jaxce.sweep(
            LAYER_SIZES,
            data,
            members=members,
            evaluation=test,
            optimizer=optax.sgd,
            epochs=epochs,
            progress=progress,
            **TRAINING,
        )
    first, *later = result.history.seconds[0]
    few = min(count, 8)
    one_by_one = statistics.median(seconds_of_fit(data, test, few, epochs=3)[1:]) / few
    together = statistics.median(later) / count
    accuracy = 100 * result.history.accuracy[:, -1]
    if accuracy.min() < 80:
        raise RuntimeError(f"a network did not learn: accuracies {accuracy}")
    return {
        "networks": count,
        "epochs": epochs,
        "sweep s": round(float(result.history.seconds[0].sum()), 2),
        "sweep s/epoch": round(together * count, 3),
        "networks/s": round(1 / together, 2),
        "fit networks/s": round(1 / one_by_one, 2),
        "ratio": round(one_by_one / together, 2),
        "compile s": round(first - together * count, 2),
        "least accuracy %": round(float(accuracy.min()), 2),
        "mean accuracy %": round(float(accuracy.mean()), 2),
        "largest accuracy %": round(float(accuracy.max()), 2),
    }


def measure_sweeps(quick: bool) -> list[report.Record]:
    """From one network to 256 on a CPU or to 10,000 on a GPU; in a quick run, two on a tenth of the images."""
    data = jaxce.mnist.load()
    if quick:
        few = jaxce.mnist.Split(*(part[:5000] for part in data.train))
        return [compare_ways(tuple(map(jnp.asarray, few)), data.test, count=2, epochs=3)]
    on_cpu = jax.default_backend() == "cpu"
    counts, epochs = ((1, 2, 4, 16, 64, 256), 3) if on_cpu else ((1, 10, 100, 1000, 10_000), 30)
    return [compare_ways(tuple(map(jnp.asarray, data.train)), data.test, count, epochs) for count in counts]


def draw_throughput(axes, rows) -> None:
    """The networks per second against the number of networks."""
    counts = [row["networks"] for row in rows]
    axes.plot(counts, [row["networks/s"] for row in rows], "o-", label="sweep")
    axes.plot(counts, [row["fit networks/s"] for row in rows], "s--", label="fit, one after another")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("networks")
    axes.set_ylabel("epochs of one network per second")
    axes.legend()
