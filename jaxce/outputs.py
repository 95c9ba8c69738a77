"""Output layers: from the weighted inputs z of the last layer to its activations a."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp


class Output(NamedTuple):
    """An output layer: pure functions of z."""

    activation: Callable
    log: Callable
    log_complement: Callable

    def __call__(self, z, axis=-1, where=None):
        return self.activation(z, axis, where)


linear = Output(
    lambda z, axis, where: z, lambda z, axis, where: jnp.log(z), lambda z, axis, where: jnp.log1p(-z)
)
sigmoid = Output(
    lambda z, axis, where: jax.nn.sigmoid(z),
    lambda z, axis, where: jax.nn.log_sigmoid(z),
    lambda z, axis, where: jax.nn.log_sigmoid(-z),
)


@functools.cache
def tempered_softmax(c):
    """Softmax of c z."""
    return Output(
        lambda z, axis, where: jax.nn.softmax(c * z, axis=axis, where=where),
        lambda z, axis, where: jax.nn.log_softmax(c * z, axis=axis, where=where),
        lambda z, axis, where: jnp.log1p(-jax.nn.softmax(c * z, axis=axis, where=where)),
    )


softmax = tempered_softmax(1.0)

OUTPUTS = {"linear": linear, "sigmoid": sigmoid, "softmax": softmax}
