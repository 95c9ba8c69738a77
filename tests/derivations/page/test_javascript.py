"""The functions in JavaScript that the page uses, against jaxce, each at 200 random points.

Where an equation is about a derivative, jaxce's number is the one with which the equation is compared anyway.
"""

import math
import re
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.browser_engine import Engine
from sympy import Eq

import jaxce
from derivations import EQUATIONS
from derivations.agreement.left_side import COMPARED_SIZES
from derivations.agreement.table import LEFT_SIDES
from derivations.agreement.truth import given_holds, places_of
from derivations.page.document import used
from derivations.page.javascript import SUM, function, identifier, library

POINTS = 200
USED = used("formulas")
DERIVATIVES = [label for label in USED if label in LEFT_SIDES]


def settings(label):
    """Random values of an equation's letters at which no neuron is saturated."""
    left_side = LEFT_SIDES[label]
    rng = np.random.default_rng(17)
    return {name: kind.draw(rng, 2 * POINTS, kind.shape)[::2] for name, kind in left_side.letters.items()}


@pytest.fixture(scope="module")
def in_jaxce():
    """The left sides of all equations that are used, compiled as one program."""
    values = {label: tuple(settings(label).values()) for label in DERIVATIVES}

    @jax.jit
    def computed(values):
        return {label: jax.vmap(LEFT_SIDES[label].computed)(*values[label]) for label in DERIVATIVES}

    return {label: np.asarray(found).reshape(POINTS, -1) for label, found in computed(values).items()}


def engine_for(equation):
    return Engine(SUM, library("formulas", {"it": function(equation)}))


def in_javascript(equation):
    """What the function in JavaScript computes for each point and component; nan where the equation says nothing."""
    left_side = LEFT_SIDES[equation.label]
    places = [place if given_holds(equation, place) else None for place in places_of(left_side)]
    indices = [place and {str(index): number for index, number in place.items()} for place in places]
    values = settings(equation.label).items()
    letters = [{identifier(name): value[point].tolist() for name, value in values} for point in range(POINTS)]
    known = re.findall(r"\b(\w) = \w+(?:\[0\])?\.length", function(equation))
    sizes = {str(size): number for size, number in COMPARED_SIZES.items() if str(size) not in known}
    call = "letters.map((some) => indices.map((place) => place && formulas.it({...some, ...place, ...sizes})))"
    rows = engine_for(equation).run(call, letters=letters, indices=indices, sizes=sizes)
    return np.array([[np.nan if value is None else float(value) for value in row] for row in rows])


def assert_close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-13)


def assert_equal(equation, wanted):
    got = in_javascript(equation)
    assert np.isfinite(got).any(axis=1).all()
    assert_close(got, np.where(np.isnan(got), np.nan, wanted))


@pytest.mark.parametrize("label", DERIVATIVES)
def test_a_gradient_is_the_one_that_jaxce_computes(label, in_jaxce):
    assert_equal(EQUATIONS[label], in_jaxce[label])


def test_a_false_copy_is_detected(in_jaxce):
    right = EQUATIONS["84"]
    false = replace(right, statement=Eq(right.statement.lhs, right.statement.rhs + 1e-9, evaluate=False))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equal(false, in_jaxce["84"])


def _quadratic(w, b, x, y):
    return jaxce.quadratic(jaxce.sigmoid, (w * x + b)[None], y[None])


def _mean_cross_entropy(w, b, x, y):
    return jnp.mean(jaxce.cross_entropy(jaxce.sigmoid, (x @ w + b)[:, None], y[:, None]))


def _time(cost):
    """The time until z = 0, as an integral over z of 1 / (2 eta dC/dz), by Gauss's rule."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    slope = jax.vmap(jax.grad(lambda z: cost(jaxce.sigmoid, z[None], jnp.zeros(1))))
    return lambda start, rate: jnp.sum(weights / slope((nodes + 1) / 2 * start)) * start / (4 * rate)


def _cube(a):
    """The cost with delta = a^3."""
    return -a - a**2 / 2 - jnp.log1p(-a)


# jaxce's number for each equation that is not about a derivative; the letters, and which of them count something.
VALUES = {
    "54": (_quadratic, {"w": (), "b": (), "x": (), "y": ()}),
    "57": (_mean_cross_entropy, {"w": (2,), "b": (), "x": (3, 2), "y": (3,)}),
    "78": (lambda z: jaxce.softmax(z)[1], {"z": (4,)}),
    "83": (lambda z: jaxce.tempered_softmax(7.5)(z)[1], {"z": (4,)}),
    "error of softmax": (lambda z, y: jaxce.softmax(z)[1] - y[1], {"z": (4,), "y": (4,)}),
    "escape time, quadratic": (_time(jaxce.quadratic), {"z_0": (), "η": ()}),
    "escape time, cross-entropy": (_time(jaxce.cross_entropy), {"z_0": (), "η": ()}),
    "escape time, cube": (_time(lambda output, z, y: jnp.sum(_cube(output(z)))), {"z_0": (), "η": ()}),
}
FIXED = {"78": {"j": 2}, "83": {"j": 2, "c": 7.5}, "error of softmax": {"m": 2}}


def drawn(name, shape, rng):
    low, high = {"z": (-3, 3), "z_0": (0.1, 6), "η": (0.01, 1), "y": (0, 1)}.get(name, (-1, 1))
    return rng.uniform(low, high, (POINTS, *shape))


@pytest.mark.parametrize("label", VALUES)
def test_a_value_is_the_one_that_jaxce_computes(label):
    computed, letters = VALUES[label]
    rng = np.random.default_rng(5)
    values = {name: drawn(name, shape, rng) for name, shape in letters.items()}
    points = [{**FIXED.get(label, {}), **{n: v[point].tolist() for n, v in values.items()}} for point in range(POINTS)]
    got = engine_for(EQUATIONS[label]).run("points.map((point) => formulas.it(point))", points=points)
    assert_close(got, jax.jit(jax.vmap(computed))(*values.values()))


def test_the_limit_for_ties_is_that_of_a_large_c():
    engine = engine_for(EQUATIONS["exercise 12 (a maximum, c to infinity)"])
    z = np.where(np.arange(5) < np.arange(1, 5)[:, None], 0.9, 0.8)  # 1 to 4 maxima
    limits = jax.jit(jaxce.tempered_softmax(1e4))(z)[:, 0]
    assert_close(engine.run("[1, 2, 3, 4].map((T) => formulas.it({T}))"), limits)


def test_every_function_that_the_page_uses_is_compared():
    assert {*DERIVATIVES, *VALUES, "exercise 12 (a maximum, c to infinity)"} == set(USED)


def test_what_has_no_function_is_an_error():
    with pytest.raises(NotImplementedError, match="no JavaScript for"):
        function(EQUATIONS["BP1"])


def test_infinities_are_not_lost_between_the_engine_and_python():
    assert Engine().run("[1 / 0, 0 / 0, number]", number=1.5) == ["Infinity", "NaN", 1.5]
    assert math.isinf(float("Infinity"))
