"""Expressions as JAX functions: numerically stable, certified, and usable under jit and grad."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import to_jax
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


def test_a_branch_that_is_not_chosen_is_not_evaluated_outside_its_domain():
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
    with pytest.raises(ValueError, match="y: not among the arguments z"):
        to_jax(y * z, [z])


def test_a_function_without_a_counterpart_is_named():
    with pytest.raises(NotImplementedError, match="gamma"):
        to_jax(sp.gamma(z), [z])
