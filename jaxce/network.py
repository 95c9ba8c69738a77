"""A feed-forward network: z^l = w^l a^(l-1) + b^l, a^l = hidden(z^l), a^L = output(z^L).

Each row is one example: x is [..., n_in], z^L and a^L are [..., n_out]. The weight matrix w_jk is [n_out, n_in]. An x
of an unsigned integer type stands for x / (the type's largest value), so that images can stay uint8 in memory.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Inexact, Integer, Shaped

from jaxce.fusion import fusion_barrier
from jaxce.outputs import sigmoid
from jaxce.sharding import product


class Layer(NamedTuple):
    """One layer of neurons, with z = w a + b.

    Attributes:
        w: the weights, floats [n_out, n_in].
        b: the biases, floats [n_out].
    """

    w: Array
    b: Array


Params = Sequence[Layer | Sequence[Any] | Mapping[str, Any]]  # a network, in the forms that `as_layers` reads


def as_layers(params: Sequence[Any]) -> list[Layer]:
    """A network's layers, each of which may also be a pair (w, b), or a mapping of w and b as Orbax restores it.

    Raises:
        ValueError: a layer is none of these, or the shapes or types of its w and b do not fit.

    Example:
        >>> w, b = np.ones((3, 4)), np.ones(3)
        >>> as_layers([(w, b), {"w": w, "b": b}])[1].w.shape
        (3, 4)
    """
    if not params:
        raise ValueError("a network has at least one layer; got none")
    return [_as_layer(number, layer) for number, layer in enumerate(params, start=1)]


def _as_layer(number, layer):
    try:
        w, b = (layer["w"], layer["b"]) if isinstance(layer, Mapping) else layer
        got = f"w {w.dtype}{list(w.shape)}, b {b.dtype}{list(b.shape)}"
        are_floats = all(jnp.issubdtype(array.dtype, jnp.floating) for array in (w, b))
        if are_floats and w.ndim == 2 and b.shape == w.shape[:1]:
            return Layer(w, b)
    except (AttributeError, KeyError, TypeError, ValueError):
        got = type(layer).__name__
    raise ValueError(f"layer {number} must be Layer(w, b) with floats w [n_out, n_in] and b [n_out]; got {got}")


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
        ValueError: the scheme is unknown, or there are fewer than two sizes, or one is below 1 or above 2^31 - 1.

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
    if max(sizes) >= 2**31:
        raise ValueError(f"sizes must be below 2^31; got {tuple(sizes)}")
    return [
        _random_layer(key, n_in, n_out, SCHEMES[scheme](n_in), dtype)
        for key, n_in, n_out in zip(jax.random.split(key, len(sizes) - 1), sizes[:-1], sizes[1:], strict=True)
    ]


def _random_layer(key, n_in, n_out, deviation, dtype):
    key_w, key_b = jax.random.split(key)
    w = deviation * fusion_barrier(jax.random.normal(key_w, (n_out, n_in), dtype))  # under jit, the same bits
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
    params: Params, x: Shaped[Array | np.ndarray, "*batch n_in"], *, hidden: Callable = sigmoid
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
        ValueError: a layer does not have as many inputs as there are outputs of the one before it, or is none.

    Example:
        >>> import jax.numpy as jnp
        >>> params = [Layer(w=jnp.array([[1.0, 2.0]]), b=jnp.array([0.5]))]
        >>> weighted_input(params, jnp.array([3.0, 4.0]))
        Array([11.5], dtype=float...)
    """
    layers = as_layers(params)
    rows = _activation_of_input(x, layers[0].w.dtype)
    # Inside, each column is one example: on a CPU, the matrix product that is the gradient of w is then faster.
    a = rows.reshape(-1, rows.shape[-1]).T
    for number, (w, b) in enumerate(layers, start=1):
        if a.shape[0] != w.shape[1]:  # not len(a), which cannot be a symbolic size
            raise ValueError(f"layer {number} takes {w.shape[1]} inputs (w is {w.shape}); got {a.shape[0]}")
        z = product(w, a) + b[:, None]
        a = jax.vmap(hidden, in_axes=-1, out_axes=-1)(z) if number < len(layers) else z
    return a.T.reshape(*rows.shape[:-1], a.shape[0])


@functools.partial(jax.jit, static_argnames=("output", "hidden"))
def forward(
    params: Params, x: Shaped[Array, "*batch n_in"], *, output: Callable, hidden: Callable = sigmoid
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
    params: Params,
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
        ValueError: the shapes of the layers, x and y do not fit, or the cost is not one number for each example.

    Example:
        >>> import jax.numpy as jnp, jaxce
        >>> params = [Layer(w=jnp.zeros((10, 784)), b=jnp.zeros(10))]
        >>> x, y = jnp.zeros((5, 784)), jnp.arange(5)
        >>> C = loss(params, x, y, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
        >>> bool(jnp.isclose(C, 10 * jnp.log(2)))
        True
    """
    C = cost(output, weighted_input(params, x, hidden=hidden), y)
    if jnp.shape(C) != x.shape[:-1]:
        raise ValueError(
            f"the cost must be one number for each example, here of shape {x.shape[:-1]}, not {jnp.shape(C)}: "
            "sum it over the outputs, and do not take the mean over the examples"
        )
    return jnp.mean(C)


@functools.partial(jax.jit, static_argnames=("output", "hidden"))
def classify(
    params: Params,
    x: Shaped[Array, "*batch n_in"],
    *,
    output: Callable | None = None,
    hidden: Callable = sigmoid,
) -> Integer[Array, "*batch"]:
    """The number of each example's largest output; for one output neuron, 1 where it is above 1/2, and otherwise 0.

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        output: the output layer; without it, one like linear, sigmoid and softmax, which keep the order of the weighted
            inputs, and of one neuron a sigmoid.
        hidden: the activation function of the hidden layers.

    Example:
        >>> import jax.numpy as jnp
        >>> params = [Layer(w=jnp.eye(3), b=jnp.zeros(3))]
        >>> classify(params, jnp.array([[1.0, 3.0, 2.0]])).tolist()
        [1]
    """
    z = weighted_input(params, x, hidden=hidden)
    if z.shape[-1] == 1:
        return (z[..., 0] > 0 if output is None else output(z)[..., 0] > 0.5).astype(int)
    if output is None or getattr(output, "keeps_order", False):
        return jnp.argmax(z, axis=-1)  # z has the digits that a may have lost
    return jnp.argmax(output(z), axis=-1)


@functools.partial(jax.jit, static_argnames=("output", "hidden"))
def accuracy(
    params: Params,
    x: Shaped[Array, "*batch n_in"],
    labels: Shaped[Array, "..."],
    *,
    output: Callable | None = None,
    hidden: Callable = sigmoid,
) -> Float[Array, ""]:
    """The share of examples whose largest output is the label's, from 0 to 1.

    One output neuron stands for two classes: 1 where it is above 1/2, and otherwise 0.

    Args:
        params: the network's layers.
        x: inputs [..., n_in], floats or unsigned integers (which stand for x / their type's largest value).
        labels: integer class labels [...].
        output: the output layer. Linear, sigmoid and softmax keep the order of the weighted inputs, and need not be
            named, but for a single neuron that is no sigmoid.
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
    classes = classify(params, x, output=output, hidden=hidden)
    return jnp.mean(classes == labels.astype(classes.dtype))
