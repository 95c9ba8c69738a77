"""The absolute value at 0.

JAX takes the derivative of |x| at 0 to be 1. So a prediction that is exactly right is pushed away, and zeros, of which
sparse data and new weights have many, all move in one direction.
"""

import jax
import jax.numpy as jnp
import sympy as sp

from derivations.certificate.certifier import certify
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(z, y):
    return jnp.abs(z - y)


def mended(z, y):
    return jnp.maximum(z - y, y - z)  # of tied operands, jnp.maximum takes the mean of the derivatives


def examine(cost) -> Certificate | Refutation:
    """The gradient sign(z - y)."""
    z, y = symbols("z"), symbols("y")
    name = f"the gradient of {cost.__name__}"
    return certify(jax.grad(cost), sp.sign(z - y), z, y, name=name, claim="sign(z - y)")
