"""Claims about other derivatives: with respect to targets, second ones, and those of the output layers' functions."""

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind, Part, Situation, Targets
from derivations.claims.formulas import COST_FORMULAS, DELTA_FORMULAS, log_of
from derivations.claims.pairs import OutputLayer, computed_logs, output_layers


def derivative_claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about derivatives, for each output layer, with two outputs."""
    linear, sigmoid, _, tempered = output_layers(library)
    for layer in (linear, sigmoid, tempered):
        yield from _by_targets(layer, library)
        yield from _jacobians(layer)
        yield from _second_derivatives(layer, library)
        yield from _values_beside_derivatives(layer, library)


def _of_cost(layer: OutputLayer, cost: str, kind: Kind, **fields) -> Callable[..., Claim]:
    return functools.partial(layer.claim, kind=kind, cost=cost, size=2, targets=Targets.ANY, **fields)


def _by_targets(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """The gradient with respect to y, which is -ln a, ln(1 - a) - ln a, or y - a."""
    z, y = symbols("z", 2), symbols("y", 2)
    a = layer.activation(z)
    for cost in COST_FORMULAS:
        program = jax.grad(functools.partial(library.COSTS[cost], layer.output), argnums=1)
        formula = np.array([sp.diff(COST_FORMULAS[cost](a, y), y_j) for y_j in y])
        yield _of_cost(layer, cost, Kind.GRADIENT_BY_TARGETS)(program, formula, (z, y), layer.domain(z, cost))


class _PartOfOutput(NamedTuple):
    """A function of an output layer: its program, the formulas of its results, the inputs and their domain."""

    part: Part
    program: Callable
    formulas: tuple[Array, ...]
    inputs: tuple[Array, ...]
    domain: tuple[sp.Rel, ...]


def _parts(layer: OutputLayer, z: Array, y: Array) -> Iterator[_PartOfOutput]:
    output, a = layer.output, layer.activation(z)
    everywhere, inside = layer.domain(z), layer.domain(z, "cross_entropy")
    square, pullback = (a - y) ** 2 / 2, DELTA_FORMULAS["quadratic", layer.name](a, y)
    logarithms = functools.partial(computed_logs, output)
    yield _PartOfOutput(Part.ACTIVATIONS, lambda z: output.activations(z, -1), (a, 1 - a), (z,), everywhere)
    yield _PartOfOutput(Part.LOGARITHMS, logarithms, (log_of(a), log_of(1 - a)), (z,), inside)
    yield _PartOfOutput(Part.SQUARE, lambda z, y: output.half_squared_residual(z, y, -1), (square,), (z, y), everywhere)
    yield _PartOfOutput(Part.PULLBACK, lambda z, y: output.residual_pullback(z, y, -1), (pullback,), (z, y), everywhere)


def _jacobians(layer: OutputLayer) -> Iterator[Claim]:
    """The derivatives of an output layer's own functions, with respect to z and to y."""
    for of in _parts(layer, symbols("z", 2), symbols("y", 2)):
        program = jax.jacfwd(of.program, argnums=tuple(range(len(of.inputs))))
        jacobians = tuple(
            tuple(np.array([[sp.diff(f_j, x_k) for x_k in x] for f_j in f]) for x in of.inputs) for f in of.formulas
        )
        yield layer.claim(program, _result(jacobians), of.inputs, of.domain, kind=Kind.JACOBIANS, part=of.part, size=2)


def _result(results: tuple) -> Any:
    """A single result as it is, several results as a tuple, as functions return them."""
    return results if len(results) > 1 else results[0]


def _second_derivatives(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    a = layer.activation(z)
    for cost in COST_FORMULAS:
        program, domain = functools.partial(library.COSTS[cost], layer.output), layer.domain(z, cost)
        delta = layer.delta(cost, a, y)
        formula = np.array([[sp.diff(delta_j, z_k) for z_k in z] for delta_j in delta])
        yield _of_cost(layer, cost, Kind.HESSIAN)(jax.hessian(program), formula, (z, y), domain)
        mixed = jax.jacfwd(jax.grad(program), argnums=1)
        formula = np.array([[sp.diff(delta_j, y_k) for y_k in y] for delta_j in delta])
        yield _of_cost(layer, cost, Kind.MIXED_DERIVATIVE)(mixed, formula, (z, y), domain)


def _values_beside_derivatives(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """A custom derivative rule also computes the value that `jvp` and `value_and_grad` return: it must be the same."""
    z, y = symbols("z", 2), symbols("y", 2)
    a, beside = layer.activation(z), Situation.BESIDE_DERIVATIVE
    for of in _parts(layer, z, y):
        formula = _result(of.formulas)
        yield layer.claim(_beside(of.program), formula, of.inputs, of.domain, part=of.part, size=2, situation=beside)
    for cost in COST_FORMULAS:
        program, domain = functools.partial(library.COSTS[cost], layer.output), layer.domain(z, cost)
        value, delta = COST_FORMULAS[cost](a, y), layer.delta(cost, a, y)
        yield _of_cost(layer, cost, Kind.VALUE, situation=beside)(_beside(program), value, (z, y), domain)
        yield _of_cost(layer, cost, Kind.GRADIENT, situation=beside)(_beside(jax.grad(program)), delta, (z, y), domain)


def _beside(program: Callable) -> Callable:
    """The value that forward differentiation returns beside the derivative."""
    return lambda *inputs: jax.jvp(program, inputs, tuple(jnp.ones_like(x) for x in inputs))[0]
