"""Label smoothing that misses the true class.

Smoothing gives each of K classes epsilon / K of the target. Here only the others get their share, so that the targets
sum to less than 1, and the gradient pushes all weighted inputs the same way.
"""

import jax
import jax.numpy as jnp
import sympy as sp

from derivations.certificate.expressions import log, softmax
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(z, y):
    smooth = 0.9 * y + 0.1 / len(z) * (1 - y)
    return -jnp.sum(smooth * jax.nn.log_softmax(z))


def mended(z, y):
    smooth = 0.9 * y + 0.1 / len(z)
    return -jnp.sum(smooth * jax.nn.log_softmax(z))


def examine(cost) -> Certificate | Refutation:
    """The gradient of -sum (0.9 y + 0.1 / K) ln a."""
    z, y = symbols("z", 2), symbols("y", 2)
    smooth = sp.Rational(9, 10) * y + sp.Rational(1, 20)
    return certify_gradient(cost, -sum(smooth * log(softmax(z))), z, y, claim="that of -sum (0.9 y_j + 0.1/2) ln a_j")
