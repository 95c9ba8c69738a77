"""The interpreter: a jaxpr as a list of steps, each of which a rule applies to arrays of SymPy expressions.

Calls (jit, checkpoint, custom derivatives) are inlined, and steps on which no result depends are dropped, so that no
case is distinguished for the sake of an unused value.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import jax
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, Primitive
from jax.extend.core import primitives as public_primitives

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.algebra.underflow import is_underflow, settled
from derivations.certificate import primitives
from derivations.certificate.application import Rule, apply, checked, is_discrete, is_real, run_by_jax
from derivations.certificate.arrays import Array, is_undecided, map_elements
from derivations.certificate.bits import are_bits, bits_only
from derivations.certificate.control import opened
from derivations.certificate.literals import Reading

# The exact values of JAX's own functions that it computes by a truncated series and by splitting floats into digits.
SERIES: dict[str, Callable] = {"exp_neg_sq": lambda x: sp.exp(-(x**2))}


# The public primitives of JAX by name: another library's primitive may have the same name.
PUBLIC = {found.name: found for found in vars(public_primitives).values() if isinstance(found, Primitive)}


class Value:
    """A value of the program that is known only when a step has computed it."""


@dataclass(frozen=True)
class Constant:
    """A value that the program contains."""

    value: np.ndarray


@dataclass(frozen=True)
class Step:
    """An equation of the jaxpr, its operands and results, and the calls in which it was nested.

    `last` are the operands, by their identities, that no later step reads.
    """

    eqn: Any
    operands: list
    results: list
    calls: tuple
    last: frozenset[int] = frozenset()

    @property
    def line(self) -> str:
        """The innermost line of code outside JAX that made the equation."""
        lines = map(_user_line, (self.eqn, *reversed(self.calls)))
        return next(filter(None, lines), "an unknown line")


class Steps(NamedTuple):
    """The inputs of a program, the steps on which its results depend, and the results."""

    inputs: list[Value]
    needed: list[Step]
    results: list


@functools.lru_cache(maxsize=100)
def steps(jaxpr: ClosedJaxpr) -> Steps:
    """A program as a list of steps."""
    body, consts = opened(jaxpr)
    inputs = [Value() for _ in body.invars]
    every, results = _written_out(body, consts, inputs, ())
    live, needed = set(map(id, results)), []
    for step in reversed(every):
        if live.intersection(map(id, step.results)):
            operands = frozenset(map(id, step.operands))
            needed.append(replace(step, last=operands - live))
            live |= operands
    return Steps(inputs, needed[::-1], results)


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
    """The jaxpr that an equation calls once with its operands, and that jaxpr's constants; None if it calls none."""
    name = eqn.primitive.name
    if name not in primitives.CALLS or not is_of_jax(eqn.primitive) or _series(eqn):
        return None
    return opened(eqn.params[primitives.CALLS[name]])


def is_of_jax(primitive: Primitive) -> bool:
    """Whether a primitive is JAX's own; another library's may have the same name."""
    return PUBLIC.get(primitive.name, primitive) is primitive


def _inner(eqn) -> list[ClosedJaxpr | Jaxpr]:
    return [value for value in eqn.params.values() if isinstance(value, ClosedJaxpr | Jaxpr)]


def _series(eqn) -> str:
    """The name in SERIES of the function that an equation calls, if it is JAX's own."""
    called = (opened(jaxpr)[0].debug_info for jaxpr in _inner(eqn))
    return next(
        (info.func_name for info in called if info.func_name in SERIES and is_jaxs_file(info.func_filename)), ""
    )


@dataclass
class Interpreter:
    """Runs a program in one case, and records how it read the program's floats and where a nan first arose.

    A comparison that the case does not decide stops it; `narrowed` to a case that does, it goes on at that step.
    """

    case: Case
    reading: Reading = field(default_factory=Reading)
    nan_births: list[str] = field(default_factory=list)
    steps: Steps | None = None
    done: int = 0
    values: dict[int, Array] = field(default_factory=dict)

    def run(self, jaxpr: ClosedJaxpr, inputs: Sequence[Array]) -> list[Array]:
        """The results of a program."""
        if self.steps is None:
            self.steps = steps(jaxpr)
            self.values.update(zip(map(id, self.steps.inputs), inputs, strict=True))
        for step in self.steps.needed[self.done :]:
            self._run(step)
            self.done += 1
        return [self._read(result) for result in self.steps.results]

    def call(self, jaxpr: ClosedJaxpr, inputs: Sequence[Array]) -> list[Array]:
        """The results of a program that a step of this one calls."""
        return type(self)(self.case, self.reading, self.nan_births).run(jaxpr, inputs)

    def narrowed(self, case: Case) -> Self:
        """An interpreter that goes on in a narrower case, in which symbols may have become equal."""
        is_new = case.substitution != self.case.substitution
        values = {name: map_elements(case.apply, value) if is_new else value for name, value in self.values.items()}
        return replace(self, case=case, nan_births=[*self.nan_births], values=values)

    def _run(self, step: Step) -> None:
        operands = [self._read(operand) for operand in step.operands]
        try:
            results = self._apply(step.eqn, operands)
        except NotImplementedError as refusal:
            raise _at(step.line, refusal) from None
        self.values.update(zip(map(id, step.results), results, strict=True))
        for name in step.last:
            self.values.pop(name, None)
        for result in results:
            self.reading.find_masks(result, is_selected=step.eqn.primitive.name == "select_n")
        if any(sp.nan in r.ravel() for r in results) and not any(sp.nan in o.ravel() for o in operands):
            self.nan_births.append(f"{step.eqn.primitive.name}, {step.line}")

    def _read(self, value: Value | Constant) -> Array:
        if not isinstance(value, Constant):
            return self.values[id(value)]
        if not is_real(value.value):
            raise NotImplementedError(f"a constant of the type {value.value.dtype}: only real numbers are understood")
        return self.reading.read(value.value)

    def _apply(self, eqn: Any, operands: list[Array]) -> list[Array]:
        name, variables = eqn.primitive.name, (*eqn.invars, *eqn.outvars)
        foreign = [variable.aval for variable in variables if not is_real(variable.aval)]
        if not is_of_jax(eqn.primitive):
            raise NotImplementedError(f"no rule for the primitive {name!r}, which is not JAX's primitive of that name")
        if foreign:
            raise NotImplementedError(f"{name} of the type {foreign[0].dtype}: only real numbers are understood")
        if series := _series(eqn):
            self.reading.notes[series] = f"{SERIES[series](sp.Symbol('x'))}, of which it is a series"
            return checked(eqn, [map_elements(SERIES[series], *operands)])
        if are_bits(operands):
            return apply(bits_only(name), self, eqn, operands)
        if name in primitives.OF_INTEGERS and all(is_discrete(variable.aval) for variable in variables):
            open_ = name in primitives.OF_TRUTHS and any(map(is_undecided, operands))
            return apply(EVERY_RULE[name], self, eqn, operands) if open_ else run_by_jax(self, eqn, operands)
        rule = EVERY_RULE.get(name)
        if rule is None:
            raise NotImplementedError(f"no rule for the JAX primitive {name!r}")
        return apply(rule, self, eqn, operands)


class UnsupportedError(NotImplementedError):
    """A refusal that names the line of code."""


def _at(line: str, refusal: NotImplementedError) -> NotImplementedError:
    return refusal if isinstance(refusal, UnsupportedError) else UnsupportedError(f"{refusal}, made at {line}")


def exponential_with_notes(interpreter: Interpreter, x: Array) -> Array:
    """The exponential; exponents that stand for -oo are noted in the reading."""
    underflows = {settled(exponent) for exponent in x.ravel() if is_underflow(exponent)}
    interpreter.reading.notes |= {f"exp({value})": "0, which it is in every floating type" for value in underflows}
    return map_elements(functools.partial(real.exponential, interpreter.case), x)


EVERY_RULE: dict[str, Rule] = primitives.RULES | {"exp": exponential_with_notes}


def _user_line(eqn) -> str:
    traceback = eqn.source_info.traceback
    frames = traceback.frames if traceback else ()
    return next(
        (f"{f.file_name}:{f.line_num} ({f.function_name})" for f in frames if not _is_internal(f.file_name)), ""
    )


def _is_internal(path: str) -> bool:
    return is_jaxs_file(path) or Path(path).parent == Path(__file__).parent


@functools.cache
def is_jaxs_file(path: str | None) -> bool:
    """Whether a file is JAX's own; a package whose name only begins with "jax" is not."""
    return path is not None and Path(path).is_relative_to(Path(jax.__file__).parent)
