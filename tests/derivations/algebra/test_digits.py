"""Digits are right or said to be unknown, where SymPy returns a number none of whose digits is right."""

import mpmath
import pytest
import sympy as sp

from derivations.algebra.digits import NotRealError, UnknownDigitsError, digits_of, float_of
from derivations.algebra.points import sign_at
from derivations.algebra.signs import sign_of_number
from derivations.certificate.counterexample import _differ
from derivations.certificate.trial import as_float


def two(exponent):
    """2, written so that all digits of 1 - a must be known: a is as near to 1 as e^-exponent is to 0."""
    a = 1 / (1 + sp.exp(-sp.Integer(exponent)))
    return -a / (1 - a) + 1 / (1 - a) + 1


@pytest.mark.parametrize("exponent", [5, 250, 751])
def test_digits_that_cancel_are_found_all_the_same(exponent):
    number = two(exponent)
    assert digits_of(number, 20) == sp.Float(2, 20)
    assert as_float(number) == 2
    assert sign_of_number(number) == sign_at(number, {}) == 1
    assert not _differ(number, sp.Integer(2))
    assert _differ(number, sp.Integer(3))


@pytest.mark.parametrize("exponent", [100, 130])
def test_few_digits_are_not_taken_for_many(exponent):
    """Of 1 - a, at 60 digits, 17 or 4 are left."""
    a = 1 / (1 + sp.exp(-sp.Integer(exponent)))
    assert digits_of(1 / (1 - a), 30) == digits_of(sp.exp(exponent) + 1, 30)


def test_digits_that_cancel_are_found_where_there_is_a_function_without_intervals():
    assert digits_of(two(250) * sp.gamma(sp.Rational(1, 3)), 20) == digits_of(2 * sp.gamma(sp.Rational(1, 3)), 20)
    assert digits_of(sp.erf(two(751) / 3), 20) == digits_of(sp.erf(sp.Rational(2, 3)), 20)
    assert digits_of(sp.polygamma(1, two(751)), 20) == digits_of(sp.polygamma(1, 2), 20)
    a = sp.erf(20)
    assert digits_of(-a / (1 - a) + 1 / (1 - a) + 1, 20) == sp.Float(2, 20)


@pytest.mark.parametrize("number", [sp.CRootOf(sp.Symbol("x") ** 5 - sp.Symbol("x") - 1, 0), sp.Catalan])
def test_digits_of_numbers_that_are_no_functions(number):
    assert digits_of(number, 20) == number.evalf(20)


def test_sympy_alone_is_wrong():
    assert abs(two(250).evalf(20) - 2) > 1


def test_where_more_cancel_than_are_computed_they_are_unknown():
    with pytest.raises(UnknownDigitsError, match=r"20 digits of .* are not known"):
        digits_of(two(5000), 20)
    assert as_float(two(5000)) is sign_of_number(two(5000)) is None
    assert not _differ(two(5000), sp.Integer(3))


@pytest.mark.parametrize("function", [sp.exp, sp.log, sp.sin, sp.cos, sp.sqrt, sp.atan, sp.gamma, sp.erf])
def test_digits_are_those_of_mpmath(function):
    number = function(sp.sqrt(2) + sp.pi / 7)
    with mpmath.workdps(60):
        truth = getattr(mpmath, function.__name__)(mpmath.sqrt(2) + mpmath.pi / 7)
        assert abs(mpmath.mpf(digits_of(number, 30)) - truth) < abs(truth) * mpmath.mpf(10) ** -29


@pytest.mark.parametrize("number", [sp.log(-2), sp.sqrt(-sp.log(2)), sp.log(1 - sp.pi, evaluate=False), sp.zoo])
def test_what_is_not_real_is_said_to_be(number):
    with pytest.raises(NotRealError):
        digits_of(number, 5)
    assert sign_at(number, {}) is None


@pytest.mark.parametrize("number", [sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, sp.Integer(0), sp.Symbol("x")])
def test_of_zeros_and_symbols_no_digits_are_known(number):
    with pytest.raises(UnknownDigitsError):
        digits_of(number, 5)


def test_small_numbers_are_0_for_a_float():
    assert float_of(sp.exp(-1000)) == float_of(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1) == 0
    assert float_of(sp.exp(-80)) == pytest.approx(1.8e-35, rel=0.1)
