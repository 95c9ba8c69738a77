"""Intervals enclose what they should, to rational numbers."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from derivations.rounding.intervals import EVERYTHING, Intervals


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__mul__", "__truediv__"])
def test_operations_enclose_the_results_of_numbers_inside(operation):
    rng = np.random.default_rng(0)
    ends = np.sort(rng.normal(size=(2, 2, 100)) * 10.0 ** rng.integers(-9, 9, (2, 1, 100)), axis=1)
    x, y = (Intervals(low, high) for low, high in ends)
    found = getattr(x, operation)(y)
    for place in range(100):
        for a in ends[0, :, place]:
            for b in ends[1, :, place]:
                exactly = getattr(Fraction(a), operation)(Fraction(b))
                low, high = found.low[place], found.high[place]
                assert low == -np.inf or (Fraction(low) <= exactly)
                assert high == np.inf or (exactly <= Fraction(high))


def test_a_quotient_by_an_interval_with_0_is_anything():
    quotient = Intervals(np.float64(1), np.float64(2)) / Intervals(np.float64(0), np.float64(1))
    assert (quotient.low, quotient.high) == (EVERYTHING.low, EVERYTHING.high)


def test_the_image_of_an_increasing_function():
    image = Intervals(np.array([-1.0, 0.0]), np.array([0.0, 2.0])).image(arb.exp)
    assert (image.low <= np.exp([-1, 0])).all()
    assert (image.high >= np.exp([0, 2])).all()
    np.testing.assert_allclose(image.high, np.exp([0, 2]), rtol=1e-15)
