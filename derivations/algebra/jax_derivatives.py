"""Derivatives of formulas that have kinks, with the values that JAX gives them there.

| formula | at the kink | as in |
|---|---|---|
| Max(u, v, ...), Min | the mean of the derivatives of those that are tied | `jnp.maximum`, `jnp.max`, `jnp.clip` |
| Abs(u) | that of u (or of -u: see below) | `jnp.abs` |
| sign(u), floor(u), ceiling(u) | 0, as elsewhere | `jnp.sign`, `jnp.floor`, `jnp.ceil` |
| Piecewise | that of the branch which holds there | `jnp.where` |

`jax.nn.relu` is not `jnp.maximum(x, 0)`: its derivative at 0 is 0, and its formula is Piecewise((x, x > 0), (0, True)).
Of three or more tied operands, nested `jnp.maximum` weigh the inner ones less; Max is `jnp.max` of them all.

SymPy does not distinguish Abs(u) from Abs(-u), and so not |z - y| from |y - z|, whose derivatives differ where z = y:
`orientation` is 1 for the derivative of u as SymPy writes it and -1 for that of -u.
"""

from sympy import (
    Abs,
    Derivative,
    DiracDelta,
    Dummy,
    Eq,
    Expr,
    Max,
    Min,
    Piecewise,
    Pow,
    Product,
    S,
    Subs,
    Symbol,
    ceiling,
    diff,
    floor,
    sign,
)

STEPS = sign, floor, ceiling
KINKS = Abs, Max, Min, *STEPS


class NoDerivativeError(ValueError):
    """SymPy gives the derivative of a formula in terms that are no formula."""


def derivative(formula: Expr, symbol: Symbol, orientation: int = 1) -> Expr:
    """The derivative of a formula, with JAX's values at kinks.

    >>> x = Symbol("x", real=True)
    >>> derivative(Abs(x), x)
    Piecewise((1, x >= 0), (-1, True))
    >>> derivative(Max(x, 0) ** 2, x).subs(x, 3)
    6
    """
    if formula.has(Product):
        raise NoDerivativeError(f"SymPy's derivative of a Product may be wrong; write {formula} without it")
    parts = {part: Dummy(real=True) for part in _outermost(formula, symbol)}
    smooth = formula.xreplace(parts)
    total = diff(smooth, symbol)
    for part, name in parts.items():
        total += diff(smooth, name) * _of_part(part, symbol, orientation)
    result = total.xreplace({name: part for part, name in parts.items()})
    if left := result.atoms(Derivative, Subs, DiracDelta):
        raise NoDerivativeError(f"SymPy has no formula for the derivative of {formula} by {symbol}: {left.pop()}")
    return result


def _outermost(expression: Expr, symbol: Symbol) -> list[Expr]:
    """The parts with rules of their own that depend on the symbol and lie in no other such part."""
    if not expression.has(symbol):
        return []
    if isinstance(expression, KINKS) or (isinstance(expression, Pow) and _has_any_exponent(expression, symbol)):
        return [expression]
    return list(dict.fromkeys(part for argument in expression.args for part in _outermost(argument, symbol)))


def _has_any_exponent(power: Pow, symbol: Symbol) -> bool:
    """Whether the exponent is a constant that may be 0: SymPy's derivative y x^y / x is undefined at x = 0."""
    return bool(power.exp.free_symbols) and not power.exp.has(symbol)


def _of_part(part: Expr, symbol: Symbol, orientation: int) -> Expr:
    if isinstance(part, STEPS):
        return S.Zero
    inner = [derivative(argument, symbol, orientation) for argument in part.args]
    if isinstance(part, Abs):
        (u,) = part.args
        return Piecewise((orientation, orientation * u >= 0), (-orientation, True)) * inner[0]
    if isinstance(part, Pow):
        return Piecewise((S.Zero, Eq(part.exp, 0)), (part.exp * part.base ** (part.exp - 1), True)) * inner[0]
    tied = [Piecewise((S.One, Eq(argument, part)), (S.Zero, True)) for argument in part.args]
    return sum(weight * slope for weight, slope in zip(tied, inner, strict=True)) / sum(tied)
