"""Tracing: the program that JAX makes of a function, interpreted over arrays of SymPy expressions.

`jax.make_jaxpr` gives the program that the compiler is handed, derivatives and custom rules included; here
each of its primitives is applied to exact expressions instead of floats. A comparison is decided by the
case's assumptions or not at all.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from derivations import primitives, real
from derivations.cases import Case, UndecidedError
from derivations.primitives import Array, concrete, constant


def symbols(name: str, *shape: int) -> Array:
    """An array of real symbols, numbered from 1; a single one without a shape.

    >>> symbols("w", 2, 2)
    array([[w11, w12],
           [w21, w22]], dtype=object)
    """
    names = ["".join(str(i + 1) for i in index) for index in np.ndindex(*shape)]
    return primitives.array([sp.Symbol(name + digits, real=True) for digits in names], shape)


def trace(fn: Callable, *arguments: object, assuming: Iterable[sp.Basic] = ()) -> Any:
    """What `fn` computes, as SymPy expressions, in exact real arithmetic.

    `arguments` are SymPy expressions, object arrays of them (floats to JAX), concrete numbers and integer
    arrays, or containers of these. The result has the structure of fn's. Where the program compares,
    `assuming` must decide (relations such as `z > 0`): UndecidedError names what it does not decide;
    `trace_cases` enumerates instead. NotImplementedError names a primitive that has no rule.

    >>> z = symbols("z")
    >>> trace(jax.grad(jax.nn.softplus), z, assuming=[z[()] > 0])
    array(1/(1 + exp(-z)), dtype=object)
    """
    return Program(fn, *arguments).run(Case.where(assuming))


def trace_cases(fn: Callable, *arguments: object, assuming: Iterable[sp.Basic] = ()) -> list[tuple[Case, Any]]:
    """Every case that the program's comparisons distinguish, with what `fn` computes there.

    >>> for case, value in trace_cases(jax.nn.relu, symbols("z")):
    ...     print(case, "->", value)
    z < 0 -> 0
    z = 0 -> 0
    z > 0 -> z
    """
    return list(Program(fn, *arguments).cases(Case.where(assuming)))


class Program:
    """A function's jaxpr for arguments of given shapes, and the symbolic arguments to run it on."""

    def __init__(self, fn: Callable, *arguments: object):
        """Trace `fn` with JAX for the arguments' shapes."""
        leaves, structure = jax.tree.flatten(arguments)
        self.inputs = [_symbolic(leaf) for leaf in leaves]
        avals = jax.tree.unflatten(structure, [_abstract(leaf) for leaf in leaves])
        self.jaxpr, shapes = jax.make_jaxpr(fn, return_shape=True)(*avals)
        self.structure = jax.tree.structure(shapes)

    def run(self, case: Case) -> Any:
        """The result in one case."""
        return jax.tree.unflatten(self.structure, self._outputs(_Interpreter(case)))

    def cases(self, start: Case) -> Iterator[tuple[Case, Any]]:
        """Each case under which every comparison is decided, with the result."""
        for case, outputs, _ in self.interpreted(start):
            yield case, jax.tree.unflatten(self.structure, outputs)

    def interpreted(self, start: Case) -> Iterator[tuple[Case, list[Array], "_Interpreter"]]:
        """Each case, the result's arrays one after the other, and the interpreter with its notes."""
        waiting = [start]
        while waiting:
            interpreter = _Interpreter(waiting.pop())
            try:
                yield interpreter.case, self._outputs(interpreter), interpreter
            except UndecidedError as undecided:
                waiting.extend(reversed(interpreter.case.split(undecided.form)))

    def _outputs(self, interpreter: "_Interpreter") -> list[Array]:
        inputs = [primitives.map_elements(interpreter.case.apply, leaf) for leaf in self.inputs]
        return interpreter.closed(self.jaxpr, inputs)


@dataclass
class _Interpreter:
    case: Case
    literals: dict[str, str] = field(default_factory=dict)
    nan_births: list[str] = field(default_factory=list)
    entered: list = field(default_factory=list)

    def closed(self, jaxpr: ClosedJaxpr, arguments: list[Array]) -> list[Array]:
        return self.run(jaxpr.jaxpr, [*map(self.constant, jaxpr.consts)], arguments)

    def constant(self, value: object) -> Array:
        """A constant of the program; how its floats are read is noted where that is not their binary value."""
        numbers, floats = constant(value), np.asarray(value)
        if jnp.issubdtype(floats.dtype, jnp.floating):
            pairs = zip(floats.ravel(), numbers.ravel(), strict=True)
            self.literals |= {str(x): str(n) for x, n in pairs if np.isfinite(x) and sp.Rational(float(x)) != n}
        return numbers

    def run(self, jaxpr: Jaxpr, consts: list[Array], arguments: list[Array]) -> list[Array]:
        values = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *arguments], strict=True))

        def read(atom: Any) -> Array:
            if not isinstance(atom, Literal):
                return values[atom]
            aval: Any = atom.aval
            return self.constant(np.asarray(atom.val, aval.dtype))

        for eqn in _needed(jaxpr):
            operands = [read(atom) for atom in eqn.invars]
            self.entered.append(eqn)
            results = self.apply(eqn, operands)
            self.entered.pop()
            values.update(zip(eqn.outvars, results, strict=True))
            if any(sp.nan in r.ravel() for r in results) and not any(sp.nan in o.ravel() for o in operands):
                self.nan_births.append(f"{eqn.primitive.name} at {self.line(eqn)}")
        return [read(atom) for atom in jaxpr.outvars]

    def apply(self, eqn, operands: list[Array]) -> list[Array]:
        name = eqn.primitive.name
        if name in _CONTROL:
            return _CONTROL[name](self, eqn, operands)
        if name in primitives.RULES:
            results = primitives.RULES[name](self.case, eqn, *operands)
            return results if isinstance(results, list) else [results]
        inner = [value for value in eqn.params.values() if isinstance(value, ClosedJaxpr | Jaxpr)]
        if len(inner) == 1 and len(eqn.invars) == len(_open(inner[0]).invars):
            return self.run(_open(inner[0]), [*map(self.constant, getattr(inner[0], "consts", ()))], operands)
        raise NotImplementedError(f"no rule for the JAX primitive {name!r}, made at {self.line()}")

    def line(self, *innermost) -> str:
        """The innermost line outside JAX that made an equation, or the call that it belongs to."""
        lines = map(_user_line, reversed([*self.entered, *innermost]))
        return next(filter(None, lines), "an unknown line")

    def exponential(self, eqn, operands: list[Array]) -> list[Array]:
        (x,) = operands
        far = {str(p): "0" for p in x.ravel() if p.is_number and p.is_finite and p <= _UNDERFLOW}
        self.literals |= {f"exp({exponent})": zero for exponent, zero in far.items()}
        return [primitives.map_elements(lambda p: sp.S.Zero if str(p) in far else sp.exp(p), x)]

    def scan(self, eqn, operands: list[Array]) -> list[Array]:
        body, length, consts, carried = (eqn.params[key] for key in ("jaxpr", "length", "num_consts", "num_carry"))
        fixed, carry, xs = (
            operands[:consts],
            operands[consts : consts + carried],
            operands[consts + carried :],
        )
        rows = []
        for i in range(length)[:: -1 if eqn.params["reverse"] else 1]:
            results = self.closed(body, [*fixed, *carry, *(primitives.array(x[i]) for x in xs)])
            carry, row = results[:carried], results[carried:]
            rows.append(row)
        rows = rows[:: -1 if eqn.params["reverse"] else 1]
        return [*carry, *(np.stack(column) for column in zip(*rows, strict=True))]

    def while_loop(self, eqn, operands: list[Array]) -> list[Array]:
        n_cond, n_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
        cond_consts, body_consts, carry = (
            operands[:n_cond],
            operands[n_cond : n_cond + n_body],
            operands[n_cond + n_body :],
        )
        while real.holds(self.case, self.closed(eqn.params["cond_jaxpr"], [*cond_consts, *carry])[0][()]):
            carry = self.closed(eqn.params["body_jaxpr"], [*body_consts, *carry])
        return carry

    def cond(self, eqn, operands: list[Array]) -> list[Array]:
        branches = eqn.params["branches"]
        index = int(np.clip(concrete(operands[0]), 0, len(branches) - 1))
        return self.closed(branches[index], operands[1:])


_CONTROL = {
    "scan": _Interpreter.scan,
    "while": _Interpreter.while_loop,
    "cond": _Interpreter.cond,
    "exp": _Interpreter.exponential,
}

# e^-1000 = 5e-435 is 0 in every floating type; a program that clamps an exponent there means 0.
_UNDERFLOW = -1000


def _needed(jaxpr: Jaxpr) -> list:
    """The equations that the results depend on."""
    live, needed = {atom for atom in jaxpr.outvars if not isinstance(atom, Literal)}, []
    for eqn in reversed(jaxpr.eqns):
        if live.intersection(eqn.outvars):
            needed.append(eqn)
            live.update(atom for atom in eqn.invars if not isinstance(atom, Literal))
    return needed[::-1]


def _open(jaxpr: ClosedJaxpr | Jaxpr) -> Jaxpr:
    return jaxpr.jaxpr if isinstance(jaxpr, ClosedJaxpr) else jaxpr


def _user_line(eqn) -> str:
    traceback = eqn.source_info.traceback
    frames = traceback.frames if traceback else ()
    return next((f"{f.file_name}:{f.line_num} ({f.function_name})" for f in frames if not _inside_jax(f.file_name)), "")


def _inside_jax(path: str) -> bool:
    return path.startswith(os.path.dirname(jax.__file__)) or path == __file__


def _symbolic(leaf: object) -> Array:
    if isinstance(leaf, sp.MatrixBase):
        raise TypeError("give a NumPy object array, not a SymPy Matrix: numpy.array(matrix)")
    values = np.asarray(leaf)
    if values.dtype != object:
        return constant(values)
    return primitives.map_elements(sp.sympify, values)


def _abstract(leaf: object) -> jax.ShapeDtypeStruct:
    values = np.asarray(leaf)
    return jax.ShapeDtypeStruct(
        values.shape, jnp.result_type(float) if values.dtype == object else jnp.result_type(leaf)
    )
