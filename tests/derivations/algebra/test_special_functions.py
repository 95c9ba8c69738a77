"""Special functions in extended reals: at their poles, at infinity, where they are not defined; integer parts."""

import pytest
import sympy as sp

from derivations.algebra import special_functions as special
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.formulas import evaluate

z = sp.Symbol("z", real=True)
case, positive, negative = Case(), Case.where([z > 0]), Case.where([z < 0])


def test_oscillating_functions_have_no_limit_at_infinity():
    for function in (special.sine, special.cosine, special.tangent):
        assert function(case, sp.oo) is sp.nan
    assert special.arctangent(case, -sp.oo) == -sp.pi / 2
    assert special.hyperbolic_tangent(case, sp.oo) == 1
    assert special.hyperbolic_cosine(case, -sp.oo) == sp.oo


def test_the_logarithm_of_gamma_is_that_of_its_absolute_value():
    half = -sp.Rational(1, 2)
    assert special.logarithm_of_gamma(case, half) == sp.log(2 * sp.sqrt(sp.pi))
    assert special.logarithm_of_gamma(positive, z) == sp.loggamma(z)
    assert evaluate(case, sp.loggamma(half, evaluate=False)) is sp.nan  # which is complex


@pytest.mark.parametrize("pole", [0, -1, -7])
def test_poles_of_the_gamma_function(pole):
    at = sp.Integer(pole)
    assert special.logarithm_of_gamma(case, at) == sp.oo
    assert special.gamma(case, at) is sp.nan
    assert special.digamma(case, at) is sp.nan
    assert special.polygamma(case, sp.S.One, at) == sp.oo


def test_whether_a_negative_number_is_a_pole_is_decided_by_the_case():
    with pytest.raises(UndecidedError, match=r"sin\(pi\*z\)"):
        special.logarithm_of_gamma(negative, z)
    with pytest.raises(UndecidedError, match="sign of z"):
        special.digamma(case, z)


def test_the_tangent_is_nan_where_the_cosine_is_0():
    assert special.tangent(case, sp.pi / 2) is sp.nan
    with pytest.raises(UndecidedError, match=r"cos\(z\)"):
        special.tangent(case, z)


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (special.arcsine, -sp.pi / 2, sp.pi / 2),
        (special.arccosine, sp.pi, 0),
        (special.inverse_hyperbolic_tangent, -sp.oo, sp.oo),
        (special.inverse_error_function, -sp.oo, sp.oo),
    ],
)
def test_inverse_functions_end_at_minus_1_and_1(function, low, high):
    assert function(case, sp.Integer(-1)) == low
    assert function(case, sp.S.One) == high
    for outside in (sp.Integer(2), sp.Integer(-2), sp.oo, -sp.oo, sp.nan):
        assert function(case, outside) is sp.nan
    assert function(Case.where([z > -1, z < 1]), z).has(z)
    assert function(Case.where([z > 1]), z) is sp.nan


def test_an_integer_part_is_a_number_only_if_the_case_bounds_its_argument():
    within = Case.where([z > 1, z < 2])
    assert special.floor(within, z) == 1
    assert special.ceiling(Case.where([z > 1, z < 2]), z) == 2
    assert special.truncate(Case.where([z > -2, z < -1]), z) == -1
    assert special.floor(positive, z) == sp.floor(z)
    with pytest.raises(UndecidedError):
        special.floor(Case.where([z >= 1, z < 3]), z)
    assert special.floor(case, sp.Rational(-1, 2)) == -1


def test_ties_are_rounded_to_even_or_away_from_0():
    numbers = [sp.Rational(n, 2) for n in (-5, -3, -1, 1, 3, 5)]
    assert [special.to_nearest_even(case, x) for x in numbers] == [-2, -2, 0, 0, 2, 2]
    assert [special.to_nearest_away(case, x) for x in numbers] == [-3, -2, -1, 1, 2, 3]
    assert special.to_nearest_even(Case.where([z > sp.Rational(1, 2), z < 1]), z) == 1


def test_a_remainder_has_the_sign_of_the_dividend_and_a_modulus_that_of_the_divisor():
    three, two = sp.Integer(3), sp.Integer(2)
    assert [special.remainder(case, sign * three, two) for sign in (1, -1)] == [1, -1]
    assert [special.modulo(case, sign * three, two) for sign in (1, -1)] == [1, 1]
    assert special.modulo(case, three, -two) == -1
    assert special.remainder(case, three, sp.S.Zero) is sp.nan
    assert special.remainder(case, three, sp.oo) == three
