"""The zero test on random pairs of expressions, compared with mpmath: an expression that it calls zero is zero."""

from collections import Counter

import pytest
from support.random_expressions import a, differs, indexed_points, p, points, random_pairs, x, y

from derivations.algebra.cases import Case
from derivations.algebra.zero import is_zero, vanishes

SOMEWHERE = Case.where([x < 0, y > 0, a > p])


def by_assumptions(one, other, seed):
    """The verdict for all values of the letters, and the points at which values are to confirm it."""
    return is_zero(one - other), ((point, False) for point in points(seed, 12))


def where_real(one, other, seed):
    """The verdict where every part is real."""
    return vanishes(one - other), ((point, True) for point in points(seed, 24))


def in_a_case(one, other, seed):
    """The verdict where every part is real in a case."""
    found = (point for point in points(seed, 80) if point[x] < 0 < point[y] and point[a] > point[p])
    return vanishes(one - other, SOMEWHERE.known_sign), ((point, True) for point in found)


def of_sums(one, other, seed):
    """The verdict for every size and index."""
    ranges = {}
    return is_zero(one - other, ranges=ranges), ((point, False) for point in indexed_points(seed, ranges))


VERDICTS = (by_assumptions, where_real, in_a_case, of_sums)


def outcomes(verdict, seed, count):
    """How often each verdict coincided with each truth, and the pairs that were called equal but are not."""
    found, wrong = Counter(), []
    for number, (one, other) in enumerate(random_pairs(seed, count, sums=verdict is of_sums)):
        shown, places = verdict(one, other, number)
        differences = {differs(one, other, point, real=real) for point, real in places}
        truth = "different" if True in differences else "equal" if False in differences else "undefined"
        found[shown, truth] += 1
        if shown and truth == "different":
            wrong.append((one, other))
    return found, wrong


@pytest.mark.parametrize("verdict", VERDICTS)
def test_an_expression_that_is_called_zero_is_zero(verdict):
    found, wrong = outcomes(verdict, seed=0, count=80)
    assert wrong == []
    assert found[True, "equal"] >= 10
    assert found[False, "different"] >= 5


def test_a_zero_test_that_guesses_signs_is_detected(monkeypatch):
    monkeypatch.setattr("derivations.algebra.zero.known_sign", lambda expression: 1)
    _, wrong = outcomes(by_assumptions, seed=0, count=60)
    assert wrong


def test_a_zero_test_that_takes_every_index_to_be_in_range_is_detected(monkeypatch):
    monkeypatch.setattr("derivations.algebra.sums._Scope.is_in_range", lambda *_: True)
    _, wrong = outcomes(of_sums, seed=0, count=60)
    assert wrong
