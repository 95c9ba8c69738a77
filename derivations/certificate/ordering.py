"""Rules for primitives that order elements: argmax and argmin, sorting, the k greatest."""

import functools
import itertools
import operator
from collections.abc import Callable

import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule
from derivations.certificate.arrays import as_rows, constant, filled


def extremum(order: Callable) -> Rule:
    """A rule for argmax or argmin: the index of the first nan or, if there is none, of the first extremum."""

    def index(interpreter, x, *, axes, index_dtype):
        case, rows = interpreter.case, as_rows(x, axes)

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


def total_order(case: Case, x: sp.Expr, y: sp.Expr) -> int:
    """-1, 0 or 1 if x is sorted before, with or after y; nan comes last."""
    if sp.nan in (x, y):
        return (x is sp.nan) - (y is sp.nan)
    return int(real.compare(case, x, y))


def sort(interpreter, *operands, dimension, is_stable, num_keys):
    """All operands, sorted by the first `num_keys` of them; equal elements keep their order if the sort is stable."""

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
    """The k greatest elements in order, with their indices; equal elements keep their order.

    But zeros and nan are ordered by their sign bits: several zeros get unknown indices, and nan is refused.
    """
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
        if sp.nan in row:
            raise real.SignOfZeroError("top_k orders a nan by its sign bit; assume that no value is nan")
        zeros = [place for place in places if row[place] == 0]
        unknown = {place: sp.Dummy("unknown_index", integer=True) for place in zeros} if len(zeros) > 1 else {}
        places = places[:k]
        values[index], indices[index] = row[places], [unknown.get(place, sp.Integer(place)) for place in places]
    return [np.moveaxis(values, -1, axis), np.moveaxis(indices, -1, axis)]


ORDERING: dict[str, Rule] = {
    "argmax": extremum(operator.gt),
    "argmin": extremum(operator.lt),
    "sort": sort,
    "top_k": top_k,
}
