"""Where a program drops precision: exact arithmetic does not round, so types are examined beside it.

A step is named if it makes a value of fewer bits of the mantissa than it should have, out of none that already has
fewer: a conversion, `reduce_precision`, or a computation with inputs of a narrower type. Steps on which no result
depends, and those that depend on constants alone, do not count. How products are computed inside (`precision` of a
matrix product) is not seen.
"""

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr

from derivations.certificate.interpreter import Constant, Step, steps
from derivations.certificate.program import Program


def own_type(program: Program) -> Any:
    """The narrowest floating type among the symbolic arguments, or JAX's default type if there are none."""
    return min(program.floating_types, key=_bits, default=jnp.result_type(float))


def narrowings(jaxpr: ClosedJaxpr, dtype: Any) -> tuple[str, ...]:
    """The steps at which a value comes to have fewer bits than the floating type has, each with its line."""
    return tuple(dict.fromkeys(_narrowings(jaxpr, _bits(dtype))))


def _narrowings(jaxpr: ClosedJaxpr, bits: int) -> Iterator[str]:
    narrow: set[int] = set()
    varying: set[int] = set()
    inputs, needed, _ = steps(jaxpr)
    varying.update(map(id, inputs))
    for step in needed:
        for inner in _inner_programs(step):
            yield from _narrowings(inner, bits)
        if not varying.intersection(map(id, step.operands)):
            continue
        varying.update(map(id, step.results))
        if (made := _bits_made(step)) is not None and made < bits:
            if not narrow.intersection(map(id, step.operands)):
                yield _described(step, made)
            narrow.update(map(id, step.results))


def _bits_made(step: Step) -> int | None:
    """The fewest bits of a floating result; None if no result is of a floating type."""
    kept = [_bits(variable.aval.dtype) for variable in step.eqn.outvars if _is_floating(variable)]
    if step.eqn.primitive.name == "reduce_precision":
        kept.append(step.eqn.params["mantissa_bits"] + 1)
    return min(kept, default=None)


def _described(step: Step, made: int) -> str:
    name = step.eqn.primitive.name
    to = next(str(variable.aval.dtype) for variable in step.eqn.outvars if _is_floating(variable))
    given = [
        variable.aval.dtype
        for variable, operand in zip(step.eqn.invars, step.operands, strict=True)
        if _is_floating(variable) and not isinstance(operand, Constant)
    ]
    if given and _bits(widest := max(given, key=_bits)) > made:
        return f"{widest} ({_bits(widest)} bits) becomes {to} ({made} bits) at {step.line}"
    return f"{name} is computed in {to} ({made} bits) at {step.line}"


def _is_floating(variable: Any) -> bool:
    return jnp.issubdtype(getattr(variable.aval, "dtype", jnp.int32), jnp.floating)


def _bits(dtype: Any) -> int:
    return int(jnp.finfo(dtype).nmant) + 1


def _inner_programs(step: Step) -> Iterator[ClosedJaxpr]:
    """The programs that a step runs, such as the body of a loop."""
    for value in step.eqn.params.values():
        for program in value if isinstance(value, tuple) else (value,):
            if isinstance(program, ClosedJaxpr):
                yield program
            elif isinstance(program, Jaxpr) and not program.constvars:
                yield ClosedJaxpr(program, ())
