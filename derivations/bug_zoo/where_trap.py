"""The where trap.

A distance has no derivative at 0, so `where` puts a number there. But `where` selects among derivatives that have all
been computed: that of the root is infinite, 0 times it is nan, and one pair of equal embeddings makes every weight nan.
"""

import jax.numpy as jnp
import sympy as sp

from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(a, b):
    squared = jnp.sum((a - b) ** 2)
    return jnp.where(squared > 0, jnp.sqrt(squared), 0.0)


def mended(a, b):
    squared = jnp.sum((a - b) ** 2)
    return jnp.where(squared > 0, jnp.sqrt(jnp.where(squared > 0, squared, 1.0)), 0.0)


def examine(cost) -> Certificate | Refutation:
    """The gradient of |a - b|, taken to be 0 where a = b."""
    a, b = symbols("a", 2), symbols("b", 2)
    squared = sum((a - b) ** 2)
    distance = sp.Piecewise((sp.sqrt(squared), squared > 0), (0, True))
    return certify_gradient(cost, distance, a, b, claim="that of |a - b|, 0 where a = b")
