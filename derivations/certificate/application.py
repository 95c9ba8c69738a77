"""How a rule is applied to an equation of a jaxpr: the parameters that it reads, and the types of its results.

A rule takes the interpreter (for its case, its notes and inner programs), the operands, which are NumPy object arrays,
and as keyword arguments exactly the parameters of the primitive that it reads, or the whole equation (`eqn`) if it runs
the primitive itself. A parameter that the rule does not read must be one on which no exact value depends, or the
equation is refused. A rule's results must have the shapes and kinds of element that the program states.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra import formulas
from derivations.algebra.cases import Case, letters_of
from derivations.certificate.arrays import Array, Truth, concrete, constant, map_elements

Rule = Callable[..., Array | list[Array]]

# Parameters on which no exact value depends, with the reason.
NO_MATTER = {
    "accuracy": "rounding",
    "precision": "rounding",
    "preferred_element_type": "the result's type, which is compared",
    "out_dtype": "the result's type, which is compared",
    "unroll": "how much of a loop is written out",
    "weak_type": "how later operations promote; the program has it written out",
    "sharding": "where the elements lie",
    "out_sharding": "where the elements lie",
    "memory_space": "where the elements lie",
    "branches_platforms": "the processor of each branch; the index, which JAX computes, chooses among them",
    "conjugate_a": "the conjugate of a real number is itself",
}


def apply(rule: Rule, interpreter: Any, eqn: Any, operands: list[Array]) -> list[Array]:
    """The rule's results; NotImplementedError if it ignores a parameter that matters."""
    results = rule(interpreter, *operands, **parameters(rule, eqn, {"eqn": eqn}))
    return checked(eqn, results if isinstance(results, list) else [results])


def parameters(rule: Rule, eqn: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a rule reads, some of which are not the primitive's own; it must read all that matter."""
    read = read_by(rule)
    ignored = [name for name in eqn.params if not (read & {name, "eqn"} or name in NO_MATTER)]
    if ignored:
        named = ", ".join(f"{name} = {eqn.params[name]}" for name in ignored)
        raise NotImplementedError(f"the rule for {eqn.primitive.name} does not read its parameter {named}")
    return {name: value for name, value in {**eqn.params, **more}.items() if name in read}


@functools.cache
def read_by(rule: Rule) -> frozenset[str]:
    """The names of the parameters that a rule reads."""
    parameters = inspect.signature(rule).parameters.values()
    return frozenset(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)


def elementwise(function: Callable) -> Rule:
    """A rule that applies a function of the case and single expressions to each element."""
    by_element = element_by_element(real.of_either_sign(function))
    return lambda interpreter, *operands: by_element(interpreter.case, *operands)


def element_by_element(function: Callable) -> Callable[..., Array]:
    """A function of the case and single expressions, applied to corresponding elements of arrays.

    Its values are cached by those conditions of the case that are about the expressions, which other cases share.
    """
    remembered = functools.lru_cache(maxsize=10_000, typed=True)(function)

    def on_arrays(case: Case, *operands: Array) -> Array:
        return map_elements(lambda *xs: remembered(case.about(letters_of(*xs)), *xs), *operands)

    return on_arrays


def checked(eqn: Any, results: list[Array]) -> list[Array]:
    """The results; NotImplementedError unless they have the shapes and kinds of element that the program states."""
    for result, out in zip(results, eqn.outvars, strict=True):
        misfits = [value for value in result.ravel() if not fits(value, out.aval.dtype)]
        if result.shape != out.aval.shape or misfits:
            found = f"{misfits[0]}" if misfits else f"an array of shape {result.shape}"
            raise NotImplementedError(f"{eqn.primitive.name} gives {out.aval.str_short()}, but its rule gives {found}")
    return results


def fits(value: sp.Basic, dtype: Any) -> bool:
    """Whether an array of this type may contain the element: a truth value, an integer in range, or a real number."""
    kind = kind_of(dtype)
    if kind is jnp.bool_ or isinstance(value, Truth):
        return kind is jnp.bool_ and isinstance(value, Truth)
    if kind is jnp.integer:
        range_ = jnp.iinfo(dtype)
        return isinstance(value, sp.Dummy) or (value.is_Integer and range_.min <= value <= range_.max)
    return kind is jnp.floating and (value.is_extended_real is not False or value is real.UNSIGNED)


@functools.cache
def kind_of(dtype: Any) -> type | None:
    """Truth values, integers or real numbers, whichever a type has; None for complex numbers and random keys."""
    return next((kind for kind in (jnp.bool_, jnp.integer, jnp.floating) if jnp.issubdtype(dtype, kind)), None)


def is_discrete(aval: Any) -> bool:
    """Whether the elements of a type are integers or truth values."""
    return kind_of(aval.dtype) in (jnp.integer, jnp.bool_)


def is_real(typed: Any) -> bool:
    """Whether the elements are real numbers, integers or truth values, not complex numbers or random keys."""
    return kind_of(typed.dtype) is not None


def run_by_jax(interpreter: Any, eqn: Any, operands: list[Array]) -> list[Array]:
    """The results that JAX itself computes for integers and truth values, whose overflow depends on their types."""
    decide = functools.partial(_decided, interpreter.case)
    values = (
        concrete(map_elements(decide, operand), variable.aval.dtype)
        for operand, variable in zip(operands, eqn.invars, strict=True)
    )
    return list(_results_of_jax(eqn, *((value.tobytes(), value.dtype, value.shape) for value in values)))


@functools.lru_cache(maxsize=1000)  # other cases of the same program ask again
def _results_of_jax(eqn: Any, *operands: tuple[bytes, Any, tuple[int, ...]]) -> tuple[Array, ...]:
    values = [jnp.asarray(np.frombuffer(content, dtype).reshape(shape)) for content, dtype, shape in operands]
    results = eqn.primitive.bind(*values, **eqn.params)
    return tuple(constant(result) for result in (results if eqn.primitive.multiple_results else [results]))


def _decided(case: Any, value: sp.Basic) -> sp.Basic:
    return sp.S(formulas.holds(case, value)) if isinstance(value, Truth) else value
