"""Rounding: integer parts are numbers where a case bounds the argument; ties; the signs of remainders."""

import pytest
import sympy as sp

from derivations.algebra import rounding
from derivations.algebra.cases import Case, UndecidedError

z = sp.Symbol("z", real=True)
case, positive = Case(), Case.where([z > 0])


def test_an_integer_part_is_a_number_only_if_the_case_bounds_its_argument():
    within = Case.where([z > 1, z < 2])
    assert rounding.floor(within, z) == 1
    assert rounding.ceiling(Case.where([z > 1, z < 2]), z) == 2
    assert rounding.truncate(Case.where([z > -2, z < -1]), z) == -1
    assert rounding.floor(positive, z) == sp.floor(z)
    with pytest.raises(UndecidedError):
        rounding.floor(Case.where([z >= 1, z < 3]), z)
    assert rounding.floor(case, sp.Rational(-1, 2)) == -1


def test_ties_are_rounded_to_even_or_away_from_0():
    numbers = [sp.Rational(n, 2) for n in (-5, -3, -1, 1, 3, 5)]
    assert [rounding.to_nearest_even(case, x) for x in numbers] == [-2, -2, 0, 0, 2, 2]
    assert [rounding.to_nearest_away(case, x) for x in numbers] == [-3, -2, -1, 1, 2, 3]
    assert rounding.to_nearest_even(Case.where([z > sp.Rational(1, 2), z < 1]), z) == 1


def test_a_remainder_has_the_sign_of_the_dividend_and_a_modulus_that_of_the_divisor():
    three, two = sp.Integer(3), sp.Integer(2)
    assert [rounding.remainder(case, sign * three, two) for sign in (1, -1)] == [1, -1]
    assert [rounding.modulo(case, sign * three, two) for sign in (1, -1)] == [1, 1]
    assert rounding.modulo(case, three, -two) == -1
    assert rounding.remainder(case, three, sp.S.Zero) is sp.nan
    assert rounding.remainder(case, three, sp.oo) == three
