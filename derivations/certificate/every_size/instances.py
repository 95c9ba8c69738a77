"""Instances: a question about every size, asked of one size, with its sums written out."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from derivations.algebra.letters import INDICES, K, M, N, i, j, k, l, n
from derivations.certificate.arrays import Array, array
from derivations.certificate.every_size.inputs import Domain, Input, Labels, Mask, Size, size_of
from derivations.proof.equation import Equation

SIZE_OF_INDEX = {i: n, j: K, k: N, l: M}


@dataclass(frozen=True)
class Statement:
    """A formula for every component of a program's result, the inputs it is about, and what is assumed of them.

    `least` gives the sizes from which on it is claimed, if not from 1; `axes` the index along each axis of the result,
    if a formula for known sizes no longer contains it.
    """

    formula: sp.Expr
    inputs: tuple[Input, ...]
    domain: Domain
    given: tuple[sp.Eq, ...] = ()
    equation: Equation | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    axes: tuple[sp.Symbol, ...] | None = None

    @property
    def indices(self) -> list[sp.Symbol]:
        """The formula's free indices, one for each axis of the result."""
        if self.axes is not None:
            return list(self.axes)
        labels = {given.at(()) for given in self.inputs if isinstance(given, Labels) and not given.shape}
        return [index for index in free_indices(self.formula) if index not in labels]

    @property
    def symbolic(self) -> set[str]:
        """The letters of the sizes that are not known."""
        return {size for given in self.inputs for size in given.sizes}

    @property
    def sizes(self) -> str:
        """The sizes that it is about, in words."""
        return "every " + ", ".join(
            name + (f" >= {self.least[name]}" if name in self.least else "") for name in sorted(self.symbolic)
        )

    @property
    def claim(self) -> str:
        """The statement in words: the equation, or else the formula."""
        return f"equation {self.equation.label}" if self.equation else str(self.formula)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed of the inputs, in words."""
        sets = (f"{base} in {values}" for base, values in self.domain.sets.items())
        equations = (f"{equation.lhs} = {equation.rhs}" for equation in self.given)
        relations = (f"{relation} for all indices" for relation in self.domain.relations)
        return (*sets, *equations, *relations)


def shape_of_result(statement: Statement) -> list[str]:
    """The sizes of the axes of the result, which the free indices of the formula run along."""
    if statement.axes is not None and not statement.axes:
        return []
    found = {}
    for element in statement.formula.atoms(sp.Indexed):
        own = next(given for given in statement.inputs if _is_of(given, element))
        found |= dict(zip(element.indices, own.shape, strict=True))
    return [str(found.get(index) or SIZE_OF_INDEX[index]) for index in statement.indices]


def _is_of(given: Input, element: sp.Indexed) -> bool:
    return not isinstance(given, Labels) and given.base == element.base


def at_sizes(statement: Statement, known: Mapping[Any, Size]) -> Statement:
    """The statement with some of its sizes known, and sums up to these written out; or with the same letter for two."""
    numbers = {size_of(name): size_of(size) for name, size in known.items()}

    def part(expression):
        return expression.xreplace(numbers).replace(sp.Sum, _with_known_limits)

    def given(argument):
        shape = tuple(known.get(size, size) for size in argument.shape)
        if isinstance(argument, Labels):
            return replace(argument, shape=shape, classes=known.get(argument.classes, argument.classes))
        return replace(argument, shape=shape)

    inputs = tuple(map(given, statement.inputs))
    formula, equations = part(statement.formula), [part(equation) for equation in statement.given]
    labels = {
        label: sp.S.One
        for old, new in zip(statement.inputs, inputs, strict=True)
        if isinstance(old, Labels) and isinstance(new, Labels) and new.classes == 1
        for label in _labels_in(old, (formula, *equations))
    }
    return replace(
        statement,
        formula=formula.xreplace(labels),
        given=tuple(equation.xreplace(labels) for equation in equations if equation != sp.true),
        inputs=inputs,
        axes=tuple(statement.indices),
        domain=replace(statement.domain, relations=tuple(_with_known_indices(statement, known))),
    )


def _labels_in(given: Labels, expressions: Sequence[sp.Basic]) -> set[sp.Expr]:
    """The labels of all examples to which some expressions refer."""
    if not given.shape:
        return {given.at(())}
    applied = set().union(*(expression.atoms(sp.core.function.AppliedUndef) for expression in expressions))
    return {part for part in applied if str(part.func) == given.name}


def _with_known_indices(statement: Statement, known: Mapping[Any, Size]) -> Iterator[sp.Basic]:
    """The relations, with each index along an axis of known size replaced by every number that it may be."""
    numbers = {name: size for name, size in known.items() if isinstance(size, int)}
    for relation in statement.domain.relations:
        indices = sorted(free_in_elements(relation), key=str)
        sizes = {index: _size(index, relation, statement, {}) for index in indices}
        own = {index: range(1, numbers[size] + 1) for index, size in sizes.items() if size in numbers}
        for chosen in itertools.product(*own.values()):
            found = relation.xreplace(dict(zip(own, map(sp.Integer, chosen), strict=True)))
            if found != sp.true:
                new = {size_of(name): sp.Integer(size) for name, size in numbers.items()}
                yield found.xreplace(new).replace(sp.Sum, _with_known_limits)


def free_in_elements(relation: sp.Basic) -> set[sp.Expr]:
    """The free indices of the elements in a relation."""
    bound = {limit[0] for part in relation.atoms(sp.Sum) for limit in part.limits}
    return {index for e in relation.atoms(sp.Indexed) for index in e.indices if not index.is_number} - bound


def _with_known_limits(summand: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
    """A sum, written out if its limits are numbers."""
    found = sp.Sum(summand, *limits)
    return found.doit() if all(limit[2].is_number for limit in limits) else found


def assumed(statement: Statement, sizes: Mapping[Size, int], elements: Mapping[sp.Expr, sp.Expr]) -> list[sp.Basic]:
    """The assumptions for one size, written out."""
    found: list[sp.Basic] = [in_numbers(given, sizes, elements) for given in statement.given]
    for base, values in statement.domain.sets.items():
        for element, symbol in elements.items():
            if isinstance(element, sp.Indexed) and element.base == base and symbol.is_Symbol:
                found += sp.And.make_args(values.as_relational(symbol))
    for relation in statement.domain.relations:
        indices = sorted(free_in_elements(relation), key=str)
        own = {index: range(1, int(_size(index, relation, statement, sizes)) + 1) for index in indices}
        for chosen in itertools.product(*own.values()):
            new = dict(zip(indices, map(sp.Integer, chosen), strict=True))
            found.append(in_numbers(relation.xreplace(new), sizes, elements))
    return [relation for relation in found if relation != sp.true]


def _size(index: sp.Expr, relation: sp.Basic, statement: Statement, sizes: Mapping[Size, int]) -> Size:
    for element in relation.atoms(sp.Indexed):
        for given in statement.inputs:
            if _is_of(given, element) and index in element.indices:
                size = given.shape[element.indices.index(index)]
                return sizes.get(size, size)
    raise ValueError(f"{relation} has an index of no argument")


def arguments_of(inputs: Sequence[Input], sizes: Mapping[Size, int]) -> Iterator[tuple[list, dict[sp.Expr, sp.Expr]]]:
    """Each choice of the labels: the arguments, and what the formulas' elements are."""
    shapes = [tuple(int(sizes.get(size, size)) for size in given.shape) for given in inputs]
    every = [
        itertools.product(range(int(sizes.get(given.classes, given.classes))), repeat=int(np.prod(shape, dtype=int)))
        if isinstance(given, Labels)
        else itertools.product((True, False), repeat=int(np.prod(shape, dtype=int)))
        if isinstance(given, Mask)
        else [None]
        for given, shape in zip(inputs, shapes, strict=True)
    ]
    for chosen in itertools.product(*every):
        arguments, elements = [], {}
        for given, shape, labels in zip(inputs, shapes, chosen, strict=True):
            if isinstance(given, Labels):
                arguments.append(np.array(labels, np.int32).reshape(shape))
                for index, label in np.ndenumerate(arguments[-1]):
                    elements[given.at(tuple(map(sp.Integer, _from_1(index))))] = sp.Integer(int(label) + 1)
            elif isinstance(given, Mask):
                arguments.append(np.array(labels, bool).reshape(shape))
                for index, kept in np.ndenumerate(arguments[-1]):
                    elements[given.base[_from_1(index)]] = sp.Integer(kept)
            else:
                names = {index: _symbol(given.name, index) for index in np.ndindex(*shape)}
                arguments.append(array(list(names.values()), shape))
                elements |= {given.base[_from_1(index)]: symbol for index, symbol in names.items()} if shape else {}
                elements |= {sp.Symbol(given.name, real=True): names[()]} if not shape else {}
        yield arguments, elements


def _from_1(index: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(place + 1 for place in index)


def _symbol(name: str, index: tuple[int, ...]) -> sp.Symbol:
    return sp.Symbol(name + "_".join(str(place + 1) for place in index), real=True)


def in_numbers(formula: sp.Basic, sizes: Mapping[Size, int], elements: Mapping[sp.Expr, sp.Expr]) -> sp.Basic:
    """A formula without free indices for one size: sums written out, and elements as symbols."""
    numbers = {size_of(name): sp.Integer(size) for name, size in sizes.items()}
    return formula.subs(numbers).xreplace(elements).doit().xreplace(elements).doit()  # labels first, then sums


def components_of(
    formula: sp.Basic,
    indices: Sequence[sp.Symbol],
    shape: Sequence[int],
    sizes: Mapping[Size, int],
    elements: Mapping[sp.Expr, sp.Expr],
) -> Array:
    """A formula for each value of its free indices."""
    found = [
        in_numbers(formula.xreplace(dict(zip(indices, map(sp.Integer, _from_1(place)), strict=True))), sizes, elements)
        for place in np.ndindex(*shape)
    ]
    return array(found, tuple(shape))


def free_indices(formula: sp.Basic) -> list[sp.Symbol]:
    """The free indices of a formula, in their order in the book: i, j, k, ...; label t is none."""
    bound = {limit[0] for part in formula.atoms(sp.Sum) for limit in part.limits}
    return [index for index in INDICES if index in formula.free_symbols - bound]
