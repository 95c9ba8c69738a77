"""The interpreter for symbolic sizes: each step of a jaxpr applied to arrays of generic elements, in one world."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr

from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.conditions import SIGNS, Condition
from derivations.algebra.formulas import Truth, holds
from derivations.certificate import interpreter as of_known_sizes
from derivations.certificate import structural
from derivations.certificate.application import is_discrete, is_real, parameters
from derivations.certificate.arrays import array
from derivations.certificate.comparisons import RELATIONS
from derivations.certificate.elementwise import ELEMENTWISE
from derivations.certificate.every_size.elements import Element, always, applied, held_shape, map_generic
from derivations.certificate.every_size.inputs import size_of
from derivations.certificate.every_size.rules import FOLDS_AND_MOVES
from derivations.certificate.every_size.world import World, without_letter
from derivations.certificate.interpreter import Constant, Step, Value, steps
from derivations.certificate.literals import Reading

BY_ELEMENT = (ELEMENTWISE.keys() | RELATIONS.keys() | {"exp"}) - {
    *("empty", "empty2", "platform_index", "unvmap_any", "unvmap_all", "device_put", "optimization_barrier"),
}
INTEGER_RULES = frozenset(
    ("add", "sub", "neg", "mul", "max", "min", "eq", "ne", "lt", "le", "gt", "ge", "select_n", "convert_element_type")
)
KNOWN_SIZES_ONLY = frozenset(("slice", "rev", "concatenate", "stack", "unstack", "tile", "pad", "split"))
UNKNOWN_INTEGER = sp.Symbol("an integer that may be too large")


@dataclass
class GenericInterpreter:
    """Runs steps in one world, with the readings of the program's floats."""

    world: World
    reading: Reading

    def call(self, jaxpr: ClosedJaxpr, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The results of a jaxpr."""
        names, needed, results = steps(jaxpr)
        values = {id(name): value for name, value in zip(names, inputs, strict=True)}
        for step in needed:
            try:
                found = self._apply(step, [self._read(values, operand) for operand in step.operands])
            except NotImplementedError as refusal:
                raise NotImplementedError(f"{step.eqn.primitive.name}: {refusal}, made at {step.line}") from None
            values.update(zip(map(id, step.results), found, strict=True))
        return [self._read(values, result) for result in results]

    def _read(self, values: dict[int, np.ndarray], value: Value | Constant) -> np.ndarray:
        if not isinstance(value, Constant):
            return values[id(value)]
        if not is_real(value.value):
            raise NotImplementedError(f"a constant of the type {value.value.dtype}: only real numbers are understood")
        numbers = self.reading.read(value.value)
        result = np.empty(numbers.shape, object)
        for index in np.ndindex(result.shape):
            result[index] = always(numbers[index])
        return result

    def _apply(self, step: Step, operands: list[np.ndarray]) -> list[np.ndarray]:
        eqn = step.eqn
        name, shapes = eqn.primitive.name, [variable.aval.shape for variable in eqn.invars]
        if not of_known_sizes.is_of_jax(eqn.primitive):
            raise NotImplementedError("this is not JAX's primitive of that name")
        for variable in (*eqn.invars, *eqn.outvars):
            if not is_real(variable.aval):
                raise NotImplementedError(f"the type {variable.aval.dtype}: only real numbers are understood")
        if name in ("optimization_barrier", "device_put"):
            return operands
        if name in BY_ELEMENT:
            results = [self._by_element(eqn, operands)]
        elif name in KNOWN_SIZES_ONLY and all(isinstance(size, int) for shape in shapes for size in shape):
            results = structural.moved(self, *operands, eqn=eqn)
        elif name in FOLDS_AND_MOVES:
            self.world.on_axes(shapes[0] if shapes else ())
            given = {"in_shapes": shapes, "out_shape": eqn.outvars[0].aval.shape}
            rule = FOLDS_AND_MOVES[name]
            results = [rule(self, *operands, **parameters(rule, eqn, given))]
        else:
            raise NotImplementedError(f"no rule for {name!r} with axes of symbolic size")
        for result, out in zip(results, eqn.outvars, strict=True):
            if result.shape != held_shape(out.aval.shape):
                raise NotImplementedError(f"gives {out.aval.str_short()}, but its rule an array held as {result.shape}")
        return results

    def _by_element(self, eqn: Any, operands: list[np.ndarray]) -> np.ndarray:
        rule, name = of_known_sizes.EVERY_RULE[eqn.primitive.name], eqn.primitive.name
        kinds = [is_discrete(variable.aval) for variable in (*eqn.invars, *eqn.outvars)]
        given = parameters(rule, eqn, {"eqn": eqn})
        if all(kinds) and not self._are_truths(eqn):
            if name not in INTEGER_RULES:
                raise NotImplementedError("no rule for integers that depend on an index")
            function = functools.partial(self._of_integers, eqn, rule, given)
        else:
            function = functools.partial(self._of_reals, rule, given)
        shape = held_shape(eqn.outvars[0].aval.shape)
        self.world.on_axes(eqn.outvars[0].aval.shape)
        arrays = [np.broadcast_to(operand, shape) for operand in operands]
        return map_generic(functools.partial(applied, self.world, function), *arrays)

    def _are_truths(self, eqn: Any) -> bool:
        return all(jnp.issubdtype(variable.aval.dtype, jnp.bool_) for variable in (*eqn.invars, *eqn.outvars))

    def _of_reals(self, rule, given: dict, case: Case, *values: sp.Basic) -> sp.Basic:
        _check_known(values)
        interpreter = of_known_sizes.Interpreter(case, self.reading)
        return _settled(case, rule(interpreter, *(array(value, ()) for value in values), **given)[()])

    def _of_integers(self, eqn: Any, rule, given: dict, case: Case, *values: sp.Basic) -> sp.Basic:
        """Integers that depend on indices, exactly; beyond the size of the axes they may not fit their type."""
        if eqn.primitive.name == "convert_element_type":
            return self._converted(eqn, case, *values)
        if eqn.primitive.name != "select_n":
            _check_known(values)
        interpreter = of_known_sizes.Interpreter(case, self.reading)
        result = _settled(case, rule(interpreter, *(array(value, ()) for value in values), **given)[()])
        if isinstance(result, Truth) or result == UNKNOWN_INTEGER:
            return result
        return result if self._fits(result, eqn.outvars[0].aval.dtype) else UNKNOWN_INTEGER

    def _converted(self, eqn: Any, case: Case, value: sp.Basic) -> sp.Basic:
        new = eqn.params["new_dtype"]
        if value == UNKNOWN_INTEGER:
            return value
        if jnp.issubdtype(new, jnp.bool_):
            raise NotImplementedError("an integer as a truth value")
        if isinstance(value, Truth):
            return sp.Integer(holds(case, value))
        return value if self._fits(value, new) else UNKNOWN_INTEGER

    def _fits(self, value: sp.Expr, dtype: Any) -> bool:
        """Whether an integer is at most the size of an axis, which the type of the axis's indices holds."""
        range_ = jnp.iinfo(dtype)
        if value.is_Integer:
            return bool(range_.min <= value <= range_.max)
        if range_.bits < 32 or range_.min == 0:
            return False
        applied_ = value.atoms(sp.core.function.AppliedUndef)
        letters = value.xreplace({index: sp.Dummy() for index in applied_}).free_symbols
        size_of_it = [self.world.size_of(s) or s for s in (*applied_, *(letters & value.free_symbols))]
        case = self.world.case_of_integers(value, size_of_it)
        return any(
            case.assume(Condition(value - size, 1)) is None and case.assume(Condition(value + size, -1)) is None
            for size in size_of_it
        )

    # What rules ask for

    def elementwise(self, name: str, *elements: Element) -> Element:
        """An elementwise primitive without parameters, of elements."""
        return applied(self.world, functools.partial(self._of_reals, of_known_sizes.EVERY_RULE[name], {}), *elements)

    def element_at(self, row: np.ndarray, index: Element, size: Any, axis: sp.Symbol) -> Element:
        """The element of a row at an index, counted from 0: of a row of known size, or of a generic element."""
        place = self.index(index, size)
        if isinstance(size, int):
            if not place.is_Integer:
                raise NotImplementedError("an element along an axis of known size at an index that is no number")
            return row[int(place) - 1]
        (element,) = row
        found = []
        for guard, value in element.branches:
            at = without_letter(self.world, guard, axis, place)
            if at is not None:
                found.append((at, always(value).moved({axis: place}).branches[0][1]))
        return Element.of(found)

    def replaced_at(
        self, element: Element, update: Element, index: Element, axis: sp.Symbol, size: Any, combine: str | None
    ) -> Element:
        """The generic element, but at one index the update, or what a primitive makes of both."""
        place = self.index(index, size)
        there = update if combine is None else self.elementwise(combine, element, update)

        def chosen(case: Case, is_there: sp.Basic, own: sp.Basic, other: sp.Basic) -> sp.Basic:
            if is_there not in (sp.true, sp.false):
                raise UndecidedError(axis - place)
            return other if is_there else own

        return applied(self.world, chosen, always(sp.Eq(axis - place, 0)), element, there)

    def index(self, index: Element, size: Any) -> sp.Expr:
        """An index counted from 1, which is shown to be in range."""
        place = None if index.only is None else index.only + 1
        if place is not None and place.is_Integer and 1 <= place <= (size if isinstance(size, int) else 2):
            return place
        if place is None or place.is_number or self.world.size_of(place) != size_of(size):
            raise NotImplementedError(f"an index that is not known to be in range: {index.only}")
        return place


def _check_known(values: Sequence[sp.Basic]) -> None:
    if any(value.has(UNKNOWN_INTEGER) for value in values):
        raise NotImplementedError("an integer is used that may be too large for its type")


def _settled(case: Case, value: sp.Basic) -> sp.Basic:
    """A comparison that has one outcome for every sign that its form may have, as this outcome."""
    if not isinstance(value, sp.core.relational.Relational):
        return value
    form = value.lhs - value.rhs
    signs = [sign for sign in SIGNS if case.assume(Condition(form, sign)) is not None]
    outcomes = {value.func(sp.Integer(sign), 0) for sign in signs}
    return outcomes.pop() if len(outcomes) == 1 else value
