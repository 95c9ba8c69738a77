"""Whether the cross-entropy is the better cost, and how much of it is the learning rate, for six pairs of nine.

`python -m benchmarks study` trains what its file lacks, one row for each network, and goes on where it was stopped.
Then it writes the page `docs/study.md` and its pictures; with `--report` it does so at once, of what is trained so far.
With `--quick` a few networks are trained on few images.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import jax

from benchmarks.report import Record
from benchmarks.study.images import data_sets
from benchmarks.study.page import write_results
from benchmarks.study.protocol import QUICK_STUDY, STUDY, tasks
from benchmarks.study.rows import alone, read_rows, read_study
from benchmarks.study.run import train_missing
from benchmarks.study.tables import comparable_blocks, results_of
from jaxce.files import check_writable

ROWS = Path(__file__).parents[1] / "results" / "study.jsonl"
PRINTED = "block", "pair", "eta", "accuracy", "deviation", "difference", "low", "high", "better", "p", "stuck"
PAGE = Path(__file__).parents[2] / "docs" / "study.md"


def measure_study(
    quick: bool, *, data: Path | None = None, rows: Path | None = None, page: Path = PAGE, report: bool = False
) -> list[Record]:
    """A row for each pair of each block, resumed from what an earlier run has trained.

    Args:
        quick: train the smallest protocol, and write neither the study's file nor its page, but where these are given.
        data: the folder of Fashion-MNIST's four IDX files; by default, where Debian puts them, if they are there.
        rows: the file of what is trained, in place of that among the results.
        page: whose results are replaced.
        report: train nothing, and write the page of what is trained already, also while another process trains, or on
            another machine.
    """
    protocol = QUICK_STUDY if quick else STUDY
    with tempfile.TemporaryDirectory() as folder:
        if quick:
            rows, page = rows or Path(folder, "study.jsonl"), Path(folder, "study.md") if page == PAGE else page
        file = rows or ROWS
        with _refusing():
            check_writable(page)
            begun_with, trained = read_study(file, protocol)
        if not report:
            with _compiling_fast() if quick else contextlib.nullcontext():
                trained = _continued(protocol, data, file)
        write_results(page, trained, protocol, begun_with)
    tables = [results_of(trained, block, protocol) for block in comparable_blocks(trained, protocol)]
    return [{name: row[name] for name in PRINTED} for table in tables for row in table]


def _continued(protocol, data, file):
    """The rows of the file and of what it lacked; meanwhile no other process may write it."""
    with contextlib.ExitStack() as stack:
        with _refusing():
            found = data_sets(protocol, data)
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(alone(file))
            rows = read_rows(file, protocol)
        for name in sorted({task.block.data_set for task in tasks(protocol)} - set(found)):
            print(f"{name} is left out: it is not where Debian's package puts it; name its folder with --data")
        return train_missing(protocol, found, file, rows)


@contextlib.contextmanager
def _compiling_fast():
    """A context in which programs are compiled without most optimizations, for those that compute little."""
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", False)


@contextlib.contextmanager
def _refusing():
    """A context in which what cannot be used ends the program with a sentence and the exit status 2."""
    try:
        yield
    except (OSError, ValueError) as error:
        print(f"python -m benchmarks study: {error}", file=sys.stderr)
        raise SystemExit(2) from error


def draw_differences(axes, rows: list[Record]) -> None:
    """The difference of each pair's accuracy to that of the cross-entropy with sigmoid outputs, and its interval."""
    compared = [row for row in rows if row["difference"] is not None]
    labels = [f"{row['block']}: {row['pair']}" for row in compared]
    means = [float(row["difference"] or 0) for row in compared]
    errors = [
        [mean - float(row["low"] or 0) for mean, row in zip(means, compared, strict=True)],
        [float(row["high"] or 0) - mean for mean, row in zip(means, compared, strict=True)],
    ]
    axes.errorbar(means, labels, xerr=errors, fmt="o", capsize=3)
    axes.axvline(0, color="black", linewidth=0.5)
    axes.tick_params(axis="y", labelsize=6)
    axes.set_xlabel("accuracy less that of the cross-entropy with sigmoid outputs, points")
