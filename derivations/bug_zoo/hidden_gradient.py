"""A clip that hides the gradient.

So that no logarithm is infinite, the activation is clipped to [0.0001, 0.9999]. Outside, the clip's derivative is 0: a
neuron that is completely wrong, which has most to learn, learns nothing.
"""

import jax
import jax.numpy as jnp

from derivations.certificate.expressions import log, sigmoid
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(z, y):
    a = jnp.clip(jax.nn.sigmoid(z), 1e-4, 0.9999)
    return -y * jnp.log(a) - (1 - y) * jnp.log(1 - a)


def mended(z, y):
    return jax.nn.softplus(z) - y * z


def examine(cost) -> Certificate | Refutation:
    """The gradient of the cross-entropy."""
    z, y = symbols("z"), symbols("y")
    formula = -y * log(sigmoid(z)) - (1 - y) * log(1 - sigmoid(z))
    return certify_gradient(cost, formula, z, y, claim="that of -y ln a - (1 - y) ln(1 - a)", assuming=[y >= 0, y <= 1])
