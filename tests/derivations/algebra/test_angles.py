"""Sums and multiples of angles, expanded: every expansion has the value of the function that it replaces."""

import random

import pytest
import sympy as sp

from derivations.algebra.angles import with_few_angles

x, y = sp.symbols("x y", real=True)


@pytest.mark.parametrize("function", [sp.sin, sp.cos, sp.tan])
def test_an_expansion_has_the_same_value(function):
    rng = random.Random(0)
    for _ in range(20):
        p, q, r = (sp.Rational(rng.randint(-6, 6), rng.randint(1, 3)) for _ in range(3))
        expression = function(p * x + q * y) * sp.cos(r * x) + function(function(q * x)) + function(x / 2 + sp.pi / 7)
        point = {x: sp.Rational(rng.randint(-20, 20), 7), y: sp.Rational(rng.randint(-20, 20), 7)}
        expanded = with_few_angles(expression)
        assert abs((expanded - expression).xreplace(point).evalf(30, maxn=200)) < 1e-15


def test_few_angles_are_left():
    assert with_few_angles(sp.sin(x) + sp.cos(x / 2) + sp.tan(3 * x / 2)).atoms(sp.sin) == {sp.sin(x / 2)}


def test_large_multiples_and_long_sums_stay():
    large, long_ = sp.cos(100 * x) + sp.cos(x), sp.sin(sp.Add(*sp.symbols("a:e")))
    assert with_few_angles(large) == large
    assert with_few_angles(long_) == long_
