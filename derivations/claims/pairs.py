"""Claims about the nine pairs: the functions of each output layer, and every cost with every output layer."""

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind, Part, Targets
from derivations.claims.formulas import COST_FORMULAS, DELTA_FORMULAS, linear_of, log_of, sigmoid_of, softmax_of

CANONICAL = {"quadratic": "linear", "cross_entropy": "sigmoid", "log_likelihood": "softmax"}


@dataclass(frozen=True)
class OutputLayer:
    """An output layer of jaxce or of an altered copy: its name and constant c, the program and the formula of a."""

    name: str
    output: jaxce.Output
    activation: Callable[[Array], Array]
    c: sp.Rational = sp.S.One

    def claim(self, program: Callable, formula: object, arguments: tuple, assuming: tuple = (), **fields) -> Claim:
        """A claim about this output layer."""
        return Claim(program, formula, arguments, assuming, output=self.name, c=self.c, **fields)

    def delta(self, cost: str, a: Array, y: Array) -> Array:
        """The formula of dC/dz."""
        return self.c * DELTA_FORMULAS[cost, self.name](a, y)

    def domain(self, z: Array, cost: str = "quadratic") -> tuple[sp.Rel, ...]:
        """What is assumed of z: where the cost is defined; for softmax, differences less than 1000 / c.

        Beyond that difference every e^(c (z_k - max z)) is 0 in every floating type, and jaxce takes it
        to be e^-1000.
        """
        if self.name == "softmax":
            return tuple(p - q < 1000 / self.c for p, q in itertools.permutations(z, 2))
        if self.name == "linear" and cost != "quadratic":
            return (*(z_j > 0 for z_j in z), *(z_j < 1 for z_j in z if cost == "cross_entropy"))
        return ()


def output_layers(library: Any = jaxce) -> tuple[OutputLayer, ...]:
    """Linear, sigmoid, softmax, and softmax with c = 2, of jaxce or of an altered copy of it."""
    two = sp.Integer(2)
    return (
        OutputLayer("linear", library.linear, linear_of),
        OutputLayer("sigmoid", library.sigmoid, sigmoid_of),
        OutputLayer("softmax", library.softmax, softmax_of),
        OutputLayer("softmax", library.tempered_softmax(2), functools.partial(softmax_of, c=two), two),
    )


def output_claims(layer: OutputLayer, size: int) -> Iterator[Claim]:
    """The activation and 1 - a, the squared residual, and both logarithms."""
    z, y = symbols("z", size), symbols("y", size)
    a, output = layer.activation(z), layer.output

    def claim(part, program, formula, *arguments, cost="quadratic"):
        return layer.claim(program, formula, arguments, layer.domain(z, cost), part=part, size=size)

    yield claim(Part.ACTIVATIONS, lambda z: output.activations(z, -1), (a, 1 - a), z)
    yield claim(Part.SQUARE, lambda z, y: output.half_squared_residual(z, y, -1), (a - y) ** 2 / 2, z, y)
    logarithms = functools.partial(computed_logs, output)
    yield claim(Part.LOGARITHMS, logarithms, (log_of(a), log_of(1 - a)), z, cost="cross_entropy")


def computed_logs(output: jaxce.Output, z: jax.Array) -> tuple:
    """ln a and ln(1 - a) as an output layer of jaxce computes them, with its unit multiplied in."""
    return tuple(output.log_unit * log for log in output.logs(z, -1))


def cost_claims(cost: str, layer: OutputLayer, size: int, library: Any = jaxce) -> Iterator[Claim]:
    """The value and the gradient, for any targets and for each class label."""
    z, y = symbols("z", size), symbols("y", size)
    a = layer.activation(z)
    program = functools.partial(library.COSTS[cost], layer.output)
    targets: list[tuple[Targets, int | None, Any, Array]] = [(Targets.ANY, None, y, y)]
    for t in range(size):
        one_hot = np.array([sp.Integer(j == t) for j in range(size)])
        targets.append((Targets.LABELS, t, np.int32(t), one_hot))
    for kind_of_targets, label, given, meant in targets:
        claim = functools.partial(layer.claim, cost=cost, size=size, targets=kind_of_targets, label=label)
        inputs, domain = (z, given), layer.domain(z, cost)
        yield claim(program, COST_FORMULAS[cost](a, meant), inputs, domain)
        yield claim(jax.grad(program), layer.delta(cost, a, meant), inputs, domain, kind=Kind.GRADIENT)


def pair_claims(sizes: tuple[int, ...] = (2, 3, 4), library: Any = jaxce) -> Iterator[Claim]:
    """All claims about the output layers and the costs; about four outputs only the canonical pairs, to save time."""
    for size, layer in itertools.product(sizes, output_layers(library)):
        if size == 2 or (
            size == 3 and layer.name == "softmax"
        ):  # in the other layers, neurons do not affect each other
            yield from output_claims(layer, size)
        for cost in library.COSTS:
            if size < 4 or CANONICAL.get(cost) == layer.name:
                yield from cost_claims(cost, layer, size, library)
