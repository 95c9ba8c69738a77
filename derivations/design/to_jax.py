"""From an expression to a JAX function in stable form, whose program is traced and certified to be that expression."""

import functools
from collections.abc import Callable, Iterable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.formulas import holds
from derivations.algebra.points import points_in
from derivations.certificate.certifier import certify
from derivations.certificate.verdict import Certificate
from derivations.design import stable_form

JAX_FUNCTIONS: dict[type, Callable] = {
    stable_form.logsumexp: lambda *xs: _logsumexp(xs),
    stable_form.expit: jax.nn.sigmoid,
    stable_form.log1p: jnp.log1p,
    stable_form.expm1: jnp.expm1,
    stable_form.xlogy: jax.scipy.special.xlogy,
    sp.exp: jnp.exp,
    sp.log: jnp.log,
    sp.tanh: jnp.tanh,
    sp.sinh: jnp.sinh,
    sp.cosh: jnp.cosh,
    sp.sin: jnp.sin,
    sp.cos: jnp.cos,
    sp.atan: jnp.arctan,
    sp.erf: jax.scipy.special.erf,
    sp.Abs: jnp.abs,
    sp.sign: jnp.sign,
    sp.Max: lambda *xs: functools.reduce(jnp.maximum, xs),
    sp.Min: lambda *xs: functools.reduce(jnp.minimum, xs),
    sp.Add: lambda *xs: functools.reduce(lambda x, y: x + y, xs),
    sp.Mul: lambda *xs: functools.reduce(lambda x, y: x * y, xs),
    sp.StrictLessThan: lambda x, y: x < y,
    sp.LessThan: lambda x, y: x <= y,
    sp.StrictGreaterThan: lambda x, y: x > y,
    sp.GreaterThan: lambda x, y: x >= y,
    sp.Equality: lambda x, y: x == y,
    sp.Unequality: lambda x, y: x != y,
    sp.And: lambda *xs: functools.reduce(jnp.logical_and, xs),
    sp.Or: lambda *xs: functools.reduce(jnp.logical_or, xs),
    sp.Not: jnp.logical_not,
}


class NotCertifiedError(Exception):
    """The JAX function made from an expression was not proved to compute it."""


def to_jax(expression: sp.Expr, arguments: Sequence[sp.Symbol], *, assuming: Iterable[sp.Basic] = ()) -> Callable:
    """A JAX function of arrays, one for each of the symbols `arguments`, that computes the expression elementwise.

    It is written in stable form (`stable_form`), so that it and its derivative are finite wherever the expression and
    its derivative are finite and representable in floating point; a Piecewise evaluates each branch only at inputs of
    that branch. Before it is returned, its value and, unless the expression is piecewise, its derivatives are certified
    wherever `assuming` holds; its attribute `certificates` holds the verdicts. Raises ValueError for a symbol that is
    not an argument, and NotCertifiedError, with the reason, if the proof fails.

    >>> z = sp.Symbol("z", real=True)
    >>> softplus = to_jax(sp.log(1 + sp.exp(z)), [z])
    >>> softplus(jnp.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.693..., 1000.0]
    >>> softplus.certificates[0].claim
    'log(exp(z) + 1)'
    """
    expression, symbols = sp.sympify(expression), list(arguments)
    unknown = sorted(map(str, expression.free_symbols - set(symbols)))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not among the arguments {', '.join(map(str, symbols))}")
    form = stable_form.stable(expression)

    def function(*arrays: jax.typing.ArrayLike) -> jax.Array:
        values = dict(zip(symbols, map(jnp.asarray, arrays), strict=True))
        shape = jnp.broadcast_shapes(*(value.shape for value in values.values()))
        result = jnp.asarray(_evaluate(form, values))
        return jnp.broadcast_to(result.astype(jnp.result_type(*values.values())), shape)

    function.__doc__ = f"The expression {expression}."
    function.__name__ = function.__qualname__ = "expression"
    vars(function)["certificates"] = _certified(function, expression, form, symbols, list(assuming))
    return function


def _certified(
    function: Callable, expression: sp.Expr, form: sp.Expr, symbols: list[sp.Symbol], assuming: list
) -> tuple:
    """The certificates of the function and its derivatives; the programs' floats are read as constants of `form`."""
    claims = [(function, expression)]
    if not expression.has(sp.Piecewise, sp.Abs, sp.Max, sp.Min, sp.sign):
        everywhere = tuple(range(len(symbols)))
        claims.append((jax.grad(function, everywhere), tuple(expression.diff(symbol) for symbol in symbols)))
    inputs = [np.array(symbol, dtype=object) for symbol in symbols]
    verdicts = tuple(certify(fn, formula, *inputs, assuming=assuming, constants=[form]) for fn, formula in claims)
    for verdict in verdicts:
        if not isinstance(verdict, Certificate):
            raise NotCertifiedError(str(verdict))
    return verdicts


def _evaluate(expression: sp.Basic, values: dict[sp.Symbol, jax.Array]) -> jax.typing.ArrayLike:
    if isinstance(expression, sp.Symbol):
        return values[expression]
    if expression in (sp.true, sp.false):
        return jnp.asarray(bool(expression))
    if expression.is_number:
        return int(expression) if expression.is_Integer else float(expression)
    if isinstance(expression, sp.Piecewise):
        return _piecewise(expression, values)
    if expression.is_Pow:
        base, exponent = expression.args
        return _power(base, exponent, values)
    if expression.func not in JAX_FUNCTIONS:
        raise NotImplementedError(f"no JAX function for {expression.func.__name__}")
    return JAX_FUNCTIONS[expression.func](*(_evaluate(argument, values) for argument in expression.args))


def _logsumexp(exponents: Sequence[jax.typing.ArrayLike]) -> jax.Array:
    if len(exponents) == 2:
        return jnp.logaddexp(*exponents)
    return jax.nn.logsumexp(jnp.stack(jnp.broadcast_arrays(*exponents)), axis=0)


def _power(base: sp.Expr, exponent: sp.Expr, values: dict) -> jax.typing.ArrayLike:
    x = _evaluate(base, values)
    if exponent == sp.Rational(1, 2):
        return jnp.sqrt(x)
    if exponent.is_negative:
        return 1 / _power(base, -exponent, values)
    return x ** _evaluate(exponent, values)


def _piecewise(expression: sp.Piecewise, values: dict) -> jax.typing.ArrayLike:
    """Each branch sees its own inputs, and in place of others an input of its own: a nan would spoil the gradient."""
    result: jax.typing.ArrayLike = jnp.nan
    none_before: sp.Basic = sp.true
    for branch, when in expression.args:
        own = sp.And(none_before, when)
        inside, example = _evaluate(own, values), _example(own, list(values))
        safe = {symbol: jnp.where(inside, array, example[symbol]) for symbol, array in values.items()}
        result = jnp.where(inside, _evaluate(branch, safe), result)
        none_before = sp.And(none_before, sp.Not(when))
    return result


def _example(when: sp.Basic, symbols: list[sp.Symbol]) -> dict[sp.Symbol, float]:
    for point in points_in(Case(), symbols):
        if holds(Case(), when.xreplace(point)):
            return {symbol: float(value) for symbol, value in point.items()}
    raise ValueError(f"no input found at which {when}")
