"""Rules for factorizations and triangular systems of small matrices, by textbook elimination."""

import functools
from collections.abc import Callable

import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, filled


def of_matrices(function: Callable) -> Rule:
    """A rule that applies a function of the case and one matrix to each matrix of a batch."""

    def rule(interpreter, x):
        matrices = [function(interpreter.case, x[index]) for index in np.ndindex(x.shape[:-2])]
        return [array(np.stack(results), (*x.shape[:-2], *results[0].shape)) for results in zip(*matrices, strict=True)]

    return rule


def cholesky(case: Case, a: Array) -> list[Array]:
    """The lower triangular l with l l^T = a, from a's lower triangle; all nan unless a is positive definite."""
    n = len(a)
    l = filled((n, n), sp.S.Zero)
    for j in range(n):
        for i in range(j, n):
            rest = _less_products(case, a[i, j], l[i, :j], l[j, :j])
            if i == j and not real.sign_of(case, rest) > 0:
                return [filled((n, n), sp.nan)]
            l[i, j] = real.power(case, rest, sp.Rational(1, 2)) if i == j else real.divide(case, rest, l[j, j])
    return [l]


def lu(case: Case, a: Array) -> list[Array]:
    """l and u in one matrix, the row with which each row was exchanged, and the resulting order of the rows."""
    rows, columns = a.shape
    u, order, pivots = a.copy(), list(range(rows)), []
    for k in range(min(rows, columns)):
        pivot = functools.reduce(functools.partial(_greater, case, u[:, k]), range(k, rows))
        pivots.append(sp.Integer(pivot))
        u[[k, pivot]], order[k], order[pivot] = u[[pivot, k]], order[pivot], order[k]
        if real.sign_of(case, u[k, k]) == 0:
            continue
        for i in range(k + 1, rows):
            u[i, k] = real.divide(case, u[i, k], u[k, k])
            for j in range(k + 1, columns):
                u[i, j] = _less_products(case, u[i, j], [u[i, k]], [u[k, j]])
    return [u, array(pivots), array([sp.Integer(row) for row in order])]


def _greater(case: Case, column: Array, i: int, j: int) -> int:
    order = real.compare(case, real.absolute(case, column[j]), real.absolute(case, column[i]))
    if order is sp.nan:
        raise NotImplementedError("lu of a matrix with a nan or an infinity: its result depends on the machine")
    return j if order > 0 else i


def triangular_solve(interpreter, a, b, *, left_side, lower, transpose_a, unit_diagonal):
    """x with a x = b or x a = b, where only one triangle of a is read."""
    case, x = interpreter.case, b.copy()
    for index in np.ndindex(a.shape[:-2]):
        matrix, right = a[index], x[index] if left_side else x[index].T
        if transpose_a == left_side:
            matrix = matrix.T
        is_lower = lower != (transpose_a == left_side)
        for place in range(len(matrix)) if is_lower else reversed(range(len(matrix))):
            known = range(place) if is_lower else range(place + 1, len(matrix))
            for column in range(right.shape[1]):
                value = _less_products(case, right[place, column], matrix[place, known], right[known, column])
                right[place, column] = value if unit_diagonal else _over(case, value, matrix[place, place])
    return x


def _over(case: Case, value: sp.Expr, diagonal: sp.Expr) -> sp.Expr:
    if real.sign_of(case, diagonal) == 0:
        raise NotImplementedError("triangular_solve of a singular matrix; assume that its diagonal is not 0")
    return real.divide(case, value, diagonal)


def _less_products(case: Case, first: sp.Expr, left, right) -> sp.Expr:
    for x, y in zip(left, right, strict=True):
        first = real.subtract(case, first, real.multiply(case, x, y))
    return first


LINEAR_ALGEBRA: dict[str, Rule] = {
    "cholesky": of_matrices(cholesky),
    "lu": of_matrices(lu),
    "triangular_solve": triangular_solve,
}
