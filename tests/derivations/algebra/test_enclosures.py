"""Enclosures contain the values, and are infinite where the values are not bounded or not known."""

from fractions import Fraction

import pytest
import sympy as sp

from derivations.algebra.enclosures import enclosure, intervals, sign_within

z = sp.Symbol("z", real=True)


@pytest.mark.parametrize("expression", [1 / z, sp.log(z), sp.sqrt(z), sp.exp(1 / z), sp.gamma(z), sp.Symbol("x") * z])
def test_no_finite_interval_contains_what_is_unbounded_or_unknown(expression):
    found = enclosure(expression, {z: intervals.mpf([-1, 1])})
    assert not (found.a > -intervals.inf and found.b < intervals.inf)
    assert sign_within({z: (Fraction(-1), Fraction(1))}, expression) is None


@pytest.mark.parametrize(
    "expression",
    [z**2, z**3 / 7, sp.pi * z + 1, sp.tanh(z), sp.log(2 + z), sp.sqrt(z + 2), sp.Abs(z) - sp.sin(z), 2**z],
)
def test_an_enclosure_contains_the_values(expression):
    found = enclosure(expression, {z: intervals.mpf([-1, 1])})
    for place in (-1, -sp.Rational(1, 3), 0, sp.Rational(1, 2), 1):
        assert found.a <= float(expression.subs(z, place)) <= found.b


def test_a_tower_of_exponentials_is_enclosed_at_once():
    tower = sp.exp(sp.exp(sp.exp(z)))
    found = enclosure(tower, {z: intervals.mpf([0, 10**4])})
    assert found.b == intervals.inf
    assert float(found.a) == pytest.approx(float(tower.subs(z, 0)))
    assert enclosure(1 / tower, {z: intervals.mpf([10**4, 10**5])}).a == 0
    assert sign_within({z: (Fraction(10**4), Fraction(10**5))}, sp.exp(-tower) - 1) == -1
