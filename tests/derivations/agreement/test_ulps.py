"""The measure of rounding errors, at numbers whose neighbours are known."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from derivations.agreement.ulps import exact, ulps

TYPES = [np.float32, np.float64]


@pytest.mark.parametrize("dtype", TYPES)
def test_a_neighbour_is_one_ulp_away(dtype):
    for x in (1.0, -3.0, 1e-20, float(np.finfo(dtype).max)):
        x = np.array([x], dtype)
        towards_0 = np.nextafter(x, dtype(0))
        assert ulps(x, exact(x)) == 0
        assert ulps(towards_0, exact(x)) == (0.5 if abs(x) == 1 else 1)  # below a power of 2 floats lie twice as close


def test_the_largest_error_is_reported_and_digits_below_the_floats_count():
    true = exact(np.array([1.0, 2.0])) + mpmath.ldexp(1, -25)
    assert ulps(np.array([1.0, 2.0], np.float32), true) == 0.25
    assert ulps(np.array([1.0, 2.0 + 2**-21], np.float32), true) == pytest.approx(2, abs=0.2)


def test_the_ulps_of_another_number_may_be_the_unit():
    computed, true = np.array([1.0, 4.0], np.float32), exact(np.array([1.0 + 2**-22, 4.0]))
    assert ulps(computed, true) == 2
    assert ulps(computed, true, max(true)) == 0.5


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_the_error_of_a_nan_or_infinity_is_infinite_in_any_place(dtype, place, wrong):
    computed = np.array([1.0, 2.0, 3.0], dtype)
    true = exact(computed)
    computed[place] = wrong
    assert ulps(computed, true) == np.inf


def test_beyond_the_largest_float_the_infinity_of_that_side_is_right():
    true = np.array([mpf("1e39")])
    assert ulps(np.array([np.inf], np.float32), true) == 0
    assert ulps(np.array([np.inf], np.float32), -true) == np.inf
    assert ulps(np.array([np.finfo(np.float32).max], np.float32), true) == np.inf
    assert ulps(np.array([1e39], np.float64), true) < 1


def test_components_of_a_size_too_small_do_not_count():
    tiny = np.array([1e-31], np.float32)
    assert ulps(-tiny, exact(tiny)) == 0
    assert ulps(-tiny.astype(float), exact(tiny)) > 1e15
    assert ulps(-tiny, exact(tiny), mpf(1)) > 0


def test_shapes_that_differ_are_an_error():
    with pytest.raises(ValueError, match=r"shape \(2,\), the true values have \(1,\)"):
        ulps(np.ones(2), exact(np.ones(1)))
