"""The numbers in the sources, recomputed from the equations."""

import math

import numpy as np
import pytest
import sympy
from support import book
from sympy import IndexedBase, Rational

from derivations import EQUATIONS
from derivations.algebra.letters import K, j, s
from derivations.proof.sampling import for_sizes


def right_side(label, **values):
    """The value of an equation's right side, given the values of its letters by name."""
    right = EQUATIONS[label].unfolded().rhs
    return float(right.subs({letter: values[letter.name] for letter in right.free_symbols}))


@pytest.mark.parametrize(("cost", "time"), [("quadratic", 230.1), ("cross-entropy", 16.6)])
def test_escape_times(cost, time):
    assert right_side(f"escape time, {cost}", z_0=4, η=Rational(15, 100)) == pytest.approx(time, abs=0.05)


@pytest.mark.parametrize(
    ("q", "of_log", "of_square"), [(0.01, -100, -1.98), (0.02, -50, -1.96), (0.98, -1.02, -0.04), (0.99, -1.01, -0.02)]
)
def test_gradients_with_respect_to_the_prediction(q, of_log, of_square):
    assert right_side("log-likelihood by the true probability", r=q) == pytest.approx(of_log, abs=0.005)
    right = EQUATIONS["square by the prediction"].statement.rhs
    assert float(
        right.subs({"y": 1, sympy.Symbol("ŷ", real=True): q, sympy.Symbol("y", real=True): 1})
    ) == pytest.approx(of_square)


def slow_neuron(cost, w, b, steps):
    """The activations of the book's slow neuron (x = 1, y = 0, eta = 0.15) in descent along an equation's gradient."""
    delta = EQUATIONS[f"{cost} + sigmoid"].unfolded().rhs
    z = next(iter(delta.atoms(s))).args[0]
    target = IndexedBase("y", real=True)[j]
    gradient = sympy.lambdify(z, delta.subs(target, 0).rewrite(sympy.exp), "math")
    for _ in range(steps + 1):
        yield 1 / (1 + math.exp(-(w + b)))
        step = 0.15 * gradient(w + b)
        w, b = w - step, b - step


@pytest.mark.parametrize(
    ("w", "b", "activations"),
    [(0.6, 0.9, {0: 0.8176, 300: 0.0940}), (2, 2, {0: 0.9820, 150: 0.9334, 300: 0.2028})],
)
def test_slow_neuron(w, b, activations):
    a = list(slow_neuron("quadratic", w, b, 300))
    assert {step: round(a[step], 4) for step in activations} == activations


@pytest.mark.parametrize(("cost", "first"), [("quadratic", 232), ("cross-entropy", 17)])
def test_the_step_at_which_the_slow_neuron_has_come_back(cost, first):
    a = list(slow_neuron(cost, 2, 2, 300))
    assert next(step for step, value in enumerate(a) if value < 0.5) == first


def softmax(z):
    """The activations by equation 78, one for each weighted input."""
    equation = EQUATIONS["78"]
    values = {IndexedBase("z^L", real=True)[place]: value for place, value in enumerate(z, start=1)}
    components = [for_sizes(equation.statement.rhs, equation, {K: len(z), j: place + 1}) for place in range(len(z))]
    return [float(component.xreplace(values)) for component in components]


@pytest.mark.parametrize(
    ("neuron", "nudge", "rise"), [(0, 0.4, 0.0918), (2, -0.4, 0.0830), (1, -0.4, 0.0010), (3, -0.4, 0.0045)]
)
def test_sliders(neuron, nudge, rise):
    z = [2.5, -1, 3.2, 0.5]
    nudged = [value + nudge * (place == neuron) for place, value in enumerate(z)]
    assert softmax([round(v, 1) for v in nudged])[0] - softmax(z)[0] == pytest.approx(rise, abs=5e-5)


def test_binary_and_categorical_cross_entropy_of_the_example():
    a, y = np.array([0.1, 0.7, 0.1, 0.1]), np.array([0, 1, 0, 0])
    assert book.COST["log_likelihood"](a, y) == pytest.approx(0.3567, abs=5e-5)
    assert book.COST["cross_entropy"](a, y) == pytest.approx(0.6728, abs=5e-5)


def test_where_a_float32_sigmoid_becomes_1():
    z = np.arange(16, 17, 0.01, dtype=np.float32)
    a = 1 / (1 + np.exp(-z))
    assert float(z[a == 1][0]) == pytest.approx(16.64, abs=0.005)
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(np.float32(0) * np.log(1 - a[-1]))
