"""The interpreter: a jaxpr as a list of steps, each of which a rule applies to arrays of SymPy expressions.

Calls are written out (jit, checkpoint, custom derivatives), and steps on which no result depends are dropped, so that
no case is distinguished for a value that nobody uses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate import primitives
from derivations.certificate.arrays import Array, array, concrete, constant, map_elements

# e^-1000 = 5e-435 is 0 in every floating type; a program that clamps an exponent there means 0.
UNDERFLOW = -1000

# What functions of JAX itself compute that it writes as a series of so many terms, with the digits of floats split.
SERIES: dict[str, Callable] = {"exp_neg_sq": lambda x: sp.exp(-(x**2))}


class Value:
    """A value in the program: known only when a step has computed it."""


@dataclass(frozen=True)
class Constant:
    """A value that the program states."""

    value: np.ndarray


@dataclass(frozen=True)
class Step:
    """An equation of the jaxpr, its operands and results, and the calls that it was inside."""

    eqn: Any
    operands: list
    results: list
    calls: tuple

    @property
    def line(self) -> str:
        """The innermost line outside JAX that made it."""
        lines = map(_user_line, (self.eqn, *reversed(self.calls)))
        return next(filter(None, lines), "an unknown line")


def steps(jaxpr: ClosedJaxpr, inputs: Sequence[Any]) -> tuple[list[Step], list]:
    """The steps that the results depend on, and the results."""
    every, results = _written_out(*_opened(jaxpr), inputs, ())
    live, needed = {id(value) for value in results}, []
    for step in reversed(every):
        if live.intersection(map(id, step.results)):
            needed.append(step)
            live.update(map(id, step.operands))
    return needed[::-1], results


def _written_out(jaxpr: Jaxpr, consts: Sequence, inputs: Sequence, calls: tuple) -> tuple[list[Step], list]:
    constants = [Constant(np.asarray(value)) for value in consts]
    values = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *inputs], strict=True))

    def read(atom: Any) -> Value | Constant:
        if not isinstance(atom, Literal):
            return values[atom]
        aval: Any = atom.aval
        return Constant(np.asarray(atom.val, aval.dtype))

    written: list[Step] = []
    for eqn in jaxpr.eqns:
        operands, called = [read(atom) for atom in eqn.invars], _called(eqn)
        if called is None:
            results: list = [Value() for _ in eqn.outvars]
            written.append(Step(eqn, operands, results, calls))
        else:
            inner, results = _written_out(*called, operands, (*calls, eqn))
            written += inner
        values.update(zip(eqn.outvars, results, strict=True))
    return written, [read(atom) for atom in jaxpr.outvars]


def _called(eqn) -> tuple[Jaxpr, Sequence] | None:
    """The jaxpr that an equation calls once with its operands, and that jaxpr's constants."""
    if eqn.primitive.name in CONTROL or eqn.primitive.name in primitives.RULES or _series(eqn):
        return None
    inner = _inner(eqn)
    if len(inner) != 1:
        return None
    jaxpr, consts = _opened(inner[0])
    return (jaxpr, consts) if len(jaxpr.invars) == len(eqn.invars) else None


def _inner(eqn) -> list[ClosedJaxpr | Jaxpr]:
    return [value for value in eqn.params.values() if isinstance(value, ClosedJaxpr | Jaxpr)]


def _series(eqn) -> str:
    """The name in SERIES of the function that an equation calls, if it is JAX's own."""
    called = (_opened(jaxpr)[0].debug_info for jaxpr in _inner(eqn))
    return next((info.func_name for info in called if info.func_name in SERIES and _of_jax(info.func_filename)), "")


def _opened(jaxpr: ClosedJaxpr | Jaxpr) -> tuple[Jaxpr, Sequence]:
    """A jaxpr and its constants; those that other programs contain may have none."""
    return (jaxpr.jaxpr, jaxpr.consts) if isinstance(jaxpr, ClosedJaxpr) else (jaxpr, ())


@dataclass
class Interpreter:
    """Runs steps in one case, and notes how it read the program's floats and where a nan was born."""

    case: Case
    literals: dict[str, str] = field(default_factory=dict)
    nan_births: list[str] = field(default_factory=list)

    def call(self, jaxpr: ClosedJaxpr, inputs: Sequence[Array]) -> list[Array]:
        """The results of a jaxpr."""
        names = [Value() for _ in inputs]
        needed, results = steps(jaxpr, names)
        values = {id(name): value for name, value in zip(names, inputs, strict=True)}
        for step in needed:
            self._run(step, values)
        return [self._read(values, result) for result in results]

    def _run(self, step: Step, values: dict[int, Array]) -> None:
        operands = [self._read(values, operand) for operand in step.operands]
        results = self._apply(step, operands)
        values.update(zip(map(id, step.results), results, strict=True))
        if any(sp.nan in r.ravel() for r in results) and not any(sp.nan in o.ravel() for o in operands):
            self.nan_births.append(f"{step.eqn.primitive.name}, {step.line}")

    def _read(self, values: dict[int, Array], value: Value | Constant) -> Array:
        if not isinstance(value, Constant):
            return values[id(value)]
        numbers, floats = constant(value.value), value.value
        if jnp.issubdtype(floats.dtype, jnp.floating):
            pairs = zip(floats.ravel(), numbers.ravel(), strict=True)
            self.literals |= {str(x): str(n) for x, n in pairs if np.isfinite(x) and sp.Rational(float(x)) != n}
        return numbers

    def _apply(self, step: Step, operands: list[Array]) -> list[Array]:
        name = step.eqn.primitive.name
        if name in CONTROL:
            return CONTROL[name](self, step.eqn, operands)
        if series := _series(step.eqn):
            self.literals[series] = f"{SERIES[series](sp.Symbol('x'))}, of which it is a series"
            return [map_elements(SERIES[series], *operands)]
        if name not in primitives.RULES:
            raise NotImplementedError(f"no rule for the JAX primitive {name!r}, made at {step.line}")
        results = primitives.RULES[name](self.case, step.eqn, *operands)
        return results if isinstance(results, list) else [results]


def exponential(interpreter: Interpreter, eqn, operands: list[Array]) -> list[Array]:
    """The exponential, in which numbers at or below UNDERFLOW give 0, and a note."""

    def exp(exponent: sp.Expr) -> sp.Expr:
        if not (exponent.is_number and exponent.is_finite and exponent <= UNDERFLOW):
            return sp.exp(exponent)
        interpreter.literals[f"exp({exponent})"] = "0, which it is in every floating type"
        return sp.S.Zero

    return [map_elements(exp, *operands)]


def scan(interpreter: Interpreter, eqn, operands: list[Array]) -> list[Array]:
    """A loop over the leading axis, as many times as the program says."""
    body: Any = _opened(eqn.params["jaxpr"])[0]
    n_rows = sum(x.shape != inner.aval.shape for x, inner in zip(operands, body.invars, strict=True))
    n_carry = sum(outer.aval.shape == inner.aval.shape for outer, inner in zip(eqn.outvars, body.outvars, strict=True))
    n_fixed = len(operands) - n_carry - n_rows
    fixed, carry, xs = operands[:n_fixed], operands[n_fixed : n_fixed + n_carry], operands[n_fixed + n_carry :]
    order = range(eqn.params["length"])[:: -1 if eqn.params["reverse"] else 1]
    rows = {}
    for i in order:
        results = interpreter.call(eqn.params["jaxpr"], [*fixed, *carry, *(array(x[i]) for x in xs)])
        carry, rows[i] = results[:n_carry], results[n_carry:]
    columns = zip(*(rows[i] for i in sorted(rows)), strict=True)
    return [*carry, *(np.stack(column) for column in columns)]


def while_loop(interpreter: Interpreter, eqn, operands: list[Array]) -> list[Array]:
    """A loop whose condition the case decides each time."""
    n_cond, n_body = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
    of_cond, of_body, carry = operands[:n_cond], operands[n_cond : n_cond + n_body], operands[n_cond + n_body :]
    while real.holds(interpreter.case, interpreter.call(eqn.params["cond_jaxpr"], [*of_cond, *carry])[0][()]):
        carry = interpreter.call(eqn.params["body_jaxpr"], [*of_body, *carry])
    return carry


def cond(interpreter: Interpreter, eqn, operands: list[Array]) -> list[Array]:
    """One of several branches, by a decided index."""
    branches = eqn.params["branches"]
    index = int(np.clip(concrete(operands[0]), 0, len(branches) - 1))
    return interpreter.call(branches[index], operands[1:])


CONTROL: dict[str, Callable] = {"exp": exponential, "scan": scan, "while": while_loop, "cond": cond}


def _user_line(eqn) -> str:
    traceback = eqn.source_info.traceback
    frames = traceback.frames if traceback else ()
    return next(
        (f"{f.file_name}:{f.line_num} ({f.function_name})" for f in frames if not _is_internal(f.file_name)), ""
    )


def _is_internal(path: str) -> bool:
    return _of_jax(path) or Path(path).parent == Path(__file__).parent


def _of_jax(path: str | None) -> bool:
    """Whether a file is JAX's own; a package whose name only begins with "jax" is not."""
    return path is not None and Path(path).is_relative_to(Path(jax.__file__).parent)
