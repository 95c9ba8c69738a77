"""The question asked of a program: for which inputs it is to compute which formulas; its parts are checked to fit.

The symbols' own assumptions count like any others, and a symbol without assumptions is a real number.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.conditions import Condition, condition
from derivations.certificate.arrays import Array, Symbols, map_elements
from derivations.certificate.literals import Reading
from derivations.certificate.program import Program

# The assumptions of SymPy that a symbol may have, and the sign and weakness of the condition that each amounts to.
KNOWN = {
    "positive": (1, False),
    "negative": (-1, False),
    "nonnegative": (1, True),
    "nonpositive": (-1, True),
    "real": None,
    "integer": None,
}


@dataclass(frozen=True)
class Question:
    """A program, the inputs asked about, and the formula for each component of the result.

    The inputs are those of the case `start` at which none of the forms `nonzero` is 0. `pins` gives symbols that stand
    for literals of the program the values that these have, which only counterexamples need.
    """

    program: Program
    start: Case
    nonzero: list[sp.Expr]
    names: list[str]
    formulas: list[sp.Basic]
    inputs: list[sp.Symbol]
    reading: Reading
    pins: tuple[Condition, ...] = ()

    @classmethod
    def ask(
        cls,
        fn: Callable,
        expected: object,
        arguments: tuple,
        assuming: Iterable,
        constants: Iterable,
        literals: Mapping[float, sp.Expr],
    ) -> "Question":
        """The question that certify's arguments pose; ValueError names a symbol or a shape that does not fit."""
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(arguments)]
        inputs = sorted(
            _symbols(element for leaf in leaves if leaf.dtype == object for element in leaf.ravel()), key=str
        )
        real = {symbol: sp.Symbol(symbol.name, real=True) for symbol in inputs if symbol.is_real is None}
        expected = expected(*arguments) if callable(expected) else expected
        program = Program(fn, *jax.tree.map(lambda leaf: _renamed(leaf, real), arguments))
        names, formulas = components(program, expected)
        formulas = [formula.xreplace(real) for formula in formulas]
        assumptions = [relation.xreplace(real) for relation in relations(assuming)]
        pins = pinned(literals)
        inputs = [*(real.get(symbol, symbol) for symbol in inputs), *pins]
        check_symbols(inputs, formulas, "the formula")
        check_symbols(inputs, assumptions, "an assumption")
        reading = Reading([*formulas, *assumptions, *constants], literals)
        own = (condition for symbol in inputs for condition in _own_conditions(symbol))
        apart = [reading.exact(relation.lhs - relation.rhs) for relation in assumptions if isinstance(relation, sp.Ne)]
        others = [condition(reading.exact(relation)) for relation in assumptions if not isinstance(relation, sp.Ne)]
        start, exact = Case.within([*own, *others]), [reading.exact(formula) for formula in formulas]
        conditions = tuple(Condition(symbol - value, 0) for symbol, value in pins.items())
        Case.within([*start.conditions, *conditions])  # the literals' own values are among the inputs
        question = cls(program, start, apart, names, exact, inputs, reading, conditions)
        if not question.starts:
            raise ValueError(f"the assumptions leave no input at which {', '.join(map(str, apart))} is not 0")
        return question

    @property
    def starts(self) -> list[Case]:
        """The cases that together are the inputs asked about: one, or two for each form that is not 0."""
        signs = itertools.product((-1, 1), repeat=len(self.nonzero))
        cases = [
            narrowed(self.start, (Condition(form, sign) for form, sign in zip(self.nonzero, of, strict=True)))
            for of in signs
        ]
        return [case for case in cases if case]

    @property
    def runnable(self) -> list[Case]:
        """Those inputs, with the values that the program's literals have when it runs."""
        return [case for start in self.starts if (case := narrowed(start, self.pins))]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed of the inputs, as text."""
        apart = (f"{form} is not 0" for form in self.nonzero)
        integers = (f"{symbol} is an integer" for symbol in self.inputs if symbol.is_integer)
        return (*map(str, self.start.conditions), *apart, *integers)


def narrowed(case: Case, conditions: Iterable[Condition]) -> Case | None:
    """A case under further conditions; None if they contradict it."""
    for item in conditions:
        narrower = case.assume(item)
        if narrower is None:
            return None
        case = narrower
    return case


def relations(assuming: Iterable) -> Iterator[sp.Basic]:
    """Single relations: the elements of arrays and lists, and the parts of conjunctions."""
    for given in (assuming,) if isinstance(assuming, sp.Basic) else assuming:
        if isinstance(given, bool | np.bool_):
            raise TypeError(
                "an assumption is a relation, but == and != give truth values: sympy.Eq(z, y), sympy.Ne(z, y)"
            )
        if isinstance(given, np.ndarray | list | tuple):
            yield from relations(given.ravel() if isinstance(given, np.ndarray) else given)
        elif given != sp.true:
            parts = sp.And.make_args(sp.sympify(given))
            yield from parts if len(parts) == 1 else relations(parts)


def pinned(literals: Mapping[float, sp.Expr]) -> dict[sp.Symbol, sp.Rational]:
    """The value of each symbol that stands for a literal; ValueError if an expression has not its literal's value."""
    if not all(math.isfinite(literal) for literal in literals):
        raise ValueError(f"a literal that is named is a finite number: {', '.join(map(str, literals))}")
    meanings = {literal: sp.sympify(meaning) for literal, meaning in literals.items()}
    values = {meaning: sp.Rational(str(literal)) for literal, meaning in meanings.items() if meaning.is_Symbol}
    for symbol, value in values.items():
        if unlike := [name for name in KNOWN if symbol.assumptions0.get(name) and not getattr(value, f"is_{name}")]:
            raise ValueError(f"the literal {value} cannot stand for {symbol}, which is assumed {', '.join(unlike)}")
    for literal, meaning in meanings.items():
        there = meaning.xreplace(values)
        if there.free_symbols or float(there) != literal:
            raise ValueError(
                f"the literal {literal} cannot stand for {meaning}"
                + (f", which is {there} then" if not there.free_symbols else ": give each of its symbols a literal")
            )
    return values


def components(program: Program, expected: object) -> tuple[list[str], list[sp.Basic]]:
    """The names of the result's components, and the formula expected for each."""
    names, formulas = [], []
    flat, structure = jax.tree.flatten_with_path(jax.tree.map(_object_array, expected))
    shapes = [aval.shape for aval in program.jaxpr.out_avals]
    if structure != program.structure or [leaf.shape for _, leaf in flat] != shapes:
        raise ValueError(
            f"expected has the structure {structure} with shapes {[leaf.shape for _, leaf in flat]}; "
            f"the function returns {program.structure} with shapes {shapes}: give one formula for each component"
        )
    for path, leaf in flat:
        for index in np.ndindex(leaf.shape):
            names.append(jax.tree_util.keystr(path) + (str(list(index)) if index else ""))
            formulas.append(sp.sympify(leaf[index]))
    return names, formulas


def _object_array(leaf: object) -> Array:
    return np.asarray(leaf, dtype=object)


def _renamed(leaf: Any, real: dict[sp.Symbol, sp.Symbol]) -> Any:
    values = np.asarray(leaf)
    if values.dtype != object or not real:
        return leaf
    renamed = map_elements(lambda e: sp.sympify(e).xreplace(real), values).view(Symbols)
    renamed.traced_as = getattr(leaf, "traced_as", None)
    return renamed


def _symbols(expressions: Iterable[sp.Basic]) -> set[sp.Symbol]:
    return {symbol for expression in expressions for symbol in sp.sympify(expression).free_symbols}


def check_symbols(inputs: Sequence[sp.Basic], expressions: list[sp.Basic], where: str) -> None:
    """Raise ValueError for a symbol of the expressions that is not among the inputs."""
    for symbol in sorted(_symbols(expressions) - set(inputs), key=str):
        names = [other for other in inputs if other.name == symbol.name]
        if names:
            raise ValueError(
                f"{symbol} in {where} is not the argument {symbol}: one of them was made with other assumptions; "
                "use the same symbol for both"
            )
        raise ValueError(f"{symbol} in {where} is not among the arguments' symbols {', '.join(map(str, inputs))}")


def _own_conditions(symbol: sp.Symbol) -> list[Condition]:
    """A symbol's own assumptions as conditions; ValueError for one that is not a condition on a real number."""
    known = {name: True for name in KNOWN if symbol.assumptions0.get(name)}
    if sp.Symbol(symbol.name, **known).assumptions0 != symbol.assumptions0:
        raise ValueError(
            f"the symbol {symbol} has assumptions other than {', '.join(KNOWN)}; "
            "make it real and give the other assumptions in `assuming`"
        )
    signs = [KNOWN[name] for name in ("positive", "negative", "nonnegative", "nonpositive") if name in known]
    return [Condition(symbol, *signs[0])] if signs else []
