"""The statistics of the study against hand-made samples and other ways to compute them."""

import itertools

import numpy as np
import pytest
from scipy import stats

from benchmarks.study.statistics import best_of, holm, paired_interval, probability_of_more, quantile, signed_rank

RANDOM = np.random.default_rng(0)


def test_a_paired_interval_is_narrow_where_seeds_explain_the_spread():
    of_seed = 5 * RANDOM.normal(size=20)
    x, y = of_seed + 1 + 0.1 * RANDOM.normal(size=20), of_seed
    mean, low, high = paired_interval(x, y, 0.95, 2000)
    assert 0.8 < low < mean < high < 1.2
    _, low, high = paired_interval(x, RANDOM.permutation(y), 0.95, 2000)
    assert low < 0 < high or high - low > 2


def test_the_interval_covers_the_mean_about_as_often_as_it_says():
    inside = 0
    for _ in range(200):
        low, high = paired_interval(RANDOM.normal(size=20), np.zeros(20), 0.95, 300)[1:]
        inside += low < 0 < high
    assert 0.85 < inside / 200 < 0.99


def test_the_probability_counts_all_pairs_and_half_of_the_ties():
    x, y = RANDOM.integers(5, size=8), RANDOM.integers(5, size=6)
    counted = [(one > two) + (one == two) / 2 for one, two in itertools.product(x, y)]
    assert probability_of_more(x, y) == pytest.approx(np.mean(counted))
    assert probability_of_more(y, x) == pytest.approx(1 - np.mean(counted))


def test_the_signed_rank_test_is_of_pairs():
    of_seed = 5 * RANDOM.normal(size=20)
    assert signed_rank(of_seed + 0.1, of_seed) < 0.001
    assert signed_rank(of_seed, of_seed) == 1


def test_holm_multiplies_the_smallest_by_their_number_and_never_falls():
    assert holm([0.5, 0.01, 0.04]) == pytest.approx([0.5, 0.03, 0.08])
    assert holm([0.03, 0.02, 0.01]) == pytest.approx([0.04, 0.04, 0.03])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_holm_is_between_no_correction_and_that_of_bonferroni():
    p = RANDOM.random(6) ** 4
    corrected = np.array(holm(p.tolist()))
    assert np.all(corrected >= p)
    assert np.all(corrected <= np.minimum(1, 6 * p))
    assert np.all(corrected >= stats.false_discovery_control(p) - 1e-12)  # Benjamini and Hochberg's corrects less


def test_the_best_of_three_is_that_of_all_triples():
    values = RANDOM.normal(size=7)
    best = [max(triple) for triple in itertools.combinations(values, 3)]
    points, probabilities = best_of(values, 3)
    assert probabilities.sum() == pytest.approx(1)
    assert points @ probabilities == pytest.approx(np.mean(best))
    for share in (0.05, 0.5, 0.95):
        assert quantile(points, probabilities, share) == pytest.approx(np.quantile(best, share, method="inverted_cdf"))
