"""What is certified at the edges: masks, labels of every kind, borders of domains, one output and impossible ones.

Also a layer made of any activation function.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.program import symbols
from derivations.claims.pairs import COSTS, DELTAS, Claim, Layer, cost_claims, layers, logs_of

SHOWN = np.array([True, False, True])

# z, y, the cost and its gradient: the cross-entropy is defined for 0 < z < 1, the log-likelihood for z > 0 or y = 0.
# Where a logarithm is infinite and its weight is 0, the product is 0.
_half, _third = sp.Rational(1, 2), sp.Rational(1, 3)
BORDERS = (
    ("cross_entropy", (0, _half), (0, _half), sp.nan, (sp.nan, 0)),
    ("cross_entropy", (1, _half), (1, _half), sp.nan, (sp.nan, 0)),
    ("cross_entropy", (0, 1), (_half, _half), sp.nan, (sp.nan, sp.nan)),
    ("cross_entropy", (-1, 3 * _half), (_half, _half), sp.nan, (sp.nan, sp.nan)),
    ("log_likelihood", (0, 1), (0, 1), 0, (0, -1)),
    ("log_likelihood", (0, 1), (_half, _half), sp.oo, (-sp.oo, -_half)),
    ("log_likelihood", (-1, 1), (0, 1), 0, (0, -1)),
    ("log_likelihood", (-1, 3 * _half), (_half, _half), sp.nan, (sp.nan, -_third)),
)


def claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about edges."""
    linear, sigmoid, softmax, tempered = layers(library)
    for layer in (linear, sigmoid, tempered):
        yield from _masked(layer, library)
    yield from _labels(softmax, library)
    yield from _borders(library)
    yield from _one_output(softmax, library)
    yield from _impossible(tempered, library)
    yield from _any_activation(library)


def _masked(layer: Layer, library: Any) -> Iterator[Claim]:
    """An output at which `where` is False is as if it were not there."""
    z, y = symbols("z", 3), symbols("y", 3)
    a, t = layer.activation(z[SHOWN]), y[SHOWN]
    shown = np.array([a[0], sp.S.Zero, a[1]])
    yield Claim(f"{layer.name}: a", "where", lambda z: layer.output(z, -1, SHOWN), shown, (z,), layer.domain(z[SHOWN]))
    for cost in COSTS:
        program = functools.partial(library.COSTS[cost], layer.output, where=SHOWN)
        delta = layer.c * DELTAS[cost, layer.kind](a, t)
        common = (z, y), layer.domain(z[SHOWN], cost)
        yield Claim(f"{cost} + {layer.name}", "where", program, COSTS[cost](a, t), *common)
        gradient = np.array([delta[0], sp.S.Zero, delta[1]])
        yield Claim(f"d/dz {cost} + {layer.name}", "where", jax.grad(program), gradient, *common)


def _labels(layer: Layer, library: Any) -> Iterator[Claim]:
    """A label of an 8-bit type, and labels that no output has."""
    z = symbols("z", 2)
    for cost in COSTS:
        program, says = functools.partial(library.COSTS[cost], layer.output), f"{cost} + {layer.name}"
        value = COSTS[cost](layer.activation(z), np.array([0, 1], dtype=object))
        yield Claim(says, "uint8 label 1", program, value, (z, np.uint8(1)), layer.domain(z, cost))
        for label in (-1, 2):
            yield Claim(says, f"label {label}", program, sp.nan, (z, np.int32(label)), layer.domain(z, cost))
    _, quadratic_gradient = list(cost_claims("quadratic", layer, 2, library))[:2]
    yield quadratic_gradient


def _borders(library: Any) -> Iterator[Claim]:
    """Linear outputs on the border of a cost's domain and outside, as BORDERS has it; and nan in, nan out."""
    for cost, z, y, value, gradient in BORDERS:
        program, name = functools.partial(library.COSTS[cost], library.linear), f"{cost} + linear"
        at, inputs = f"z = {z[0]}, {z[1]}; y = {y[0]}, {y[1]}", (np.array(z, object), np.array(y, object))
        yield Claim(name, at, program, value, inputs)
        yield Claim(f"d/dz {name}", at, jax.grad(program), np.array(gradient, object), inputs)
        yield Claim(f"d/dz {name}", f"forward, {at}", functools.partial(_slope, program), sp.Add(*gradient), inputs)
    for cost in COSTS:
        program = functools.partial(library.COSTS[cost], library.softmax)
        unknown = np.array([sp.nan, sp.S.One])
        yield Claim(f"{cost} + softmax", "z = nan, 1", program, sp.nan, (unknown, np.int32(1)))


def _slope(program: Callable, z: jax.Array, y: jax.Array) -> jax.Array:
    """The sum of the gradient by z, in forward mode."""
    return jax.jvp(lambda z: program(z, y), (z,), (jnp.ones_like(z),))[1]


def _one_output(layer: Layer, library: Any) -> Iterator[Claim]:
    """A softmax of one output is 1, and ln(1 - a) is -oo; with its target 1 it costs nothing."""
    z, zero, target = symbols("z", 1), np.array([sp.S.Zero]), np.array([sp.S.One])
    formula = (zero, np.array([-sp.oo]))
    yield Claim("softmax: ln a, ln(1 - a)", "K = 1", functools.partial(logs_of, layer.output), formula, (z,))
    for cost in COSTS:
        program = functools.partial(library.COSTS[cost], layer.output)
        yield Claim(f"{cost} + softmax", "K = 1, y = 1", program, sp.S.Zero, (z, target))
        yield Claim(f"d/dz {cost} + softmax", "K = 1, y = 1", jax.grad(program), zero, (z, target))


def _impossible(layer: Layer, library: Any) -> Iterator[Claim]:
    """An output of probability 0, with the weighted input -oo, costs nothing where its target is 0."""
    z, y = symbols("z", 2), symbols("y", 2)
    with_it, a = (np.append(z, -sp.oo), np.append(y, sp.S.Zero)), layer.activation(z)
    for cost in COSTS:
        program, delta = functools.partial(library.COSTS[cost], layer.output), layer.c * DELTAS[cost, layer.kind](a, y)
        name, says, domain = f"{cost} + {layer.name}", "z3 = -oo, y3 = 0", layer.domain(z, cost)
        yield Claim(name, says, program, COSTS[cost](a, y), with_it, domain)
        yield Claim(f"d/dz {name}", says, jax.grad(program), np.append(delta, sp.S.Zero), with_it, domain)


def _any_activation(library: Any) -> Iterator[Claim]:
    """`Output.from_activation` of tanh with each cost; the logarithms ask for 0 < a < 1, so for z > 0."""
    output, z, y = library.Output.from_activation(jnp.tanh), symbols("z", 1), symbols("y", 1)
    a = np.array([sp.tanh(z[0])])
    yield Claim("from_activation: a, 1 - a", "tanh", lambda z: output.activations(z, -1), (a, 1 - a), (z,))
    square = (a - y) ** 2 / 2
    yield Claim(
        "from_activation: (a - y)^2 / 2", "tanh", lambda z, y: output.half_squared_residual(z, y, -1), square, (z, y)
    )
    for cost in COSTS:
        program, value = functools.partial(library.COSTS[cost], output), COSTS[cost](a, y)
        positive = (z[0] > 0,) if cost != "quadratic" else ()
        yield Claim(f"{cost} + from_activation", "tanh", program, value, (z, y), positive)
        delta = np.array([sp.diff(value, z[0])])
        yield Claim(f"d/dz {cost} + from_activation", "tanh", jax.grad(program), delta, (z, y), positive)
