"""A backward pass that forgets the cotangent.

To save memory, a loss over many examples computes its gradient in chunks during the forward pass, and the backward pass
only hands it on. It must multiply it by the cotangent, the derivative of what is made of the loss afterwards. While
that is 1, nothing shows; where the loss is divided by the number of examples, or scaled for half precision, every
gradient behind it is wrong by that factor.
"""

import jax
import jax.numpy as jnp
import numpy as np

from derivations.certificate.expressions import log, mean, softmax
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def chunk(z, label):
    a = jax.nn.softmax(z)
    return jax.nn.logsumexp(z) - z[label], a - jax.nn.one_hot(label, len(z), dtype=z.dtype)


@jax.custom_vjp
def total(z, labels):
    return jnp.sum(jax.lax.map(lambda pair: chunk(*pair)[0], (z, labels)))


def forward_in_chunks(z, labels):
    losses, gradients = jax.lax.map(lambda pair: chunk(*pair), (z, labels))
    return jnp.sum(losses), gradients


def backward(gradients, cotangent):
    return gradients, None  # it should be cotangent * gradients


total.defvjp(forward_in_chunks, backward)


def faulty(z, labels):
    return total(z, labels) / len(labels)


@jax.custom_vjp
def mended_total(z, labels):
    return forward_in_chunks(z, labels)[0]


mended_total.defvjp(forward_in_chunks, lambda gradients, cotangent: (cotangent * gradients, None))


def mended(z, labels):
    return mended_total(z, labels) / len(labels)


def examine(cost) -> Certificate | Refutation:
    """The gradient of the mean over two examples of -ln a_y."""
    z, labels = symbols("z", 2, 2), np.array([0, 1], np.int32)
    log_a = log(softmax(z))
    formula = -mean([log_a[0, 0], log_a[1, 1]])
    return certify_gradient(cost, formula, z, labels, claim="that of the mean of -ln a_y")
