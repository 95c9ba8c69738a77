"""Importing jaxce costs little more than JAX and optax, and the command line's first epoch comes soon.

Each row is the wall time of a new Python process from start to end; `ratio` is relative to `import jax, optax`. The
second start of the command line finds its programs in the compilation cache.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.report import seconds

ROOT = Path(__file__).parent.parent
IMPORTS = ("import jax, optax", "import jaxce")
EPOCH = ("-m", "jaxce", "train", "--epochs", "1")


def run_python(*arguments: str, cache: str) -> None:
    """Run Python in the project's folder, with its compilation cache in the folder `cache`."""
    environment = os.environ | {"XDG_CACHE_HOME": cache}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT, env=environment)


def measure_starts(quick: bool) -> list[report.Record]:
    """The imports in turn; then the command line without a compilation cache, filling one, and with a filled one."""
    repeats = 1 if quick else 15
    with tempfile.TemporaryDirectory() as cache:
        times: dict[str, list[float]] = {name: [] for name in IMPORTS}
        for _ in range(repeats + 1):  # the first fills the disk's cache
            for name in IMPORTS:
                times[name].append(seconds(lambda name=name: run_python("-c", name, cache=cache)))
        times = {name: values[1:] for name, values in times.items()}
        starts = 1 if quick else 5
        nothing_kept = [seconds(lambda: run_python(*EPOCH, "--no-cache", cache=cache)) for _ in range(starts)]
        run_python(*EPOCH, cache=cache)
        compiled_before = [seconds(lambda: run_python(*EPOCH, cache=cache)) for _ in range(starts)]
    times |= {"one epoch, nothing kept": nothing_kept, "one epoch, compiled before": compiled_before}
    base = statistics.median(times[IMPORTS[0]])
    return [
        {
            "start": name,
            "seconds": round(statistics.median(values), 3),
            "least": round(min(values), 3),
            "most": round(max(values), 3),
            "ratio": round(statistics.median(values) / base, 3),
        }
        for name, values in times.items()
    ]


def draw_starts(axes, rows) -> None:
    """The seconds that each start takes."""
    bars = axes.barh([row["start"] for row in rows], [row["seconds"] for row in rows])
    axes.bar_label(bars, fmt="%.2f s")
    axes.invert_yaxis()
    axes.set_xlabel("seconds from start to end")
