"""Derivatives of formulas with kinks have there the values that JAX gives them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations.algebra.jax_derivatives import NoDerivativeError, derivative

x, y, k = sp.symbols("x y k", real=True)

# The formula, and the program; compared at x, y in {-1, 0, 1}, where they have their kinks.
SAME = {
    "maximum": (sp.Max(x, 0), lambda x, y: jnp.maximum(x, 0.0)),
    "minimum": (sp.Min(x, y), jnp.minimum),
    "max of three": (sp.Max(x, y, 0), lambda x, y: jnp.max(jnp.stack([x, y, 0.0 * x]))),
    "clip": (sp.Min(sp.Max(x, 0), 1), lambda x, y: jnp.clip(x, 0.0, 1.0)),
    "absolute": (sp.Abs(x) * x, lambda x, y: jnp.abs(x) * x),
    "absolute with a slope": (sp.Abs(x) * (x + 2), lambda x, y: jnp.abs(x) * (x + 2)),
    "steps": (x * sp.sign(x) + x * sp.floor(x), lambda x, y: x * jnp.sign(x) + x * jnp.floor(x)),
    "where": (sp.Piecewise((x, x > 0), (0, True)), lambda x, y: jax.nn.relu(x)),
    "nested": (
        sp.exp(sp.Max(sp.Abs(x) - 1, 0) * y),
        lambda x, y: jnp.exp(jnp.maximum(jnp.abs(x) - 1, 0.0) * y),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_derivative_is_that_of_jax_also_at_kinks(name):
    formula, program = SAME[name]
    points = [(float(a), float(b)) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    computed = jax.vmap(jax.grad(program))(*np.array(points).T)
    wanted = [float(derivative(formula, x).subs({x: a, y: b})) for a, b in points]
    np.testing.assert_allclose(computed, wanted, rtol=1e-12)


def test_a_power_with_any_exponent_has_a_derivative_at_0():
    assert derivative(x**k, x).subs({k: 2}).subs({x: 0}) == 0
    assert derivative(x**k, x).subs({k: 0}) == 0


def test_the_other_orientation_is_the_derivative_of_the_opposite():
    assert derivative(sp.Abs(x), x).subs(x, 0) == 1
    assert derivative(sp.Abs(x), x, -1).subs(x, 0) == -1
    for at in (-2, 2):
        assert derivative(sp.Abs(x), x, -1).subs(x, at) == sp.sign(at)


def test_a_derivative_without_a_formula_is_refused():
    with pytest.raises(NoDerivativeError, match="no formula for the derivative of f"):
        derivative(sp.Function("f")(2 * x), x)
    with pytest.raises(NoDerivativeError, match="Product may be wrong"):
        derivative(sp.Product(x + k, (k, 1, 2)), x)
