"""Real arithmetic on SymPy expressions, with the infinities and the nan of floating point.

ln 0 = -oo, ln(-1) = nan, 1/0 = oo, 0/0 = nan, 0 * oo = nan: what the program would compute, were it exact.
Each function takes the case under which it decides signs, and raises UndecidedError where the case does not
decide one.
"""

import functools
from collections.abc import Callable

import sympy as sp

from derivations.algebra.cases import Case

INFINITIES = (sp.oo, -sp.oo)


def add(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The sum x + y."""
    if x in INFINITIES and y in INFINITIES and x != y:
        return sp.nan
    return next((value for value in (sp.nan, *INFINITIES) if value in (x, y)), x + y)


def negative(case: Case, x: sp.Expr) -> sp.Expr:
    """The negative -x."""
    return -x


def subtract(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The difference x - y."""
    return add(case, x, -y)


def multiply(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The product x y."""
    if sp.nan in (x, y):
        return sp.nan
    if x in INFINITIES or y in INFINITIES:
        sign = sign_of(case, x) * sign_of(case, y)
        return sign * sp.oo if sign else sp.nan
    return x * y


def divide(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The quotient x / y; a zero denominator counts as +0."""
    if sp.nan in (x, y) or (x in INFINITIES and y in INFINITIES):
        return sp.nan
    if y in INFINITIES:
        return sp.S.Zero
    sign = sign_of(case, y)
    if x in INFINITIES:
        return x * (sign or 1)
    if sign:
        return x / y
    sign = sign_of(case, x)
    return sign * sp.oo if sign else sp.nan


def sign_of(case: Case, x: sp.Expr) -> sp.Expr:
    """-1, 0 or 1; nan of nan."""
    if x is sp.nan:
        return sp.nan
    return sp.Integer(INFINITIES.index(x) * -2 + 1 if x in INFINITIES else case.sign(x))


def absolute(case: Case, x: sp.Expr) -> sp.Expr:
    """The absolute value |x|."""
    return multiply(case, sign_of(case, x), x) if sign_of(case, x) != 0 else sp.S.Zero


def compare(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """-1, 0 or 1 as x is less than, equal to or greater than y; nan if there is no answer."""
    if x in INFINITIES and x == y:
        return sp.S.Zero
    return sign_of(case, subtract(case, x, y))


def maximum(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The greater of two."""
    order = compare(case, x, y)
    return sp.nan if order is sp.nan else (x if order > 0 else y)


def minimum(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The smaller of two."""
    order = compare(case, x, y)
    return sp.nan if order is sp.nan else (x if order < 0 else y)


def logarithm(case: Case, x: sp.Expr) -> sp.Expr:
    """The natural logarithm; ln 0 is -oo, and nan below."""
    sign = sign_of(case, x)
    if sign == 1:
        return sp.log(x)
    return -sp.oo if sign == 0 else sp.nan


def power(case: Case, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The power x^y; nan for a negative x and a y that is no integer."""
    if y == 0 or x == 1:
        return sp.S.One
    if sp.nan in (x, y):
        return sp.nan
    if y.is_Integer:
        return divide(case, sp.S.One, _whole_power(case, x, -y)) if y < 0 else _whole_power(case, x, y)
    if y in INFINITIES or x in INFINITIES:
        return _exponential_of(case, multiply(case, y, logarithm(case, x)))
    sign = sign_of(case, x)
    if sign < 0 and not y.is_number:
        raise NotImplementedError(f"({x})^({y}) of a negative base needs a known exponent; assume {x} >= 0")
    if sign == 0:
        return sp.S.Zero if sign_of(case, y) > 0 else sp.oo
    return without_abs(case, x**y) if sign > 0 else sp.nan


def _whole_power(case: Case, x: sp.Expr, y: sp.Integer) -> sp.Expr:
    return x**y if x not in INFINITIES else sp.oo * (sign_of(case, x) if y.is_odd else 1)


def _exponential_of(case: Case, x: sp.Expr) -> sp.Expr:
    return sp.exp(x)


def without_abs(case: Case, x: sp.Expr) -> sp.Expr:
    """The |.| that SymPy puts into a square root of a square, decided."""
    return x.replace(sp.Abs, lambda inner: absolute(case, inner))


@functools.lru_cache(maxsize=10_000)
def evaluate(case: Case, expression: sp.Expr) -> sp.Expr:
    """A formula's value in this case: Max, Abs, sign and Piecewise decided; nan where it is undefined."""
    expression = case.apply(sp.sympify(expression))
    if expression.is_Atom:
        return expression
    if isinstance(expression, sp.Piecewise):
        return next((evaluate(case, value) for value, when in expression.args if holds(case, when)), sp.nan)
    arguments = [evaluate(case, argument) for argument in expression.args]
    return _FORMULAS.get(expression.func, lambda case, *xs: expression.func(*xs))(case, *arguments)


def holds(case: Case, relation: sp.Basic) -> bool:
    """Whether a SymPy condition is true in this case."""
    if relation in (sp.true, sp.false):
        return bool(relation)
    if isinstance(relation, sp.And | sp.Or):
        return (all if isinstance(relation, sp.And) else any)(holds(case, argument) for argument in relation.args)
    if isinstance(relation, sp.Not | sp.Xor):
        return sum(holds(case, argument) for argument in relation.args) % 2 == isinstance(relation, sp.Xor)
    order = compare(case, *(evaluate(case, side) for side in relation.args))
    return bool(relation.func(order, 0))


def _fold(function: Callable) -> Callable:
    def folded(case: Case, first: sp.Expr, *rest: sp.Expr) -> sp.Expr:
        for value in rest:
            first = function(case, first, value)
        return first

    return folded


_FORMULAS = {
    sp.Add: _fold(add),
    sp.Mul: _fold(multiply),
    sp.Pow: power,
    sp.Max: _fold(maximum),
    sp.Min: _fold(minimum),
    sp.log: logarithm,
    sp.erfc: lambda case, x: 1 - sp.erf(x),
    sp.Abs: absolute,
    sp.sign: sign_of,
}
