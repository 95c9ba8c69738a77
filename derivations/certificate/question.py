"""The question asked of a program: for which inputs it is to compute which formulas; its parts are checked to fit.

The symbols' own assumptions count like any others, and a symbol without assumptions is a real number.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.conditions import Condition, condition
from derivations.certificate.arrays import Array, map_elements
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
    """A program, the case of the inputs asked about, and the formula for each component of the result."""

    program: Program
    start: Case
    names: list[str]
    formulas: list[sp.Basic]
    inputs: list[sp.Symbol]
    reading: Reading

    @classmethod
    def ask(
        cls, fn: Callable, expected: object, arguments: tuple, assuming: Iterable[sp.Basic], constants: Iterable
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
        assumptions = [sp.sympify(relation).xreplace(real) for relation in assuming if relation not in (True, sp.true)]
        assumptions = [part for relation in assumptions for part in sp.And.make_args(relation)]
        inputs = [real.get(symbol, symbol) for symbol in inputs]
        _check_symbols(inputs, formulas, "the formula")
        _check_symbols(inputs, assumptions, "an assumption")
        reading = Reading([*formulas, *assumptions, *constants])
        own = (condition for symbol in inputs for condition in _own_conditions(symbol))
        start = Case.within([*own, *(condition(reading.exact(relation)) for relation in assumptions)])
        return cls(program, start, names, [reading.exact(formula) for formula in formulas], inputs, reading)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed of the inputs, as text."""
        integers = (f"{symbol} is an integer" for symbol in self.inputs if symbol.is_integer)
        return (*map(str, self.start.conditions), *integers)


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
    return map_elements(lambda e: sp.sympify(e).xreplace(real), values) if values.dtype == object and real else leaf


def _symbols(expressions: Iterable[sp.Basic]) -> set[sp.Symbol]:
    return {symbol for expression in expressions for symbol in sp.sympify(expression).free_symbols}


def _check_symbols(inputs: list[sp.Symbol], expressions: list[sp.Basic], where: str) -> None:
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
