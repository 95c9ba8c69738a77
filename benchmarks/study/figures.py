"""The pictures of the study: error against the learning rate, error against the epoch, and the book's runs."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator

from benchmarks.study.protocol import STARTS, Block, Combination, Protocol
from benchmarks.study.rows import NetworkRow
from benchmarks.study.run import chosen_rate, tuning_curve
from benchmarks.study.tables import BEST_OF, BookRuns, best_of, sample, trained_pairs

# A colour for each cost and a style for each output layer: readable without colours too.
COLOURS = {"quadratic": "tab:orange", "cross_entropy": "tab:blue", "log_likelihood": "tab:green"}
STYLES = {"linear": "o:", "sigmoid": "s-", "softmax": "^--"}


def draw_study(
    file: Path, rows: list[NetworkRow], blocks: Sequence[Block], draw: Callable[[Axes, Block], None]
) -> None:
    """A picture of one diagram for each block, the starts side by side."""
    groups = list(dict.fromkeys(block[:-1] for block in blocks))
    starts = [start for start in STARTS if any(block.start == start for block in blocks)]
    figure = Figure(figsize=(max(4.2 * len(starts), 6.5), 3.4 * len(groups) + 0.6), layout="constrained")
    grid = figure.subplots(len(groups), len(starts), squeeze=False, sharey="row")
    for axes_of_group, group in zip(grid, groups, strict=True):
        for axes, start in zip(axes_of_group, starts, strict=True):
            block = Block(*group, start)
            if block in blocks:
                axes.set_title(str(block), size=8)
                axes.set_yscale("log")
                for set_formatter in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
                    set_formatter(LogFormatter(minor_thresholds=(2, 0.4)))  # 2, 3, 6, 10, 20 ..., and no powers
                draw(axes, block)
            else:
                axes.set_axis_off()
    used = next(axes for axes in grid.flat if axes.get_legend_handles_labels()[0])
    figure.legend(*used.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    figure.savefig(file, dpi=110)


def draw_rates(file: Path, rows: list[NetworkRow], blocks: Sequence[Block], protocol: Protocol) -> None:
    """The validation error after tuning against the learning rate; the chosen rate is filled."""

    def draw(axes, block):
        for pair in protocol.pairs:
            errors = 100 - 100 * np.array(tuning_curve(rows, block, pair, protocol))
            (line,) = axes.plot(protocol.learning_rates, errors, **_look(pair), markerfacecolor="white")
            rate = chosen_rate(rows, block, pair, protocol)
            axes.plot(rate, errors[protocol.learning_rates.index(rate)], line.get_marker(), color=line.get_color())
        axes.set_xscale("log")
        axes.set_xlabel("learning rate")
        axes.set_ylabel(f"validation error after {protocol.tuning_epochs} epochs, %")

    draw_study(file, rows, blocks, draw)


def draw_learning(file: Path, rows: list[NetworkRow], blocks: Sequence[Block], protocol: Protocol) -> None:
    """The median test error of the final networks against the epoch, and the range of the middle 80 % of them."""

    def draw(axes, block):
        for pair in trained_pairs(rows, block, protocol):
            errors = 100 - sample(rows, "final", block, pair).curves
            low, median, high = np.percentile(errors, (10, 50, 90), axis=0)
            epochs = np.arange(1, len(median) + 1)
            (line,) = axes.plot(epochs, median, **_look(pair), markersize=4)
            axes.fill_between(epochs, low, high, color=line.get_color(), alpha=0.1, lw=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel("test error, %")

    draw_study(file, rows, blocks, draw)


def draw_book(file: Path, settings: Sequence[BookRuns]) -> None:
    """The distributions of the last epoch, the best epoch, and the best epoch of the best of three networks."""
    figure = Figure(figsize=(9, 1.9 * len(settings) + 0.6), layout="constrained")
    for axes, runs in zip(figure.subplots(len(settings), squeeze=False)[:, 0], settings, strict=True):
        values, probabilities = best_of(runs.best, BEST_OF)
        for place, (label, points, sizes) in enumerate(
            (
                ("last epoch", runs.last, np.full(len(runs.last), 1 / len(runs.last))),
                ("best epoch", runs.best, np.full(len(runs.best), 1 / len(runs.best))),
                ("best of three, best epoch", values, probabilities),
            )
        ):
            axes.scatter(points, np.full(len(points), label), s=600 * sizes, alpha=0.5, color=f"C{place}")
        axes.axvline(runs.published, color="black")
        title = f"{runs.pair}, {runs.hidden} hidden neurons, learning rate {runs.learning_rate}"
        axes.set_title(f"{title}; the line is the published {runs.published}", size=9)
        axes.invert_yaxis()
        axes.margins(y=0.3)
    figure.supxlabel("accuracy on the test images, %; the size of a point is its probability", size=9)
    figure.savefig(file, dpi=110)


def _look(pair: Combination):
    style = STYLES[pair.output]
    return {"marker": style[0], "linestyle": style[1:], "color": COLOURS[pair.cost], "label": str(pair)}
