"""Random points satisfy what is required of them."""

import random

import pytest
from sympy import Integer, Interval, Rational, oo, symbols

from derivations.algebra.points import random_point

x, y, u = symbols("x y u", real=True)


@pytest.mark.parametrize(
    "given", [[x + u - 1, x - u], [x**2 - 4], [x * y - 1], [x + y + u - 1, x - 2 * y], [x - 3, y**2 - x - 1]]
)
def test_given_equations_hold_at_a_random_point(given):
    for seed in range(10):
        point = random_point([u, x, y], given, {}, random.Random(seed))
        assert point is not None
        assert [constraint.xreplace(point) for constraint in given] == [0] * len(given)
        assert all(value.is_Rational for value in point.values())


def test_both_solutions_of_a_given_equation_are_tried():
    points = [random_point([x], [x**2 - 4], {}, random.Random(seed)) for seed in range(20)]
    assert {x: Integer(2)} in points
    assert {x: Integer(-2)} in points
    assert all(point in ({x: 2}, {x: -2}) for point in points)
    assert random_point([x], [x**2 - 4], {x: Interval.open(0, oo)}, random.Random(1)) == {x: 2}


def test_no_point_is_found_where_there_is_none():
    assert random_point([x], [x - 2], {x: Interval.open(0, 1)}, random.Random(0)) is None
    assert random_point([x, u], [x - u, x + u - 1, x], {}, random.Random(0)) is None
    assert random_point([x], [x**2 - 2], {}, random.Random(0)) is None
    assert random_point([x], [2 * x - 1], {x: Interval.open(0, 1)}, random.Random(0)) == {x: Rational(1, 2)}
