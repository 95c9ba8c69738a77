"""The report of a benchmark: a table, a JSON file and a picture of its figures, with the machine that they come from.

A benchmark is a module; the first line of its docstring is the claim that it supports. It has a function that measures
and one that draws, which `benchmarks.__main__` lists.
"""

import datetime
import importlib.metadata
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

Record = dict[str, str | int | float | None]  # a row of the table: {name of a column: figure}

PACKAGES = ("jax", "jaxlib", "numpy", "optax")


class ImpossibleHereError(RuntimeError):
    """A benchmark cannot be run on this machine, for a reason that its user can understand."""


class Benchmark(NamedTuple):
    """`measure(quick)` returns the rows of the table; `draw(axes, rows)` draws them."""

    measure: Callable[[bool], list[Record]]
    draw: Callable[[Axes, list[Record]], Any]


def seconds(function: Callable[[], object]) -> float:
    """The wall time of one call, in seconds."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def machine() -> Record:
    """The processor, cores, device, load and versions on which a figure depends."""
    vectors = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return {
        "processor": _processor(),
        "vectors": " ".join(vectors),  # may differ for one name: X86_V3 is AVX2, X86_V4 AVX-512
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": os.getloadavg()[0],
        "device": jax.devices()[0].device_kind,
        "system": platform.platform(),
        "python": platform.python_version(),
        **{package: importlib.metadata.version(package) for package in PACKAGES},
    }


def _processor():
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def claim_of(benchmark: Benchmark) -> str:
    """The first line of the docstring of a benchmark's module."""
    return (sys.modules[benchmark.draw.__module__].__doc__ or "").partition("\n")[0]


def publish(name: str, benchmark: Benchmark, *, quick: bool, results: Path) -> list[Record]:
    """Measure, print the table, and write NAME.json and NAME.png to the folder `results`."""
    about, claim = machine(), claim_of(benchmark)
    rows = benchmark.measure(quick)
    print_table(claim, rows)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    results.mkdir(parents=True, exist_ok=True)
    _write(results / f"{name}.json", {"claim": claim, "quick": quick, "machine": about}, rows)
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(claim, loc="left", wrap=True)
    benchmark.draw(axes, rows)
    figure.savefig(results / f"{name}.png", dpi=150)
    return rows


def _write(file, heading, rows):
    date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    finite = [{key: _none_for_nan(value) for key, value in row.items()} for row in rows]
    file.write_text(json.dumps(heading | {"date": date, "rows": finite}, indent=1, allow_nan=False) + "\n")


def _none_for_nan(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(title: str, rows: Sequence[Record]) -> None:
    """The rows as a Markdown table, ready for the README."""
    table = Table(title=title, title_justify="left", box=box.MARKDOWN)
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(_text(row[column]) for column in rows[0]))
    Console(width=200, highlight=False).print(table)


def _text(value):
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
