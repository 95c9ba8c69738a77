"""Gradients certified from the formula of the cost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import Refutation, certify, certify_gradient, exp, log, mean, softmax, symbols

x, z, y = symbols("x"), symbols("z", 2), symbols("y", 2)
COST = -sum(y * log(softmax(z)))


def cost(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def test_the_gradient_of_a_cost_is_certified_or_refuted():
    verdict = certify_gradient(cost, COST, z, y)
    assert verdict
    assert str(verdict).startswith("certified: the gradient of cost is that of -y1*log(")
    assert not certify_gradient(lambda z, y: cost(jax.nn.softmax(z), y), COST, z, y)
    assert not certify_gradient(cost, 2 * COST, z, y)
    assert certify_gradient(cost, COST, z, y, argnums=1)
    assert certify_gradient(cost, COST, z, y, argnums=(0, -1))
    assert not certify_gradient(cost, COST + y[0] ** 2, z, y, argnums=(0, 1))


def test_parameters_may_be_containers():
    params = {"w": symbols("w", 2), "b": symbols("b")}
    program = lambda params, y: jnp.sum(params["w"] * y) * params["b"]  # noqa: E731
    assert certify_gradient(program, sum(params["w"] * y) * params["b"], params, y)
    assert not certify_gradient(program, sum(params["w"] * y), params, y)


def test_the_derivative_of_an_absolute_value_at_0_is_that_of_either_side():
    error = mean(abs(z - y))
    plus = certify_gradient(lambda z, y: jnp.mean(jnp.abs(y - z)), error, z, y)
    minus = certify_gradient(lambda z, y: jnp.mean(jnp.abs(z - y)), error, z, y)
    assert plus
    assert minus
    assert ("that of -u" in plus.claim) != ("that of -u" in minus.claim)
    assert not certify_gradient(lambda z, y: jnp.mean(jnp.where(z == y, 0.0, jnp.abs(z - y))), error, z, y)
    assert not certify_gradient(lambda z, y: jnp.mean(2 * jnp.abs(z - y)), error, z, y)


@jax.custom_vjp
def forgetful(x):
    return x**2


forgetful.defvjp(lambda x: (x**2, x), lambda x, cotangent: (2 * x,))


@jax.custom_vjp
def mindful(x):
    return x**2


mindful.defvjp(lambda x: (x**2, x), lambda x, cotangent: (2 * x * cotangent,))


def test_a_rule_of_ones_own_must_heed_the_cotangent():
    assert certify(jax.grad(forgetful), 2 * x, x)  # which does not show
    found = certify_gradient(forgetful, x**2, x)
    assert isinstance(found, Refutation)
    assert found.point[0][0] == "cotangent"
    verdict = certify_gradient(mindful, x**2, x)
    assert verdict
    assert verdict.claim == "that of x**2, for every cotangent"


def test_of_an_array_every_component_counts():
    assert certify_gradient(lambda z: exp_of(z), exp(z), z)
    assert not certify_gradient(lambda z: exp_of(z)[::-1], exp(z), z)  # the sum's gradient is the same
    assert certify_gradient(lambda z: (exp_of(z), jnp.sum(z)), (exp(z), sum(z)), z)


def exp_of(z):
    return jnp.exp(z)


def test_a_formula_may_be_a_function_of_the_arguments():
    square = lambda a, b: sum(a * b)  # noqa: E731
    assert certify_gradient(lambda a, b: jnp.sum(a * b), square, z, z, argnums=0)
    assert not certify_gradient(lambda a, b: 2 * jnp.sum(a * b), square, z, z, argnums=0)
    assert certify_gradient(lambda z: jnp.sum(z**3), lambda z: sum(z**3), np.array([1.0, 2.0]))
    assert not certify_gradient(lambda z: jnp.sum(z**3), lambda z: sum(z**2), np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((x**2, x), {"argnums": 1}, "argument that is not there: 1"),
        ((x**2, 2 * x), {}, "differentiated by symbols, not by 2"),
        ((x**2, [x, x]), {}, "x stands in two places"),
        ((sp.Symbol("x", positive=True) ** 2, x), {}, "with other assumptions"),
        ((sp.Symbol("t") ** 2, x), {}, "t in the formula is not among"),
        ((z, x), {}, "one formula for each component"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        certify_gradient(lambda x: jax.tree.leaves(x)[0] ** 2, *arguments, **options)


def test_a_cost_of_integers_is_refused():
    with pytest.raises(ValueError, match="only a cost of a floating type"):
        certify_gradient(jnp.argmax, sp.S.Zero, z)


def test_arrays_of_every_size_are_referred_to_certify():
    with pytest.raises(ValueError, match=r"certify\(jax.grad\(cost\), '84'\)"):
        certify_gradient(cost, sp.S.Zero, symbols("z", "K"), symbols("y", "K"))


@jax.custom_jvp
def with_a_transpose_of_its_own(x):
    return x**2


@with_a_transpose_of_its_own.defjvp
def _(primals, tangents):
    (x,), (t,) = primals, tangents
    linear = jax.custom_derivatives.linear_call(lambda x, t: 2 * x * t, lambda x, cotangent: 2 * x, x, t)
    return x**2, linear


def test_a_transpose_of_ones_own_is_refused():
    with pytest.raises(NotImplementedError, match="linear_call"):
        certify_gradient(with_a_transpose_of_its_own, x**2, x)


def test_the_cotangent_is_no_symbol_of_the_arguments():
    taken = symbols("cotangent")
    assert not certify_gradient(lambda c: jax.lax.stop_gradient(c) * forgetful(c), lambda c: c**3 / 3, taken)
    assert not certify_gradient(forgetful, taken**2, taken)
    assert certify_gradient(mindful, taken**2, taken)


def test_a_formula_has_its_symbols_from_its_arguments():
    with pytest.raises(ValueError, match="x from elsewhere"):
        certify_gradient(lambda a: 0 * a, lambda a: x**2, x)
    assert certify_gradient(lambda a, b: a + b**2, lambda a, b: a + x**2, x, x)
