"""Equations of the book written out for a few outputs, in the form that certificates need: expressions in z1, z2, ...

The expression is the right side of the proved equation, with the definitions in its `where` substituted down to the
function's argument: for a function of z, the activation is replaced by its formula; for a function of a, it remains.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import sympy as sp
from sympy import Expr, Indexed, Interval

from derivations.algebra.letters import K, base, i, j, n, t
from derivations.book import EQUATIONS
from derivations.proof.equation import Equation
from derivations.proof.notation import unfold


class Quantity(Enum):
    """What an equation gives of a function: its value, or its gradient with respect to the first argument."""

    ACTIVATION = auto()
    COST = auto()
    GRADIENT = auto()


# What each equation gives, and whether the function is one of z or of a.
READINGS = {
    "54": (Quantity.COST, "a"),
    "57": (Quantity.COST, "a"),
    "63": (Quantity.COST, "a"),
    "66": (Quantity.GRADIENT, "z"),
    "68": (Quantity.GRADIENT, "z"),
    "75": (Quantity.GRADIENT, "a"),
    "78": (Quantity.ACTIVATION, "z"),
    "80": (Quantity.COST, "z"),
    "84": (Quantity.GRADIENT, "z"),
}
READINGS |= {
    f"{cost} + {output}": (Quantity.GRADIENT, "z")
    for cost in ("quadratic", "cross-entropy", "log-likelihood")
    for output in ("linear", "sigmoid", "softmax")
}


@dataclass(frozen=True)
class WrittenOut:
    """An equation for some number of outputs: argument and targets, the formula of both, and what it assumes."""

    quantity: Quantity
    argument: np.ndarray
    targets: np.ndarray
    formula: np.ndarray
    assuming: tuple[sp.Rel, ...]


def sizes(label: str) -> tuple[int, ...]:
    """The sizes to write an equation out for: 2 and 3, or 1 if it is about one neuron and one example."""
    return (2, 3) if _size_of(EQUATIONS[label]) else (1,)


def written_out(label: str, size: int) -> Iterator[WrittenOut]:
    """An equation for `size` outputs; if it is about a label, one for each label. Softmax has c = 1.

    >>> (form,) = written_out("66", 2)
    >>> form.quantity, form.formula
    (<Quantity.GRADIENT: 3>, array([-y1 + 1/(1 + exp(-z1)), -y2 + 1/(1 + exp(-z2))], dtype=object))
    """
    equation = EQUATIONS[label]
    quantity, letter = READINGS[label]
    for true_class in range(1, size + 1) if equation.statement.rhs.has(t) else (None,):
        parts = [_expression(equation, letter, size, j_, true_class) for j_ in range(1, size + 1)]
        argument, targets = _symbols(letter, size), _targets(equation, size, true_class)
        meant = dict(zip(_symbols("y", size), targets, strict=True))
        formula = np.array([part.xreplace(meant) for part in parts], dtype=object)
        one = np.array(formula[0], dtype=object)
        assuming = (*_within(argument, _domain(equation, letter)), *_near(argument, equation))
        yield WrittenOut(quantity, argument, targets, one if quantity is Quantity.COST else formula, assuming)


def _size_of(equation: Equation) -> sp.Symbol | None:
    """The size that counts the outputs (K) or, if there is none, the examples (n)."""
    parts = (equation.statement.rhs, *equation.where.values())
    return next((size for size in (K, n) if any(part.has(size) for part in parts)), None)


def _expression(equation: Equation, letter: str, size: int, place: int, true_class: int | None) -> Expr:
    """The right side for one output, in real symbols."""
    values = {n: 1, i: 1, j: place, _size_of(equation) or K: size} | ({t: true_class} if true_class else {})
    above = dict(itertools.takewhile(lambda item: _letter(item[0]) != letter, equation.where.items()))
    plain = unfold(equation.statement.rhs, above, values).rewrite(sp.exp)
    elements = {name: _symbol(name) for name in plain.atoms(Indexed) | plain.free_symbols if _letter(name) in "zay"}
    return plain.xreplace(elements).subs({name: 1 for name in plain.free_symbols if _letter(name) == "c"})


def _letter(name: Expr) -> str:
    return str(base(name)).partition("^")[0]


def _symbol(name: Expr) -> sp.Symbol:
    """The symbol of an element, numbered by its last index: a[1, 2] is a2."""
    number = name.indices[-1] if isinstance(name, Indexed) else 1
    return sp.Symbol(f"{_letter(name)}{number}", real=True)


def _symbols(letter: str, size: int) -> np.ndarray:
    return np.array([sp.Symbol(f"{letter}{number}", real=True) for number in range(1, size + 1)], dtype=object)


def _targets(equation: Equation, size: int, true_class: int | None) -> np.ndarray:
    """Targets of any values, or those of a class, or, if the equation assumes it, targets that sum to 1."""
    y = _symbols("y", size)
    if true_class:
        return np.array([sp.Integer(number == true_class) for number in range(1, size + 1)], dtype=object)
    if any(item.has(sp.Sum) for item in equation.given):
        y[-1] = 1 - sum(y[:-1])
    return y


def _domain(equation: Equation, letter: str) -> Interval | sp.Set:
    """The values of the argument; an activation is a sigmoid's."""
    stated = [values for name, values in equation.domain.items() if _letter(name) == letter]
    return stated[0] if stated else Interval.open(0, 1) if letter == "a" else sp.S.Reals


def _within(argument: np.ndarray, values: sp.Set) -> Iterator[sp.Rel]:
    for element in argument:
        yield from ([element > values.inf] if values.inf.is_finite else [])
        yield from ([element < values.sup] if values.sup.is_finite else [])


def _near(argument: np.ndarray, equation: Equation) -> Iterator[sp.Rel]:
    """With a sum S of exponentials, differences below 1000: beyond, programs may take e^z / S to be 0, as floats do."""
    if any(_letter(name) == "S" for name in equation.where):
        yield from (one - other < 1000 for one, other in itertools.permutations(argument, 2))
