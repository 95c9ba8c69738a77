"""Object arrays of SymPy expressions, which take the place of a program's arrays."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy as sp

from derivations.algebra.formulas import Truth
from derivations.certificate.literals import number

Array = np.ndarray


class Symbols(np.ndarray):
    """An object array whose comparisons are arrays of relations; without axes, SymPy takes it for its one element.

    `traced_as` is the floating type that JAX takes it for, or None for the default type.
    """

    traced_as: Any = None

    def __array_finalize__(self, source: object) -> None:
        """Keep the type in views and slices."""
        self.traced_as = getattr(source, "traced_as", None)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """What is computed from arrays without axes is a SymPy expression, as it is of NumPy's own arrays."""
        return array[()] if return_scalar else super().__array_wrap__(array, context, return_scalar)

    def _sympy_(self) -> sp.Basic:
        if self.ndim:
            raise sp.SympifyError("an array with axes is not one expression")
        return self.item()

    def __lt__(self, other: object) -> Any:
        """The relation for each element."""
        return _relations(np.less, self, other)

    def __le__(self, other: object) -> Any:
        """The relation for each element."""
        return _relations(np.less_equal, self, other)

    def __gt__(self, other: object) -> Any:
        """The relation for each element."""
        return _relations(np.greater, self, other)

    def __ge__(self, other: object) -> Any:
        """The relation for each element."""
        return _relations(np.greater_equal, self, other)


def _relations(comparison: Any, x: object, y: object) -> Any:
    return comparison(x, y, dtype=object)


def array(values: object, shape: tuple[int, ...] | None = None) -> Array:
    """An object array, in which each SymPy expression is one element."""
    result = np.asarray(values, dtype=object)
    return result if shape is None else result.reshape(shape)


def filled(shape: Sequence[int], value: object) -> Array:
    """An object array whose elements are all one value."""
    return array([value] * int(np.prod(shape, dtype=int)), tuple(shape))


def constant(value: object) -> Array:
    """A concrete scalar or array as an array of SymPy numbers."""
    concrete = np.asarray(value)
    return array([number(element) for element in concrete.ravel()], concrete.shape)


def concrete(values: Array, dtype: np.dtype | type = np.int32) -> Array:
    """Decided integers and truth values as a NumPy array; NotImplementedError if one depends on the inputs."""
    undecided = [value for value in values.ravel() if value not in (sp.true, sp.false) and not value.is_number]
    if undecided:
        raise NotImplementedError(
            f"an index or a loop's end depends on the inputs: {undecided[0]}; give concrete integers there"
        )
    return np.asarray([bool(v) if v in (sp.true, sp.false) else int(v) for v in values.ravel()], dtype).reshape(
        values.shape
    )


def map_elements(function: Callable, *operands: Array) -> Array:
    """The function on corresponding elements; scalars broadcast."""
    broadcast = np.broadcast_arrays(*operands)
    return array(
        [function(*elements) for elements in zip(*(o.ravel() for o in broadcast), strict=True)],
        broadcast[0].shape,
    )


def is_undecided(values: Array) -> bool:
    """Whether some element is a truth value that the case has not decided."""
    return any(isinstance(value, Truth) and value not in (sp.true, sp.false) for value in values.ravel())


def as_rows(x: Array, axes: Sequence[int]) -> Array:
    """The array with some of its axes merged into one, which is the last."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    sizes = [x.shape[axis] for axis in kept]
    return x.transpose(*kept, *axes).reshape(*sizes, int(np.prod([x.shape[axis] for axis in axes], dtype=int)))
