"""Comparisons of two samples of networks: paired intervals and tests; and what it does to choose the best."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class ConfidenceInterval(NamedTuple):
    """A mean and the limits of its bootstrap interval."""

    mean: float
    low: float
    high: float


def paired_interval(x: np.ndarray, y: np.ndarray, confidence: float, resamples: int) -> ConfidenceInterval:
    """The mean of x - y, of networks with equal seeds, and its bootstrap interval (the percentiles).

    Example:
        >>> [round(value, 2) for value in paired_interval(np.array([3.0, 4.0]), np.array([1.0, 2.0]), 0.95, 100)]
        [2.0, 2.0, 2.0]
    """
    differences = x - y
    found = stats.bootstrap(
        (differences,), np.mean, confidence_level=confidence, n_resamples=resamples, method="percentile", rng=0
    )
    return ConfidenceInterval(float(differences.mean()), *map(float, found.confidence_interval))


def signed_rank(x: np.ndarray, y: np.ndarray) -> float:
    """The p-value of Wilcoxon's signed-rank test that networks with equal seeds differ; 1 if none of them does.

    Example:
        >>> signed_rank(np.ones(9), np.ones(9)), signed_rank(np.arange(1.0, 10.0), np.zeros(9)) < 0.01
        (1.0, True)
    """
    return float(stats.wilcoxon(x, y).pvalue) if np.any(x != y) else 1.0


def probability_of_more(x: np.ndarray, y: np.ndarray) -> float:
    """The probability that one of x is above one of y, where equal ones count half (Mann and Whitney).

    Example:
        >>> probability_of_more(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
        0.875
    """
    return float(stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number by Holm's method, in the same order; SciPy has no function for it.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    corrected, largest = np.empty(len(p_values)), 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = largest
    return corrected.tolist()


def best_of(values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest of `count` of the values, drawn without replacement: its possible values and their probabilities.

    Example:
        >>> values, probabilities = best_of(np.array([1.0, 3.0, 2.0]), 2)
        >>> values.tolist(), [round(float(p), 4) for p in probabilities]
        ([1.0, 2.0, 3.0], [0.0, 0.3333, 0.6667])
    """
    ways = np.array([math.comb(place, count - 1) for place in range(len(values))])  # the others are below it
    return np.sort(values), ways / math.comb(len(values), count)


def quantile(values: np.ndarray, probabilities: np.ndarray, share: float) -> float:
    """The least value below or at which there is the share of the probability.

    Example:
        >>> quantile(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.25, 0.75]), 0.5)
        3.0
    """
    return float(values[np.searchsorted(np.cumsum(probabilities), share - 1e-12)])
