"""A smooth function from pieces with kinks.

`clip(x, 0) + log1p(exp(-|x|))` is ln(1 + e^x), and cannot overflow. Both of its parts have a kink at 0, and the kinks
cancel; the derivatives that JAX gives them there do not: the gradient at 0, where every new network is, is 0 instead of
1/2. So the cross-entropy that subtracts x y from it has there the gradient -1 instead of -1/2 for y = 1.
"""

import jax
import jax.numpy as jnp

from derivations.certificate.expressions import exp, log
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


def faulty(x):
    return jnp.clip(x, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


def mended(x):
    return jax.nn.softplus(x)


def examine(cost) -> Certificate | Refutation:
    """The gradient of ln(1 + e^x)."""
    x = symbols("x")
    return certify_gradient(cost, log(1 + exp(x)), x, claim="that of ln(1 + e^x)")
