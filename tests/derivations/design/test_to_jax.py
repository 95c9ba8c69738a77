"""Expressions as JAX functions: stable, certified, and fit to train with."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import sympy as sp

import jaxce
from derivations import output_and_cost, to_jax, with_targets
from derivations.design.stable_form import stable

z, y, a = sp.symbols("z y a", real=True)
s = 1 / (1 + sp.exp(-z))
EXTREME = np.array([-800.0, -100.0, -30.0, -1e-8, 0.0, 1e-8, 30.0, 100.0, 800.0])


@pytest.mark.parametrize(
    "expression",
    [
        sp.log(1 + sp.exp(z)),
        sp.log(1 - s),
        sp.log(s),
        s,
        s * (1 - s),
        sp.tanh(z),
        sp.log(sp.cosh(z)),
        (sp.exp(2 * z) - 1) / (sp.exp(2 * z) + 1),
        -(6 * sp.exp(z) - 3) / (2 * sp.exp(2 * z) + 4 * sp.exp(z) + 2),
        1 - sp.exp(-(z**2)),
        sp.sqrt(1 + z**2),
    ],
    ids=str,
)
def test_values_and_slopes_are_finite_and_right_where_the_plain_form_overflows(expression):
    function = to_jax(expression, [z])
    points = {z: [sp.Rational(float(x)) for x in EXTREME]}
    for computed, formula in ((function, expression), (jax.vmap(jax.grad(function)), sp.diff(expression, z))):
        true = [float(sp.N(formula.xreplace({z: point}), 30, maxn=10_000)) for point in points[z]]
        np.testing.assert_allclose(computed(EXTREME), true, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("expression", "form"),
    [
        (sp.log(1 + z), "log1p(z)"),
        (sp.exp(z) - 1, "expm1(z)"),
        (3 - 3 * sp.exp(z), "-3*expm1(z)"),
        (sp.log(sp.exp(z) / (sp.exp(y) + sp.exp(z))), "-logsumexp(y - z, 0)"),
        (y * sp.log(y) - (1 - y) * sp.log(1 - y), "xlogy(y, y) - xlogy(1 - y, 1 - y)"),
        (2 * y * sp.log(z), "xlogy(2*y, z)"),
    ],
)
def test_stable_forms(expression, form):
    assert sp.sympify(str(stable(expression)), locals={"z": z, "y": y}) == sp.sympify(form, locals={"z": z, "y": y})


def test_x_ln_x_is_0_at_0():
    entropy = to_jax(-y * sp.log(y) - (1 - y) * sp.log(1 - y), [y], assuming=[y > 0, y < 1])
    np.testing.assert_allclose(entropy(np.array([0.0, 0.5, 1.0])), [0, np.log(2), 0], atol=1e-15)


def test_a_piece_that_is_not_chosen_is_not_evaluated_outside_its_domain():
    function = to_jax(sp.Piecewise((z * sp.log(z), z > 0), (sp.sqrt(-z), z < 0), (0, True)), [z])
    x = np.array([-4.0, 0.0, 1.0])
    np.testing.assert_allclose(function(x), [2, 0, 0])
    np.testing.assert_allclose(jax.vmap(jax.grad(function))(x), [-0.25, 0, 1])


def test_the_function_broadcasts_jits_and_keeps_its_type():
    function = jax.jit(to_jax(y * z + 1, [z, y]))
    result = function(jnp.ones((2, 3), jnp.float32), jnp.zeros(3, jnp.float32))
    assert (result.shape, result.dtype) == ((2, 3), jnp.float32)
    assert to_jax(sp.Integer(2), [z])(np.zeros(3)).shape == (3,)


def test_an_undeclared_symbol_is_named():
    with pytest.raises(ValueError, match="y not among the arguments z"):
        to_jax(y * z, [z])


def test_a_function_without_a_counterpart_is_named():
    with pytest.raises(NotImplementedError, match="gamma"):
        to_jax(sp.gamma(z), [z])


DESIGNS = {
    "tanh": (sp.tanh(z), a - y, (-1, 1)),
    "Poisson": (sp.exp(z), a - y, (0, 1)),
    "cubic": (s, (a - y) ** 3, (0, 1)),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_the_derived_cost_has_the_gradient_that_was_asked_for(name):
    activation, delta, _ = DESIGNS[name]
    output, cost = output_and_cost(activation, delta, z=z, y=y, a=a)
    x, t = np.array([[-3.0, 0.5, 4.0]]), np.array([[0.0, 1.0, 1.0]])
    wanted = np.array([float(delta.subs(a, activation).subs({z: p, y: q})) for p, q in zip(x[0], t[0], strict=True)])
    np.testing.assert_allclose(jax.grad(lambda x: cost(output, x, t).sum())(x)[0], wanted, rtol=1e-12)
    steps = (cost(output, x + 1e-6, t) - cost(output, x - 1e-6, t)) / 2e-6
    np.testing.assert_allclose(steps, [wanted.sum()], rtol=1e-6)
    np.testing.assert_allclose(cost(output, x, jnp.array([1])), cost(output, x, jax.nn.one_hot(jnp.array([1]), 3)))


def test_a_derived_cost_refuses_another_output():
    _, cost = output_and_cost(sp.tanh(z), a - y, z=z, y=y, a=a)
    with pytest.raises(ValueError, match="one output layer"):
        cost(jaxce.sigmoid, jnp.zeros(2), jnp.zeros(2))


@pytest.mark.parametrize("name", DESIGNS)
def test_a_saturated_layer_learns_at_once_with_its_own_cost_and_not_with_the_quadratic(name):
    activation, delta, (low, high) = DESIGNS[name]
    output, cost = output_and_cost(activation, delta, z=z, y=y, a=a)
    data = jaxce.mnist.load().train
    x, labels = data.images[:500], data.labels[:500]
    bias = -8.0 if name == "Poisson" else 8.0
    saturated = [jaxce.Layer(jnp.zeros((10, 784), jnp.float32), jnp.full(10, bias, jnp.float32))]
    targets = low + (high - low) * jax.nn.one_hot(labels, 10, dtype=jnp.float32)
    error = {}
    for chosen in (cost, jaxce.quadratic):
        settings = {"optimizer": optax.sgd(0.02), "epochs": 40, "batch_size": 10, "key": jax.random.key(0)}
        labelled = with_targets(chosen, low, high)
        params, _ = jaxce.fit(saturated, (x, labels), cost=labelled, output=output, **settings)
        error[chosen] = float(jnp.mean(jnp.abs(jaxce.forward(params, x, output=output) - targets)))
    begin = float(jnp.mean(jnp.abs(jaxce.forward(saturated, x, output=output) - targets)))
    assert error[cost] < 0.7 * begin
    assert error[jaxce.quadratic] > 0.97 * begin
