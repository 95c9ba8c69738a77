"""The functions in JavaScript against jaxce: the left side as `jax.grad` has it, at 200 random points."""

import re
from dataclasses import replace

import jax
import numpy as np
import pytest
from support.browser_engine import Engine
from sympy import Eq

from derivations import EQUATIONS
from derivations.agreement.left_side import COMPARED_SIZES
from derivations.agreement.table import LEFT_SIDES
from derivations.agreement.truth import given_holds, places_of
from derivations.page.javascript import SUM, function, identifier, library

POINTS = 200
LABELS = ["55", "62", "80 by a", "84 with 83", "81", "quadratic + sigmoid", "squared earth mover's distance"]


def settings(label):
    """Random values of an equation's letters at which no neuron is saturated."""
    left_side = LEFT_SIDES[label]
    rng = np.random.default_rng(17)
    values = {name: kind.draw(rng, 2 * POINTS, kind.shape)[::2] for name, kind in left_side.letters.items()}
    constants = {name: np.full((POINTS, *np.shape(value)), value) for name, value in left_side.constants.items()}
    return values, values | constants


def in_javascript(equation, script):
    """What the function in JavaScript computes for each point and component; nan where the equation says nothing."""
    left_side = LEFT_SIDES[equation.label]
    places = [place if given_holds(equation, place) else None for place in places_of(left_side)]
    indices = [place and {str(index): number for index, number in place.items()} for place in places]
    _, values = settings(equation.label)
    letters = [{identifier(name): value[point].tolist() for name, value in values.items()} for point in range(POINTS)]
    sizes = {str(size): number for size, number in COMPARED_SIZES.items() if not re.search(rf"\b{size} = ", script)}
    engine = Engine(SUM, library("formulas", {"it": script}))
    call = "letters.map((some) => indices.map((place) => place && formulas.it({...some, ...place, ...sizes})))"
    rows = engine.run(call, letters=letters, indices=indices, sizes=sizes)
    return np.array([[np.nan if value is None else float(value) for value in row] for row in rows])


def in_jaxce(label):
    values, _ = settings(label)
    computed = jax.jit(jax.vmap(LEFT_SIDES[label].computed))(*values.values())
    return np.asarray(computed).reshape(POINTS, -1)


def assert_equal(equation):
    got = in_javascript(equation, function(equation))
    wanted = np.where(np.isnan(got), np.nan, in_jaxce(equation.label))
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-13)
    assert np.isfinite(got).any(axis=1).all()


@pytest.mark.parametrize("label", LABELS)
def test_a_function_computes_what_jaxce_computes(label):
    assert_equal(EQUATIONS[label])


def test_a_false_copy_is_detected():
    right = EQUATIONS["84 with 83"]
    false = replace(right, statement=Eq(right.statement.lhs, right.statement.rhs + 1e-9, evaluate=False))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equal(false)


def test_what_has_no_function_is_an_error():
    with pytest.raises(NotImplementedError, match="JavaScript"):
        function(EQUATIONS["BP1"])
