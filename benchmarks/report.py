"""What every benchmark shares: its command line, and a report as a table, as JSON and as a picture.

A benchmark is a module whose docstring's first line is its claim. It offers `measure(quick)`, which returns
rows (dictionaries from column name to figure), `draw(axes, rows)`, and `main(arguments)`, which hands both to
`run`.
"""

import argparse
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
from types import ModuleType
from typing import Any

import jax
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

Row = dict[str, str | int | float | None]

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("jax", "jaxlib", "numpy", "optax")


def seconds(function: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def machine() -> Row:
    """Processor, cores, device, load and versions: what a figure depends on."""
    vectors = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return {
        "processor": _processor(),
        "vectors": " ".join(vectors),  # processors of one name differ in it: X86_V3 is AVX2, X86_V4 AVX-512
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


def claim(module: ModuleType) -> str:
    """The first line of a benchmark's docstring."""
    return (module.__doc__ or "").partition("\n")[0]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every benchmark takes."""
    parser.add_argument("--quick", action="store_true", help="the smallest sizes: for trying, not for quoting")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the JSON file and the picture")


def run(
    module_name: str,
    measure: Callable[[bool], list[Row]],
    draw: Callable[[Axes, list[Row]], Any],
    arguments: Sequence[str] | None = None,
) -> list[Row]:
    """Measure, print the table, and write NAME.json and NAME.png.

    A benchmark calls it as `run(__name__, measure, draw, arguments)`; None means the command line's
    arguments.
    """
    module = sys.modules[module_name]
    name = Path(module.__file__ or module_name).stem
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=claim(module))
    add_options(parser)
    options = parser.parse_args(arguments)

    about = machine()
    rows = measure(options.quick)
    print_table(claim(module), rows)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    options.results.mkdir(parents=True, exist_ok=True)
    _write(
        options.results / f"{name}.json",
        {"claim": claim(module), "quick": options.quick, "machine": about},
        rows,
    )
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(claim(module), loc="left", wrap=True)
    draw(axes, rows)
    figure.savefig(options.results / f"{name}.png", dpi=150)
    return rows


def _write(file, heading, rows):
    date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    finite = [{key: _none_for_nan(value) for key, value in row.items()} for row in rows]
    file.write_text(json.dumps(heading | {"date": date, "rows": finite}, indent=1, allow_nan=False) + "\n")


def _none_for_nan(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(title: str, rows: Sequence[Row]) -> None:
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
