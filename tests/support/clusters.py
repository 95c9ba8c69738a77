"""A problem that small networks learn in a few epochs, and networks with weights drawn by NumPy."""

import itertools

import jax.numpy as jnp
import numpy as np

from jaxce.network import Layer


def problem(n=50, n_in=6, classes=3):
    """Separable clusters: examples [n, n_in] and labels [n].

    The default n makes five whole minibatches of 10; a shorter last one would be compiled separately.
    """
    rng = np.random.default_rng(0)
    labels = rng.integers(classes, size=n)
    x = np.eye(classes, n_in)[labels] + 0.1 * rng.normal(size=(n, n_in))
    return x, labels


def random_params(sizes, dtype=float):
    """Weights and biases of a network, drawn by NumPy: to draw them, `jaxce.init` compiles a program for each shape."""
    rng = np.random.default_rng(0)
    return [
        Layer(*(jnp.asarray(rng.normal(size=shape).astype(dtype)) for shape in ((n_out, n_in), (n_out,))))
        for n_in, n_out in itertools.pairwise(sizes)
    ]
