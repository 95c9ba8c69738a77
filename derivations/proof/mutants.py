"""False copies of an equation: a checker that accepts one of them is broken.

A mutant differs in one thing on the right side: a sign, a factor, a constant or an index is changed, or two letters are
exchanged.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Add, Eq, Expr, Indexed, Integer, Mul, Rational, Sum, Symbol, nan, zoo

from derivations.algebra.letters import INDICES, SIZES
from derivations.proof.equation import Equation, obligations
from derivations.proof.sampling import Counterexample, counterexamples


@dataclass(frozen=True)
class Mutant:
    """A changed copy of an equation: what was changed, and the point that refutes it."""

    change: str
    equation: Equation
    counterexample: Counterexample | None = None


def mutants(equation: Equation, most: int = 4) -> list[Mutant]:
    """Up to `most` copies of the equation with one change each, with the points at which they are false.

    >>> from derivations import EQUATIONS
    >>> for mutant in mutants(EQUATIONS["55"]):
    ...     print(mutant.change, "->", mutant.equation.statement.rhs)
    sign flipped -> -x*(a - y)*s_prime(z)
    a and x exchanged -> a*(x - y)*s_prime(z)
    sign of -y flipped -> x*(a + y)*s_prime(z)
    1 added -> x*(a - y)*s_prime(z) + 1
    """
    chosen = false_copies(equation, most)
    groups = [obligations(equation.statement.lhs, mutant, equation) for mutant in chosen]
    found = counterexamples(list(itertools.chain(*groups)), equation)
    ends = list(itertools.accumulate(map(len, groups)))
    return [
        Mutant(
            change,
            replace(equation, statement=Eq(equation.statement.lhs, mutant, evaluate=False)),
            next((found[place] for place in range(end - len(group), end) if place in found), None),
        )
        for (mutant, change), group, end in zip(chosen.items(), groups, ends, strict=True)
    ]


def false_copies(equation: Equation, most: int = 4) -> dict[Expr, str]:
    """Up to `most` right sides with one change each, and what was changed.

    >>> from derivations import EQUATIONS
    >>> false_copies(EQUATIONS["56"], most=1)
    {-(a - y)*s_prime(z): 'sign flipped'}
    """
    right = equation.statement.rhs
    changed = {mutant: change for change, mutant in _changes(right) if mutant != right and not mutant.has(zoo, nan)}
    return dict(itertools.islice(changed.items(), most))


def _changes(right: Expr) -> Iterator[tuple[str, Expr]]:
    """One change at a time; the kinds of change alternate, so that the first few mutants are of different kinds."""
    kinds = [_signs(right), _letters(right), _factors(right), _indices(right), _constants(right)]
    for round_ in itertools.zip_longest(*kinds):
        yield from (change for change in round_ if change is not None)


def _signs(right):
    yield "sign flipped", -right
    for part in _parts(right, Add):
        for term in part.args:
            yield f"sign of {term} flipped", right.xreplace({part: part - 2 * term})


def _letters(right):
    """Two letters exchanged, or two elements with the same number of indices."""
    names = sorted({part for part in right.free_symbols if part.is_Symbol} - {*INDICES, *SIZES}, key=str)
    elements = sorted(right.atoms(Indexed), key=str)
    labels = {element.base.label for element in elements}
    for one, other in itertools.combinations([name for name in names if name not in labels], 2):
        yield f"{one} and {other} exchanged", right.xreplace({one: other, other: one})
    for one, other in itertools.combinations(elements, 2):
        if one.base != other.base and len(one.indices) == len(other.indices):
            yield f"{one} and {other} exchanged", right.xreplace({one: other, other: one})


def _factors(right):
    for part in _parts(right, Mul):
        for factor in part.args:
            yield f"factor {factor} dropped", right.xreplace({part: part / factor})


def _indices(right):
    free = sorted(right.free_symbols & set(INDICES), key=str)
    for one, other in itertools.combinations(free, 2):
        yield f"indices {one} and {other} exchanged", right.xreplace({one: other, other: one})
    for element in sorted(right.atoms(Indexed), key=str):
        for index, other in itertools.product(element.indices, free):
            if index != other:
                yield (
                    f"index {other} for {index} in {element}",
                    right.xreplace({element: element.xreplace({index: other})}),
                )


def _constants(right):
    for number in sorted(right.atoms(Integer) - {Integer(-1)}, key=int):
        yield f"{number + 1} for {number}", _without_limits(right, {number: number + 1})
    yield "1 added", right + 1
    yield "1 subtracted", right - 1
    yield "0 in its place", Integer(0)
    yield "1 in its place", Integer(1)
    yield "a half added", right + Rational(1, 2)


def _without_limits(expression, replacement):
    """The replacement made everywhere but in the limits of sums, which are sizes and not constants."""
    sums = {part: Symbol(f"sum{place}") for place, part in enumerate(expression.atoms(Sum))}
    replaced = {
        name: part.func(_without_limits(part.function, replacement), *part.limits) for part, name in sums.items()
    }
    return expression.xreplace(sums).xreplace(replacement).xreplace(replaced)


def _parts(expression, kind):
    return sorted(expression.atoms(kind), key=str)
