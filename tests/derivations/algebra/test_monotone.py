"""Forms with simpler forms of the same sign, and the cases that these decide."""

import random

import pytest
import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.monotone import simpler, simplest
from derivations.algebra.points import points_in

x, y, z = sp.symbols("x y z", real=True)


@pytest.mark.parametrize(
    "form",
    [
        sp.exp(sp.exp(z)) - 2,
        3 - 3 * sp.exp(z),
        sp.exp(z) + 1,
        sp.pi * z - z,
        sp.pi * z + 2,
        sp.tanh(z) - sp.Rational(1, 2),
        sp.tanh(z) - 2,
        sp.erf(z) - 1,
        sp.erf(z) + 3,
        2 * sp.atan(z) + 1,
        sp.atan(z) - sp.atan(x),
        sp.sinh(z) - 5,
        z**2 - 2,
        z**3 - 3 * z + 1,
        (z**2 + 1) ** sp.Rational(1, 3) - 2,
        (z**2 + 1) ** sp.Rational(-1, 2) - sp.Rational(1, 2),
        1 - sp.sqrt(z**2 + 3),
        sp.atan(z) ** 2 - 1,
        sp.atan(z) ** 3 + 1,
    ],
    ids=str,
)
def test_the_signs_of_simpler_forms_multiply_to_that_of_the_form(form):
    parts, rng = simpler(form), random.Random(0)
    assert parts
    for _ in range(12):
        point = {symbol: sp.Rational(rng.randint(-40, 40), 8) for symbol in (x, z)}
        product = sp.prod(sp.sign(part.xreplace(point).evalf(30)) for part in parts)
        assert product == sp.sign(form.xreplace(point).evalf(30))


def test_the_simplest_form_of_nested_functions_is_linear():
    sign, form = simplest(sp.exp(sp.exp(z)) - 2)
    assert (sign, form) == (1, z - sp.log(sp.log(2)))


@pytest.mark.parametrize(
    ("assuming", "expression", "sign"),
    [
        ([sp.log(z) > 0], z - 1, 1),
        ([z > 2], sp.log(z) - sp.Rational(1, 2), 1),
        ([z > 1], sp.pi * z - z, 1),
        ([x > 0, y > 0], x * sp.exp(y) + x * y + 1, 1),
        ([z > 2], z**2 - 2, 1),
        ([z > 0, z < 1], z**2 - 2, -1),
        ([], sp.erf(z) - 1, -1),
        ([z > 0], sp.erf(z), 1),
    ],
)
def test_signs_that_follow_from_monotone_functions(assuming, expression, sign):
    assert Case.where(assuming).sign(expression) == sign


@pytest.mark.parametrize(
    "assuming",
    [
        [x > 20, y > x, y < x + sp.Rational(1, 100)],
        [z > sp.log(99), z < 5],
        [sp.exp(sp.exp(z)) > 30, z < 2],
        [x > y, y > z, z > 1000],
    ],
)
def test_points_are_found_in_narrow_and_far_cases(assuming):
    case = Case.where(assuming)
    assert next(points_in(case, [x, y, z]), None) is not None


def test_a_tie_that_is_not_linear_is_met():
    (case,) = (case for case in Case().split(x * y + z * y - 1) if case.conditions[0].sign == 0)
    point = next(points_in(case, [x, y, z]))
    assert (x * y + z * y - 1).xreplace(point) == 0
