"""The interpreter's exact result and the program's own: two implementations of JAX's primitives."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import jaxpr_as_fun

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.algebra.underflow import settled
from derivations.certificate.arrays import map_elements
from derivations.certificate.interpreter import Interpreter
from derivations.certificate.program import Program

EDGES = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1.5, -2.5, 3.0, -3.75, 0.125)
BEYOND = (np.inf, -np.inf, np.nan)


def exactly(value):
    """Floats as the SymPy numbers that they equal; integers and truth values unchanged."""
    if not jnp.issubdtype(np.asarray(value).dtype, jnp.floating):
        return value
    numbers = [
        sp.Rational(float(x)) if np.isfinite(x) else (sp.nan if np.isnan(x) else sp.oo * int(np.sign(x)))
        for x in np.ravel(value)
    ]
    return np.asarray(numbers, dtype=object).reshape(np.shape(value))


def both(fn, *arguments):
    """The interpreter's results, the program's results, and the names of the primitives in the program."""
    program = Program(fn, *map(exactly, arguments))
    results = Interpreter(Case()).call(program.jaxpr, program.inputs)
    exact = [map_elements(settled, result) for result in results]
    run = jaxpr_as_fun(program.jaxpr)(*map(jnp.asarray, arguments))
    return exact, [np.asarray(result) for result in run], names(program.jaxpr.jaxpr)


def names(jaxpr) -> set[str]:
    """The names of the primitives in a program, including the programs inside it."""
    inner = [names(j) for eqn in jaxpr.eqns for j in jax.extend.core.jaxprs_in_params(eqn.params)]
    return {eqn.primitive.name for eqn in jaxpr.eqns}.union(*inner)


def difference(exact, run, rtol=0.0) -> str:
    """A description of the first difference between two results; empty if they agree."""
    for wanted, found in zip(exact, run, strict=True):
        if wanted.shape != found.shape:
            return f"shapes {wanted.shape} and {found.shape}"
        for expression, number in zip(wanted.ravel(), found.ravel(), strict=True):
            if not same(expression, number, rtol):
                return f"{expression} and {number!r}, in {wanted.tolist()} and {found.tolist()}"
    return ""


def same(expression: sp.Basic, number: np.generic, rtol: float) -> bool:
    """Whether a number equals the expression's value, up to `rtol` for floats."""
    if isinstance(number, np.bool_):
        return expression == sp.S(bool(number))
    if jnp.issubdtype(number.dtype, jnp.integer):
        return expression == int(number)
    if expression is real.UNKNOWN or expression is real.UNSIGNED:  # depends on the sign of a zero
        return expression is real.UNKNOWN or bool(np.isinf(number))
    if not np.isfinite(number):
        return expression is exactly(number)[()]
    value = expression if expression.is_Rational else sp.N(expression, 25)
    return bool(value.is_finite) and abs(float(value) - float(number)) <= rtol * max(1.0, abs(float(number)))
