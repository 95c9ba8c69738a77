"""Sums and maxima over an axis: the generic element's cases are first made one expression that holds for every index.

Where the cases differ by sign only in form, as those of |z|, the expression of one of them is proved to be that of all.
Where a case is an equation, as z_i = max z, an indicator of it, which is 1 or 0, multiplies the difference. Where a
case is a single index, its difference is added to the sum. Each expression is used outside its case only if it is shown
to be defined there.
"""

from collections import Counter
from collections.abc import Callable, Iterable

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.conditions import Condition
from derivations.algebra.formulas import Truth
from derivations.algebra.zero import vanishes
from derivations.certificate.every_size.elements import Element, always, case_of
from derivations.certificate.every_size.terms import (
    INDICATOR,
    TIE,
    axes_in,
    closed,
    is_of_mask,
    reindexed,
    spelled_out,
    summed,
)
from derivations.certificate.every_size.world import ALWAYS, Guard, ImpossibleWorldError, Largest, World, value_under

Branch = tuple[Guard, sp.Expr]


def is_defined(expression: sp.Expr, case: Case) -> bool:
    """Whether an expression is shown to be a real number: no denominator is 0, and logarithms' arguments are positive.

    >>> z = sp.Symbol("z", real=True)
    >>> is_defined(sp.log(1 + sp.exp(z)), Case()), is_defined(1 / z, Case())
    (True, False)
    """
    if expression.is_Symbol or expression.is_Rational:
        return True
    if not all(is_defined(part, case) for part in expression.args):
        return False
    if isinstance(expression, sp.Add | sp.Mul | sp.exp | sp.Abs | sp.floor | sp.KroneckerDelta):
        return True
    if isinstance(expression, sp.log):
        return case.known_sign(expression.args[0]) == 1
    if isinstance(expression, sp.Pow):
        sign = case.known_sign(expression.base)
        if expression.exp.is_Integer:
            return bool(expression.exp >= 0 or sign in (-1, 1))
        return sign == 1
    return expression.is_number and bool(expression.is_real)


def made_one(world: World, branches: list[Branch], axis: sp.Symbol) -> sp.Expr:
    """One expression that is the value under each of some guards, none of which merges the axis.

    NotImplementedError if none is found.
    """
    for _, value in branches:
        if isinstance(value, Truth) or not real.is_finite(value):
            raise NotImplementedError(f"a term of a sum or maximum is {value}")
    if kept := _mask_of(branches, axis):
        return _masked(world, branches, axis, kept)
    candidates = Counter(value for _, value in branches)
    for candidate, _ in candidates.most_common():
        if all(_is_value(world, guard, candidate, value, axis) for guard, value in branches):
            return candidate
    return _with_indicator(world, branches, axis)


def _is_value(world: World, guard: Guard, candidate: sp.Expr, value: sp.Expr, axis: sp.Symbol) -> bool:
    """Whether the candidate is the value under a guard: at every index, or where one is largest and at all others."""
    if _is_shown(world, guard, candidate, value):
        return True
    for index, largest in world.largest.items():
        of_scalars = largest.excluded is None and not index.args
        if of_scalars and largest.size == world.size_of(axis) and not world.are_apart(guard, axis, index):
            parts = world.told_from(guard, axis, index)
            if all(_is_shown(world, part, candidate, value) for part in parts):
                return True
    return False


def _is_shown(world: World, guard: Guard, candidate: sp.Expr, value: sp.Expr) -> bool:
    case = case_of(world, guard, [candidate, value])
    if case is None:
        return True
    there, value = value_under(case, guard, candidate), value_under(case, guard, value)
    if there == value:
        return True
    return not there.has(sp.nan, sp.zoo, sp.oo) and is_defined(there, case) and _equal(there, value, case)


def _equal(one: sp.Expr, other: sp.Expr, case: Case) -> bool:
    return vanishes(one - other, case.known_sign)


def _mask_of(branches: list[Branch], axis: sp.Symbol) -> sp.Expr | None:
    """The element of a mask by which every branch is distinguished, if there is one and values differ by it."""
    of_masks = [set(_masks(guard, axis)) for guard, _ in branches]
    common = sorted(set.intersection(*of_masks), key=str) if of_masks else []
    return next((kept for kept in common if all(_by_mask(branches, kept))), None)


def _masks(guard: Guard, axis: sp.Symbol) -> Iterable[sp.Expr]:
    for condition in guard.conditions:
        for part in (condition.form, condition.form + 1):
            if condition.sign == 0 and is_of_mask(part) and axis in axes_in(part):
                yield part


def _by_mask(branches: list[Branch], kept: sp.Expr) -> tuple[list[Branch], list[Branch]]:
    """The branches where a mask's element is 1, and those where it is 0."""
    shown = [(guard, value) for guard, value in branches if Condition(kept - 1, 0) in guard.conditions]
    return shown, [(guard, value) for guard, value in branches if Condition(kept, 0) in guard.conditions]


def _masked(world: World, branches: list[Branch], axis: sp.Symbol, kept: sp.Expr) -> sp.Expr:
    """B + w (A - B), where A is the value where the mask's element w is 1, and B where it is 0."""
    parts = []
    for number, own in zip((1, 0), _by_mask(branches, kept), strict=True):
        value = made_one(world, own, axis)
        # The guards of other cases may merge or tell apart further indices; a value is used at all of them.
        elsewhere = case_of(world, Guard((Condition(kept - (1 - number), 0),)), [value])
        if elsewhere is not None and not is_defined(value, elsewhere):
            raise NotImplementedError(f"it is not known whether {value} is defined where a mask is {1 - number}")
        parts.append(value)
    return sp.expand(parts[1] + kept * (parts[0] - parts[1])) if parts[1] else kept * parts[0]


def _with_indicator(world: World, branches: list[Branch], axis: sp.Symbol) -> sp.Expr:
    """A + I (B - A), where B is the value where some form is 0, A elsewhere, and I is 1 where the form is 0."""
    for form in dict.fromkeys(c.form for guard, _ in branches for c in guard.conditions if c.sign == 0):
        at_0 = [(g, v) for g, v in branches if any(c.form == form and c.sign == 0 for c in g.conditions)]
        others = [(g, v) for g, v in branches if any(c.form == form and c.sign and not c.weak for c in g.conditions)]
        if axis not in axes_in(form) or len(at_0) + len(others) < len(branches) or not others:
            continue
        elsewhere, there = made_one(world, others, axis), made_one(world, at_0, axis)
        apart = frozenset.intersection(*(guard.apart for guard, _ in branches))
        guard = Guard((Condition(form, 0),), (), apart)
        case = case_of(world, guard, [elsewhere, there])
        if case is None:
            return elsewhere
        extended, at_zero = case.apply(elsewhere), case.apply(there)
        if extended.has(sp.nan, sp.zoo, sp.oo) or not is_defined(extended, case):
            continue
        return elsewhere + indicator(world, form, axis) * (at_zero - extended)
    cases = "; ".join(f"{value} where {', '.join(map(str, guard.conditions))}" for guard, value in branches)
    raise NotImplementedError(f"the terms of a sum or maximum differ by case: {cases}".replace("~", ""))


def indicator(world: World, form: sp.Expr, axis: sp.Symbol) -> sp.Expr:
    """An element that is 1 where the form is 0, and else 0; if it is 0 where something is largest, it says so."""
    letters = [axis, *sorted(axes_in(form) - {axis}, key=str)]
    name = str(spelled_out(form).xreplace({letter: sp.Symbol(f"#{place}") for place, letter in enumerate(letters)}))
    whole = [own for own in world.largest.values() if own.excluded is None and own.axis == axis]
    kind = TIE if any(form in (_gap(own, axis), -_gap(own, axis)) for own in whole) else INDICATOR
    return closed(sp.IndexedBase(f"{kind}{name}]", integer=True, nonnegative=True)[tuple(letters)])


def _gap(own: Largest, axis: sp.Symbol) -> sp.Expr:
    return sp.expand(own.at(axis) - own.at(own.here))


def in_each_case_of_others(fold: Callable[..., Element]) -> Callable[..., Element]:
    """A fold over an axis, applied in each case of conditions that are about other axes alone."""

    def folded(world: World, element: Element, axis: sp.Symbol, size: sp.Expr) -> Element:
        forms = dict.fromkeys(c.form for guard, _ in element.branches for c in guard.conditions if _is_outer(c, axis))
        cases = [ALWAYS]
        for form in forms:
            cases = [narrower for case in cases for narrower in world.split(case, form)]
        if not forms:
            return fold(world, element, axis, size)
        found = []
        for case in cases:
            own = [(g, value) for guard, value in element.branches if (g := world.both(case, guard)) is not None]
            inner = Element.of((_without_outer(guard, axis), value) for guard, value in own)
            for guard, value in fold(world, inner, axis, size).branches:
                there = world.both(case, guard)
                if there is not None:
                    found.append((there, value))
        return Element.of(found)

    return folded


def _is_outer(condition: Condition, axis: sp.Symbol) -> bool:
    letters = axes_in(condition.form)
    return bool(letters) and axis not in letters


def _without_outer(guard: Guard, axis: sp.Symbol) -> Guard:
    return Guard(tuple(c for c in guard.conditions if not _is_outer(c, axis)), guard.merged, guard.apart)


@in_each_case_of_others
def sum_over(world: World, element: Element, axis: sp.Symbol, size: sp.Expr) -> Element:
    """The sum of a generic element over its axis."""
    generic = [(guard, value) for guard, value in element.branches if axis not in dict(guard.merged)]
    single = [(guard, value) for guard, value in element.branches if axis in dict(guard.merged)]
    _check_only(element, axis)
    whole = made_one(world, generic, axis)
    ranges = world.ranges
    total = summed(whole, axis, size, ranges)
    for index, value in _by_index(world, single, axis):
        total += value - at_index(world, whole, axis, index)
    return always(total)


def _check_only(element: Element, axis: sp.Symbol) -> None:
    """Refuse cases of which some part is about other axes only; the whole program distinguishes those of scalars."""
    for guard, _ in element.branches:
        at_an_index = axis in dict(guard.merged)
        scalars = [condition.form for condition in guard.conditions if not axes_in(condition.form)]
        if scalars and not at_an_index:
            raise UndecidedError(scalars[0])
        letters = [axes_in(condition.form) for condition in guard.conditions if condition.form not in scalars]
        letters += [{letter} | axes_in(index) for letter, index in guard.merged]
        letters += [set().union(*map(axes_in, pair)) for pair in guard.apart]
        if any(axis not in found for found in letters):
            raise NotImplementedError("a sum or maximum whose terms have cases that depend on another axis")


def _by_index(world: World, single: list[Branch], axis: sp.Symbol) -> Iterable[tuple[sp.Expr, sp.Expr]]:
    """The value at each index that has a case of its own."""
    indices = dict.fromkeys(dict(guard.merged)[axis] for guard, _ in single)
    for index in indices:
        own = [(guard, value) for guard, value in single if dict(guard.merged)[axis] == index]
        yield index, _one_value(world, own, index)


def _one_value(world: World, branches: list[Branch], index: sp.Expr) -> sp.Expr:
    """The value at one index in all its cases; if there is none, the whole program distinguishes them."""
    for candidate in dict.fromkeys(value for _, value in branches):
        if all(value == candidate or _is_shown(world, guard, candidate, value) for guard, value in branches):
            return candidate
    scalars = [c.form for guard, _ in branches for c in guard.conditions if not axes_in(c.form)]
    if scalars:
        raise UndecidedError(scalars[0])
    raise NotImplementedError(f"the term at the index {index} has several cases")


def at_index(world: World, expression: sp.Expr, axis: sp.Symbol, index: sp.Expr) -> sp.Expr:
    """An expression of a generic element at one index, where it is shown to be defined."""
    found = reindexed(expression, {axis: index})
    case = case_of(world, ALWAYS, [found])
    if case is None:
        raise ImpossibleWorldError
    if found.has(sp.nan, sp.zoo, sp.oo) or not is_defined(found, case):
        raise NotImplementedError(f"it is not known whether {found} is defined")
    return found


@in_each_case_of_others
def maximum_over(world: World, element: Element, axis: sp.Symbol, size: sp.Expr) -> Element:
    """The largest element over an axis."""
    found = largest_index(world, element, axis, size)
    return always(found.at(found.here))


def largest_index(world: World, element: Element, axis: sp.Symbol, size: sp.Expr) -> Largest:
    """The first index at which a generic element is largest over its axis; -oo at one index is left out.

    So is -oo where a mask is 0, if some element of it is known to be 1.
    """
    generic = [(guard, value) for guard, value in element.branches if axis not in dict(guard.merged)]
    single = [(guard, value) for guard, value in element.branches if axis in dict(guard.merged)]
    _check_only(element, axis)
    kept = _mask_of(generic, axis)
    if kept:
        shown, hidden = _by_mask(generic, kept)
        count = summed(kept, axis, size, world.ranges)
        case = world.case(ALWAYS, [count])
        if single or case is None or {value for _, value in hidden} != {sp.S.NegativeInfinity}:
            raise NotImplementedError("a maximum of masked elements")
        if case.sign(count) != 1:
            raise NotImplementedError("a maximum of no elements")
        return world.largest_of(made_one(world, shown, axis), axis, size, None, kept)
    whole = made_one(world, generic, axis)
    excluded = None
    for index, value in _by_index(world, single, axis):
        if value is sp.S.NegativeInfinity and excluded is None:
            excluded = index
        elif not (real.is_finite(value) and at_index(world, whole, axis, index) == value):
            raise NotImplementedError(f"a maximum with a case of its own at the index {index}: {value}")
    return world.largest_of(whole, axis, size, excluded)
