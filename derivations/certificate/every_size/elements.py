"""Generic elements: what one element of an array is, for every index, in each case that its own value distinguishes.

An array keeps its axes of known size; along an axis of symbolic size it holds one generic element, which contains the
letter of that axis, AXES[0] for the first axis of the array.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from derivations.algebra.cases import Case, UndecidedError
from derivations.certificate.every_size.terms import AXES, reindexed
from derivations.certificate.every_size.world import ALWAYS, Guard, ImpossibleWorldError, World, value_under


@dataclass(frozen=True)
class Element:
    """A value under each of several guards, which exclude each other and leave no case out."""

    branches: tuple[tuple[Guard, sp.Basic], ...]

    @classmethod
    def of(cls, branches: Iterable[tuple[Guard, sp.Basic]]) -> "Element":
        """The element; a value that is the same under every guard needs none."""
        branches = tuple(branches)
        if len({value for _, value in branches}) == 1:
            return cls(((ALWAYS, branches[0][1]),))
        return cls(branches)

    @property
    def only(self) -> sp.Basic | None:
        """The value, if it is the same in every case; else None."""
        return self.branches[0][1] if len(self.branches) == 1 else None

    def moved(self, letters: dict[sp.Symbol, sp.Symbol]) -> "Element":
        """The element with other letters for its axes."""
        letters = {old: new for old, new in letters.items() if old != new}
        if not letters:
            return self
        return Element(tuple((_moved(guard, letters), reindexed(value, letters)) for guard, value in self.branches))


def _moved(guard: Guard, letters: dict[sp.Symbol, sp.Symbol]) -> Guard:
    conditions = tuple(type(c)(reindexed(c.form, letters), c.sign, c.weak) for c in guard.conditions)
    merged = tuple((letters.get(axis, axis), reindexed(index, letters)) for axis, index in guard.merged)
    apart = frozenset(frozenset(reindexed(index, letters) for index in pair) for pair in guard.apart)
    return Guard(conditions, merged, apart)


def always(value: sp.Basic) -> Element:
    """An element that is the same in every case."""
    return Element(((ALWAYS, value),))


def applied(world: World, function: Callable[..., sp.Basic], *operands: Element) -> Element:
    """A function of the case and of single values, applied to elements; cases are distinguished where it needs them."""
    waiting: list[tuple[Guard, tuple[sp.Basic, ...]]] = [(ALWAYS, ())]
    for operand in operands:
        waiting = [
            (guard, (*values, value))
            for before, values in waiting
            for own, value in operand.branches
            if (guard := world.both(before, own)) is not None
        ]
    waiting.reverse()
    found = []
    while waiting:
        guard, values = waiting.pop()
        case = case_of(world, guard, values)
        given = [world.told_apart(guard, value_under(case, guard, value)) for value in values] if case else []
        case = case_of(world, guard, given) if case else None
        if case is None:
            continue
        try:
            found.append((guard, case.apply(function(case, *given))))
        except UndecidedError as undecided:
            if case.contains(undecided.form):
                raise NotImplementedError(f"the sign of {undecided.form} is not decided where it is assumed") from None
            waiting.extend((narrower, values) for narrower in reversed(world.split(guard, undecided.form)))
    if not found:
        raise ImpossibleWorldError
    return Element.of(found)


def case_of(world: World, guard: Guard, values: Iterable[sp.Basic]) -> Case | None:
    """What is known of some values under a guard; None if the guard turns out to be impossible."""
    merged = dict(guard.merged)
    return world.case(guard, [reindexed(value, merged) for value in values])


def letters_of_axes(shape: tuple) -> list[sp.Symbol | None]:
    """The letter of each axis, None for an axis of known size."""
    return [None if isinstance(size, int) else AXES[place] for place, size in enumerate(shape)]


def held_shape(shape: tuple) -> tuple[int, ...]:
    """The shape of the array that holds the generic elements of an array of this shape."""
    return tuple(size if isinstance(size, int) else 1 for size in shape)


def map_generic(function: Callable[..., Element], *arrays: np.ndarray) -> np.ndarray:
    """A function of elements on corresponding elements of arrays, which broadcast."""
    broadcast = np.broadcast_arrays(*arrays)
    result = np.empty(broadcast[0].shape, dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = function(*(array[index] for array in broadcast))
    return result


def filled_with(element: Element, shape: tuple[int, ...]) -> np.ndarray:
    """An array of one element."""
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        result[index] = element
    return result
