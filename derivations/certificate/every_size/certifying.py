"""Certificates for every size: the program for symbolic sizes proved to be a formula, and small sizes on their own.

A proof for symbolic sizes is about sizes from 2 on. Size 1, and sizes with which the function compares its own, are
certified one by one. If no proof is found, sizes 1 to 4 are examined, any of which may give a counterexample.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from derivations.algebra.cases import UndecidedError
from derivations.algebra.conditions import Condition
from derivations.algebra.extended_reals import SPECIAL
from derivations.algebra.sums import normal
from derivations.algebra.zero import is_zero, vanishes
from derivations.certificate.every_size.elements import always, case_of, filled_with, held_shape
from derivations.certificate.every_size.inputs import LEAST, Input, Labels, Mask, Size, size_of
from derivations.certificate.every_size.instances import arguments_of, assumed, at_sizes, components_of, shape_of_result
from derivations.certificate.every_size.interpreter import GenericInterpreter
from derivations.certificate.every_size.statement import Statement
from derivations.certificate.every_size.terms import AXES, axes_in, closed, reindexed, spelled_out, with_plain_letters
from derivations.certificate.every_size.tracing import Traced, TracingError, traced
from derivations.certificate.every_size.world import (
    ALWAYS,
    Guard,
    ImpossibleWorldError,
    UndecidedIndicesError,
    World,
    every_case,
    value_under,
)
from derivations.certificate.literals import Reading
from derivations.certificate.verdict import Certificate, Refutation

LARGEST_INSTANCE = 4
MOST_WORLDS = 100


class NotShownError(Exception):
    """No proof was found for every size."""


def proved_worlds(program: Traced, statement: Statement, reading: Reading) -> list[World]:
    """The worlds, which leave none out, in each of which the program is the formula; NotShownError if one is not."""
    waiting, proved = [_first_world(statement)], []
    while waiting:
        world = waiting.pop()
        if len(proved) + len(waiting) > MOST_WORLDS:
            raise NotShownError(f"more than {MOST_WORLDS} cases")
        try:
            _prove_in(world, program, statement, reading)
        except UndecidedError as undecided:
            waiting.extend(_by_sign(world, undecided.form))
        except UndecidedIndicesError as undecided:
            waiting.extend(_by_equality(world, *undecided.indices))
        except ImpossibleWorldError:
            pass
        else:
            proved.append(world)
    if not proved:
        raise NotShownError("no input satisfies the assumptions")
    return proved


def _first_world(statement: Statement) -> World:
    sizes = {}
    for given in statement.inputs:
        for place in np.ndindex(held_shape(given.shape)):
            if isinstance(given, Labels):
                sizes[with_plain_letters(given.at(_indices(given, place)))] = size_of(given.classes)
    return World(statement.domain, sizes)


def _by_sign(world: World, form: sp.Expr) -> Iterator[World]:
    if axes_in(form):
        raise NotShownError(f"the sign of {form} depends on the example")
    for condition in every_case(form):
        narrower = replace(world, conditions=(*world.conditions, condition), sizes=dict(world.sizes), largest={})
        if narrower.case(ALWAYS, [form]) is not None:
            yield narrower


def _by_equality(world: World, first: sp.Expr, second: sp.Expr) -> Iterator[World]:
    if first.args or second.args:
        raise NotShownError(f"whether {first} is {second} depends on the example")
    yield replace(world, apart=world.apart | {frozenset((first, second))}, sizes=dict(world.sizes), largest={})
    new = {first: second}
    conditions = tuple(Condition(reindexed(c.form, new), c.sign, c.weak) for c in world.conditions)
    apart = frozenset(frozenset(index.xreplace(new) for index in pair) for pair in world.apart)
    if all(len(pair) == 2 for pair in apart):
        same = tuple((one, other.xreplace(new)) for one, other in world.same)
        yield replace(
            world,
            conditions=conditions,
            same=(*same, (first, second)),
            apart=apart,
            sizes=dict(world.sizes),
            largest={},
        )


def _prove_in(world: World, program: Traced, statement: Statement, reading: Reading) -> None:
    interpreter = GenericInterpreter(world, reading)
    inputs = [_elements(given, dict(world.same)) for given in statement.inputs]
    try:
        (result,) = interpreter.call(program.jaxpr, inputs)
    except NotImplementedError as refusal:
        raise NotShownError(f"{refusal}") from None
    (out,) = program.jaxpr.out_avals
    letters = dict(zip(statement.indices, AXES, strict=False))
    if len(out.shape) != len(statement.indices):
        raise ValueError(
            f"the function's result has the shape {out.shape}, the formula the indices {statement.indices}"
        )
    world.on_axes(out.shape)
    ranges = world.ranges | {axis: (sp.S.One, size) for axis, size in world.axis_sizes.items()}
    formula = closed(normal(statement.formula.xreplace({**letters, **dict(world.same)}), ranges))
    for place in np.ndindex(result.shape):
        fixed = {AXES[axis]: sp.Integer(p + 1) for axis, p in enumerate(place) if isinstance(out.shape[axis], int)}
        wanted = closed(with_plain_letters(spelled_out(reindexed(formula, fixed))).xreplace(dict(world.same)))
        for guard, value in result[place].branches:
            _check(world, guard, value, wanted, statement)


def _elements(given: Input, same: dict[sp.Expr, sp.Expr]) -> np.ndarray:
    """An argument's generic element; along axes of known size, one for each index."""
    result = filled_with(always(sp.S.Zero), held_shape(given.shape))
    for place in np.ndindex(result.shape):
        indices = _indices(given, place)
        if isinstance(given, Labels):
            result[place] = always(with_plain_letters(given.at(indices)).xreplace(same) - 1)
        elif isinstance(given, Mask):
            result[place] = always(sp.Ne(closed(given[indices]), 0))
        else:
            result[place] = always(closed(given[indices]) if indices else sp.Symbol(given.name, real=True))
    return result


def _indices(given: Input, place: tuple[int, ...]) -> tuple[sp.Expr, ...]:
    """The index along each axis: a number along one of known size, else the axis's letter."""
    sizes = zip(place, given.shape, strict=True)
    return tuple(sp.Integer(p + 1) if isinstance(size, int) else AXES[axis] for axis, (p, size) in enumerate(sizes))


def _check(world: World, guard: Guard, value: sp.Basic, wanted: sp.Expr, statement: Statement) -> None:
    """That a value is the formula's under a guard; NotShownError if that is not shown."""
    wanted = reindexed(wanted, dict(guard.merged))
    case = case_of(world, guard, [value, wanted])
    if case is None:
        return
    computed, wanted = value_under(case, guard, value), case.apply(wanted)
    difference = computed - wanted
    if not difference.has(*SPECIAL) and _is_zero(world, guard, difference, statement):
        return
    if not difference.has(*SPECIAL) and vanishes(difference, case.known_sign):
        return
    raise NotShownError(f"not shown: {computed} is {wanted} where {guard}, {world}".replace("~", ""))


def _is_zero(world: World, guard: Guard, difference: sp.Expr, statement: Statement) -> bool:
    ranges = world.ranges | {axis: (sp.S.One, size) for axis, size in world.axis_sizes.items()}
    pairs = (tuple(pair) for pair in guard.apart | world.apart)
    different = [sp.Eq(sp.KroneckerDelta(*pair), 0, evaluate=False) for pair in pairs]
    given = [part.xreplace(dict(world.same)) for part in statement.given]
    return is_zero(spelled_out(difference), [*given, *different], dict(statement.domain.sets), ranges)


@dataclass(frozen=True)
class ForEverySize:
    """A proof for every size: the cases that it distinguishes, and how the program's floats were read."""

    program: Traced
    cases: tuple[str, ...]
    reading: Reading


def certify_every_size(
    certify: Callable[..., Certificate | Refutation], fn: Callable, statement: Statement, claim: str
) -> ForEverySize | Certificate | Refutation:
    """The proof or a refutation, given the certifier for known sizes; NotShownError if neither is found."""
    reading, cases = Reading([statement.formula]), []
    exact = replace(statement, formula=reading.exact(statement.formula))
    names = sorted({size for given in statement.inputs for size in given.sizes})
    try:
        program = traced(fn, statement.inputs)
        for sizes in _every_size(names, statement, program):
            known = {name: size for name, size in sizes.items() if size}
            part = at_sizes(exact, known)
            if part.symbolic:
                worlds = proved_worlds(traced(fn, part.inputs) if known else program, part, reading)
                cases += [", ".join(filter(None, (_named(sizes), str(world)))) for world in worlds]
                continue
            verdict = _of_known_sizes(certify, fn, statement, known, claim)
            if not verdict:
                return verdict
            cases.append(_named(known))
    except (NotShownError, TracingError) as reason:
        for known in _small(names, statement):
            refutation = _of_known_sizes(certify, fn, statement, known, claim)
            if not refutation:
                return refutation
        raise NotShownError(f"{reason}\nNo counterexample was found with sizes up to {LARGEST_INSTANCE}") from None
    return ForEverySize(program, tuple(cases), reading)


def _every_size(names: list[str], statement: Statement, program: Traced) -> Iterator[dict[str, Size]]:
    """All sizes: each 0, for one from LEAST on that is not treated separately, or that number or the size it equals."""
    of_two = {tuple(sorted((one, other))) for one, other in program.pairs}
    each = [(0, *range(statement.least.get(name, 1), LEAST), *program.numbers) for name in names]
    for chosen in itertools.product(*each):
        yield dict(zip(names, chosen, strict=True))
    if len(of_two) > 1 or (of_two and program.numbers):
        raise NotShownError(f"several sizes are compared: {of_two}, {program.numbers}")
    for one, other in of_two:
        others = [name for name in names if name not in (one, other)]
        for rest in itertools.product(*((0, *range(statement.least.get(name, 1), LEAST)) for name in others)):
            yield {**dict(zip(others, rest, strict=True)), one: 0, other: one}


def _named(sizes: dict[str, Size]) -> str:
    return ", ".join(f"{name} = {size}" if size else f"{name} >= {LEAST}" for name, size in sizes.items())


def _small(names: list[str], statement: Statement) -> Iterator[dict[str, Size]]:
    """Small sizes, different ones first."""
    every = itertools.product((2, 3, 1, LARGEST_INSTANCE), repeat=len(names))
    for chosen in sorted(every, key=lambda sizes: len(set(sizes)) < len(sizes)):
        if all(size >= statement.least.get(name, 1) for name, size in zip(names, chosen, strict=True)):
            yield dict(zip(names, chosen, strict=True))


def _of_known_sizes(
    certify: Callable[..., Certificate | Refutation], fn: Callable, statement: Statement, sizes: dict, claim: str
) -> Certificate | Refutation:
    """The first refutation for these sizes, or else the last certificate: labels are taken one by one."""
    verdicts = []
    for arguments, elements in arguments_of(statement.inputs, sizes):
        shape = [int(sizes.get(size, size)) for size in shape_of_result(statement)]
        expected = components_of(statement.formula, statement.indices, shape, sizes, elements)
        formulas, domain = expected if shape else expected[()], assumed(statement, sizes, elements)
        if sp.false in domain:
            continue
        verdict = certify(fn, formulas, *arguments, assuming=domain, claim=f"{claim}, {_named(sizes)}")
        if not verdict:
            return verdict
        verdicts.append(verdict)
    if not verdicts:
        raise NotShownError(f"no input with {_named(sizes)} satisfies the assumptions")
    return verdicts[-1]
