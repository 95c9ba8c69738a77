"""The nine pairs to 60 digits, compared with the book's table, and where floats have no correct digit left."""

import itertools

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from support import book
from support.tolerance import TOLERANCE

from derivations.agreement.pair_truth import pair_curvature, pair_truth

PAIRS = list(itertools.product(book.COST, book.ACTIVATION))
Z, Y, V = np.array([0.2, 0.7, 0.5]), np.array([0.3, 0.6, 0.1]), np.array([0.4, -0.9, 1.3])


@pytest.mark.parametrize("c", [1.0, 3.0])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_cost_gradient_and_curvature_equal_the_book_s(pair, c):
    cost, output = pair
    truth = pair_truth(cost, output, Z, Y, c)
    np.testing.assert_allclose(float(truth.C), book.cost(pair, Z, Y, c), rtol=TOLERANCE["equal"])
    np.testing.assert_allclose(truth.delta.astype(float), book.delta(pair, Z, Y, c), rtol=TOLERANCE["equal"])
    curvature = pair_curvature(cost, output, Z, Y, V, c).astype(float)
    np.testing.assert_allclose(curvature, book.hessian(pair, Z, Y, c) @ V, rtol=TOLERANCE["equal"])


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_sum_of_absolute_terms_is_at_least_the_absolute_sum(pair):
    truth = pair_truth(pair[0], pair[1], Z, Y)
    with mp.workdps(100):  # abs() rounds to mpmath's current precision
        assert truth.C_scale >= abs(truth.C)
        assert all(truth.delta_scale >= abs(truth.delta))
        has_several_terms = pair[0] != "log_likelihood" or pair[1] == "softmax"
        assert any(truth.delta_scale > abs(truth.delta)) == has_several_terms


@pytest.mark.parametrize("far", [50.0, 500.0])
def test_sixty_digits_are_left_where_1_minus_a_cancels(far):
    """One output is far above the other: the cost is ln(1 + e^-far), which is about e^-far."""
    for cost, output, z in (("log_likelihood", "softmax", [far, 0.0]), ("cross_entropy", "sigmoid", [far])):
        with mp.workdps(80):
            true = mpmath.log1p(mpmath.exp(-mpf(far)))
            computed = pair_truth(cost, output, np.array(z), np.eye(1, len(z))[0]).C
            assert abs(computed - true) < true * mpf(10) ** -59
