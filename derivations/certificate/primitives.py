"""What each JAX primitive does to arrays of SymPy expressions.

A rule takes the case, the equation of the jaxpr (for its parameters) and the operands, NumPy object
arrays, and returns one array or a list of them. Elementwise primitives are real arithmetic; primitives
that only move elements are run by JAX itself on the elements' positions, so that their indexing is JAX's
own.
"""

import functools
import operator
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.identity import vanishes
from derivations.certificate.arrays import Rule, array, concrete, constant, map_elements
from derivations.certificate.structural import MOVES

Truth = BooleanAtom | BooleanFunction | Relational  # a sympy.Symbol is a Boolean too, so that does not tell


def is_float(eqn) -> bool:
    """Whether the equation's first result is of a floating type."""
    return jnp.issubdtype(eqn.outvars[0].aval.dtype, jnp.floating)


def elementwise(function: Callable) -> Rule:
    """A rule from a function of the case and single expressions."""
    return lambda case, eqn, *operands: map_elements(functools.partial(function, case), *operands)


def comparison(relation: type[sp.Rel], of_nan: bool = False) -> Rule:
    """A rule for a comparison: a truth value, or the relation itself where the case does not decide it."""

    def compared(case: Case, x: sp.Basic, y: sp.Basic) -> sp.Basic:
        x, y = as_number(case, x), as_number(case, y)
        try:
            order = real.compare(case, x, y)
        except UndecidedError:
            return relation(x - y, 0)
        return relation(order, 0) if order is not sp.nan else sp.S(of_nan)

    return elementwise(compared)


def as_number(case: Case, value: sp.Basic) -> sp.Expr:
    """A truth value as 0 or 1."""
    return sp.Integer(real.holds(case, value)) if isinstance(value, Truth) else value


def logical(of_truths: Callable, of_bits: Callable) -> Rule:
    """A rule of truth values, or of the bits of integers."""

    def combined(case: Case, *values: sp.Basic) -> sp.Basic:
        return of_truths(*values) if isinstance(values[0], Truth) else sp.Integer(of_bits(*map(int, values)))

    return elementwise(combined)


def divide(case, eqn, x, y):
    """A quotient; of integers, truncated toward zero."""
    if is_float(eqn):
        return elementwise(real.divide)(case, eqn, x, y)
    return map_elements(lambda p, q: sp.Integer(int(sp.Rational(p, q))), x, y)


def remainder(case, eqn, x, y):
    """The remainder of integers, with the sign of the dividend."""
    return map_elements(lambda p, q: p - q * sp.Integer(int(sp.Rational(p, q))), x, y)


def convert(case, eqn, x):
    """Another element type: of real numbers, exact arithmetic has one."""
    target = eqn.params["new_dtype"]
    if jnp.issubdtype(target, jnp.bool_):
        return map_elements(lambda v: v if isinstance(v, Truth) else sp.Ne(real.sign_of(case, v), 0), x)
    numbers = map_elements(functools.partial(as_number, case), x)
    return numbers if jnp.issubdtype(target, jnp.floating) else constant(concrete(numbers))


def floor(case: Case, x: sp.Expr) -> sp.Expr:
    """The largest integer that is not above x, for a number or for 0 <= x <= 1."""
    if x.is_number:
        return sp.nan if x is sp.nan else sp.floor(x)
    if case.sign(x) < 0 or case.sign(x - 1) > 0:
        raise NotImplementedError(f"the floor of {x} would need infinitely many cases; assume that it is in [0, 1]")
    return sp.S.One if case.sign(x - 1) == 0 else sp.S.Zero


def finite(case, eqn, x):
    """Whether each element is a real number."""
    return map_elements(lambda v: sp.false if v is sp.nan or v in real.INFINITIES else sp.true, x)


def select(case, eqn, which, *choices):
    """Each element from the choice that `which` names; where all are equal, nothing need be decided."""

    def chosen(index: sp.Basic, *values: sp.Basic) -> sp.Basic:
        if len(set(values)) == 1:
            return values[0]
        try:
            return values[int(as_number(case, index))]
        except UndecidedError:
            if any(isinstance(value, Truth) for value in values) or not vanishes(values[0] - values[1]):
                raise
            return values[0]

    return map_elements(chosen, which, *choices)


def clamp(case, eqn, low, x, high):
    """min(max(x, low), high)."""
    bounded = map_elements(functools.partial(real.maximum, case), x, low)
    return map_elements(functools.partial(real.minimum, case), bounded, high)


def reduction(function: Callable) -> Rule:
    """A rule that folds a function of two over axes."""

    def reduced(case, eqn, x):
        axes = eqn.params["axes"]
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        rows = x.transpose(*kept, *axes).reshape(*(x.shape[axis] for axis in kept), -1)
        fold = functools.partial(functools.reduce, functools.partial(function, case))
        return array([fold(rows[index]) for index in np.ndindex(rows.shape[:-1])], rows.shape[:-1])

    return reduced


def extremum(order: Callable) -> Rule:
    """A rule for argmax and argmin: the first nan, or the first of equals."""

    def index(case, eqn, x):
        (axis,) = eqn.params["axes"]
        rows = np.moveaxis(x, axis, -1)

        def better(row, i, j):
            if sp.nan in (row[i], row[j]):
                return i if row[i] is sp.nan else j
            return j if order(real.compare(case, row[j], row[i]), 0) else i

        best = [
            functools.reduce(functools.partial(better, rows[i]), range(x.shape[axis]))
            for i in np.ndindex(rows.shape[:-1])
        ]
        return array([sp.Integer(i) for i in best], rows.shape[:-1])

    return index


def cumulative(function: Callable) -> Rule:
    """A rule that keeps every partial fold along an axis."""

    def accumulated(case, eqn, x):
        axis, step = eqn.params["axis"], -1 if eqn.params["reverse"] else 1
        rows = np.moveaxis(x, axis, 0)[::step]
        partial = [rows[0]]
        for row in rows[1:]:
            partial.append(map_elements(functools.partial(function, case), partial[-1], row))
        return np.moveaxis(np.stack(partial)[::step], 0, axis)

    return accumulated


def sort(case, eqn, *operands):
    """Stable, by the first `num_keys` operands."""
    axis, keys = eqn.params["dimension"], eqn.params["num_keys"]

    def order(i, j):
        return next((c for c in (int(real.compare(case, k[i], k[j])) for k in columns[:keys]) if c), 0)

    moved = [np.moveaxis(operand, axis, -1).copy() for operand in operands]
    for index in np.ndindex(moved[0].shape[:-1]):
        columns = [operand[index].copy() for operand in moved]
        places = sorted(range(len(columns[0])), key=functools.cmp_to_key(order))
        for operand, column in zip(moved, columns, strict=True):
            operand[index] = column[places]
    return [np.moveaxis(operand, -1, axis) for operand in moved]


def dot_general(case, eqn, x, y):
    """Sums of products over the contracted axes, for each batch index."""
    (contract_x, contract_y), (batch_x, batch_y) = eqn.params["dimension_numbers"]
    left, right = _grouped(x, batch_x, contract_x), _grouped(y, batch_y, contract_y)
    total = functools.partial(functools.reduce, functools.partial(real.add, case))
    products = [
        total([real.multiply(case, a, b) for a, b in zip(row, column, strict=True)])
        for rows, columns in zip(left, right, strict=True)
        for row in rows
        for column in columns
    ]
    return array(products, eqn.outvars[0].aval.shape)


def _grouped(x, batch, contract):
    """The array as [batch, free, contracted]."""
    free = [axis for axis in range(x.ndim) if axis not in (*batch, *contract)]
    sizes = [int(np.prod([x.shape[axis] for axis in axes])) for axes in (batch, free, contract)]
    return x.transpose(*batch, *free, *contract).reshape(sizes)


def logistic(case: Case, x: sp.Expr) -> sp.Expr:
    """1 / (1 + e^-x)."""
    return real.divide(case, sp.S.One, 1 + sp.exp(-x))


def at(function: Callable, *last: sp.Expr) -> Rule:
    """A rule from a function of the case and an element, with further fixed arguments."""
    return elementwise(lambda case, x: function(case, x, *last))


def plain(function: Callable) -> Rule:
    """A rule from a SymPy function that is defined on every real number."""
    return elementwise(lambda case, *xs: sp.nan if sp.nan in xs else function(*xs))


def same(case, eqn, x, *_):
    """The operand: of an exact real value, a copy, a rounding or a barrier to derivatives is the same."""
    return x


RULES: dict[str, Rule] = MOVES | {
    "add": elementwise(real.add),
    "add_any": elementwise(real.add),
    "sub": elementwise(real.subtract),
    "mul": elementwise(real.multiply),
    "div": divide,
    "rem": remainder,
    "neg": elementwise(real.negative),
    "sign": elementwise(real.sign_of),
    "abs": elementwise(real.absolute),
    "max": elementwise(real.maximum),
    "min": elementwise(real.minimum),
    "pow": elementwise(real.power),
    "integer_pow": lambda case, eqn, x: at(real.power, sp.Integer(eqn.params["y"]))(case, eqn, x),
    "one_minus_square": elementwise(lambda case, x: real.subtract(case, sp.S.One, real.power(case, x, sp.Integer(2)))),
    "square": at(real.power, sp.Integer(2)),
    "sqrt": at(real.power, sp.Rational(1, 2)),
    "rsqrt": at(real.power, sp.Rational(-1, 2)),
    "cbrt": elementwise(
        lambda case, x: real.multiply(
            case,
            real.sign_of(case, x),
            real.power(case, real.absolute(case, x), sp.Rational(1, 3)),
        )
    ),
    "exp2": plain(lambda x: sp.exp(x * sp.log(2))),
    "expm1": plain(lambda x: sp.exp(x) - 1),
    "log": elementwise(real.logarithm),
    "log1p": elementwise(lambda case, x: real.logarithm(case, 1 + x)),
    "logistic": elementwise(logistic),
    "tanh": plain(sp.tanh),
    "sinh": plain(sp.sinh),
    "cosh": plain(sp.cosh),
    "sin": plain(sp.sin),
    "cos": plain(sp.cos),
    "atan": plain(sp.atan),
    "erf": plain(sp.erf),
    "erfc": plain(lambda x: 1 - sp.erf(x)),
    "lgamma": plain(sp.loggamma),
    "digamma": plain(sp.digamma),
    "floor": elementwise(floor),
    "ceil": elementwise(lambda case, x: -floor(case, -x)),
    "is_finite": finite,
    "eq": comparison(sp.Eq),
    "ne": comparison(sp.Ne, of_nan=True),
    "lt": comparison(sp.Lt),
    "le": comparison(sp.Le),
    "gt": comparison(sp.Gt),
    "ge": comparison(sp.Ge),
    "and": logical(sp.And, operator.and_),
    "or": logical(sp.Or, operator.or_),
    "xor": logical(sp.Xor, operator.xor),
    "not": logical(sp.Not, operator.inv),
    "select_n": select,
    "clamp": clamp,
    "convert_element_type": convert,
    "reduce_precision": same,
    "stop_gradient": same,
    "copy": same,
    "copy_p": same,
    "reduce_sum": reduction(real.add),
    "reduce_prod": reduction(real.multiply),
    "reduce_max": reduction(real.maximum),
    "reduce_min": reduction(real.minimum),
    "reduce_and": reduction(lambda case, x, y: sp.And(x, y)),
    "reduce_or": reduction(lambda case, x, y: sp.Or(x, y)),
    "argmax": extremum(operator.gt),
    "argmin": extremum(operator.lt),
    "cumsum": cumulative(real.add),
    "cumprod": cumulative(real.multiply),
    "cummax": cumulative(real.maximum),
    "cummin": cumulative(real.minimum),
    "cumlogsumexp": cumulative(lambda case, x, y: sp.log(sp.exp(x) + sp.exp(y))),
    "sort": sort,
    "dot_general": dot_general,
}
