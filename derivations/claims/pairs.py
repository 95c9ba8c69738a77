"""What is certified of jaxce: every cost with every output layer, whole networks, Hessians.

z, y and a are arrays of SymPy expressions with one element for each output neuron. Each claim is a
program, the formula that the book (or the chain rule on it) gives, the inputs, and what is assumed of
them.
"""

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
from derivations.certificate.certifier import certify
from derivations.certificate.program import symbols
from derivations.certificate.verdict import Certificate, Refutation


@dataclass(frozen=True)
class Claim:
    """A program said to compute a formula; `certify()` examines it."""

    name: str
    says: str
    program: Callable
    formula: object
    arguments: tuple
    assuming: tuple = ()

    def certify(self) -> Certificate | Refutation:
        """The verdict."""
        return certify(
            self.program, self.formula, *self.arguments, assuming=self.assuming, name=self.name, claim=self.says
        )


# The three output layers and the three costs, as the book writes them.


def linear(z: Array) -> Array:
    """a = z."""
    return z


def sigmoid(z: Array) -> Array:
    """a = 1 / (1 + e^-z)."""
    return np.array([1 / (1 + sp.exp(-z_j)) for z_j in z])


def softmax(z: Array, c: sp.Rational = sp.S.One) -> Array:
    """a_j = e^(c z_j) / sum_k e^(c z_k) (78, 83)."""
    return np.array([sp.exp(c * z_j) / sum(sp.exp(c * z_k) for z_k in z) for z_j in z])


def logs(a: Array) -> Array:
    """The logarithm of each activation."""
    return np.array([sp.log(a_j) for a_j in a])


COSTS = {
    "quadratic": lambda a, y: sum((a - y) ** 2) / 2,  # (54)
    "cross_entropy": lambda a, y: -sum(y * logs(a) + (1 - y) * logs(1 - a)),  # (63)
    "log_likelihood": lambda a, y: -sum(y * logs(a)),  # (80)
}


# delta_j = dC/dz_j for the nine pairs; g is dC/da.


def through_softmax(a: Array, g: Array) -> Array:
    """The sum over k of g_k da_k/dz_j, which is a_j (g_j - sum_k a_k g_k), for c = 1."""
    return a * (g - sum(a * g))


DELTAS = {
    ("quadratic", "linear"): lambda a, y: a - y,
    ("quadratic", "sigmoid"): lambda a, y: (a - y) * a * (1 - a),
    ("quadratic", "softmax"): lambda a, y: through_softmax(a, a - y),
    ("cross_entropy", "linear"): lambda a, y: (a - y) / (a * (1 - a)),
    ("cross_entropy", "sigmoid"): lambda a, y: a - y,
    ("cross_entropy", "softmax"): lambda a, y: through_softmax(a, (a - y) / (a * (1 - a))),
    ("log_likelihood", "linear"): lambda a, y: -y / a,
    ("log_likelihood", "sigmoid"): lambda a, y: -y * (1 - a),
    ("log_likelihood", "softmax"): lambda a, y: a * sum(y) - y,
}


@dataclass(frozen=True)
class Layer:
    """An output layer of jaxce, its activation as a formula, and its constant c."""

    name: str
    output: jaxce.Output
    activation: Callable[[Array], Array]
    c: sp.Rational = sp.S.One

    @property
    def kind(self) -> str:
        """The output layer without its constant."""
        return self.name.split(",")[0]

    def domain(self, z: Array, cost: str = "quadratic") -> tuple[sp.Rel, ...]:
        """What is assumed of z: where the cost is defined; for softmax, differences less than 1000 / c.

        Beyond that difference every e^(c (z_k - max z)) is 0 in every floating type, and jaxce takes it
        to be e^-1000.
        """
        if self.kind == "softmax":
            return tuple(p - q < 1000 / self.c for p, q in itertools.permutations(z, 2))
        if self.kind == "linear" and cost != "quadratic":
            return (*(z_j > 0 for z_j in z), *(z_j < 1 for z_j in z if cost == "cross_entropy"))
        return ()


def layers(library: Any = jaxce) -> tuple[Layer, ...]:
    """The output layers of jaxce, or of an altered copy of it."""
    two = sp.Integer(2)
    return (
        Layer("linear", library.linear, linear),
        Layer("sigmoid", library.sigmoid, sigmoid),
        Layer("softmax", library.softmax, softmax),
        Layer("softmax, c = 2", library.tempered_softmax(2), functools.partial(softmax, c=two), two),
    )


def output_claims(layer: Layer, size: int) -> Iterator[Claim]:
    """The activation, 1 - a, a - y and both logarithms."""
    z, y = symbols("z", size), symbols("y", size)
    a = layer.activation(z)
    at = f"K = {size}"

    def claim(name, program, formula, *arguments, cost="quadratic"):
        return Claim(f"{layer.name}: {name}", at, program, formula, arguments, layer.domain(z, cost))

    yield claim("a", lambda z: layer.output.activations(z, -1), (a, 1 - a), z)
    yield claim("(a - y)^2 / 2", lambda z, y: layer.output.half_squared_residual(z, y, -1), (a - y) ** 2 / 2, z, y)
    in_units = functools.partial(logs_of, layer.output)
    yield claim("ln a, ln(1 - a)", in_units, (logs(a), logs(1 - a)), z, cost="cross_entropy")


def logs_of(output: jaxce.Output, z: Array) -> tuple:
    """The logarithms that an output layer of jaxce gives in its own unit."""
    return tuple(output.log_unit * log for log in output.logs(z, -1))


def cost_claims(cost: str, layer: Layer, size: int, library: Any = jaxce) -> Iterator[Claim]:
    """The value and the gradient, for any targets and for each class label."""
    z, y = symbols("z", size), symbols("y", size)
    a = layer.activation(z)
    program = functools.partial(library.COSTS[cost], layer.output)
    targets: list[tuple[str, Any, Array]] = [(f"K = {size}, y", y, y)]
    for t in range(size):
        one_hot = np.array([sp.Integer(j == t) for j in range(size)])
        targets.append((f"K = {size}, label {t}", np.int32(t), one_hot))
    for says, given, meant in targets:
        common = (z, given), layer.domain(z, cost)
        delta = layer.c * DELTAS[cost, layer.kind](a, meant)
        yield Claim(f"{cost} + {layer.name}", says, program, COSTS[cost](a, meant), *common)
        yield Claim(f"d/dz {cost} + {layer.name}", says, jax.grad(program), delta, *common)


CANONICAL = {"quadratic": "linear", "cross_entropy": "sigmoid", "log_likelihood": "softmax"}


def claims(sizes: tuple[int, ...] = (2, 3, 4), library: Any = jaxce) -> Iterator[Claim]:
    """All claims about the output layers and the costs; of four outputs the canonical pairs, which take seconds."""
    for size, layer in itertools.product(sizes, layers(library)):
        if size == 2 or (size == 3 and layer.kind == "softmax"):  # the neurons of the others do not see each other
            yield from output_claims(layer, size)
        for cost in library.COSTS:
            if size < 4 or CANONICAL[cost] == layer.kind:
                yield from cost_claims(cost, layer, size, library)
