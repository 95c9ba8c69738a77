"""A feed-forward network: z^l = w^l a^(l-1) + b^l, a^l = hidden(z^l), a^L = output(z^L).

Each row is one example: x is [..., n_in], z^L and a^L are [..., n_out]. The weight matrix w_jk is [n_out, n_in]. An x
of an unsigned integer type stands for x / (the type's largest value), so that images can stay uint8 in memory.
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
    """One layer of neurons, with z = w a + b.

    Attributes:
        w: the weights, floats [n_out, n_in].
        b: the biases, floats [n_out].
    """

    w: Array
    b: Array


# The standard deviation of the initial weights, from the number of inputs.
SCHEMES = {
    "large": lambda n_in: 1.0,
    "scaled": lambda n_in: n_in**-0.5,
}


def init(key, sizes: Sequence[int], *, scheme: str = "scaled", dtype=float) -> list[Layer]:
    """Random weights and biases for a network.

    Args:
        key: a JAX random key.
        sizes: inputs, hidden neurons ..., outputs.
        scheme: "large" for weights from N(0, 1), with which the book's chapter begins; "scaled" for weights from
            N(0, 1/n_in), with which it ends. Biases are from N(0, 1) in both.
        dtype: the type of weights and biases.

    Raises:
        ValueError: the scheme is unknown, or there are fewer than two sizes, or one is less than 1.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, section "Weight initialization".

    Example:
        >>> import jax
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

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        hidden: the activation function of the hidden layers, for one example's weighted inputs [n].

    Returns:
        z^L, [..., n_out].

    Raises:
        TypeError: x holds neither floats nor unsigned integers.
        ValueError: a layer does not have as many inputs as there are outputs of the one before it.

    Example:
        >>> import jax.numpy as jnp
        >>> params = [Layer(w=jnp.array([[1.0, 2.0]]), b=jnp.array([0.5]))]
        >>> weighted_input(params, jnp.array([3.0, 4.0]))
        Array([11.5], dtype=float...)
    """
    rows = _activation_of_input(x, params[0].w.dtype)
    # Inside, each column is one example: on a CPU, the matrix product that is the gradient of w is then faster.
    a = rows.reshape(-1, rows.shape[-1]).T
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

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        output: the output layer, such as `jaxce.softmax`.
        hidden: the activation function of the hidden layers.

    Returns:
        a^L, [..., n_out].

    Raises:
        TypeError: x holds neither floats nor unsigned integers.
        ValueError: a layer does not have as many inputs as there are outputs of the one before it.

    Example:
        >>> import jax, jax.numpy as jnp
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
    """The mean over the examples of cost(output, z^L, y).

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        y: targets [..., n_out], or integer class labels [...].
        cost: the cost, such as `jaxce.cross_entropy`.
        output: the output layer, such as `jaxce.sigmoid`.
        hidden: the activation function of the hidden layers.

    Raises:
        TypeError: x holds neither floats nor unsigned integers.
        ValueError: the shapes of the layers, x and y do not fit.

    Example:
        >>> import jax.numpy as jnp, jaxce
        >>> params = [Layer(w=jnp.zeros((10, 784)), b=jnp.zeros(10))]
        >>> x, y = jnp.zeros((5, 784)), jnp.arange(5)
        >>> C = loss(params, x, y, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
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
    """The share of examples whose largest output is the label's, from 0 to 1.

    No output layer is needed: linear, sigmoid and softmax keep the order of the weighted inputs.

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        labels: integer class labels [...].
        hidden: the activation function of the hidden layers.

    Raises:
        TypeError: the labels are not integers, or x holds neither floats nor unsigned integers.
        ValueError: there is not one label per example, or the shapes of the layers and x do not fit.

    Example:
        >>> import jax.numpy as jnp
        >>> params = [Layer(w=jnp.eye(3), b=jnp.zeros(3))]
        >>> accuracy(params, jnp.eye(3), jnp.array([0, 1, 1]))
        Array(0.666..., dtype=float...)
    """
    if not jnp.issubdtype(labels.dtype, jnp.integer):
        raise TypeError(f"labels must be integers, one per example; got {labels.dtype}{list(labels.shape)}")
    if labels.shape != x.shape[:-1]:
        raise ValueError(f"labels must have the shape of the examples, {x.shape[:-1]}; got {labels.shape}")
    largest = jnp.argmax(weighted_input(params, x, hidden=hidden), axis=-1)
    return jnp.mean(largest == labels.astype(largest.dtype))
