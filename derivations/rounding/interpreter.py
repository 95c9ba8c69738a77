"""A jaxpr followed operation by operation: an array of it becomes an array of what is known of its elements."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal
from jax.interpreters import partial_eval

from derivations.rounding.boxes import Boxes, HopelessError
from derivations.rounding.operations import Logit, Operations

FLOAT32_BITS = (8, 23)


class UnknownPrimitiveError(NotImplementedError):
    """A program has an operation for whose rounding errors there is no rule."""


def program_of(function: Callable, size: int) -> ClosedJaxpr:
    """The jaxpr of a function of so many float32 weighted inputs, without what its result does not need."""
    traced = jax.make_jaxpr(function)(jax.ShapeDtypeStruct((size,), np.float32))
    needed, _ = partial_eval.dce_jaxpr(traced.jaxpr, [True] * len(traced.jaxpr.outvars), instantiate=True)
    return ClosedJaxpr(needed, traced.consts)


def computed_outputs(program: ClosedJaxpr, boxes: Boxes, decisions: tuple = ()) -> list[Any]:
    """What is known of each element of what a program of the weighted inputs z computes.

    Raises:
        UnknownPrimitiveError: it has an operation that is not among PRIMITIVES.
        DividedBoxesError: it goes on differently in different boxes, where `decisions` do not say how.
        HopelessError: it does so by a number of which too little is known.
    """
    z = _array([Logit(index) for index in range(len(boxes.order))], (len(boxes.order),))
    with np.errstate(all="ignore"):  # nothing is known where a bound is infinite or nan
        outputs = _followed(Operations(boxes, decisions), program, z)
    return [element for array in outputs for element in array.ravel()]


def _followed(of, program, *inputs):
    jaxpr = program.jaxpr
    known = dict(zip(jaxpr.constvars, map(_known, program.consts), strict=True))
    known |= dict(zip(jaxpr.invars, inputs, strict=True))
    for equation in jaxpr.eqns:
        operands = [_known(x.val) if isinstance(x, Literal) else known[x] for x in equation.invars]
        rule = PRIMITIVES.get(equation.primitive.name)
        if rule is None:
            raise UnknownPrimitiveError(
                f"no rule says how the primitive {equation.primitive.name} rounds: add one to PRIMITIVES in "
                "derivations/rounding/interpreter.py"
            )
        outputs = rule(of, equation.params, *operands)
        outputs = outputs if equation.primitive.multiple_results else [outputs]
        known |= dict(zip(equation.outvars, outputs, strict=True))
    return [_known(x.val) if isinstance(x, Literal) else known[x] for x in jaxpr.outvars]


def _array(elements, shape):
    """An array of objects; NumPy would look into them otherwise."""
    array = np.empty(len(elements), object)
    for place, element in enumerate(elements):
        array[place] = element
    return array.reshape(shape)


def _known(x):
    """An array of numbers that are known."""
    x = np.asarray(x)
    return _array(x.ravel().tolist(), x.shape)


def _elementwise(function):
    """The rule of an operation of one element of each operand."""

    def rule(of, params, *operands):
        arrays = np.broadcast_arrays(*operands)
        rows = zip(*map(np.ravel, arrays), strict=True)
        return _array([function(of, *elements) for elements in rows], arrays[0].shape)

    return rule


def _operation(name):
    return _elementwise(lambda of, *elements: of.once(getattr(of, name), *elements))


def _of_known(function):
    """The rule of an operation of integers and booleans."""
    return _elementwise(lambda of, *elements: function(*elements))


def _div(of, params, x, y):
    is_shared = y.size < x.size or (y.size > 1 and all(element is y.flat[0] for element in y.flat))
    return _operation("quotient_by_shared" if is_shared else "div")(of, params, x, y)


def _reduced(function):
    """The rule of a reduction."""

    def rule(of, params, x):
        kept = [axis for axis in range(x.ndim) if axis not in params["axes"]]
        rows = x.transpose(*kept, *params["axes"]).reshape(*(x.shape[axis] for axis in kept), -1)
        shape = rows.shape[:-1]
        return _array([function(of, *row) for row in rows.reshape(-1, rows.shape[-1])], shape)

    return rule


def _index_of_highest(of, *logits):
    highest = of.highest(*logits)
    return next(index for index, z in enumerate(logits) if z == highest)


def _broadcast_in_dim(of, params, x):
    shape = [1] * len(params["shape"])
    for axis, place in enumerate(params["broadcast_dimensions"]):
        shape[place] = x.shape[axis]
    return np.broadcast_to(x.reshape(shape), params["shape"])


def _reduce_precision(of, params, x):
    if (params["exponent_bits"], params["mantissa_bits"]) == FLOAT32_BITS:
        return x
    if (params["exponent_bits"], params["mantissa_bits"]) == (8, 11):
        return _operation("leading_half")(of, params, x)
    if (params["exponent_bits"], params["mantissa_bits"]) == (8, 7):
        return _operation("leading_third")(of, params, x)
    raise HopelessError


def _split(of, params, x):
    return np.split(x, np.cumsum(params["sizes"])[:-1], params["axis"])


def _convert(of, params, x):
    if not np.issubdtype(params["new_dtype"], np.floating):
        raise HopelessError
    return _of_known(lambda element: float(element) if isinstance(element, bool | int) else element)(of, params, x)


def _iota(of, params):
    return _known(np.indices(params["shape"])[params["dimension"]])


PRIMITIVES = {
    **{name: _operation(name) for name in ("add", "sub", "mul", "neg", "max", "floor", "exp", "log", "log1p")},
    "div": _div,
    "lt": _operation("is_less"),
    "gt": _elementwise(lambda of, x, y: of.once(of.is_less, y, x)),
    "eq": _operation("is_equal"),
    "ne": _elementwise(lambda of, x, y: not of.is_equal(x, y)),
    "is_finite": _operation("is_finite"),
    "and": _of_known(lambda x, y: x and y),
    "or": _of_known(lambda x, y: x or y),
    "not": _of_known(lambda x: not x),
    "select_n": _of_known(lambda which, *cases: cases[int(which)]),
    "stop_gradient": _of_known(lambda x: x),
    "reduce_sum": _reduced(lambda of, *terms: of.total(*terms)),
    "reduce_max": _reduced(lambda of, *terms: of.highest(*terms)),
    "argmax": _reduced(_index_of_highest),
    "broadcast_in_dim": _broadcast_in_dim,
    "reduce_precision": _reduce_precision,
    "reshape": lambda of, params, x: x.reshape(params["new_sizes"]),
    "squeeze": lambda of, params, x: np.squeeze(x, params["dimensions"]),
    "split": _split,
    "concatenate": lambda of, params, *arrays: np.concatenate(arrays, params["dimension"]),
    "convert_element_type": _convert,
    "iota": _iota,
    "jit": lambda of, params, *operands: _followed(of, params["jaxpr"], *operands),
    "custom_jvp_call": lambda of, params, *operands: _followed(of, params["call_jaxpr"], *operands),
}
