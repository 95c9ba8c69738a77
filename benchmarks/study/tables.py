"""The tables of the study, made of the rows of its file: each is of what has been trained so far."""

from typing import NamedTuple

import numpy as np

from benchmarks.report import Record
from benchmarks.study.protocol import (
    BOOK,
    BOOK_START,
    RULE_TO,
    STUCK,
    Block,
    Combination,
    Protocol,
    Training,
    tasks,
)
from benchmarks.study.rows import NetworkRow, of_task
from benchmarks.study.run import chosen_rate
from benchmarks.study.statistics import best_of, holm, paired_interval, probability_of_more, quantile, signed_rank

REFERENCE = Combination("cross_entropy", "sigmoid")  # with which the other pairs of a block are compared
SCORE_NAMES = "nll", "brier", "ece"
BEST_OF = 3


class Sample(NamedTuple):
    """The networks of one task, in the order of their seeds."""

    rows: list[NetworkRow]

    @property
    def curves(self) -> np.ndarray:
        """The accuracies in percent, [networks, epochs]; of a network that diverged, 0 from then on."""
        return 100 * np.array([[accuracy or 0 for accuracy in row["accuracies"]] for row in self.rows])

    @property
    def accuracies(self) -> np.ndarray:
        """The accuracy in percent of each network after the last epoch."""
        return self.curves[:, -1]

    def mean(self, name: str) -> float | None:
        """The mean of a measurement over the networks that have it; None if none has."""
        values = [row[name] for row in self.rows if row.get(name) is not None]
        return float(np.mean(values)) if values else None

    @property
    def stuck(self) -> float:
        """The percentage of networks that diverged, or hardly recognise some class."""
        return 100 * float(np.mean([row["diverged"] or row["recall"] < STUCK for row in self.rows]))

    def epochs_to(self, accuracy: float) -> float | None:
        """The median number of epochs after which the test accuracy in percent is reached; None if half never does."""
        reached = self.curves >= accuracy
        epochs = np.where(reached.any(axis=1), 1 + reached.argmax(axis=1), np.inf)
        median = float(np.median(epochs))
        return median if np.isfinite(median) else None


def sample(rows: list[NetworkRow], stage: str, block: Block, pair: Combination) -> Sample:
    """The networks of a task; none if it has not been trained."""
    found = of_task(rows, Training(stage, block, pair, None, (), 0))
    return Sample(sorted(found, key=lambda row: (row["seed"], row["learning_rate"])))


def trained_pairs(rows: list[NetworkRow], block: Block, protocol: Protocol) -> list[Combination]:
    """The pairs of a block whose final networks have been trained."""
    return [pair for pair in protocol.pairs if sample(rows, "final", block, pair).rows]


def comparable_blocks(rows: list[NetworkRow], protocol: Protocol) -> list[Block]:
    """The blocks in which a pair can be compared with the cross-entropy and sigmoid outputs."""
    trained = {block: trained_pairs(rows, block, protocol) for block in protocol.blocks}
    return [block for block, pairs in trained.items() if REFERENCE in pairs and len(pairs) > 1]


def is_complete(rows: list[NetworkRow], block: Block, protocol: Protocol) -> bool:
    """Whether all of a block has been trained."""
    return all(of_task(rows, task) for task in tasks(protocol) if task.block == block and task.stage != "book")


def done(rows: list[NetworkRow], protocol: Protocol) -> tuple[int, int]:
    """How many tasks have been trained, and how many there are."""
    keys = {task.key for task in tasks(protocol)}
    return sum(bool(of_task(rows, task)) for task in tasks(protocol)), len(keys)


def results_of(rows: list[NetworkRow], block: Block, protocol: Protocol) -> list[Record]:
    """A row for each pair of a block that has been trained, compared with the cross-entropy and sigmoid outputs."""
    reference = sample(rows, "final", block, REFERENCE).accuracies
    samples = {pair: sample(rows, "final", block, pair) for pair in trained_pairs(rows, block, protocol)}
    others = [pair for pair in samples if pair != REFERENCE]
    corrected = holm([signed_rank(samples[pair].accuracies, reference) for pair in others])
    p_values = dict(zip(others, corrected, strict=True))
    table = []
    for pair, of_pair in samples.items():
        accuracies = of_pair.accuracies
        row: Record = {
            "block": str(block),
            "pair": str(pair),
            "eta": chosen_rate(rows, block, pair, protocol),
            "accuracy": float(accuracies.mean()),
            "deviation": float(accuracies.std(ddof=1)),
            "difference": None,
            "low": None,
            "high": None,
            "better": None,
            "p": None,
        }
        if pair != REFERENCE:
            interval = paired_interval(accuracies, reference, protocol.confidence, protocol.resamples)
            row |= {"difference": interval.mean, "low": interval.low, "high": interval.high}
            row |= {"better": probability_of_more(accuracies, reference), "p": p_values[pair]}
        row |= {"to 90": of_pair.epochs_to(90), "to 95": of_pair.epochs_to(95), "stuck": of_pair.stuck}
        row |= {"gradient": of_pair.mean("first_gradient"), "c": of_pair.mean("c")}
        row |= {name: of_pair.mean(name) for score in SCORE_NAMES for name in (score, f"{score}_scaled")}
        table.append(row)
    return table


def rule_of(rows: list[NetworkRow], block: Block, protocol: Protocol) -> Record | None:
    """The book's rule, that the cross-entropy needs a sixth of the quadratic cost's learning rate, in one block."""
    by_rule, tuned = (sample(rows, stage, block, RULE_TO) for stage in ("rule", "final"))
    if not by_rule.rows:
        return None
    interval = paired_interval(by_rule.accuracies, tuned.accuracies, protocol.confidence, protocol.resamples)
    rates = by_rule.rows[0]["learning_rate"], tuned.rows[0]["learning_rate"]
    return {
        "block": str(block),
        "eta by the rule": rates[0],
        "eta tuned": rates[1],
        "accuracy by the rule": float(by_rule.accuracies.mean()),
        "accuracy tuned": float(tuned.accuracies.mean()),
        "difference": interval.mean,
        "low": interval.low,
        "high": interval.high,
    }


class BookRuns(NamedTuple):
    """The networks with one of the book's settings: accuracies in percent, and the published one."""

    pair: Combination
    hidden: int
    learning_rate: float
    published: float
    last: np.ndarray
    best: np.ndarray


def book_runs(rows: list[NetworkRow]) -> list[BookRuns]:
    """The book's settings that have been trained."""
    found = []
    for pair, rate, published in BOOK:
        for hidden, accuracy in published.items():
            block = Block("MNIST", 0, hidden, BOOK_START)
            of_setting = sample(rows, "book", block, pair)
            if of_setting.rows:
                curves = of_setting.curves
                found.append(BookRuns(pair, hidden, rate, accuracy, curves[:, -1], curves.max(axis=1)))
    return sorted(found, key=lambda runs: runs.hidden)


def book_row(runs: BookRuns) -> Record:
    """What the last epoch, the best epoch, and the best epoch of the best of three networks make of one setting."""
    values, probabilities = best_of(runs.best, BEST_OF)
    return {
        "pair": str(runs.pair),
        "hidden": runs.hidden,
        "eta": runs.learning_rate,
        "published": runs.published,
        "last epoch": float(runs.last.mean()),
        "best epoch": float(runs.best.mean()),
        "best of three": float(values @ probabilities),
        "from": quantile(values, probabilities, 0.05),
        "to": quantile(values, probabilities, 0.95),
        "share of networks at least as good": float(np.mean(runs.best >= runs.published - 1e-9)),
    }
