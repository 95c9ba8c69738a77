"""A forward pass in bfloat16 with a backward pass in float32.

A fast kernel computes the loss in bfloat16 and the gradient, by a rule of its own, in float32. In exact arithmetic both
are right. But the loss that is reported has two or three digits, and finite differences of it are not the gradient.
"""

import jax
import jax.numpy as jnp
import numpy as np

from derivations.certificate.certifier import certify
from derivations.certificate.expressions import log, softmax
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


@jax.custom_vjp
def faulty(z, label):
    half = z.astype(jnp.bfloat16)
    return (jax.nn.logsumexp(half) - half[label]).astype(z.dtype)


@jax.custom_vjp
def mended(z, label):
    return jax.nn.logsumexp(z) - z[label]


def backward_in_full(kept, cotangent):
    z, label = kept
    return cotangent * (jax.nn.softmax(z) - jax.nn.one_hot(label, len(z), dtype=z.dtype)), None


faulty.defvjp(lambda z, label: (faulty(z, label), (z, label)), backward_in_full)
mended.defvjp(lambda z, label: (mended(z, label), (z, label)), backward_in_full)


def examine(cost) -> Certificate | Refutation:
    """The value -ln a_1, computed in float32."""
    z = symbols("z", 2, dtype=jnp.float32)
    formula = -log(softmax(z))[0]
    return certify(cost, formula, z, np.int32(0), claim="-ln a_1", name=cost.__name__, precision=jnp.float32)
