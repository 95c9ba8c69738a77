"""What is known: the sizes, the domain, indices at which something is largest, and which scalars were distinguished.

A world is a case of the scalars, on which the whole program depends alike. Within it, a guard distinguishes cases of
the generic element of an axis: other elements may be in another case at the same time.
"""

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import sympy as sp

from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.conditions import SIGNS, Condition
from derivations.algebra.formulas import Truth
from derivations.algebra.sums import normal
from derivations.certificate.every_size.inputs import Domain, size_of
from derivations.certificate.every_size.terms import (
    AXES,
    Term,
    axes_in,
    closed,
    indices_in,
    is_of_mask,
    is_sum_over_mask,
    reindexed,
    spelled_out,
    summed,
)

IndexPair = frozenset[sp.Expr]


class UndecidedIndicesError(Exception):
    """The program depends on whether two indices, neither of them an axis's, are equal."""

    def __init__(self, first: sp.Expr, second: sp.Expr):
        """Remember the indices."""
        super().__init__(f"whether {first} is {second}")
        self.indices = first, second


class ImpossibleWorldError(Exception):
    """No input is in this world: what is known of it contradicts itself."""


@dataclass(frozen=True)
class Guard:
    """A case of generic elements: conditions on their signs, and which of their indices equal others or do not.

    `merged` says which index an axis's letter is; what is computed under the guard does not contain that letter.
    """

    conditions: tuple[Condition, ...] = ()
    merged: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    apart: frozenset[IndexPair] = frozenset()

    def __str__(self):
        """The conditions."""
        equal = (f"{letter} = {index}" for letter, index in self.merged)
        apart = sorted(" != ".join(sorted(map(str, pair))) for pair in self.apart)
        return ", ".join([*map(str, self.conditions), *equal, *apart]) or "every index"


ALWAYS = Guard()


class Largest(NamedTuple):
    """An index at which elements over an axis are largest: value(index) <= value(here), but for an excluded index."""

    here: sp.Expr
    size: sp.Expr
    axis: sp.Symbol
    value: sp.Expr  # of the axis's letter
    excluded: sp.Expr | None
    kept: sp.Expr | None = None  # the mask's element, of the axis's letter, if only some indices take part

    def at(self, index: sp.Expr) -> sp.Expr:
        """The element at an index, which belongs to the same examples."""
        return reindexed(self.value, {self.axis: index})


@dataclass
class World:
    """What is known of all scalars and, through the domain, of all elements."""

    domain: Domain
    sizes: dict[sp.Expr, sp.Expr]  # of the indices that are no axis's: the size of the axis that they index
    conditions: tuple[Condition, ...] = ()
    same: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    apart: frozenset[IndexPair] = frozenset()
    largest: dict[sp.Expr, Largest] = field(default_factory=dict)
    axis_sizes: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def __str__(self):
        """The conditions on scalars, or "every real input"."""
        equal = (f"{first} = {second}" for first, second in self.same)
        unequal = (" != ".join(sorted(map(str, pair))) for pair in self.apart)
        known = [*(str(item) for item in self.conditions), *equal, *sorted(unequal)]
        return ", ".join(known).replace("~", "") or "every real input"

    # Cases

    def case(self, guard: Guard, expressions: Iterable[sp.Basic]) -> Case | None:
        """What is known of the terms in some expressions under a guard; None if the guard is impossible."""
        conditions = (*self.conditions, *guard.conditions)
        terms = frozenset().union(*(_terms_of(e) for e in (*expressions, *(c.form for c in conditions))))
        scales = frozenset((part, scale) for c in conditions for part, scale in _scales(c.form))
        return _case((*self._facts(terms, guard, scales), *conditions))

    def case_of_integers(self, value: sp.Expr, sizes: Iterable[sp.Expr]) -> Case:
        """What is known of an integer that is made of indices and sizes."""
        case = self.case(ALWAYS, [value, *sizes])
        if case is None:
            raise ImpossibleWorldError
        return case

    def _facts(self, terms: frozenset[sp.Expr], guard: Guard, scales: frozenset) -> Iterable[Condition]:
        ones = frozenset(c.form for c in guard.conditions if c.sign == 0)  # of masks
        key = terms, guard.apart, len(self.largest), frozenset(self.axis_sizes.items()), scales, ones
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._listed_facts(terms, guard, scales)))
        return self._known[key]

    @functools.cached_property
    def _known(self) -> dict:
        return {}

    def _listed_facts(self, terms: frozenset[sp.Expr], guard: Guard, scales: frozenset) -> Iterable[Condition]:
        indices = sorted(indices_in(terms) | {t for t in terms if self._is_index(t)}, key=str)
        for part in sorted(terms, key=str):
            if is_of_mask(part):
                yield from (Condition(part, 1, weak=True), Condition(1 - part, 1, weak=True))
            if isinstance(part, Term):
                yield from self._domain_of(part)
                own = sorted((scale for other, scale in scales if other == part), key=str)
                yield from self._of_sum(part, indices, terms, guard, own)
            elif self._is_index(part):
                yield from (Condition(part - 1, 1, weak=True), Condition(self.size_of(part) - part, 1, weak=True))
            elif part in self.sizes.values():
                yield Condition(part - 2, 1, weak=True)
        for relation in self.domain.relations:
            yield from self._instances(relation, indices, terms)
        for largest in self.largest.values():
            yield from self._at_most(largest, indices, terms, guard)

    def _domain_of(self, part: Term) -> Iterable[Condition]:
        base = part.meaning.base if isinstance(part.meaning, sp.Indexed) else part.meaning
        interval = self.domain.sets.get(base)
        if isinstance(interval, sp.Interval):
            if interval.start.is_finite:
                yield Condition(part - interval.start, 1, weak=not interval.left_open)
            if interval.end.is_finite:
                yield Condition(interval.end - part, 1, weak=not interval.right_open)

    def _of_sum(
        self, part: Term, indices: list[sp.Expr], terms: frozenset, guard: Guard, scales: list[sp.Expr]
    ) -> Iterable[Condition]:
        """A sum of at least two positive summands is greater than each of them, and at least the sum of any two.

        The same is said of them times some exponentials, and over the summand at which something is largest.
        """
        if not isinstance(part.meaning, sp.Sum) or len(part.meaning.limits) > 1:
            return
        (bound, low, high), summand = part.meaning.limits[0], part.meaning.function
        masked = is_sum_over_mask(part.meaning)
        if low != 1 or not (masked or summand.xreplace({bound: sp.Dummy(integer=True, positive=True)}).is_positive):
            return
        if masked:
            some = any(
                own.kept is not None and summand.has(_at(own.kept, own.axis, bound)) for own in self.largest.values()
            )
            yield Condition(part, 1, weak=not some)
        ones = {index: closed(summand.xreplace({bound: index})) for index in indices if self.size_of(index) == high}
        ones = {index: one for index, one in ones.items() if one.free_symbols <= terms}
        pairs = [pair for pair in itertools.combinations(ones, 2) if self.are_apart(guard, *pair)]
        for scale in (sp.S.One, *scales, *(1 / _positive(one) for at, one in ones.items() if at in self.largest)):
            for one in ones.values():
                yield Condition(sp.expand((part - one) * scale), 1, weak=masked)
            for first, second in pairs:
                yield Condition(sp.expand((part - ones[first] - ones[second]) * scale), 1, weak=True)

    def _instances(self, relation: sp.Rel, indices: list[sp.Expr], terms: frozenset) -> Iterable[Condition]:
        free = sorted(indices_in([relation]), key=str)
        strict = isinstance(relation, sp.StrictLessThan | sp.StrictGreaterThan)
        form = relation.gts - relation.lts
        for chosen in itertools.product(indices, repeat=len(free)):
            chosen_form = form.xreplace(dict(zip(free, chosen, strict=True)))
            found = closed(normal(chosen_form) if chosen_form.has(sp.Sum) else chosen_form)
            if found.free_symbols <= terms and not found.is_number:
                yield Condition(found, 1, weak=not strict)

    def _at_most(self, largest: Largest, indices: list[sp.Expr], terms: frozenset, guard: Guard) -> Iterable[Condition]:
        for own in [largest, *(self._of_example(largest, terms))]:
            top = own.at(own.here)
            kept = {} if own.kept is None else {index: reindexed(own.kept, {own.axis: index}) for index in indices}
            if own.here in kept and kept[own.here] in terms:
                yield Condition(kept[own.here] - 1, 0)
            if not top.free_symbols & terms:
                continue
            for index in indices:
                below = own.at(index)
                is_apart = own.excluded is None or self.are_apart(guard, index, own.excluded)
                if kept and not self._is_kept(guard, kept[index]):
                    continue
                if self.size_of(index) == own.size and is_apart and below != top and below.free_symbols <= terms:
                    yield Condition(sp.expand(top - below), 1, weak=True)

    def _is_kept(self, guard: Guard, part: sp.Expr) -> bool:
        """Whether a mask's element is known to be 1."""
        conditions = {c.form for c in (*self.conditions, *guard.conditions) if c.sign == 0}
        return part == 1 or part - 1 in conditions

    def _of_example(self, largest: Largest, terms: frozenset) -> Iterable[Largest]:
        """The same for other examples, if which index it is depends on the example."""
        function = largest.here.func
        if not largest.here.args:
            return
        for other in {part for term in terms for part in spelled_out(term).atoms(function)} - {largest.here}:
            new = dict(zip(largest.here.args, other.args, strict=True))
            excluded = None if largest.excluded is None else reindexed(largest.excluded, new)
            kept = None if largest.kept is None else reindexed(largest.kept, new)
            yield Largest(other, largest.size, largest.axis, reindexed(largest.value, new), excluded, kept)

    # Indices

    def _is_index(self, part: sp.Expr) -> bool:
        """Whether an expression is an index: the letter of an axis, a label, or the place of a largest element."""
        return not isinstance(part, Term) and self.size_of(part) is not None

    def on_axes(self, shape: Iterable[object]) -> None:
        """From now on, the letters of axes are those of an array of this shape."""
        self.axis_sizes = {AXES[place]: size_of(size) for place, size in enumerate(shape)}

    def size_of(self, index: sp.Expr) -> sp.Expr | None:
        """The size of the axis that an index belongs to; None for a number."""
        found = self.axis_sizes.get(index) if index in AXES else self.sizes.get(index)
        if found is None and isinstance(index, sp.core.function.AppliedUndef | sp.Symbol):
            name, _, of_example = str(index).partition("(")
            if of_example:  # t(i), or the plain letter t(1)
                return next(
                    (size for known, size in self.sizes.items() if known.args and str(known.func) == name), None
                )
        return found

    def are_apart(self, guard: Guard, first: sp.Expr, second: sp.Expr) -> bool:
        """Whether two indices are known to differ."""
        pair = frozenset((first, second))
        if len(pair) == 1:
            return False
        if any(own.excluded == second and own.here == first for own in self._both_ways(first, second)):
            return True
        return pair in guard.apart or pair in self.apart or (first.is_number and second.is_number)

    def _both_ways(self, first: sp.Expr, second: sp.Expr) -> Iterable[Largest]:
        for own in self.largest.values():
            yield own
            yield own._replace(here=own.excluded, excluded=own.here)

    @property
    def ranges(self) -> dict:
        """The first and the last value of each index that is no axis's, for sums over a delta of it."""
        return {index: (sp.S.One, size) for index, size in self.sizes.items()}

    def largest_of(
        self, value: sp.Expr, axis: sp.Symbol, size: sp.Expr, excluded: sp.Expr | None, kept: sp.Expr | None = None
    ) -> Largest:
        """The index at which a generic element is largest, which is the same whenever it is asked for."""
        others = sorted((axes_in(value) | (axes_in(kept) if kept else set())) - {axis}, key=str)
        name = _name_of_largest(spelled_out(value), axis, size, excluded, kept)
        here = (
            sp.Function(name, integer=True, positive=True)(*others)
            if others
            else sp.Symbol(name, integer=True, positive=True)
        )
        self.sizes[here] = size
        self.largest[here] = Largest(here, size, axis, value, excluded, kept)
        return self.largest[here]

    # Splits

    def split(self, guard: Guard, form: sp.Expr) -> list[Guard]:
        """The guards in which an undecided form has one sign each.

        UndecidedError or UndecidedIndicesError if it is one of scalars, which the whole program distinguishes.
        """
        pair = self.index_pair(form)
        if pair:
            return self._split_indices(guard, *pair)
        if not axes_in(form):
            raise UndecidedError(form)
        narrower = (Guard((*guard.conditions, c), guard.merged, guard.apart) for c in every_case(form))
        axes = axes_in(form) & self.axis_sizes.keys() if is_of_mask(form) else ()
        counts = [summed(form, axis, self.axis_sizes[axis], self.ranges) for axis in axes]
        return [one for one in narrower if self.case(one, [form, *counts]) is not None]

    def index_pair(self, form: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
        """The indices whose difference a form is; None if it contains no index outside elements."""
        applied = sorted(form.atoms(sp.core.function.AppliedUndef), key=str)
        outside = form.xreplace({index: sp.Dummy() for index in applied}).free_symbols
        indices = sorted((s for s in outside if s in AXES or s in self.sizes), key=_axes_first) + applied
        if not indices:
            return None
        first = indices[0]
        slope = form.diff(first)
        second = sp.expand(first - form / slope) if slope in (1, -1) else None
        if second is None or not (second in indices or second.is_Integer):
            raise NotImplementedError(f"the sign of {form}: only whether two indices are equal is distinguished")
        return first, second

    def told_apart(self, guard: Guard, value: sp.Basic) -> sp.Basic:
        """A truth value in which comparisons of indices that are known to differ are decided."""
        if not isinstance(value, Truth):
            return value
        decided = {}
        for relation in value.atoms(sp.Eq, sp.Ne):
            pair = self.index_pair(relation.lhs - relation.rhs)
            if pair and self.are_apart(guard, *pair):
                decided[relation] = sp.S(isinstance(relation, sp.Ne))
        return value.xreplace(decided)

    def _split_indices(self, guard: Guard, first: sp.Expr, second: sp.Expr) -> list[Guard]:
        if self.are_apart(guard, first, second):
            raise NotImplementedError(f"the order of the indices {first} and {second}")
        if first not in AXES:
            raise UndecidedIndicesError(first, second)
        others = {index for pair in guard.apart if first in pair for index in pair - {first}} - set(AXES)
        for other in sorted(others, key=str):
            if second not in AXES and not self.are_apart(guard, other, second):
                raise UndecidedIndicesError(other, second)
        apart = Guard(guard.conditions, guard.merged, guard.apart | {frozenset((first, second))})
        equal = self.merge(guard, first, second)
        return [apart] if equal is None else [equal, apart]

    def told_from(self, guard: Guard, axis: sp.Symbol, index: sp.Expr) -> list[Guard]:
        """The guard at one index of an axis, whether it is possible or not, and at all others."""
        new = {axis: index}
        conditions = tuple(Condition(reindexed(own.form, new), own.sign, own.weak) for own in guard.conditions)
        merged = tuple((letter, reindexed(old, new)) for letter, old in guard.merged)
        pairs = frozenset(frozenset(reindexed(one, new) for one in pair) for pair in guard.apart)
        there = Guard(conditions, (*merged, (axis, index)), pairs)
        return [there, Guard(guard.conditions, guard.merged, guard.apart | {frozenset((axis, index))})]

    def merge(self, guard: Guard, axis: sp.Symbol, index: sp.Expr) -> Guard | None:
        """The guard at one index of an axis; None if that is impossible."""
        new = {axis: index}
        merged = tuple((letter, reindexed(old, new)) for letter, old in guard.merged)
        pairs = [frozenset(reindexed(one, new) for one in pair) for pair in guard.apart]
        if any(len(pair) == 1 for pair in pairs):
            return None
        for one, other in (pair for pair in pairs if not pair & set(AXES)):
            if not self.are_apart(ALWAYS, one, other):
                raise UndecidedIndicesError(one, other)
        conditions = []
        for own in guard.conditions:
            form = reindexed(own.form, new)
            if axes_in(form):
                conditions.append(Condition(form, own.sign, own.weak))
                continue
            case = self.case(ALWAYS, [form])
            sign = case.known_sign(form) if case else None
            if case is None or sign not in (None, own.sign):
                return None
            if sign is None:
                conditions.append(Condition(form, own.sign, own.weak))
        known = frozenset(pair for pair in pairs if pair & set(AXES))
        return Guard(tuple(conditions), (*merged, (axis, index)), known)

    def both(self, one: Guard, other: Guard) -> Guard | None:
        """The conjunction of two guards; None if it is impossible."""
        if one == other or other == ALWAYS:
            return one
        if one == ALWAYS:
            return other
        for axis, index in one.merged:
            other_index = dict(other.merged).get(axis)
            if other_index is None:
                merged = self.merge(other, axis, index)
                if merged is None:
                    return None
                other = merged
            elif other_index != index:
                if self.are_apart(ALWAYS, index, other_index):
                    return None
                raise UndecidedIndicesError(index, other_index)
        for axis, index in other.merged:
            if axis not in dict(one.merged):
                merged = self.merge(one, axis, index)
                if merged is None:
                    return None
                one = merged
        conditions = tuple(dict.fromkeys((*one.conditions, *other.conditions)))
        guard = Guard(conditions, other.merged, one.apart | other.apart)
        if any(index == other for index, other in guard.merged):
            return None
        return guard if self.case(guard, [c.form for c in conditions]) is not None else None


def _at(kept: sp.Expr, axis: sp.Symbol, index: sp.Expr) -> sp.Expr:
    return spelled_out(kept).xreplace({axis: index})


def every_case(form: sp.Expr) -> list[Condition]:
    """The conditions of which one holds: a form has one of three signs, and an element of a mask is 1 or 0."""
    if is_of_mask(form):
        return [Condition(form, 0), Condition(form - 1, 0)]
    return [Condition(form, sign) for sign in SIGNS]


def _positive(one: sp.Expr) -> sp.Expr:
    """A summand without its mask."""
    return one.xreplace({part: sp.S.One for part in one.free_symbols if is_of_mask(part)})


def _terms_of(expression: sp.Basic) -> set[sp.Expr]:
    """The symbols in an expression, and the indices that depend on the example, such as its label."""
    return expression.free_symbols | expression.atoms(sp.core.function.AppliedUndef)


@functools.lru_cache(maxsize=10_000)
def _scales(form: sp.Expr) -> tuple[tuple[Term, sp.Expr], ...]:
    """The sums in a form, each with the product of exponentials by which it is multiplied there."""
    found = []
    for product in sp.Add.make_args(form):
        exponentials, others = sp.sift(sp.Mul.make_args(product), lambda part: isinstance(part, sp.exp), binary=True)
        parts = [part for part in others if not part.is_number]
        if exponentials and len(parts) == 1 and isinstance(parts[0], Term) and isinstance(parts[0].meaning, sp.Sum):
            found.append((parts[0], sp.Mul(*exponentials)))
    return tuple(found)


_NAMES: dict[tuple, str] = {}


def _name_of_largest(*key: object) -> str:
    return _NAMES.setdefault(key, f"m{len(_NAMES) + 1}")


def _axes_first(index: sp.Symbol) -> tuple[bool, str]:
    return index not in AXES, str(index)


@functools.lru_cache(maxsize=20_000)
def _case(conditions: tuple[Condition, ...]) -> Case | None:
    try:
        return Case.within(conditions)
    except ValueError:
        return None


def without_letter(world: World, guard: Guard, axis: sp.Symbol, index: sp.Expr) -> Guard | None:
    """The guard of the element at one index of an axis; None if it is not the guard of that element."""
    known = dict(guard.merged).get(axis)
    there = world.merge(guard, axis, index) if known is None else guard
    if there is None or (known is not None and world.are_apart(ALWAYS, known, index)):
        return None
    if known not in (None, index):
        raise UndecidedIndicesError(known, index)
    return Guard(there.conditions, tuple(pair for pair in there.merged if pair[0] != axis), there.apart)


def value_under(case: Case, guard: Guard, value: sp.Basic) -> sp.Basic:
    """A value that was computed without a guard, or with a wider one, as it is under the guard."""
    return case.apply(reindexed(value, dict(guard.merged)))
