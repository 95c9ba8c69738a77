"""The costs that section 4 offers: for each output function and each delta that one would like, the cost with it."""

from typing import NamedTuple

from sympy import Eq, Expr, Integral, Symbol, exp, symbols, sympify, tanh

from derivations.algebra.letters import s
from derivations.design.cost_from_gradient import cost_from_gradient
from derivations.page.javascript import expression
from derivations.page.mathml import mathml

z, y, a = symbols("z y a", real=True)
_constant = Symbol("constant")

# a = f(z), and the slope f'(z) in terms of a.
OUTPUT_FUNCTIONS: dict[str, tuple[Expr, Expr]] = {
    "linear": (z, sympify(1)),
    "sigmoid": (s(z), a * (1 - a)),
    "tanh": (tanh(z), 1 - a**2),
    "exponential": (exp(z), a),
}


class Wish(NamedTuple):
    """An output function with its slope, and the delta that one would like, both in terms of the activation."""

    output: Expr
    slope: Expr
    delta: Expr


WISHES = {
    f"{name}, {wish}": Wish(output, slope, delta)
    for name, (output, slope) in OUTPUT_FUNCTIONS.items()
    for wish, delta in {"a - y": a - y, "(a - y)³": (a - y) ** 3, "(a - y) f′": (a - y) * slope}.items()
}


def designed_cost(name: str) -> str:
    """The cost that grants a wish, up to a constant, as SymPy writes it."""
    wish = WISHES[name]
    return str(cost_from_gradient(wish.delta, z, y, activation=Eq(a, wish.output)))


def read_cost(text: str) -> Expr:
    """A cost as `designed_cost` wrote it."""
    return sympify(text, locals={"a": a, "y": y})


def as_functions(name: str, cost: Expr) -> str:
    """The output, the delta and the cost as functions in JavaScript."""
    wish = WISHES[name]
    parts = {"output": wish.output, "delta": wish.delta, "cost": cost}
    return "{" + ", ".join(f"{part}: {expression(formula)}" for part, formula in parts.items()) + "}"


def as_formulas(name: str, cost: Expr) -> str:
    """The delta and the integral that leads to the cost, as HTML."""
    wish = WISHES[name]
    integrand = wish.delta / wish.slope
    lines = [
        mathml(a, " = ", wish.output, block=True),
        mathml(Symbol("∂C/∂a"), " = ", integrand, block=True),
        mathml(Symbol("C"), " = ", Integral(integrand, a), " = ", cost + _constant, block=True),
    ]
    return f'<div data-name="{name}" hidden>{"".join(lines)}</div>'
