"""A feed-forward network: z^l = w^l a^(l-1) + b^l, a^l = hidden(z^l), a^L = output(z^L).

Arrays hold one example a row: x is [..., n_in], z^L and a^L are [..., n_out]; a weight matrix w_jk is
[n_out, n_in]. An x of an unsigned integer type stands for x / (the type's largest value), so that images can
stay uint8 in memory.
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Inexact, Shaped

from jaxce.outputs import sigmoid


class Layer(NamedTuple):
    """The weights w [n_out, n_in] and the biases b [n_out] of one layer."""

    w: Array
    b: Array


SCHEMES = {
    "large": lambda n_in: 1.0,
    "scaled": lambda n_in: n_in**-0.5,
}


def init(key, sizes: Sequence[int], *, scheme: str = "scaled", dtype=float) -> list[Layer]:
    """Random weights and biases of a network with `sizes` (inputs, hidden neurons ..., outputs).

    Biases are N(0, 1). Weights are N(0, 1) in the scheme "large", with which the book begins, and N(0,
    1/n_in) in the scheme "scaled", with which it ends. Raises ValueError for an unknown scheme or for sizes
    that make no network.

    >>> params = init(jax.random.key(0), (784, 30, 10), scheme="large")
    >>> [layer.w.shape for layer in params]
    [(30, 784), (10, 30)]
    """
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}: choose one of {', '.join(SCHEMES)}")
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes are inputs, hidden neurons ..., outputs, each at least 1; got {tuple(sizes)}")
    return [
        _random_layer(key, n_in, n_out, SCHEMES[scheme](n_in), dtype)
        for key, n_in, n_out in zip(jax.random.split(key, len(sizes) - 1), sizes[:-1], sizes[1:], strict=True)
    ]


def _random_layer(key, n_in, n_out, deviation, dtype):
    key_w, key_b = jax.random.split(key)
    w = deviation * jax.random.normal(key_w, (n_out, n_in), dtype)
    return Layer(w, jax.random.normal(key_b, (n_out,), dtype))


def _activation_of_input(x, dtype):
    """a^0: floats as they are, unsigned integers divided by their type's largest value."""
    x = jnp.asarray(x)
    if jnp.issubdtype(x.dtype, jnp.unsignedinteger):
        wide = np.promote_types(dtype, np.float32)  # the largest uint16 is inf in float16
        return (x.astype(wide) / jnp.iinfo(x.dtype).max).astype(dtype)
    if jnp.issubdtype(x.dtype, jnp.floating):
        return x
    raise TypeError(f"x must be of a floating or an unsigned integer type; got {x.dtype}: convert it first")


def weighted_input(
    params: Sequence[Layer], x: Shaped[Array | np.ndarray, "*batch n_in"], *, hidden: Callable = sigmoid
) -> Inexact[Array, "*batch n_out"]:
    """z^L, the weighted inputs of the output layer.

    Hidden layers have the activation function `hidden`. Raises TypeError for an x that is neither floating
    nor unsigned, ValueError where a layer does not fit the one before it.

    >>> params = [Layer(w=jnp.array([[1.0, 2.0]]), b=jnp.array([0.5]))]
    >>> weighted_input(params, jnp.array([3.0, 4.0]))
    Array([11.5], dtype=float...)
    """
    rows = _activation_of_input(x, params[0].w.dtype)
    a = rows.reshape(-1, rows.shape[-1]).T  # a column an example: on a CPU, the gradient of w is then a faster product
    for number, (w, b) in enumerate(params, start=1):
        if len(a) != w.shape[1]:
            raise ValueError(f"layer {number} takes {w.shape[1]} inputs (w is {w.shape}); got {len(a)}")
        z = w @ a + b[:, None]
        a = jax.vmap(hidden, in_axes=-1, out_axes=-1)(z) if number < len(params) else z
    return a.T.reshape(*rows.shape[:-1], len(a))


@functools.partial(jax.jit, static_argnames=("output", "hidden"))
def forward(
    params: Sequence[Layer], x: Shaped[Array, "*batch n_in"], *, output: Callable, hidden: Callable = sigmoid
) -> Inexact[Array, "*batch n_out"]:
    """a^L = output(z^L), the activations of the output layer.

    >>> params = init(jax.random.key(0), (784, 30, 10))
    >>> forward(params, jnp.zeros((5, 784)), output=sigmoid).shape
    (5, 10)
    """
    return output(weighted_input(params, x, hidden=hidden))


@functools.partial(jax.jit, static_argnames=("cost", "output", "hidden"))
def loss(
    params: Sequence[Layer],
    x: Shaped[Array, "*batch n_in"],
    y: Shaped[Array, "..."],
    *,
    cost: Callable,
    output: Callable,
    hidden: Callable = sigmoid,
) -> Float[Array, ""]:
    """C, the mean over the examples of cost(output, z^L, y).

    y holds targets of z^L's shape, or integer class labels without the class axis.

    >>> from jaxce import cross_entropy
    >>> params = [Layer(w=jnp.zeros((10, 784)), b=jnp.zeros(10))]
    >>> C = loss(params, jnp.zeros((5, 784)), jnp.arange(5), cost=cross_entropy, output=sigmoid)
    >>> bool(jnp.isclose(C, 10 * jnp.log(2)))
    True
    """
    return jnp.mean(cost(output, weighted_input(params, x, hidden=hidden), y))


@functools.partial(jax.jit, static_argnames=("hidden",))
def accuracy(
    params: Sequence[Layer],
    x: Shaped[Array, "*batch n_in"],
    labels: Shaped[Array, "..."],
    *,
    hidden: Callable = sigmoid,
) -> Float[Array, ""]:
    """The share of examples whose largest output is their label's.

    Every output function keeps the order of the weighted inputs, so it need not be known. Raises TypeError
    for labels that are not integers and ValueError for labels of another shape than the examples'.

    >>> params = [Layer(w=jnp.eye(3), b=jnp.zeros(3))]
    >>> accuracy(params, jnp.eye(3), jnp.array([0, 1, 1]))
    Array(0.666..., dtype=float...)
    """
    if not jnp.issubdtype(labels.dtype, jnp.integer):
        raise TypeError(f"labels must be integers, one an example; got {labels.dtype}{list(labels.shape)}")
    if labels.shape != x.shape[:-1]:
        raise ValueError(f"labels must have the shape of the examples, {x.shape[:-1]}; got {labels.shape}")
    largest = jnp.argmax(weighted_input(params, x, hidden=hidden), axis=-1)
    return jnp.mean(largest == labels.astype(largest.dtype))
