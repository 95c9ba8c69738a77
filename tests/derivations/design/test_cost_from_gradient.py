"""From a gradient to its cost: the canonical pairs, and the fields that have none."""

import math

import pytest
import sympy
from sympy import (
    Abs,
    Eq,
    Heaviside,
    IndexedBase,
    Max,
    Min,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    atan,
    cos,
    cosh,
    exp,
    log,
    sign,
    sin,
    symbols,
    tan,
    tanh,
)

import derivations
from derivations.algebra.letters import K, j, k, m, s
from derivations.algebra.zero import is_zero
from derivations.design.cost_from_gradient import _continuous

z, y, a = symbols("z y a", real=True)
Z, Y = IndexedBase("z", real=True), IndexedBase("y", real=True)
z_1, z_2, z_3 = symbols("z_1:4", real=True)
T = Symbol("T", positive=True)


def same(cost, expected, by):
    return is_zero(sympy.diff(cost - expected, by))


@pytest.mark.parametrize(
    ("delta", "cost"),
    [
        (z - y, (z - y) ** 2 / 2),
        (s(z) - y, -(y * log(s(z)) + (1 - y) * log(1 - s(z)))),
        (exp(z) - y, exp(z) - y * z),
        (tanh(z) - y, log(cosh(z)) - y * z),
        ((z - y) ** 3, (z - y) ** 4 / 4),
        (sin(z) - y, -cos(z) - y * z),
        (y * z * cos(z), y * (z * sin(z) + cos(z))),
        (cos(z) * exp(sin(z)), exp(sin(z))),
    ],
)
def test_scalar_costs(delta, cost):
    assert same(derivations.cost_from_gradient(delta, z, y), cost, z)


HUBER = Piecewise(((z - y) ** 2 / 2, Abs(z - y) <= 1), (Abs(z - y) - Rational(1, 2), True))


@pytest.mark.parametrize(
    ("delta", "cost"),
    [
        (Piecewise((z - y, Abs(z - y) <= 1), (sign(z - y), True)), HUBER),
        (Max(-1, Min(1, z - y)), HUBER),
        (sign(z - y), Abs(z - y)),
        (Max(0, z) - y, Max(0, z) ** 2 / 2 - y * z),
        (Heaviside(z) - y, Max(0, z) - y * z),
        (Piecewise((z / 10, z < 0), (z, True)) - y, Piecewise((z**2 / 20, z < 0), (z**2 / 2, True)) - y * z),
        (z * Abs(z), Abs(z) ** 3 / 3),
    ],
)
def test_costs_of_gradients_in_pieces_have_no_jumps(delta, cost):
    difference = sympy.lambdify((z, y), derivations.cost_from_gradient(delta, z, y) - cost)
    constant = difference(0.0, 0.3)
    for place in (-2.1, -0.7, -0.70001, -0.4, 0.0001, 0.29999, 0.30001, 0.7, 1.29999, 1.30001, 2.6):
        assert difference(place, 0.3) == pytest.approx(constant, abs=1e-12)


def test_several_gradients_in_pieces_add_up():
    cost = derivations.cost_from_gradient([sign(z_1 - y), Max(0, z_2)], [z_1, z_2], y)
    assert sympy.lambdify((z_1, z_2, y), cost)(2.0, 3.0, 0.5) == pytest.approx(1.5 + 4.5)


def test_a_parameter_of_the_activation_and_floats():
    cost = derivations.cost_from_gradient(a - y, z, y, activation=Eq(a, 1 / (1 + exp(-z / T))), parameters=[T])
    assert same(cost, -T * (y * log(a) + (1 - y) * log(1 - a)), a)
    for delta in (2.0 / (1 + exp(-2.0 * z)) - y, 0.5 / (1 + exp(-z)) - 0.1 * y):
        cost = derivations.cost_from_gradient(delta, z, y)
        assert sympy.lambdify((z, y), sympy.diff(cost, z) - delta)(0.7, 0.3) == pytest.approx(0, abs=1e-12)


def test_what_sympy_raises_is_a_value_error(monkeypatch):
    def fail(*arguments):
        raise TypeError("cannot determine truth value of Relational")

    monkeypatch.setattr("derivations.design.cost_from_gradient.integrate", fail)
    with pytest.raises(ValueError, match=r"SymPy fails to integrate .*: TypeError: cannot determine truth value"):
        derivations.cost_from_gradient(cos(z), z, y)


@pytest.mark.parametrize("delta", [1 / (2 + cos(z)), 1 / (3 + sin(z)), 1 / (5 + 3 * cos(z) + 2 * sin(z))])
def test_costs_of_periodic_gradients_do_not_jump(delta):
    cost = derivations.cost_from_gradient(delta, z, y)
    value, slope, step = sympy.lambdify(z, cost), sympy.lambdify(z, delta), 1e-4
    for place in (-3 * math.pi, -math.pi / 2, 0.0, math.pi, 2 * math.pi):
        assert (value(place + step) - value(place - step)) / (2 * step) == pytest.approx(slope(place), abs=1e-6)


def test_an_integral_that_jumps_is_refused():
    with pytest.raises(ValueError, match="jumps"):
        _continuous(atan(tan(z) + 3), z)
    with pytest.raises(ValueError, match="jumps"):
        _continuous(atan(tan(z) ** 2), z)


@pytest.mark.parametrize(
    ("output", "cost"),
    [
        (z, (a - y) ** 2 / 2),
        (s(z), -(y * log(a) + (1 - y) * log(1 - a))),
        (exp(z), a - y * log(a)),
        (tanh(z), -((1 + y) * log(1 + a) + (1 - y) * log(1 - a)) / 2),
    ],
)
def test_costs_in_the_activation(output, cost):
    assert same(derivations.cost_from_gradient(a - y, z, y, activation=Eq(a, output)), cost, a)


def test_a_cost_in_the_activation_is_real_between_0_and_1():
    cost = derivations.cost_from_gradient(a - y, z, y, activation=Eq(a, s(z)))
    assert cost.subs({a: sympy.Rational(1, 3), y: sympy.Rational(1, 4)}).is_real


def test_softmax_gives_the_log_likelihood_for_every_number_of_outputs():
    activation = exp(Z[j]) / Sum(exp(Z[k]), (k, 1, K))
    cost = derivations.cost_from_gradient(activation - Y[j], Z[j], Y[j])
    log_likelihood = -Sum(Y[m] * log(activation.subs(j, m)), (m, 1, K))
    assert is_zero(cost - log_likelihood, given=[Eq(Sum(Y[m], (m, 1, K)), 1)])
    assert not is_zero(cost - log_likelihood)


@pytest.mark.parametrize("outputs", [2, 3, 4])
def test_softmax_gives_the_log_likelihood_for_several_outputs(outputs):
    variables, targets = symbols(f"z_1:{outputs + 1}", real=True), symbols(f"y_1:{outputs + 1}", real=True)
    total = sum(map(exp, variables))
    delta = [exp(v) / total - t for v, t in zip(variables, targets, strict=True)]
    cost = derivations.cost_from_gradient(delta, variables, targets)
    assert is_zero(cost - log(total) + sum(t * v for t, v in zip(targets, variables, strict=True)))


def distance_aware(d_2, d_3):
    """The field proposed in 002, for classes at distances d_2 and d_3 from the true one."""
    u = [exp(v) for v in (z_1, z_2, z_3)]
    return [u[0] / sum(u) - 1, u[1] / sum(u) / d_2, u[2] / sum(u) / d_3]


def test_the_distance_aware_field_is_refused_with_the_reason():
    d_2, d_3 = symbols("d_2 d_3", positive=True)
    with pytest.raises(derivations.NotAGradient, match="no factor makes it one") as refusal:
        derivations.cost_from_gradient(distance_aware(d_2, d_3), [z_1, z_2, z_3], [], parameters=[d_2, d_3])
    u_1, u_2, total = exp(z_1), exp(z_2), exp(z_1) + exp(z_2) + exp(z_3)
    assert refusal.value.pair == (z_1, z_2)
    assert is_zero(refusal.value.curl + u_1 * u_2 * (d_2 - 1) / (d_2 * total**2))
    assert refusal.value.curl.subs(refusal.value.point) != 0
    assert "z_1 with respect to z_2" in str(refusal.value)


def test_distances_of_one_give_the_log_likelihood():
    cost = derivations.cost_from_gradient(distance_aware(1, 1), [z_1, z_2, z_3], [])
    assert is_zero(cost - log(exp(z_1) + exp(z_2) + exp(z_3)) + z_1)


def test_an_integrating_factor_is_found_if_there_is_one():
    w_2, w_3 = symbols("w_2 w_3", positive=True)
    u_1, u_2, u_3 = (exp(v) for v in (z_1, z_2, z_3))
    total = u_1 + u_2 + u_3
    balanced = [-(w_2 * u_2 + w_3 * u_3) / total, w_2 * u_2 / total, w_3 * u_3 / total]
    with pytest.raises(derivations.NotAGradient) as refusal:
        derivations.cost_from_gradient(balanced, [z_1, z_2, z_3], [], parameters=[w_2, w_3])
    rescaled = [refusal.value.factor * component for component in balanced]
    derivations.cost_from_gradient(rescaled, [z_1, z_2, z_3], [], parameters=[w_2, w_3])


def test_a_field_of_any_size_is_refused_with_three_outputs_as_the_example():
    with pytest.raises(derivations.NotAGradient, match="z_1 with respect to z_2"):
        derivations.cost_from_gradient(Z[j] * Sum(k * Z[k], (k, 1, K)), Z[j], Y[j])


def test_a_field_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="delta has 1 components and z has 2"):
        derivations.cost_from_gradient([z_1], [z_1, z_2], [])


def test_a_symbol_that_was_not_declared_is_an_error():
    with pytest.raises(ValueError, match=r"delta contains q, .* name such symbols in `parameters`"):
        derivations.cost_from_gradient(z - Symbol("q"), z, y)


def test_elements_that_may_be_complex_are_an_error():
    complex_z = IndexedBase("z")
    with pytest.raises(ValueError, match=r"make them with IndexedBase\(name, real=True\)"):
        derivations.cost_from_gradient(complex_z[j] - Y[j], complex_z[j], Y[j])


def test_an_integral_that_sympy_cannot_find_is_an_error():
    with pytest.raises(ValueError, match="SymPy finds no closed form"):
        derivations.cost_from_gradient(z**z, z, y)


@pytest.mark.parametrize(
    ("delta", "points"),
    [(1 / (z - 5), (2, 7)), (1 / (exp(z) - 100), (1, 6)), (y / (z**2 - 4), (-3, 0, 3)), (1 / (z - y), (-1, 1))],
)
def test_a_cost_is_real_wherever_its_gradient_is(delta, points):
    cost = derivations.cost_from_gradient(delta, z, y)
    assert all(cost.subs({z: point, y: sympy.Rational(1, 3)}).evalf().is_real for point in points)
    for point in points:
        values = {y: sympy.Rational(1, 3), z: point}
        assert abs((sympy.diff(cost, z) - delta).subs(values).evalf()) < 1e-9


def test_a_gradient_with_a_sum_that_does_not_begin_at_1_is_refused():
    rest = Sum(exp(Z[k]), (k, 2, K))
    with pytest.raises(ValueError, match=r"sums that are not over 1, \.\.\., K"):
        derivations.cost_from_gradient(exp(Z[j]) / rest, Z[j], Y[j])


def test_the_rest_of_a_sum_is_positive_only_if_its_terms_are():
    total = Sum(Z[k], (k, 1, K))
    cost = derivations.cost_from_gradient(1 / total, Z[j], Y[j])
    assert cost.subs(K, 2).doit().subs({Z[1]: -1, Z[2]: -2}).evalf().is_real
