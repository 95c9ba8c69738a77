"""What is certified at the edges: masks, labels of every kind, borders of domains, derivatives by targets.

Also the Hessians of the pairs that are not canonical, and a layer made of any activation function.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

import jaxce
from derivations.certified import COSTS, DELTAS, Claim, Layer, cost_claims, layers, logs, logs_of
from derivations.primitives import Array
from derivations.tracing import symbols

SHOWN = np.array([True, False, True])


def claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about edges."""
    linear, sigmoid, softmax, tempered = layers(library)
    for layer in (linear, sigmoid, tempered):
        yield from _masked(layer, library)
        yield from _by_targets(layer, library)
        yield from _jacobians(layer)
        yield from _second_derivatives(layer, library)
        yield from _values_beside_derivatives(layer, library)
    yield from _labels(softmax, library)
    yield from _borders(library)
    yield from _one_output(softmax, library)
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


def _by_targets(layer: Layer, library: Any) -> Iterator[Claim]:
    """The gradient by y, which is -ln a, ln(1 - a) - ln a, or y - a."""
    z, y = symbols("z", 2), symbols("y", 2)
    a = layer.activation(z)
    for cost in COSTS:
        program = jax.grad(functools.partial(library.COSTS[cost], layer.output), argnums=1)
        formula = np.array([sp.diff(COSTS[cost](a, y), y_j) for y_j in y])
        yield Claim(f"d/dy {cost} + {layer.name}", "K = 2", program, formula, (z, y), layer.domain(z, cost))


def _jacobians(layer: Layer) -> Iterator[Claim]:
    """The derivatives of an output layer's own functions."""
    z, output = symbols("z", 2), layer.output
    a = layer.activation(z)
    for name, cost, program, functions in (
        ("activations", "quadratic", lambda z: output.activations(z, -1), (a, 1 - a)),
        ("logs", "cross_entropy", functools.partial(logs_of, output), (logs(a), logs(1 - a))),
    ):
        formula = tuple(np.array([[sp.diff(f_j, z_k) for z_k in z] for f_j in f]) for f in functions)
        yield Claim(f"d/dz {layer.name}: {name}", "K = 2", jax.jacfwd(program), formula, (z,), layer.domain(z, cost))


def _second_derivatives(layer: Layer, library: Any) -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    a = layer.activation(z)
    for cost in COSTS:
        program = jax.hessian(functools.partial(library.COSTS[cost], layer.output))
        delta = layer.c * DELTAS[cost, layer.kind](a, y)
        formula = np.array([[sp.diff(delta_j, z_k) for z_k in z] for delta_j in delta])
        yield Claim(f"d2/dz2 {cost} + {layer.name}", "K = 2", program, formula, (z, y), layer.domain(z, cost))
        mixed = jax.jacfwd(jax.grad(functools.partial(library.COSTS[cost], layer.output)), argnums=1)
        formula = np.array([[sp.diff(delta_j, y_k) for y_k in y] for delta_j in delta])
        yield Claim(f"d2/dz dy {cost} + {layer.name}", "K = 2", mixed, formula, (z, y), layer.domain(z, cost))


def _values_beside_derivatives(layer: Layer, library: Any) -> Iterator[Claim]:
    """What a rule of differentiation gives as the value, which `jvp` and `value_and_grad` return, is the value."""
    z, y = symbols("z", 2), symbols("y", 2)
    a, output = layer.activation(z), layer.output
    for name, program, formula, inputs, cost in (
        ("a", lambda z: output.activations(z, -1), (a, 1 - a), (z,), "quadratic"),
        ("ln a, ln(1 - a)", functools.partial(logs_of, output), (logs(a), logs(1 - a)), (z,), "cross_entropy"),
        ("(a - y)^2 / 2", lambda z, y: output.half_squared_residual(z, y, -1), (a - y) ** 2 / 2, (z, y), "quadratic"),
        (
            "(da/dz)^T (a - y)",
            lambda z, y: output.residual_pullback(z, y, -1),
            DELTAS["quadratic", layer.kind](a, y),
            (z, y),
            "quadratic",
        ),
    ):
        says = "beside its derivative"
        yield Claim(f"{layer.name}: {name}", says, _beside(program), formula, inputs, layer.domain(z, cost))
    for cost in COSTS:
        program, common = functools.partial(library.COSTS[cost], layer.output), ((z, y), layer.domain(z, cost))
        delta = layer.c * DELTAS[cost, layer.kind](a, y)
        yield Claim(f"{cost} + {layer.name}", "beside dC", _beside(program), COSTS[cost](a, y), *common)
        yield Claim(f"d/dz {cost} + {layer.name}", "beside d2C", _beside(jax.grad(program)), delta, *common)


def _beside(program: Callable) -> Callable:
    """The value that forward differentiation returns beside the derivative."""
    return lambda *inputs: jax.jvp(program, inputs, tuple(jnp.ones_like(x) for x in inputs))[0]


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
    """Where a logarithm is infinite and its weight is 0 the product is 0; outside the domain the cost is nan."""
    ends, outside, t = (
        np.array([0, 1], dtype=object),
        np.array([-1, sp.Rational(3, 2)], dtype=object),
        sp.Rational(1, 2),
    )
    halves = np.array([t, t])
    for cost in ("cross_entropy", "log_likelihood"):
        program, name = functools.partial(library.COSTS[cost], library.linear), f"{cost} + linear"
        closed = cost == "log_likelihood"  # the cross-entropy is defined for 0 < z < 1 only
        yield Claim(name, "z = y = 0, 1", program, sp.S.Zero if closed else sp.nan, (ends, ends))
        yield Claim(name, "z = 0, 1; y = 1/2", program, sp.oo if closed else sp.nan, (ends, halves))
        yield Claim(name, "z = -1, 3/2", program, sp.nan, (outside, halves))
        yield Claim(f"d/dz {name}", "z = -1, 3/2", jax.grad(program), _each(sp.nan, cost), (outside, halves))
    program = functools.partial(library.log_likelihood, library.linear)
    yield Claim("log_likelihood + linear", "z = -1, 1; y = 0, 1", program, sp.S.Zero, (np.array([-1, 1], object), ends))
    grad = np.array([0, -1], dtype=object)
    where = np.array([-1, 1], object)
    yield Claim("d/dz log_likelihood + linear", "z = -1, 1; y = 0, 1", jax.grad(program), grad, (where, ends))
    for cost in COSTS:
        program = functools.partial(library.COSTS[cost], library.softmax)
        unknown = np.array([sp.nan, sp.S.One])
        yield Claim(f"{cost} + softmax", "z = nan, 1", program, sp.nan, (unknown, np.int32(1)))


def _each(value: sp.Expr, cost: str) -> Array:
    """At z = -1 and 3/2: log-likelihood is defined for every z > 0."""
    return np.array([value, value if cost == "cross_entropy" else sp.Rational(-1, 3)])


def _one_output(layer: Layer, library: Any) -> Iterator[Claim]:
    """A softmax of one output is 1, and ln(1 - a) is -oo."""
    z, zero = symbols("z", 1), np.array([sp.S.Zero])
    formula = (zero, np.array([-sp.oo]))
    yield Claim("softmax: ln a, ln(1 - a)", "K = 1", functools.partial(logs_of, layer.output), formula, (z,))


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
