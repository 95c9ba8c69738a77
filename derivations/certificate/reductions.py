"""Rules for the primitives that fold elements along axes or in windows, order them, or multiply and sum them."""

import functools
import itertools
import operator
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, constant, filled, map_elements


def _rows(x: Array, axes: tuple[int, ...]) -> Array:
    """The array with some axes made one, the last."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    sizes = [x.shape[axis] for axis in kept]
    return x.transpose(*kept, *axes).reshape(*sizes, int(np.prod([x.shape[axis] for axis in axes], dtype=int)))


def reduction(function: Callable, of_none: sp.Basic) -> Rule:
    """A rule that folds a function of two over axes."""

    def reduced(interpreter, x, *, axes):
        return _folded(interpreter.case, function, of_none, _rows(x, axes))

    return reduced


def _folded(case: Case, function: Callable, of_none: sp.Basic, rows: Array) -> Array:
    fold = functools.partial(functools.reduce, functools.partial(function, case))
    indices = list(np.ndindex(rows.shape[:-1]))
    return array([fold(rows[index]) if len(rows[index]) else of_none for index in indices], rows.shape[:-1])


def windows(shape, window_dimensions, window_strides, padding, base_dilation=None, window_dilation=None):
    """The places in each window, in order, and the shape of the windows: JAX's sums of one element at a time."""
    size, no_dilation = int(np.prod(shape)), (1,) * len(shape)
    members = jax.lax.reduce_window(
        jnp.eye(size, dtype=jnp.int32).reshape(size, *shape),
        np.int32(0),
        jax.lax.add,
        window_dimensions=(1, *window_dimensions),
        window_strides=(1, *window_strides),
        padding=((0, 0), *padding),
        base_dilation=(1, *(base_dilation or no_dilation)),
        window_dilation=(1, *(window_dilation or no_dilation)),
    )
    return [np.flatnonzero(window) for window in np.asarray(members).reshape(size, -1).T], members.shape[1:]


def window_reduction(function: Callable, of_none: sp.Basic) -> Rule:
    """A rule that folds a function of two over the elements in each window."""

    def reduced(interpreter, x, *, window_dimensions, window_strides, padding, base_dilation, window_dilation):
        rows, shape = windows(x.shape, window_dimensions, window_strides, padding, base_dilation, window_dilation)
        fold = functools.partial(_folded, interpreter.case, function, of_none)
        return array([fold(x.ravel()[row])[()] for row in rows], shape)

    return reduced


def select_and_scatter_add(interpreter, source, x, *, select_prim, window_dimensions, window_strides, padding):
    """Each window's element of `source`, added where the window's greatest (or least) element is: for pooling."""
    rows, _ = windows(x.shape, window_dimensions, window_strides, padding)
    sums, add = filled((x.size,), sp.S.Zero), functools.partial(real.add, interpreter.case)
    for row, value in zip(rows, source.ravel(), strict=True):
        for place in _selected(interpreter.case, select_prim, x.ravel(), row):
            sums[place] = add(sums[place], value)
    return sums.reshape(x.shape)


def select_and_gather_add(
    interpreter, tangent, x, *, select_prim, window_dimensions, window_strides, padding, base_dilation, window_dilation
):
    """The element of `tangent` where each window's greatest (or least) element is: pooling's derivative."""
    rows, shape = windows(x.shape, window_dimensions, window_strides, padding, base_dilation, window_dilation)
    chosen = [_selected(interpreter.case, select_prim, x.ravel(), row) for row in rows]
    return array([tangent.ravel()[place[0]] if place else sp.S.Zero for place in chosen], shape)


def _selected(case: Case, select_prim, x: Array, row: Array) -> list[int]:
    """The first place in a window whose element is the greatest (`ge`) or least (`le`); none of an empty one."""
    sign = {"ge": 1, "le": -1}[select_prim.name]

    def better(i, j):
        return j if sign * total_order(case, x[j], x[i]) > 0 else i

    return [functools.reduce(better, row)] if len(row) else []


def extremum(order: Callable) -> Rule:
    """A rule for argmax and argmin: the first nan, or the first of equals."""

    def index(interpreter, x, *, axes, index_dtype):
        case, rows = interpreter.case, _rows(x, axes)

        def better(row, i, j):
            if sp.nan in (row[i], row[j]):
                return i if row[i] is sp.nan else j
            return j if order(real.compare(case, row[j], row[i]), 0) else i

        best = [
            functools.reduce(functools.partial(better, rows[i]), range(rows.shape[-1]))
            for i in np.ndindex(rows.shape[:-1])
        ]
        return constant(np.asarray(best, index_dtype).reshape(rows.shape[:-1]))

    return index


def cumulative(function: Callable) -> Rule:
    """A rule that keeps every partial fold along an axis."""

    def accumulated(interpreter, x, *, axis, reverse):
        step = -1 if reverse else 1
        rows = np.moveaxis(x, axis, 0)[::step]
        combine = functools.partial(map_elements, functools.partial(function, interpreter.case))
        partial = list(itertools.accumulate(rows, combine))
        return np.moveaxis(np.stack(partial)[::step], 0, axis) if partial else x

    return accumulated


def logarithm_of_sum_of_exponentials(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """ln(e^x + e^y)."""
    return real.logarithm(case, real.add(case, sp.exp(x), sp.exp(y)))


def total_order(case: Case, x: sp.Expr, y: sp.Expr) -> int:
    """-1, 0 or 1 as x is sorted before, with or after y; nan is the last."""
    if sp.nan in (x, y):
        return (x is sp.nan) - (y is sp.nan)
    return int(real.compare(case, x, y))


def sort(interpreter, *operands, dimension, is_stable, num_keys):
    """All operands by the first `num_keys` of them; of equals, the first comes first if the order is stable."""

    def order(i, j):
        signs = (total_order(interpreter.case, key[i], key[j]) for key in columns[:num_keys])
        return next((sign for sign in signs if sign), 0)

    moved = [np.moveaxis(operand, dimension, -1).copy() for operand in operands]
    for index in np.ndindex(moved[0].shape[:-1]):
        columns = [operand[index].copy() for operand in moved]
        places = sorted(range(len(columns[0])), key=functools.cmp_to_key(order))
        for i, j in itertools.pairwise(places):
            if not is_stable and order(i, j) == 0 and any(column[i] != column[j] for column in columns[num_keys:]):
                raise NotImplementedError("sort with is_stable = False leaves open how equal elements are ordered")
        for operand, column in zip(moved, columns, strict=True):
            operand[index] = column[places]
    return [np.moveaxis(operand, -1, dimension) for operand in moved]


def top_k(interpreter, x, *, k, axis, is_stable=True):
    """The k greatest in order, with their indices; nan is the greatest, and of equals the first comes first."""
    rows = np.moveaxis(x, axis, -1)
    values, indices = filled((*rows.shape[:-1], k), sp.S.Zero), filled((*rows.shape[:-1], k), sp.S.Zero)
    for index in np.ndindex(rows.shape[:-1]):
        row = rows[index]
        order = functools.cmp_to_key(lambda i, j, row=row: -total_order(interpreter.case, row[i], row[j]))
        places = sorted(range(len(row)), key=order)
        if not is_stable and any(
            total_order(interpreter.case, row[i], row[j]) == 0 for i, j in itertools.pairwise(places)
        ):
            raise NotImplementedError("top_k with is_stable = False leaves open how equal elements are ordered")
        places = places[:k]
        values[index], indices[index] = row[places], [sp.Integer(place) for place in places]
    return [np.moveaxis(values, -1, axis), np.moveaxis(indices, -1, axis)]


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
    """The array as [batch, free, contracted]."""
    free = [axis for axis in range(x.ndim) if axis not in (*batch, *contract)]
    sizes = [int(np.prod([x.shape[axis] for axis in axes])) for axes in (batch, free, contract)]
    return x.transpose(*batch, *free, *contract).reshape(sizes)


def convolution(interpreter, x, w, *, eqn):
    """Sums of products: JAX's convolution with one weight 1, of the positions, names what each weight multiplies."""
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


REDUCTIONS: dict[str, Rule] = {
    "reduce_sum": reduction(real.add, sp.S.Zero),
    "reduce_prod": reduction(real.multiply, sp.S.One),
    "reduce_max": reduction(real.maximum, -sp.oo),
    "reduce_min": reduction(real.minimum, sp.oo),
    "reduce_and": reduction(lambda case, x, y: sp.And(x, y), sp.true),
    "reduce_or": reduction(lambda case, x, y: sp.Or(x, y), sp.false),
    "reduce_window_sum": window_reduction(real.add, sp.S.Zero),
    "reduce_window_max": window_reduction(real.maximum, -sp.oo),
    "reduce_window_min": window_reduction(real.minimum, sp.oo),
    "select_and_scatter_add": select_and_scatter_add,
    "select_and_gather_add": select_and_gather_add,
    "argmax": extremum(operator.gt),
    "argmin": extremum(operator.lt),
    "cumsum": cumulative(real.add),
    "cumprod": cumulative(real.multiply),
    "cummax": cumulative(real.maximum),
    "cummin": cumulative(real.minimum),
    "cumlogsumexp": cumulative(logarithm_of_sum_of_exponentials),
    "sort": sort,
    "top_k": top_k,
    "dot_general": dot_general,
    "conv_general_dilated": convolution,
}
