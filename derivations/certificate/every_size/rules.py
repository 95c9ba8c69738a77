"""Rules for the primitives that move, fold or make generic elements; elementwise ones have the rules of fixed sizes.

A rule takes the interpreter, arrays of elements, and as keyword arguments the parameters that it reads, as in
`derivations.certificate.application`.
"""

import functools

import numpy as np
import sympy as sp

from derivations.certificate.every_size.elements import (
    Element,
    always,
    filled_with,
    held_shape,
    map_generic,
)
from derivations.certificate.every_size.inputs import size_of
from derivations.certificate.every_size.merging import largest_index, maximum_over, sum_over
from derivations.certificate.every_size.terms import AXES, is_of_mask, summed

Elements = np.ndarray


def generic_broadcast_in_dim(interpreter, x: Elements, *, shape, broadcast_dimensions) -> Elements:
    """The array's axes placed among new ones, and repeated."""
    places = list(broadcast_dimensions)
    letters = {AXES[axis]: AXES[place] for axis, place in enumerate(places)}
    aligned = np.empty([x.shape[places.index(axis)] if axis in places else 1 for axis in range(len(shape))], object)
    aligned.ravel()[:] = x.ravel()
    moved = map_generic(lambda element: element.moved(letters), aligned)
    return np.broadcast_to(moved, held_shape(shape))


def generic_reshape(interpreter, x: Elements, *, new_sizes, dimensions, in_shapes) -> Elements:
    """The same elements in another shape, if all axes of symbolic size stay in their order beside axes of size 1."""
    if dimensions is not None:
        raise NotImplementedError("reshape with dimensions")
    return _relabelled(x, in_shapes[0], new_sizes, "reshape")


def generic_squeeze(interpreter, x: Elements, *, dimensions, in_shapes, out_shape) -> Elements:
    """The array without some of its axes of size 1."""
    return _relabelled(x, in_shapes[0], out_shape, "squeeze")


def expand_dims(interpreter, x: Elements, *, dimensions, in_shapes, out_shape) -> Elements:
    """The array with more axes of size 1."""
    return _relabelled(x, in_shapes[0], out_shape, "expand_dims")


def _relabelled(x: Elements, old: tuple, new: tuple, name: str) -> Elements:
    """The array with axes of size 1 dropped or inserted; or, if all sizes are known, in any other shape."""
    if all(isinstance(size, int) for size in (*old, *new)):
        return x.reshape(new)
    before, after = ([axis for axis, size in enumerate(shape) if size != 1] for shape in (old, new))
    if [old[axis] for axis in before] != [new[axis] for axis in after]:
        raise NotImplementedError(f"{name} from {old} to {new}: axes of symbolic size are kept as they are")
    letters = {AXES[one]: AXES[other] for one, other in zip(before, after, strict=True)}
    return map_generic(lambda element: element.moved(letters), x).reshape(held_shape(new))


def generic_transpose(interpreter, x: Elements, *, permutation) -> Elements:
    """The array with its axes in another order."""
    letters = {AXES[axis]: AXES[place] for place, axis in enumerate(permutation)}
    return map_generic(lambda element: element.moved(letters), x).transpose(permutation)


def generic_iota(interpreter, *, dtype, shape, dimension) -> Elements:
    """0, 1, 2, ... along an axis."""
    if not isinstance(shape[dimension], int):
        return filled_with(always(AXES[dimension] - 1), held_shape(shape))
    numbers = np.empty(shape[dimension], object)
    numbers[:] = [always(sp.Integer(number)) for number in range(shape[dimension])]
    sizes = [shape[dimension] if axis == dimension else 1 for axis in range(len(shape))]
    return np.broadcast_to(numbers.reshape(sizes), held_shape(shape))


def dim_as_value(interpreter, *, dim) -> Elements:
    """The size of an axis, a letter."""
    return filled_with(always(size_of(dim)), ())


def _folded(interpreter, x: Elements, shape: tuple, axes: tuple[int, ...], of_known, of_symbolic) -> Elements:
    """Axes of known size folded by a function of two elements, those of symbolic size by one of an element."""
    for axis in sorted(axes, reverse=True):
        if isinstance(shape[axis], int):
            rows = np.moveaxis(x, axis, -1)
            x = np.empty(rows.shape[:-1], object)
            for index in np.ndindex(x.shape):
                x[index] = functools.reduce(of_known, rows[index])
            x = np.expand_dims(x, axis)
        else:
            x = map_generic(functools.partial(of_symbolic, axis=AXES[axis], size=size_of(shape[axis])), x)
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    letters = {AXES[axis]: AXES[place] for place, axis in enumerate(kept)}
    return map_generic(lambda element: element.moved(letters), x).reshape(
        held_shape(tuple(shape[axis] for axis in kept))
    )


def reduce_sum(interpreter, x: Elements, *, axes, in_shapes) -> Elements:
    """Sums over axes."""
    (shape,) = in_shapes
    if 0 in shape:
        raise NotImplementedError("the sum of no elements")
    add = functools.partial(interpreter.elementwise, "add")
    return _folded(interpreter, x, shape, axes, add, functools.partial(sum_over, interpreter.world))


def reduce_max(interpreter, x: Elements, *, axes, in_shapes) -> Elements:
    """The largest elements over axes: over one of symbolic size, the element at an index of which that is known."""
    (shape,) = in_shapes
    if 0 in shape:
        raise NotImplementedError("the maximum of no elements")
    largest = functools.partial(maximum_over, interpreter.world)
    return _folded(interpreter, x, shape, axes, functools.partial(interpreter.elementwise, "max"), largest)


def reduce_or(interpreter, x: Elements, *, axes, in_shapes) -> Elements:
    """Whether a mask keeps any element over an axis of symbolic size: its sum is not 0."""

    def any_of(element: Element, axis: sp.Symbol, size: sp.Expr) -> Element:
        kept = element.only.lhs if isinstance(element.only, sp.Ne) and element.only.rhs == 0 else None
        if kept is None or not is_of_mask(kept):
            raise NotImplementedError("reduce_or of something else than a mask")
        return always(sp.Ne(summed(kept, axis, size, interpreter.world.ranges), 0))

    (shape,) = in_shapes
    if any(isinstance(shape[axis], int) for axis in axes):
        raise NotImplementedError("reduce_or along an axis of known size")
    return _folded(interpreter, x, shape, axes, None, any_of)


def argmax(interpreter, x: Elements, *, axes, index_dtype, in_shapes) -> Elements:
    """The first index at which elements over an axis of symbolic size are largest, counted from 0."""
    (shape,), (axis,) = in_shapes, axes
    if isinstance(shape[axis], int) or np.iinfo(index_dtype).bits < 32:
        raise NotImplementedError("argmax over an axis of known size, or in a type that may not hold every index")

    def index(element: Element, axis: sp.Symbol, size: sp.Expr) -> Element:
        return always(largest_index(interpreter.world, element, axis, size).here - 1)

    return _folded(interpreter, x, shape, axes, None, index)


def generic_dot_general(interpreter, x: Elements, y: Elements, *, dimension_numbers, in_shapes) -> Elements:
    """Sums of products over the contracted axes, for each batch index."""
    (contract_x, contract_y), (batch_x, batch_y) = dimension_numbers
    shapes = in_shapes
    free_x = [axis for axis in range(x.ndim) if axis not in (*batch_x, *contract_x)]
    free_y = [axis for axis in range(y.ndim) if axis not in (*batch_y, *contract_y)]
    n_batch, n_x, n_y = len(batch_x), len(free_x), len(free_y)
    shape = [*(shapes[0][axis] for axis in batch_x), *(shapes[0][axis] for axis in free_x)]
    shape += [*(shapes[1][axis] for axis in free_y), *(shapes[0][axis] for axis in contract_x)]
    places_x = _places(
        [*batch_x, *free_x, *contract_x], [*range(n_batch + n_x), *range(n_batch + n_x + n_y, len(shape))]
    )
    places_y = _places(
        [*batch_y, *free_y, *contract_y],
        [*range(n_batch), *range(n_batch + n_x, n_batch + n_x + n_y), *range(n_batch + n_x + n_y, len(shape))],
    )
    left = _among(x, shapes[0], places_x, shape)
    right = _among(y, shapes[1], places_y, shape)
    interpreter.world.on_axes(shape)
    products = map_generic(functools.partial(interpreter.elementwise, "mul"), left, right)
    contracted = tuple(range(n_batch + n_x + n_y, len(shape)))
    if not contracted:
        return products
    add = functools.partial(interpreter.elementwise, "add")
    return _folded(interpreter, products, tuple(shape), contracted, add, functools.partial(sum_over, interpreter.world))


def _places(axes: list[int], places: list[int]) -> list[int]:
    """For each axis, in its order, its place."""
    return [place for _, place in sorted(zip(axes, places, strict=True))]


def _among(x: Elements, own: tuple, places: list[int], shape: list) -> Elements:
    """The array's axes, of the shape `own`, placed among those of a larger shape, without repetition."""
    order = np.argsort(places)
    letters = {AXES[axis]: AXES[place] for axis, place in enumerate(places)}
    moved = map_generic(lambda element: element.moved(letters), x).transpose(order)
    held = held_shape(own)
    return moved.reshape([held[places.index(axis)] if axis in places else 1 for axis in range(len(shape))])


def generic_gather(
    interpreter,
    x: Elements,
    indices: Elements,
    *,
    dimension_numbers,
    slice_sizes,
    indices_are_sorted,
    unique_indices,
    mode,
    fill_value,
    in_shapes,
    out_shape,
) -> Elements:
    """Elements at indices along one axis, which may depend on the example; all are shown to be in range.

    So neither the mode nor the fill value matters, nor that no element is taken twice; an order cannot be promised.
    """
    numbers, sizes, (shape, index_shape), out = dimension_numbers, slice_sizes, in_shapes, out_shape
    if indices_are_sorted and not all(size == 1 for size in index_shape):
        raise NotImplementedError("gather promises indices_are_sorted = True")
    if len(numbers.start_index_map) != 1 or index_shape[-1] != 1:
        raise NotImplementedError("gather with more than one index for each element")
    (axis,) = numbers.start_index_map
    batching = tuple(numbers.operand_batching_dims)
    is_single = sizes[axis] == 1 and all(sizes[other] == 1 for other in batching)
    whole = all(sizes[o] == shape[o] for o in range(len(shape)) if o not in (axis, *batching))
    collapsed = tuple(sorted((*numbers.collapsed_slice_dims, *batching))) == tuple(sorted((axis, *batching)))
    if not (is_single and whole and collapsed):
        raise NotImplementedError("gather of slices")
    offset = list(numbers.offset_dims)
    batch_places = [place for place in range(len(out)) if place not in offset]  # the axes of `indices` but its last
    kept = [o for o in range(len(shape)) if o not in (axis, *batching)]
    places = dict(zip(kept, offset, strict=True))
    for mine, its in zip(batching, numbers.start_indices_batching_dims, strict=True):
        places[mine] = batch_places[its]
    at = _among(indices.reshape(indices.shape[:-1]), index_shape[:-1], batch_places, out)
    return _taken(interpreter, x, shape, axis, places, at, out)


def _taken(
    interpreter, x: Elements, shape: tuple, axis: int, places: dict[int, int], at: Elements, out: tuple
) -> Elements:
    """The elements of x at indices along one axis; `places` says where its other axes are in the result."""
    spare = AXES[-1]
    interpreter.world.on_axes(out)
    interpreter.world.axis_sizes[spare] = size_of(shape[axis])
    letters = {AXES[mine]: AXES[place] for mine, place in places.items()} | {AXES[axis]: spare}
    moved = map_generic(lambda element: element.moved(letters), x)
    rows = np.moveaxis(moved, axis, -1)
    mine = [places[o] for o in range(len(shape)) if o != axis]
    order = np.argsort(mine)
    rows = rows.transpose(*order, len(mine))
    held = [rows.shape[sorted(mine).index(place)] if place in mine else 1 for place in range(len(out))]
    rows = rows.reshape(*held, x.shape[axis])
    result = np.empty(held_shape(out), object)
    rows = np.broadcast_to(rows, (*result.shape, x.shape[axis]))
    at = np.broadcast_to(at, result.shape)
    for index in np.ndindex(result.shape):
        result[index] = interpreter.element_at(rows[index], at[index], shape[axis], spare)
    return result


def dynamic_slice(interpreter, x: Elements, *indices: Elements, slice_sizes, in_shapes, out_shape) -> Elements:
    """One element along an axis at an index in range, and all along the others."""
    shape, out = in_shapes[0], out_shape
    axis, index = _only_index(shape, indices, slice_sizes)
    places = {o: o for o in range(len(shape)) if o != axis}
    return _taken(interpreter, x, shape, axis, places, np.broadcast_to(index, held_shape(out)), out)


def _only_index(shape: tuple, indices: tuple[Elements, ...], sizes: tuple) -> tuple[int, Elements]:
    partial = [axis for axis, size in enumerate(sizes) if size != shape[axis]]
    if len(partial) != 1 or sizes[partial[0]] != 1:
        raise NotImplementedError("a dynamic slice along more than one axis, or of several elements")
    return partial[0], indices[partial[0]]


def dynamic_update_slice(interpreter, x: Elements, update: Elements, *indices: Elements, in_shapes) -> Elements:
    """One element along an axis replaced at an index in range, and all along the others."""
    shape, sizes = in_shapes[:2]
    axis, index = _only_index(shape, indices, sizes)
    if isinstance(shape[axis], int):
        raise NotImplementedError("dynamic_update_slice along an axis of known size")
    replace = functools.partial(interpreter.replaced_at, axis=AXES[axis], size=shape[axis], combine=None)
    return map_generic(replace, x, update, np.broadcast_to(index, x.shape))


def generic_scatter(name: str | None):
    """A rule that combines one update for each example with the element at its index, which is in range."""

    def scattered(
        interpreter,
        x: Elements,
        indices: Elements,
        updates: Elements,
        *,
        dimension_numbers,
        indices_are_sorted,
        unique_indices,
        mode,
        update_jaxpr,
        update_consts,
        in_shapes,
    ) -> Elements:
        numbers, (shape, index_shape, update_shape) = dimension_numbers, in_shapes
        if update_jaxpr is not None and [eqn.primitive.name for eqn in update_jaxpr.eqns] != [name]:
            raise NotImplementedError("scatter with a program of its own")
        if len(numbers.scatter_dims_to_operand_dims) != 1 or index_shape[-1] != 1:
            raise NotImplementedError("scatter with more than one index for each update")
        (axis,) = numbers.scatter_dims_to_operand_dims
        batching = tuple(numbers.operand_batching_dims)
        examples = [place for place in range(len(update_shape)) if place not in numbers.update_window_dims]
        kept = [
            o for o in range(len(shape)) if o not in (axis, *batching)
        ]  # the update's windows are whole along these
        if tuple(numbers.inserted_window_dims) != (axis,) or len(kept) != len(numbers.update_window_dims):
            raise NotImplementedError("scatter of windows")
        places = dict(zip(numbers.update_window_dims, kept, strict=True))
        for mine, its in zip(batching, numbers.scatter_indices_batching_dims, strict=True):
            places[examples[its]] = mine
        alone = [place for place in examples if place not in places]
        whole = all(update_shape[place] == shape[o] for place, o in places.items())
        if not whole or any(update_shape[place] != 1 for place in alone):
            raise NotImplementedError("scatter of windows, or of several updates")
        of_indices = {number: places[place] for number, place in enumerate(examples) if place in places}
        at = _beside(axis, indices.reshape(indices.shape[:-1]), index_shape[:-1], of_indices, len(shape))
        updates = _beside(axis, updates, update_shape, places, len(shape))
        interpreter.world.on_axes(shape)
        if isinstance(shape[axis], int):
            return _with_one_replaced(interpreter, x, at, updates, axis, name)
        replace = functools.partial(interpreter.replaced_at, axis=AXES[axis], size=shape[axis], combine=name)
        return map_generic(replace, x, updates, at)

    return scattered


def _beside(axis: int, values: Elements, own: tuple, places: dict[int, int], count: int) -> Elements:
    """An array whose axes, but those of size 1 that are dropped, have places in a larger one, with size 1 at `axis`."""
    kept = sorted(places, key=places.__getitem__)
    dropped = [place for place in range(len(own)) if place not in places]
    letters = {AXES[place]: AXES[places[place]] for place in kept}
    moved = map_generic(lambda element: element.moved(letters), values).transpose(*kept, *dropped)
    held = held_shape(own)
    sizes = dict(zip((places[place] for place in kept), (held[place] for place in kept), strict=True))
    return moved.reshape([sizes.get(o, 1) for o in range(count)])


def _with_one_replaced(
    interpreter, x: Elements, at: Elements, updates: Elements, axis: int, name: str | None
) -> Elements:
    """An array of which the elements at one index along an axis of known size are replaced or combined with others."""
    places = {interpreter.index(element, x.shape[axis]) for element in at.ravel()}
    if len(places) > 1 or not all(place.is_Integer for place in places):
        raise NotImplementedError("scatter along an axis of known size at an index that is no number, or several")
    result, here = x.copy(), [slice(None)] * x.ndim
    here[axis] = slice(int(min(places)) - 1, int(min(places)))
    combine = (lambda own, update: update) if name is None else functools.partial(interpreter.elementwise, name)
    result[tuple(here)] = map_generic(combine, x[tuple(here)], updates)
    return result


FOLDS_AND_MOVES = {
    "broadcast_in_dim": generic_broadcast_in_dim,
    "reshape": generic_reshape,
    "squeeze": generic_squeeze,
    "expand_dims": expand_dims,
    "transpose": generic_transpose,
    "iota": generic_iota,
    "dim_as_value": dim_as_value,
    "reduce_sum": reduce_sum,
    "reduce_max": reduce_max,
    "argmax": argmax,
    "reduce_or": reduce_or,
    "dot_general": generic_dot_general,
    "gather": generic_gather,
    "dynamic_slice": dynamic_slice,
    "dynamic_update_slice": dynamic_update_slice,
    "scatter": generic_scatter(None),
    "scatter-add": generic_scatter("add"),
    "scatter_add": generic_scatter("add"),
}
