"""A mean over the padded count.

The losses of the padding are set to 0, as they should be, and then the mean divides by the length of the padded batch.
The shorter the sequences of a batch, the smaller its loss and its gradient.
"""

import jax
import jax.numpy as jnp
import numpy as np

from derivations.certificate.expressions import log, mean, softmax
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def losses(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z), axis=-1)


def faulty(z, y, is_there):
    return jnp.mean(losses(z, y) * is_there)


def mended(z, y, is_there):
    return jnp.sum(losses(z, y) * is_there) / jnp.sum(is_there)


def examine(cost) -> Certificate | Refutation:
    """The gradient of the mean of -sum y ln a over the examples that are there: one of two."""
    z, y, is_there = symbols("z", 2, 2), symbols("y", 2, 2), np.array([1.0, 0.0])
    formula = mean(-(y * log(softmax(z))).sum(-1)[:1])
    return certify_gradient(cost, formula, z, y, is_there, claim="that of the mean over the examples that are there")
