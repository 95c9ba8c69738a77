"""Special functions in extended reals: at infinity, and where they are not defined."""

import pytest
import sympy as sp

from derivations.algebra import special_functions as special
from derivations.algebra.cases import Case, UndecidedError

z = sp.Symbol("z", real=True)
case, positive, negative = Case(), Case.where([z > 0]), Case.where([z < 0])


def test_oscillating_functions_have_no_limit_at_infinity():
    for function in (special.sine, special.cosine, special.tangent):
        assert function(case, sp.oo) is sp.nan
    assert special.arctangent(case, -sp.oo) == -sp.pi / 2
    assert special.hyperbolic_tangent(case, sp.oo) == 1
    assert special.hyperbolic_cosine(case, -sp.oo) == sp.oo


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
