"""The truth with which jaxce is compared: the right side of an equation at random points, to 200 digits.

The right side, as typed from the book, is evaluated by mpmath component by component; it never passes through JAX.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import mpmath
import numpy as np
from sympy import Expr, Indexed, Symbol

from derivations.agreement.left_side import COMPARED_SIZES, LeftSide
from derivations.algebra.letters import s, s_prime, unknowns
from derivations.proof.equation import Equation
from derivations.proof.notation import unspecified
from derivations.proof.sampling import for_sizes, numeric

TRUTH_DIGITS = 200  # 1 - s(100) is 1e-44, and enters squared


def right_sides(
    equation: Equation, left_side: LeftSide, values: Mapping[str, np.ndarray]
) -> list[tuple[mpmath.mpf, ...] | None]:
    """The right side's components, each at every point; None for a component to which the equation does not apply."""
    equation = _with_sigmoids(equation)
    places = list(places_of(left_side))
    spoken_of = [place for place in places if given_holds(equation, place)]
    components = [for_sizes(equation.statement.rhs, equation, COMPARED_SIZES | place) for place in spoken_of]
    names = sorted(set().union(*map(unknowns, components)), key=str)
    function = numeric(components, names, cse=True)
    points = len(next(iter(values.values())))
    with mpmath.workdps(TRUTH_DIGITS):
        rows = [function(*(_value(name, values, point) for name in names)) for point in range(points)]
    wanted = dict(zip(map(places.index, spoken_of), zip(*rows, strict=True), strict=True))
    return [wanted.get(number) for number in range(len(places))]


def places_of(left_side: LeftSide) -> Iterator[dict[Symbol, int]]:
    """The values of the free indices for each component that jaxce computes, in the order of the components."""
    for place in itertools.product(*(range(1, size + 1) for size in left_side.axes.values())):
        yield {**left_side.fixed, **dict(zip(left_side.axes, place, strict=True))}


def given_holds(equation: Equation, place: Mapping[Symbol, int]) -> bool:
    """Whether the equation applies to a component: not, for example, to j = k if they are given to be different."""
    given = [for_sizes(e.lhs - e.rhs, equation, {**COMPARED_SIZES, **place}) for e in equation.given]
    return not any(part.is_number and part != 0 for part in given)


def _with_sigmoids(equation: Equation) -> Equation:
    """The equation with the sigmoid, which jaxce's hidden neurons have, in place of the unspecified function f."""

    def put_in(expression):
        return expression.replace(unspecified("f"), s).replace(unspecified("f", (1,)), s_prime)

    statement = equation.statement.func(*map(put_in, equation.statement.args), evaluate=False)
    where = {name: put_in(meaning) for name, meaning in equation.where.items()}
    return replace(equation, statement=statement, where=where, steps=())


def _value(name: Expr, values: Mapping[str, np.ndarray], point: int) -> mpmath.mpf:
    """The number that an element such as w[1, 2], or a letter, has at a point."""
    if isinstance(name, Indexed):
        return mpmath.mpf(float(values[str(name.base.label)][(point, *(int(index) - 1 for index in name.indices))]))
    return mpmath.mpf(float(values[str(name)][point]))
