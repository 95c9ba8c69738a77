"""What is certified of other derivatives: by targets, second ones, and those of the output layers' own functions."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.pairs import COSTS, DELTAS, Claim, Layer, layers, logs, logs_of


def claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about derivatives, for each output layer."""
    linear, sigmoid, _, tempered = layers(library)
    for layer in (linear, sigmoid, tempered):
        yield from _by_targets(layer, library)
        yield from _jacobians(layer)
        yield from _second_derivatives(layer, library)
        yield from _values_beside_derivatives(layer, library)


def _by_targets(layer: Layer, library: Any) -> Iterator[Claim]:
    """The gradient by y, which is -ln a, ln(1 - a) - ln a, or y - a."""
    z, y = symbols("z", 2), symbols("y", 2)
    a = layer.activation(z)
    for cost in COSTS:
        program = jax.grad(functools.partial(library.COSTS[cost], layer.output), argnums=1)
        formula = np.array([sp.diff(COSTS[cost](a, y), y_j) for y_j in y])
        yield Claim(f"d/dy {cost} + {layer.name}", "K = 2", program, formula, (z, y), layer.domain(z, cost))


def _functions(layer: Layer, z: Array, y: Array) -> Iterator[tuple[str, Callable, tuple, tuple, str]]:
    """An output layer's own functions: the name, the program, what it gives, of what, and the cost with its domain."""
    output, a = layer.output, layer.activation(z)
    squared, delta = (a - y) ** 2 / 2, DELTAS["quadratic", layer.kind](a, y)
    yield "a, 1 - a", lambda z: output.activations(z, -1), (a, 1 - a), (z,), "quadratic"
    yield "ln a, ln(1 - a)", functools.partial(logs_of, output), (logs(a), logs(1 - a)), (z,), "cross_entropy"
    yield "(a - y)^2 / 2", lambda z, y: output.half_squared_residual(z, y, -1), (squared,), (z, y), "quadratic"
    yield "(da/dz)^T (a - y)", lambda z, y: output.residual_pullback(z, y, -1), (delta,), (z, y), "quadratic"


def _jacobians(layer: Layer) -> Iterator[Claim]:
    """The derivatives of an output layer's own functions, by z and by y."""
    z, y = symbols("z", 2), symbols("y", 2)
    for name, program, formulas, inputs, cost in _functions(layer, z, y):
        derivative = jax.jacfwd(program, argnums=tuple(range(len(inputs))))
        jacobians = tuple(
            tuple(np.array([[sp.diff(f_j, x_k) for x_k in x] for f_j in f]) for x in inputs) for f in formulas
        )
        formula = jacobians if len(formulas) > 1 else jacobians[0]
        yield Claim(f"derivative of {layer.name}: {name}", "K = 2", derivative, formula, inputs, layer.domain(z, cost))


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
    a = layer.activation(z)
    for name, program, formulas, inputs, cost in _functions(layer, z, y):
        formula, says = formulas if len(formulas) > 1 else formulas[0], "beside its derivative"
        yield Claim(f"{layer.name}: {name}", says, _beside(program), formula, inputs, layer.domain(z, cost))
    for cost in COSTS:
        program, common = functools.partial(library.COSTS[cost], layer.output), ((z, y), layer.domain(z, cost))
        delta = layer.c * DELTAS[cost, layer.kind](a, y)
        yield Claim(f"{cost} + {layer.name}", "beside dC", _beside(program), COSTS[cost](a, y), *common)
        yield Claim(f"d/dz {cost} + {layer.name}", "beside d2C", _beside(jax.grad(program)), delta, *common)


def _beside(program: Callable) -> Callable:
    """The value that forward differentiation returns beside the derivative."""
    return lambda *inputs: jax.jvp(program, inputs, tuple(jnp.ones_like(x) for x in inputs))[0]
