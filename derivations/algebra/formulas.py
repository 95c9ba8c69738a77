"""The value of a SymPy formula in a case, which decides Max, Abs, sign, Piecewise and where functions are defined."""

import functools
from collections.abc import Callable

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from derivations.algebra import extended_reals as real
from derivations.algebra import gamma_functions, rounding
from derivations.algebra import special_functions as special
from derivations.algebra.cases import Case, letters_of

Truth = BooleanAtom | BooleanFunction | Relational  # not sympy's Boolean, since a Symbol is one too


def evaluate(case: Case, expression: sp.Expr) -> sp.Expr:
    """A formula's value in this case: Max, Abs, sign and Piecewise decided; nan where it is undefined."""
    return _evaluate(case.about(letters_of(expression)), expression)


@functools.lru_cache(maxsize=10_000)
def _evaluate(case: Case, expression: sp.Expr) -> sp.Expr:
    if expression.is_Atom:
        return case.apply(expression)
    if isinstance(expression, Truth):
        return sp.S(holds(case, expression))
    if isinstance(expression, sp.Piecewise):
        return next((evaluate(case, value) for value, when in expression.args if holds(case, when)), sp.nan)
    arguments = [evaluate(case, argument) for argument in expression.args]
    function = _FORMULAS.get(expression.func, lambda case, *xs: expression.func(*xs))
    return real.of_either_sign(function)(case, *arguments)


def holds(case: Case, relation: sp.Basic) -> bool:
    """Whether a SymPy condition is true in this case."""
    if relation in (sp.true, sp.false):
        return bool(relation)
    if isinstance(relation, sp.And | sp.Or):
        return (all if isinstance(relation, sp.And) else any)(holds(case, argument) for argument in relation.args)
    if isinstance(relation, sp.Not | sp.Xor):
        return sum(holds(case, argument) for argument in relation.args) % 2 == isinstance(relation, sp.Xor)
    order = real.compare(case, *(evaluate(case, side) for side in relation.args))
    return bool(relation.func(order, 0))


def _fold(function: Callable) -> Callable:
    def folded(case: Case, first: sp.Expr, *rest: sp.Expr) -> sp.Expr:
        for value in rest:
            first = function(case, first, value)
        return first

    return folded


_FORMULAS = {
    sp.Add: _fold(real.add),
    sp.Mul: _fold(real.multiply),
    sp.Pow: real.power,
    sp.Max: _fold(real.maximum),
    sp.Min: _fold(real.minimum),
    sp.exp: real.exponential,
    sp.log: real.logarithm,
    sp.Abs: real.absolute,
    sp.sign: real.sign_of,
    sp.erf: special.error_function,
    sp.erfc: special.complementary_error_function,
    sp.erfinv: special.inverse_error_function,
    sp.sin: special.sine,
    sp.cos: special.cosine,
    sp.tan: special.tangent,
    sp.asin: special.arcsine,
    sp.acos: special.arccosine,
    sp.atan: special.arctangent,
    sp.atan2: special.arctangent_of_quotient,
    sp.sinh: special.hyperbolic_sine,
    sp.cosh: special.hyperbolic_cosine,
    sp.tanh: special.hyperbolic_tangent,
    sp.asinh: special.inverse_hyperbolic_sine,
    sp.acosh: special.inverse_hyperbolic_cosine,
    sp.atanh: special.inverse_hyperbolic_tangent,
    sp.sec: special.reciprocal(special.cosine),
    sp.csc: special.reciprocal(special.sine),
    sp.cot: special.cotangent,
    sp.sech: special.reciprocal(special.hyperbolic_cosine),
    sp.csch: special.reciprocal(special.hyperbolic_sine),
    sp.coth: special.reciprocal(special.hyperbolic_tangent),
    sp.floor: rounding.floor,
    sp.ceiling: rounding.ceiling,
    sp.Mod: rounding.modulo,
    sp.gamma: gamma_functions.gamma,
    sp.factorial: lambda case, x: gamma_functions.gamma(case, real.add(case, x, sp.S.One)),
    sp.beta: gamma_functions.beta,
    sp.loggamma: gamma_functions.real_logarithm_of_gamma,
    sp.digamma: gamma_functions.digamma,
    sp.polygamma: gamma_functions.polygamma,
    sp.zeta: lambda case, x, q=sp.S.One: gamma_functions.hurwitz_zeta(case, x, q),
}
