"""Claims about edge cases: masks, labels of every kind, domain boundaries, one output, zero-probability outputs.

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
from derivations.claims.claim import Claim, Kind, Part, Situation, Targets
from derivations.claims.formulas import COST_FORMULAS
from derivations.claims.pairs import OutputLayer, computed_logs, output_layers

SHOWN = np.array([True, False, True])

# z, y, the cost and its gradient: the cross-entropy is defined for 0 < z < 1, the log-likelihood for z > 0 or y = 0.
# Where a logarithm is infinite and its weight is 0, the product is 0.
_half, _third = sp.Rational(1, 2), sp.Rational(1, 3)
BOUNDARIES = (
    ("cross_entropy", (0, _half), (0, _half), sp.nan, (sp.nan, 0)),
    ("cross_entropy", (1, _half), (1, _half), sp.nan, (sp.nan, 0)),
    ("cross_entropy", (0, 1), (_half, _half), sp.nan, (sp.nan, sp.nan)),
    ("cross_entropy", (-1, 3 * _half), (_half, _half), sp.nan, (sp.nan, sp.nan)),
    ("log_likelihood", (0, 1), (0, 1), 0, (0, -1)),
    ("log_likelihood", (0, 1), (_half, _half), sp.oo, (-sp.oo, -_half)),
    ("log_likelihood", (-1, 1), (0, 1), 0, (0, -1)),
    ("log_likelihood", (-1, 3 * _half), (_half, _half), sp.nan, (sp.nan, -_third)),
)


def edge_claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about edge cases."""
    linear, sigmoid, softmax, tempered = output_layers(library)
    for layer in (linear, sigmoid, tempered):
        yield from _masked(layer, library)
    yield from _labels(softmax, library)
    yield from _boundaries(linear, library)
    yield from _nan(softmax, library)
    yield from _one_output(softmax, library)
    yield from _zero_probability(tempered, library)
    yield from _any_activation(library)


def _masked(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """An output at which `where` is False counts as if it did not exist."""
    z, y = symbols("z", 3), symbols("y", 3)
    a, t = layer.activation(z[SHOWN]), y[SHOWN]
    masked = functools.partial(layer.claim, size=3, situation=Situation.MASKED)
    activations = np.array([a[0], sp.S.Zero, a[1]])
    program, domain = lambda z: layer.output(z, -1, SHOWN), layer.domain(z[SHOWN])
    yield masked(program, activations, (z,), domain, part=Part.ACTIVATIONS)
    for cost in COST_FORMULAS:
        program = functools.partial(library.COSTS[cost], layer.output, where=SHOWN)
        claim = functools.partial(masked, cost=cost, targets=Targets.ANY)
        delta, domain = layer.delta(cost, a, t), layer.domain(z[SHOWN], cost)
        yield claim(program, COST_FORMULAS[cost](a, t), (z, y), domain)
        gradient = np.array([delta[0], sp.S.Zero, delta[1]])
        yield claim(jax.grad(program), gradient, (z, y), domain, kind=Kind.GRADIENT)


def _labels(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """A label of an 8-bit type, and labels that no output has."""
    z = symbols("z", 2)
    for cost in COST_FORMULAS:
        program, domain = functools.partial(library.COSTS[cost], layer.output), layer.domain(z, cost)
        claim = functools.partial(layer.claim, cost=cost, size=2, targets=Targets.LABELS)
        value = COST_FORMULAS[cost](layer.activation(z), np.array([0, 1], dtype=object))
        yield claim(program, value, (z, np.uint8(1)), domain, label=1, situation=Situation.EIGHT_BITS)
        for label in (-1, 2):
            yield claim(program, sp.nan, (z, np.int32(label)), domain, label=label, situation=Situation.NO_SUCH_LABEL)


def _boundaries(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """Linear outputs on the boundary of a cost's domain and outside it, as listed in BOUNDARIES."""
    for cost, z, y, value, gradient in BOUNDARIES:
        program, inputs = (
            functools.partial(library.COSTS[cost], layer.output),
            (np.array(z, object), np.array(y, object)),
        )
        at = f"z = {z[0]}, {z[1]}; y = {y[0]}, {y[1]}"
        claim = functools.partial(layer.claim, cost=cost, size=2, situation=Situation.BOUNDARY, remark=at)
        yield claim(program, value, inputs)
        yield claim(jax.grad(program), np.array(gradient, object), inputs, kind=Kind.GRADIENT)
        yield claim(functools.partial(_slope, program), sp.Add(*gradient), inputs, kind=Kind.SLOPE)


def _slope(program: Callable, z: jax.Array, y: jax.Array) -> jax.Array:
    """The sum of the gradient's components, in forward mode."""
    return jax.jvp(lambda z: program(z, y), (z,), (jnp.ones_like(z),))[1]


def _nan(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """A nan among the weighted inputs makes the cost nan."""
    unknown, label = np.array([sp.nan, sp.S.One]), np.int32(1)
    claim = functools.partial(layer.claim, size=2, targets=Targets.LABELS, label=1, situation=Situation.NAN)
    for cost in COST_FORMULAS:
        program = functools.partial(library.COSTS[cost], layer.output)
        yield claim(program, sp.nan, (unknown, label), cost=cost)


def _one_output(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """A softmax of one output is 1, and ln(1 - a) is -oo; with its target 1 it costs nothing."""
    z, zero, target = symbols("z", 1), np.array([sp.S.Zero]), np.array([sp.S.One])
    logarithms = functools.partial(computed_logs, layer.output)
    yield layer.claim(logarithms, (zero, np.array([-sp.oo])), (z,), part=Part.LOGARITHMS, size=1)
    claim = functools.partial(layer.claim, size=1, situation=Situation.ONE_OUTPUT)
    for cost in COST_FORMULAS:
        program = functools.partial(library.COSTS[cost], layer.output)
        yield claim(program, sp.S.Zero, (z, target), cost=cost)
        yield claim(jax.grad(program), zero, (z, target), cost=cost, kind=Kind.GRADIENT)


def _zero_probability(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """A zero-probability output, whose weighted input is -oo, costs nothing if its target is 0."""
    z, y = symbols("z", 2), symbols("y", 2)
    inputs, a = (np.append(z, -sp.oo), np.append(y, sp.S.Zero)), layer.activation(z)
    claim = functools.partial(layer.claim, size=3, targets=Targets.ANY, situation=Situation.ZERO_PROBABILITY)
    for cost in COST_FORMULAS:
        program, domain = functools.partial(library.COSTS[cost], layer.output), layer.domain(z, cost)
        yield claim(program, COST_FORMULAS[cost](a, y), inputs, domain, cost=cost)
        gradient = np.append(layer.delta(cost, a, y), sp.S.Zero)
        yield claim(jax.grad(program), gradient, inputs, domain, cost=cost, kind=Kind.GRADIENT)


def _any_activation(library: Any) -> Iterator[Claim]:
    """`Output.from_activation` of tanh with each cost; the logarithms require 0 < a < 1, and so z > 0."""
    output, z, y = library.Output.from_activation(jnp.tanh), symbols("z", 1), symbols("y", 1)
    a = np.array([sp.tanh(z[0])])
    of_tanh = functools.partial(Claim, output="from_activation", size=1, remark="tanh")
    yield of_tanh(lambda z: output.activations(z, -1), (a, 1 - a), (z,), part=Part.ACTIVATIONS)
    yield of_tanh(lambda z, y: output.half_squared_residual(z, y, -1), (a - y) ** 2 / 2, (z, y), part=Part.SQUARE)
    for cost in COST_FORMULAS:
        program, value = functools.partial(library.COSTS[cost], output), COST_FORMULAS[cost](a, y)
        positive = (z[0] > 0,) if cost != "quadratic" else ()
        claim = functools.partial(of_tanh, cost=cost, targets=Targets.ANY)
        yield claim(program, value, (z, y), positive)
        gradient = np.array([sp.diff(value, z[0])])
        yield claim(jax.grad(program), gradient, (z, y), positive, kind=Kind.GRADIENT)
