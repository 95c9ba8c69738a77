"""What is claimed of a program: a formula in the letters of its arguments, or an equation of the book.

The arguments of a function that an equation is about are the equation's letters, in the order in which it lists them:
z and y for equation 84. An element's index tells the axis, as everywhere in the book: i up to n, j up to K, k up to N.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from derivations.algebra.letters import as_exponentials
from derivations.book import EQUATIONS
from derivations.certificate.every_size.inputs import Domain, Input, Labels, SymbolArray
from derivations.certificate.every_size.instances import SIZE_OF_INDEX, Statement
from derivations.proof.equation import Equation


def is_about_every_size(expected: object, arguments: Sequence[object]) -> bool:
    """Whether a question is about every size: it names an equation, or its arguments have axes of symbolic size."""
    return isinstance(expected, str | Equation) or any(isinstance(given, SymbolArray | Labels) for given in arguments)


def stated(expected: object, arguments: Sequence[object], assuming: Iterable[sp.Basic]) -> Statement:
    """The statement that a question makes."""
    if isinstance(expected, str | Equation):
        return _of_equation(_equation(expected), arguments, tuple(assuming))
    inputs = tuple(given for given in arguments if isinstance(given, SymbolArray | Labels))
    if len(inputs) < len(arguments):
        raise ValueError("beside symbols of every size, the arguments are symbols of every size or labels")
    return Statement(sp.sympify(expected), inputs, Domain({}, tuple(assuming)))


def _equation(named: str | Equation) -> Equation:
    if isinstance(named, Equation):
        return named
    if named not in EQUATIONS:
        raise ValueError(f"there is no equation {named!r}: `python -m derivations list` lists them")
    return EQUATIONS[named]


def _of_equation(equation: Equation, arguments: Sequence[object], relations: tuple) -> Statement:
    statement = as_exponentials(equation.unfolded())
    used = [
        (letter, shape) for letter in equation.letters if (shape := _shape(letter, list(statement.args))) is not None
    ]
    if arguments and len(arguments) != len(used):
        raise ValueError(f"equation {equation.label} is about {', '.join(str(letter) for letter, _ in used)}")
    inputs: list[Input] = []
    formula, given = statement.rhs, equation.given
    for place, (letter, shape) in enumerate(used):
        argument: Any = arguments[place] if arguments else SymbolArray(str(letter), shape)
        inputs.append(argument)
        formula, *given = (_in_terms_of(argument, letter, part) for part in (formula, *given))
    domain = Domain({_renamed(inputs, used, letter): values for letter, values in equation.domain.items()}, relations)
    known = tuple(part for part in given if isinstance(part, sp.Eq))
    return Statement(formula, tuple(inputs), domain, known, equation)


def _renamed(inputs: list, used: list, letter: sp.Expr) -> sp.Expr:
    return next((own.base for own, (old, _) in zip(inputs, used, strict=True) if old == letter), letter)


def _shape(letter: sp.Expr, expressions: list[sp.Expr]) -> tuple[str, ...] | None:
    """The sizes of a letter's axes; None if the expressions do not contain it."""
    for expression in expressions:
        limits = {limit[0]: limit[2] for part in expression.atoms(sp.Sum) for limit in part.limits}
        for element in expression.atoms(sp.Indexed):
            if element.base == letter:
                return tuple(str(limits.get(index) or SIZE_OF_INDEX[index]) for index in element.indices)
        if not isinstance(letter, sp.IndexedBase) and expression.has(letter):
            return ()
    return None


def _in_terms_of(argument: Input, letter: sp.Expr, expression: sp.Basic) -> sp.Basic:
    if isinstance(argument, Labels):

        def target(*indices: sp.Expr) -> sp.Expr:
            *example, neuron = indices
            return sp.KroneckerDelta(neuron, argument.at(tuple(example)))

        old = {e: target(*e.indices) for e in expression.atoms(sp.Indexed) if e.base == letter}
        return expression.xreplace(old)
    if not argument.shape:
        return expression.xreplace({letter: sp.Symbol(argument.name, real=True)})
    return expression.xreplace({e: argument[e.indices] for e in expression.atoms(sp.Indexed) if e.base == letter})
