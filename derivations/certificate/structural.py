"""Rules for the primitives that move elements: reshaping, indexing, scattering.

JAX itself runs most of them on the positions of the elements, so that their indexing is JAX's own.
"""

import functools
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from derivations.algebra import extended_reals as real
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, concrete, constant


def reshape(interpreter, x, *, new_sizes, dimensions=None):
    """The same elements in another shape; if `dimensions` are given, the axes are first put in that order."""
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


def squeeze(interpreter, x, *, dimensions):
    """The array without some of its axes of length 1."""
    return x.reshape([size for axis, size in enumerate(x.shape) if axis not in dimensions])


def broadcast_in_dim(interpreter, x, *, shape, broadcast_dimensions):
    """The array's axes placed among new ones, and repeated."""
    places = list(broadcast_dimensions)
    aligned = x.reshape([x.shape[places.index(axis)] if axis in places else 1 for axis in range(len(shape))])
    return np.broadcast_to(aligned, shape)


def transpose(interpreter, x, *, permutation):
    """The array with its axes in another order."""
    return x.transpose(permutation)


def iota(interpreter, *, dtype, shape, dimension):
    """0, 1, 2, ... along an axis."""
    return constant(np.asarray(jax.lax.broadcasted_iota(dtype, shape, dimension)))


def moved(interpreter, *operands, eqn):
    """Elements moved as JAX moves them: JAX runs the primitive on the positions of the elements."""
    count = INDEXED.get(eqn.primitive.name, len(operands))
    elements = [element for operand in operands[:count] for element in operand.ravel()]
    places = run_on_positions(eqn, operands[:count], operands[count:], eqn.params)
    return [array([elements[place] for place in result.ravel()], result.shape) for result in places]


def gather(interpreter, x, indices, *, eqn):
    """Elements at indices; an index outside the array is clipped or gives the fill value, depending on the mode."""
    _check_promise_of_order(eqn, indices)
    (places,) = run_on_positions(eqn, [x], [indices], eqn.params | {"fill_value": OUTSIDE})
    elements, fill = x.ravel(), interpreter.reading.read(_fill_value(eqn))[()]
    return array([fill if place == OUTSIDE else elements[place] for place in places.ravel()], places.shape)


OUTSIDE = -1


def _fill_value(eqn):
    """The fill value given, else nan, the least signed integer, the greatest unsigned integer, or True, by the type."""
    dtype, given = eqn.invars[0].aval.dtype, eqn.params["fill_value"]
    if given is not None:
        return np.asarray(given, dtype)
    if jnp.issubdtype(dtype, jnp.floating):
        return np.asarray(np.nan, dtype)
    if jnp.issubdtype(dtype, jnp.bool_):
        return np.asarray(True)
    return np.asarray(jnp.iinfo(dtype).min or jnp.iinfo(dtype).max, dtype)


def run_on_positions(eqn, operands: Sequence[Array], indices: Sequence[Array], parameters: dict) -> list[np.ndarray]:
    """The position of the element that a primitive puts in each place, counted from 0 through all operands."""
    starts = np.cumsum([0, *(operand.size for operand in operands)])
    numbers = [
        jnp.arange(start, start + o.size, dtype=jnp.int32).reshape(o.shape)
        for start, o in zip(starts, operands, strict=False)
    ]
    results = eqn.primitive.bind(*numbers, *_integers(eqn, indices), **parameters)
    return [np.asarray(result) for result in (results if eqn.primitive.multiple_results else [results])]


def _integers(eqn, indices: Sequence[Array]) -> list[jax.Array]:
    """The indices, which are an equation's last operands, in their own integer types."""
    variables = eqn.invars[len(eqn.invars) - len(indices) :]
    return [jnp.asarray(concrete(i, variable.aval.dtype)) for i, variable in zip(indices, variables, strict=True)]


def scatter(combine: Callable | None) -> Rule:
    """A rule that combines each update with the element in its place, by the equation's own program if it has one."""

    def scattered(interpreter, x, indices, updates, *, eqn):
        program, consts = eqn.params.get("update_jaxpr"), eqn.params.get("update_consts", ())
        result, written = x.copy().ravel(), set()
        for place, update in _places(eqn, x, indices, updates):
            if eqn.params["unique_indices"] and place in written:
                raise NotImplementedError(f"{eqn.primitive.name} promises unique_indices = True, but two are equal")
            written.add(place)
            if program is not None:
                inputs = [*map(constant, consts), array(result[place], ()), array(update, ())]
                result[place] = interpreter.call(program, inputs)[0][()]
            else:
                result[place] = combine(interpreter.case, result[place], update) if combine else update
        return result.reshape(x.shape)

    return scattered


def _places(eqn, x, indices, updates):
    """Where each update lands: JAX scatters one update at a time, a 1 among zeros."""
    _check_promise_of_order(eqn, indices)
    names = ("dimension_numbers", "indices_are_sorted", "mode")
    add = functools.partial(
        jax.lax.scatter_add,
        jnp.zeros(x.shape, jnp.int32),
        jnp.asarray(concrete(indices, eqn.invars[1].aval.dtype)),
        **{name: eqn.params[name] for name in names},
    )
    one_at_a_time = jnp.eye(updates.size, dtype=jnp.int32).reshape(updates.size, *updates.shape)
    landed = np.asarray(jax.vmap(add)(one_at_a_time)).reshape(updates.size, x.size)
    for update, place in np.argwhere(landed):
        yield place, updates.ravel()[update]


def _check_promise_of_order(eqn, indices: Array) -> None:
    """Refuse indices that are declared sorted and are not: the result for them depends on the machine."""
    rows = [tuple(map(int, row)) for row in concrete(indices, np.int64).reshape(-1, indices.shape[-1])]
    if eqn.params["indices_are_sorted"] and rows != sorted(rows):
        raise NotImplementedError(f"{eqn.primitive.name} promises indices_are_sorted = True, but they are not")


# How many operands of these primitives, the first ones, are moved; the others are indices.
INDEXED = {"dynamic_slice": 1, "dynamic_update_slice": 2}

MOVES: dict[str, Rule] = {
    "reshape": reshape,
    "squeeze": squeeze,
    "broadcast_in_dim": broadcast_in_dim,
    "transpose": transpose,
    **dict.fromkeys(
        ("slice", "rev", "concatenate", "stack", "unstack", "tile", "pad", "split", "expand_dims"),
        moved,
    ),
    **dict.fromkeys(INDEXED, moved),
    "gather": gather,
    "iota": iota,
    "scatter": scatter(None),
    "scatter-add": scatter(real.add),
    "scatter_add": scatter(real.add),
    "scatter-sub": scatter(real.subtract),
    "scatter-mul": scatter(real.multiply),
    "scatter-min": scatter(real.minimum),
    "scatter-max": scatter(real.maximum),
}
