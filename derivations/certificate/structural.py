"""What the JAX primitives do that move elements, without or with a sum: reshaping, indexing, scattering.

Primitives that only move elements are run by JAX itself on the elements' positions, so that their indexing is JAX's
own.
"""

import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.certificate.arrays import Rule, array, concrete, constant


def reshape(case, eqn, x, *_):
    """The same elements in another shape."""
    return x.reshape(eqn.outvars[0].aval.shape)


def broadcast_in_dim(case, eqn, x, *_):
    """The array's axes placed among new ones, and repeated."""
    shape, places = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    aligned = x.reshape([x.shape[places.index(axis)] if axis in places else 1 for axis in range(len(shape))])
    return np.broadcast_to(aligned, shape)


def iota(case, eqn):
    """0, 1, 2, ... along an axis."""
    return constant(np.asarray(eqn.primitive.bind(**eqn.params)))


def moved(case, eqn, *operands):
    """Elements moved as JAX moves them: the primitive is run on positions, floats, so that a fill is nan."""
    count = _array_operands(eqn)
    sizes = np.cumsum([0, *(operand.size for operand in operands[:count])])
    positions = [
        jnp.arange(start, start + o.size, dtype=jnp.float32).reshape(o.shape)
        for start, o in zip(sizes, operands[:count], strict=False)
    ]
    indices = [jnp.asarray(concrete(operand)) for operand in operands[count:]]
    results = eqn.primitive.bind(*positions, *indices, **eqn.params)
    elements = [*(element for operand in operands[:count] for element in operand.ravel())]
    filled = results if eqn.primitive.multiple_results else [results]
    outputs = [
        array([sp.nan if np.isnan(p) else elements[int(p)] for p in np.ravel(result)], np.shape(result))
        for result in filled
    ]
    return outputs if eqn.primitive.multiple_results else outputs[0]


def _array_operands(eqn) -> int:
    """How many of the operands are moved; the others say where."""
    name, operands = eqn.primitive.name, len(eqn.invars)
    return {"gather": 1, "dynamic_slice": 1, "dynamic_update_slice": 2}.get(name, operands)


def scatter(case, eqn, x, indices, updates):
    """Elements of `updates` in the places of x that JAX writes them to."""
    result = x.copy().ravel()
    for place, update in _places(eqn, x, indices, updates):
        result[place] = update
    return result.reshape(x.shape)


def scatter_add(case, eqn, x, indices, updates):
    """The sum of x and each update at its place."""
    result = x.copy().ravel()
    for place, update in _places(eqn, x, indices, updates):
        result[place] = real.add(case, result[place], update)
    return result.reshape(x.shape)


def _places(eqn, x, indices, updates):
    """Where each update lands: the primitive is run on one at a time, a 1 among zeros."""
    dtype = eqn.invars[0].aval.dtype
    zeros, where = jnp.zeros(x.shape, dtype), jnp.asarray(concrete(indices))
    for k, update in enumerate(updates.ravel()):
        one = jnp.zeros(updates.size, dtype).at[k].set(1).reshape(updates.shape)
        for place in np.flatnonzero(eqn.primitive.bind(zeros, where, one, **eqn.params)):
            yield place, update


MOVES: dict[str, Rule] = {
    "iota": iota,
    "reshape": reshape,
    "squeeze": reshape,
    "expand_dims": reshape,
    "broadcast_in_dim": broadcast_in_dim,
    "transpose": lambda case, eqn, x: x.transpose(eqn.params["permutation"]),
    "slice": moved,
    "rev": moved,
    "concatenate": moved,
    "stack": moved,
    "unstack": moved,
    "tile": moved,
    "pad": moved,
    "split": moved,
    "gather": moved,
    "dynamic_slice": moved,
    "dynamic_update_slice": moved,
    "scatter": scatter,
    "scatter-add": scatter_add,
    "scatter_add": scatter_add,
}
