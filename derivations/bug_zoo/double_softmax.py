"""The softmax applied twice.

The network ends in a softmax, and the loss expects weighted inputs, of which it takes the softmax itself. It trains,
slowly and to a worse optimum: activations between 0 and 1 are no confident weighted inputs.
"""

import jax
import jax.numpy as jnp

from derivations.certificate.expressions import log, softmax
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(jax.nn.softmax(z)))


def mended(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def examine(cost) -> Certificate | Refutation:
    """The gradient of -sum y ln a."""
    z, y = symbols("z", 2), symbols("y", 2)
    return certify_gradient(cost, -sum(y * log(softmax(z))), z, y, claim="that of -sum y_j ln a_j")
