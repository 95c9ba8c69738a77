"""Rules for the primitives that contain programs: loops, branches and solvers."""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr, Jaxpr

from derivations.algebra import formulas
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, array, concrete, filled, map_elements


def opened(program: Any) -> tuple[Jaxpr, Sequence]:
    """A program's jaxpr and its constants, of which one within another may have none."""
    if not isinstance(program, ClosedJaxpr | Jaxpr):  # an operation of which JAX knows what it consists of: `expand`
        program = jax.make_jaxpr(program.expand)(*program.in_avals)
    return (program.jaxpr, program.consts) if isinstance(program, ClosedJaxpr) else (program, ())


def scan(interpreter: Any, *operands: Array, eqn: Any) -> list[Array]:
    """A loop over the leading axis, with the length that the program states."""
    jaxpr, length = eqn.params["jaxpr"], eqn.params["length"]
    body: Any = opened(jaxpr)[0]
    n_rows = sum(x.ndim != inner.aval.ndim for x, inner in zip(operands, body.invars, strict=True))
    n_carry = sum(outer.aval.ndim == inner.aval.ndim for outer, inner in zip(eqn.outvars, body.outvars, strict=True))
    n_fixed = len(operands) - n_carry - n_rows
    fixed, carry, xs = operands[:n_fixed], list(operands[n_fixed : n_fixed + n_carry]), operands[n_fixed + n_carry :]
    rows = {}
    for i in range(length)[:: -1 if eqn.params["reverse"] else 1]:
        results = interpreter.call(jaxpr, [*fixed, *carry, *(array(x[i]) for x in xs)])
        carry, rows[i] = results[:n_carry], results[n_carry:]
    if not length:
        return [*carry, *(filled(variable.aval.shape, sp.S.Zero) for variable in eqn.outvars[n_carry:])]
    columns = zip(*(rows[i] for i in range(length)), strict=True)
    return [*carry, *(np.stack(column) for column in columns)]


def while_loop(
    interpreter: Any,
    *operands: Array,
    cond_nconsts: int,
    body_nconsts: int,
    cond_jaxpr: ClosedJaxpr,
    body_jaxpr: ClosedJaxpr,
) -> list[Array]:
    """A loop whose condition the case decides in each iteration; in a batch, each loop obeys its own condition."""
    of_cond, operands = operands[:cond_nconsts], operands[cond_nconsts:]
    of_body, carry = operands[:body_nconsts], list(operands[body_nconsts:])
    holds = functools.partial(formulas.holds, interpreter.case)
    while (going := map_elements(holds, interpreter.call(cond_jaxpr, [*of_cond, *carry])[0])).any():
        after = interpreter.call(body_jaxpr, [*of_body, *carry])
        carry = [_where(going, new, old) for new, old in zip(after, carry, strict=True)]
    return carry


def _where(going: Array, new: Array, old: Array) -> Array:
    """The new values of the loops that are still going, and the old ones of those that have ended."""
    return np.where(going.astype(bool).reshape(going.shape + (1,) * (new.ndim - going.ndim)), new, old)


def cond(interpreter: Any, index: Array, *operands: Array, branches: Sequence[ClosedJaxpr]) -> list[Array]:
    """One of several branches, chosen by an index that must be decided."""
    which = int(np.clip(concrete(index), 0, len(branches) - 1))
    return interpreter.call(branches[which], operands)


def linear_solve(interpreter: Any, *operands: Array, const_lengths: Any, jaxprs: Any) -> list[Array]:
    """The solution by the primitive's own solver; its other programs serve derivatives."""
    before = const_lengths.matvec + const_lengths.vecmat
    consts = operands[before : before + const_lengths.solve]
    return interpreter.call(jaxprs.solve, [*consts, *operands[sum(const_lengths) :]])


CONTROL: dict[str, Rule] = {"scan": scan, "while": while_loop, "cond": cond, "custom_linear_solve": linear_solve}
