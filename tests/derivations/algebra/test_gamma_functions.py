"""The gamma function and its relatives: for negative arguments, and at the poles."""

import pytest
import sympy as sp

from derivations.algebra import gamma_functions
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.formulas import evaluate

z = sp.Symbol("z", real=True)
case, positive, negative = Case(), Case.where([z > 0]), Case.where([z < 0])


def test_the_logarithm_of_gamma_is_that_of_its_absolute_value():
    half = -sp.Rational(1, 2)
    assert gamma_functions.logarithm_of_gamma(case, half) == sp.log(2 * sp.sqrt(sp.pi))
    assert gamma_functions.logarithm_of_gamma(positive, z) == sp.loggamma(z)
    assert evaluate(case, sp.loggamma(half, evaluate=False)) is sp.nan  # which is complex


@pytest.mark.parametrize("pole", [0, -1, -7])
def test_poles_of_the_gamma_function(pole):
    at = sp.Integer(pole)
    assert gamma_functions.logarithm_of_gamma(case, at) == sp.oo
    assert gamma_functions.gamma(case, at) is sp.nan
    assert gamma_functions.digamma(case, at) is sp.nan
    assert gamma_functions.polygamma(case, sp.S.One, at) == sp.oo


def test_whether_a_negative_number_is_a_pole_is_decided_by_the_case():
    with pytest.raises(UndecidedError, match=r"sin\(pi\*z\)"):
        gamma_functions.logarithm_of_gamma(negative, z)
    with pytest.raises(UndecidedError, match="sign of z"):
        gamma_functions.digamma(case, z)
