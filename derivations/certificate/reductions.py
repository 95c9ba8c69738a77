"""Rules for the primitives that fold elements along axes or in windows."""

import functools
import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, as_rows, filled, map_elements
from derivations.certificate.ordering import total_order


def reduction(function: Callable, of_none: sp.Basic) -> Rule:
    """A rule that folds a function of two elements over axes; `of_none` is the result for no elements."""

    def reduced(interpreter, x, *, axes):
        return _folded(interpreter.case, function, of_none, as_rows(x, axes))

    return reduced


def _folded(case: Case, function: Callable, of_none: sp.Basic, rows: Array) -> Array:
    fold = functools.partial(functools.reduce, functools.partial(function, case))
    indices = list(np.ndindex(rows.shape[:-1]))
    return array([fold(rows[index]) if len(rows[index]) else of_none for index in indices], rows.shape[:-1])


def windows(shape, window_dimensions, window_strides, padding, base_dilation=None, window_dilation=None):
    """The positions in each window, in order, and the shape of the array of windows, from JAX's sums of single ones."""
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
    """A rule that folds a function of two elements over each window."""

    def reduced(interpreter, x, *, window_dimensions, window_strides, padding, base_dilation, window_dilation):
        rows, shape = windows(x.shape, window_dimensions, window_strides, padding, base_dilation, window_dilation)
        fold = functools.partial(_folded, interpreter.case, function, of_none)
        return array([fold(x.ravel()[row])[()] for row in rows], shape)

    return reduced


def select_and_scatter_add(interpreter, source, x, *, select_prim, window_dimensions, window_strides, padding):
    """Each window's element of `source`, added at the place of its greatest (or least) element: for pooling."""
    rows, _ = windows(x.shape, window_dimensions, window_strides, padding)
    sums, add = filled((x.size,), sp.S.Zero), functools.partial(real.add, interpreter.case)
    for row, value in zip(rows, source.ravel(), strict=True):
        for place in _selected(interpreter.case, select_prim, x.ravel(), row):
            sums[place] = add(sums[place], value)
    return sums.reshape(x.shape)


def select_and_gather_add(
    interpreter, tangent, x, *, select_prim, window_dimensions, window_strides, padding, base_dilation, window_dilation
):
    """The element of `tangent` at the place of each window's greatest (or least) element: the derivative of pooling."""
    rows, shape = windows(x.shape, window_dimensions, window_strides, padding, base_dilation, window_dilation)
    chosen = [_selected(interpreter.case, select_prim, x.ravel(), row) for row in rows]
    return array([tangent.ravel()[place[0]] if place else sp.S.Zero for place in chosen], shape)


def _selected(case: Case, select_prim, x: Array, row: Array) -> list[int]:
    """The first place in a window of its greatest (`ge`) or least (`le`) element; none if the window is empty."""
    sign = {"ge": 1, "le": -1}[select_prim.name]

    def better(i, j):
        return j if sign * total_order(case, x[j], x[i]) > 0 else i

    return [functools.reduce(better, row)] if len(row) else []


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
    "cumsum": cumulative(real.add),
    "cumprod": cumulative(real.multiply),
    "cummax": cumulative(real.maximum),
    "cummin": cumulative(real.minimum),
    "cumlogsumexp": cumulative(logarithm_of_sum_of_exponentials),
}
