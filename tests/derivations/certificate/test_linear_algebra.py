"""Small matrices: determinants, inverses and linear systems, with gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import certify, symbols

W, b = symbols("w", 2, 2), symbols("b", 2)
DETERMINANT = W[0, 0] * W[1, 1] - W[0, 1] * W[1, 0]
REGULAR = (W[0, 0] > 0, DETERMINANT > 0)


def test_determinants():
    assert certify(jnp.linalg.det, DETERMINANT, W)
    assert not certify(jnp.linalg.det, -DETERMINANT, W)
    with_0 = np.array([[W[0, 0], W[0, 1], 0], [W[1, 0], W[1, 1], 0], [0, 0, 2]])
    assert certify(jnp.linalg.det, 2 * DETERMINANT, with_0)
    assert certify(lambda w: jnp.linalg.slogdet(w)[1], sp.log(DETERMINANT), W, assuming=REGULAR[1:])


def test_inverses_and_systems():
    inverse = np.array([[W[1, 1], -W[0, 1]], [-W[1, 0], W[0, 0]]]) / DETERMINANT
    assert certify(jnp.linalg.inv, inverse, W, assuming=REGULAR)
    assert certify(jnp.linalg.solve, inverse @ b, W, b, assuming=REGULAR)
    gradient = jax.grad(lambda w, b: jnp.linalg.solve(w, b)[0], argnums=1)
    assert certify(gradient, inverse[0], W, b, assuming=REGULAR)


def test_roots_of_a_matrix():
    s, t = sp.symbols("s t", positive=True)
    a = np.array([[s**2, s], [s, 1 + t**2]])
    assert certify(lambda a: jnp.linalg.cholesky(a, symmetrize_input=False), np.array([[s, 0], [1, t]]), a)


def test_a_singular_system_is_refused():
    with pytest.raises(NotImplementedError, match="triangular_solve of a singular matrix"):
        certify(jnp.linalg.solve, b, np.array([[1, 1], [1, 1]], dtype=object), b)
