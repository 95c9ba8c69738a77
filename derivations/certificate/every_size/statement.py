"""What is claimed of a program: a formula in the letters of its arguments, or an equation of the book.

The arguments of a function that an equation is about are the equation's letters, in the order in which it lists them:
z and y for equation 84. An element's index tells the axis, as everywhere in the book: i up to n, j up to K, k up to N.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from derivations.algebra.letters import SIZES, as_exponentials
from derivations.book import EQUATIONS
from derivations.certificate.every_size.inputs import LEAST, Domain, Input, Labels, SymbolArray
from derivations.certificate.every_size.instances import SIZE_OF_INDEX, Statement
from derivations.proof.equation import Equation, Proof


def is_about_every_size(expected: object, arguments: Sequence[object]) -> bool:
    """Whether a question is about every size: it names an equation, or its arguments have axes of symbolic size."""
    return isinstance(expected, str | Equation) or any(isinstance(given, Input) for given in arguments)


def stated(expected: object, arguments: Sequence[object], assuming: Iterable[sp.Basic]) -> Statement:
    """The statement that a question makes."""
    of_sizes, sets, relations = _sorted(assuming)
    if isinstance(expected, str | Equation):
        found = _of_equation(_equation(expected), arguments, relations)
        return replace(found, domain=Domain(_intersection(found.domain.sets, sets), relations), least=of_sizes)
    inputs = tuple(given for given in arguments if isinstance(given, Input))
    if len(inputs) < len(arguments):
        raise ValueError("beside symbols of every size, the arguments are symbols of every size or labels")
    return Statement(as_exponentials(sp.sympify(expected)), inputs, Domain(sets, relations), least=of_sizes)


def _sorted(assuming: Iterable[Any]) -> tuple[dict[str, int], dict[sp.Expr, sp.Set], tuple]:
    """The least sizes, from relations such as K >= 2; the sets of letters, from z[j] > 0; and the other relations."""
    sizes: dict[str, int] = {}
    sets: dict[sp.Expr, sp.Set] = {}
    others = []
    for relation in assuming:
        if isinstance(relation, sp.GreaterThan) and relation.lhs in SIZES and relation.rhs.is_Integer:
            sizes[str(relation.lhs)] = int(relation.rhs)
        elif isinstance(relation.lhs, sp.Indexed) and relation.rhs.is_number:
            unknown = sp.Dummy(real=True)
            values = relation.xreplace({relation.lhs: unknown}).as_set()
            sets = _intersection(sets, {relation.lhs.base: values})
        else:
            others.append(relation)
    if any(size > LEAST for size in sizes.values()):
        raise ValueError(f"sizes may be assumed to be at least {LEAST}, not more: {sizes}")
    if sp.S.EmptySet in sets.values():
        raise ValueError("the assumptions contradict each other; give assumptions that some input satisfies")
    return sizes, sets, tuple(others)


def _intersection(one: Mapping[sp.Expr, sp.Set], other: Mapping[sp.Expr, sp.Set]) -> dict[sp.Expr, sp.Set]:
    both = {letter: values & one[letter] for letter, values in other.items() if letter in one}
    return {**one, **other, **both}


_PROOFS: dict[str, Proof] = {}


def proof_of(equation: Equation) -> Proof:
    """The proof of an equation of the book, which is not repeated."""
    if EQUATIONS.get(equation.label) is not equation:
        return equation.prove()
    return _PROOFS.get(equation.label) or _PROOFS.setdefault(equation.label, equation.prove())


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
        if isinstance(argument, int | sp.Number):
            formula, *given = (part.xreplace({letter: sp.sympify(argument)}) for part in (formula, *given))
            continue
        inputs.append(argument)
        formula, *given = (_in_terms_of(argument, letter, part) for part in (formula, *given))
    names = {letter: given for (letter, _), given in zip(used, arguments, strict=True)} if arguments else {}
    sets = {
        getattr(names.get(letter), "base", letter): values
        for letter, values in equation.domain.items()
        if not isinstance(names.get(letter), Labels)
    }
    domain = Domain(sets, relations)
    known = tuple(part for part in given if isinstance(part, sp.Eq))
    return Statement(formula, tuple(inputs), domain, known, equation)


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
