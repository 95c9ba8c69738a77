"""The bounds of XLA's functions, measured again at a fixed part of all floats; a smaller one is noticed."""

import numpy as np
import pytest

from derivations.rounding.intervals import Intervals
from derivations.rounding.measured_functions import MEASURED_FUNCTIONS, largest_vanished_exponential, worst_excess

EVERY = 32


@pytest.mark.parametrize("name", MEASURED_FUNCTIONS)
def test_no_function_errs_more_than_its_bound(name):
    assert worst_excess(name, EVERY) <= 1


@pytest.mark.parametrize("name", MEASURED_FUNCTIONS)
def test_a_smaller_bound_would_be_noticed(name, monkeypatch):
    measured = MEASURED_FUNCTIONS[name]
    smaller = measured._replace(pieces=tuple((end, 0.75 * error) for end, error in measured.pieces))
    monkeypatch.setitem(MEASURED_FUNCTIONS, name, smaller)
    assert worst_excess(name, EVERY) > 1


def test_a_smaller_bound_of_one_group_is_noticed_beside_a_larger_one(monkeypatch):
    """From 0.5 to 0.53125, with more below: at their common end, the larger bound counts."""
    measured = MEASURED_FUNCTIONS["log1p"]
    pieces = *(piece for piece in measured.pieces if piece[0] <= 0.5), (0.53125, 2.0)
    monkeypatch.setitem(MEASURED_FUNCTIONS, "log1p", measured._replace(pieces=pieces))
    assert worst_excess("log1p", EVERY) > 1


def test_exponentials_vanish_without_a_sign():
    assert largest_vanished_exponential() < 1.7e-38


def test_nothing_is_said_of_what_was_not_measured():
    assert MEASURED_FUNCTIONS["exp"].error(Intervals(np.float64(-1), np.float64(1))) == np.inf
    assert MEASURED_FUNCTIONS["log1p"].error(Intervals(np.float64(1), np.float64(2.0**25))) == np.inf
