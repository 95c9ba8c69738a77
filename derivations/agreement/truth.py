"""The truth that jaxce is held against: random points, and the right side of an equation there to 200 digits.

The right side, as typed from the book, is evaluated by mpmath component by component; it never passes through JAX.
Half of the random points are saturated: weighted inputs of some tens, where 1 - a is below 1e-20.
"""

import itertools
from dataclasses import replace

import mpmath
import numpy as np
from sympy import Indexed

from derivations.agreement.gradients import SIZES
from derivations.algebra.letters import s, s_prime, unknowns
from derivations.proof.notation import unspecified
from derivations.proof.sampling import concrete, numeric

DIGITS = 200  # 1 - s(100) is 1e-44, and enters squared


def random_values(claim, points):
    """Values for every letter, by its kind; every second point is saturated, with targets of 0 or 1."""
    rng = np.random.default_rng(3)
    return {letter: KINDS[kind](rng, points, shape) for letter, (kind, shape) in claim.letters.items()}


def _every_second(points, shape):
    return np.arange(points).reshape(points, *[1] * len(shape)) % 2 == 1


def _normal(saturated):
    return lambda rng, points, shape: (
        rng.normal(size=(points, *shape)) * np.where(_every_second(points, shape), saturated, 1.0)
    )


def _targets(rng, points, shape):
    soft = rng.uniform(size=(points, *shape))
    return np.where(_every_second(points, shape), np.rint(soft), soft)


def _targets_of_examples(rng, points, shape):
    """Hard targets are the same for all examples: errors near -1 and 1 would cancel in their mean, in any program."""
    soft = rng.uniform(size=(points, *shape))
    return np.where(_every_second(points, shape), np.rint(soft[:, :1]), soft)


def _distributions(rng, points, shape):
    one_hot = np.eye(*shape)[rng.integers(*shape, size=points)]
    return np.where(_every_second(points, shape), one_hot, rng.dirichlet(np.ones(*shape), points))


KINDS = {
    "real": _normal(4.0),
    "weighted input": _normal(20.0),
    "targets": _targets,
    "targets of examples": _targets_of_examples,
    "distribution": _distributions,
    "positive": lambda rng, points, shape: np.exp(rng.normal(size=(points, *shape))),
    "unit": lambda rng, points, shape: rng.uniform(size=(points, *shape)),
}


def right_sides(equation, claim, values):
    """The right side's components at every point; None where an equation does not speak of a component."""
    equation = _with_sigmoids(equation)
    places = [claim.fixed | dict(zip(claim.axes, place, strict=True)) for place in _places(claim)]
    spoken_of = [place for place in places if _given_holds(equation, place)]
    components = [concrete(equation.statement.rhs, equation, SIZES | place) for place in spoken_of]
    names = sorted(set().union(*map(unknowns, components)), key=str)
    function = numeric(components, names, cse=True)
    points = len(next(iter(values.values())))
    with mpmath.workdps(DIGITS):
        rows = [function(*(_value(name, values, point) for name in names)) for point in range(points)]
    wanted = dict(zip(map(places.index, spoken_of), zip(*rows, strict=True), strict=True))
    return [wanted.get(number) for number in range(len(places))]


def _places(claim):
    return itertools.product(*(range(1, size + 1) for size in claim.axes.values()))


def _given_holds(equation, place):
    """Whether a component is one of those spoken of: not, say, j = k where the two are given to be different."""
    given = [concrete(e.lhs - e.rhs, equation, SIZES | place) for e in equation.given]
    return not any(part.is_number and part != 0 for part in given)


def _with_sigmoids(equation):
    """The hidden neurons' unspecified f is the sigmoid in jaxce's network."""

    def put_in(expression):
        return expression.replace(unspecified("f"), s).replace(unspecified("f", (1,)), s_prime)

    statement = equation.statement.func(*map(put_in, equation.statement.args), evaluate=False)
    where = {name: put_in(meaning) for name, meaning in equation.where.items()}
    return replace(equation, statement=statement, where=where, steps=())


def _value(name, values, point):
    """The number that an element such as w[1, 2], or a letter, has at a point."""
    if isinstance(name, Indexed):
        return mpmath.mpf(float(values[str(name.base.label)][(point, *(int(index) - 1 for index in name.indices))]))
    return mpmath.mpf(float(values[str(name)][point]))
