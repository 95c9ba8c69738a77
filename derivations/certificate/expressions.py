"""Functions with which formulas are written: of SymPy expressions, and elementwise of arrays of them.

`softmax`, `logsumexp` and `mean` run along the last axis, as in `jax.nn`, or over `axis`; those of an expression or of
an array without axes are expressions.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import sympy as sp

from derivations.certificate.arrays import Array, Symbols, map_elements


def exp(x: Any) -> Any:
    """e^x.

    >>> exp(sp.symbols("z1 z2"))
    Symbols([exp(z1), exp(z2)], dtype=object)
    """
    return _elementwise(sp.exp, x)


def log(x: Any) -> Any:
    """ln x."""
    return _elementwise(sp.log, x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return _elementwise(lambda e: 1 / (1 + sp.exp(-e)), x)


def clip(x: Any, low: Any, high: Any) -> Any:
    """min(max(x, low), high)."""
    return _elementwise(lambda e, low, high: sp.Min(sp.Max(e, low), high), x, low, high)


def softmax(x: Any, axis: int = -1) -> Array:
    """e^x_j / sum_k e^x_k.

    >>> softmax(sp.symbols("z1 z2"))
    Symbols([exp(z1)/(exp(z1) + exp(z2)), exp(z2)/(exp(z1) + exp(z2))],
      dtype=object)
    """
    powers = exp(x)
    return powers / powers.sum(axis, keepdims=True)


def logsumexp(x: Any, axis: int = -1) -> Any:
    """ln sum_k e^x_k."""
    return log(exp(x).sum(axis))


def mean(x: Any, axis: int | None = None) -> Any:
    """The mean of all elements, or along one axis.

    >>> mean(sp.symbols("z1 z2"))
    z1/2 + z2/2
    """
    elements = _symbolic(x)
    count = elements.size if axis is None else elements.shape[axis]
    return elements.sum(axis) / sp.Integer(count)


def between(low: Any, x: Any, high: Any) -> list[sp.Rel]:
    """The assumption that each element of x lies strictly between two numbers.

    >>> between(0, sp.Symbol("p"), 1)
    [p > 0, p < 1]
    """
    return list(_pairwise(sp.Gt, x, low)) + list(_pairwise(sp.Lt, x, high))


def simplex(p: Any) -> list[sp.Rel]:
    """The assumption that each row of p is a distribution: no element is negative, and the sum is 1.

    >>> simplex(sp.symbols("p1 p2", real=True))
    [p1 >= 0, p2 >= 0, Eq(p1 + p2, 1)]
    """
    totals = _symbolic(p).sum(-1)
    return [*_pairwise(sp.Ge, p, 0), *_pairwise(sp.Eq, totals, 1)]


def _symbolic(x: Any) -> Symbols:
    return np.asarray(x, dtype=object).view(Symbols)


def _elementwise(function: Callable, *operands: Any) -> Any:
    """The function of each element; of expressions alone, an expression."""
    result = map_elements(lambda *es: function(*map(sp.sympify, es)), *map(_symbolic, operands))
    return result.view(Symbols) if result.ndim else result[()]


def _pairwise(relation: type[sp.Rel], *sides: Any) -> Iterator[sp.Rel]:
    """The relation between corresponding elements, without those that hold for any values."""
    yield from (found for found in np.ravel(_elementwise(relation, *sides)) if found != sp.true)
