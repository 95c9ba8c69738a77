"""Rules for sums of products: contractions and convolutions."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, filled


def dot_general(interpreter, x, y, *, dimension_numbers):
    """Sums of products over the contracted axes, for each batch index."""
    (contract_x, contract_y), (batch_x, batch_y) = dimension_numbers
    left, right = _grouped(x, batch_x, contract_x), _grouped(y, batch_y, contract_y)
    add, multiply = (functools.partial(function, interpreter.case) for function in (real.add, real.multiply))
    sums = [
        functools.reduce(add, map(multiply, row, column)) if len(row) else sp.S.Zero
        for rows, columns in zip(left, right, strict=True)
        for row in rows
        for column in columns
    ]
    batch = [x.shape[axis] for axis in batch_x]
    return array(sums, (*batch, *_free_sizes(x, batch_x, contract_x), *_free_sizes(y, batch_y, contract_y)))


def _free_sizes(x, batch, contract) -> list[int]:
    return [size for axis, size in enumerate(x.shape) if axis not in (*batch, *contract)]


def _grouped(x, batch, contract) -> Array:
    """The array reshaped to [batch, free, contracted]."""
    free = [axis for axis in range(x.ndim) if axis not in (*batch, *contract)]
    sizes = [int(np.prod([x.shape[axis] for axis in axes])) for axes in (batch, free, contract)]
    return x.transpose(*batch, *free, *contract).reshape(sizes)


def convolution(interpreter, x, w, *, eqn):
    """Sums of products: JAX's convolution of the positions with a single weight 1 says what that weight multiplies."""
    parameters = eqn.params | {"precision": jax.lax.Precision.HIGHEST, "preferred_element_type": np.dtype(np.float32)}
    numbers = jnp.arange(1, x.size + 1, dtype=jnp.float32).reshape(x.shape)
    ones = jnp.eye(w.size, dtype=jnp.float32).reshape(w.size, *w.shape)
    places = np.asarray(jax.vmap(lambda one: eqn.primitive.bind(numbers, one, **parameters))(ones)).astype(int)
    elements, weights = x.ravel(), w.ravel()
    sums = filled(places.shape[1:], sp.S.Zero)
    for k, index in zip(*(lambda at: (at[:, 0], map(tuple, at[:, 1:])))(np.argwhere(places)), strict=True):
        product = real.multiply(interpreter.case, elements[places[(k, *index)] - 1], weights[k])
        sums[index] = real.add(interpreter.case, sums[index], product)
    return sums


PRODUCTS: dict[str, Rule] = {"dot_general": dot_general, "conv_general_dilated": convolution}
