"""What is certified of options of costs: value and gradient of two outputs, for any targets."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind, Targets
from derivations.claims.formulas import COST_FORMULAS, log_of
from derivations.claims.pairs import OutputLayer, output_layers

_EPSILON, _COEFFICIENT = sp.Rational(1, 8), sp.Rational(1, 4)
_WEIGHTS = np.array([sp.Rational(1, 2), sp.Integer(3)])
_FLOATS = tuple(map(float, _WEIGHTS))


def option_claims(library: Any = jaxce) -> Iterator[Claim]:
    """All claims about options, each with the output that it is mostly used with, or with all."""
    _, sigmoid, _, tempered = output_layers(library)
    log_likelihood, cross_entropy, quadratic = (
        library.COSTS[name] for name in ("log_likelihood", "cross_entropy", "quadratic")
    )
    claims = (
        ("smoothed log_likelihood", tempered, library.smoothed(log_likelihood, float(_EPSILON)), _smoothed),
        ("weighted log_likelihood", tempered, library.weighted(log_likelihood, _FLOATS), _weighted_log_likelihood),
        ("weighted quadratic", tempered, library.weighted(quadratic, _FLOATS), _weighted_quadratic),
        ("weighted quadratic", sigmoid, library.weighted(quadratic, _FLOATS), _weighted_quadratic),
        ("weighted cross_entropy", sigmoid, library.weighted(cross_entropy, _FLOATS), _weighted_cross_entropy),
        ("weighted positives", sigmoid, library.weighted_positives(cross_entropy, _FLOATS), _weighted_positives),
        ("z-loss", tempered, library.with_z_loss(log_likelihood, float(_COEFFICIENT)), _with_z_loss),
        ("focal, gamma = 2", tempered, library.focal(2), _focal),
        ("focal, gamma = 2", sigmoid, library.focal(2), _focal),
    )
    for name, layer, cost, formula in claims:
        yield from _value_and_gradient(name, layer, cost, formula)
    yield from _left_out(tempered, library)
    yield from _soft_cap(library)


def _value_and_gradient(name: str, layer: OutputLayer, cost: Callable, formula: Callable) -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    program = functools.partial(cost, layer.output)
    value = formula(layer, z, y)
    claim = functools.partial(layer.claim, cost=name, size=2, targets=Targets.ANY)
    yield claim(program, value, (z, y), layer.domain(z))
    gradient = np.array([sp.diff(value, z_j) for z_j in z])
    yield claim(jax.grad(program), gradient, (z, y), layer.domain(z), kind=Kind.GRADIENT)


def _left_out(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """Two examples, of which the second is left out: by its label, or by a mask of the examples."""
    z, labels = symbols("z", 2, 2), np.array([0, 1], np.int32)
    cost = library.COSTS["log_likelihood"]
    C = -log_of(layer.activation(z[0]))[0]
    costs, slopes = np.array([C, 0]), np.array([[sp.diff(C, z_j) for z_j in z[0]], [0, 0]])
    programs = {
        "log_likelihood, ignoring label 1": lambda z: library.ignoring(cost, 1)(layer.output, z, labels),
        "log_likelihood, where examples": lambda z: cost(layer.output, z, labels, where=labels == 0),
    }
    for name, program in programs.items():
        claim = functools.partial(layer.claim, cost=name, size=2, axis=-1, targets=Targets.ANY)
        yield claim(program, costs, (z,), layer.domain(z[0]))
        yield claim(_slope(program), slopes, (z,), layer.domain(z[0]), kind=Kind.GRADIENT)


def _slope(program: Callable) -> Callable:
    return jax.grad(lambda z: program(z).sum())


def _soft_cap(library: Any) -> Iterator[Claim]:
    (x,) = symbols("x", 1)
    function = functools.partial(library.soft_cap, limit=2.0)
    yield Claim(function, 2 * sp.tanh(x / 2), (x,), function="soft_cap")
    slope = 1 / sp.cosh(x / 2) ** 2
    yield Claim(jax.grad(function), slope, (x,), kind=Kind.GRADIENT_OF_FUNCTION, function="soft_cap")


def _smoothed(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    return COST_FORMULAS["log_likelihood"](layer.activation(z), (1 - _EPSILON) * y + _EPSILON / 2)


def _weighted_log_likelihood(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    return -sum(_WEIGHTS * y * log_of(layer.activation(z)))


def _weighted_quadratic(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    return sum(_WEIGHTS * (layer.activation(z) - y) ** 2) / 2


def _weighted_cross_entropy(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    a = layer.activation(z)
    return -sum(_WEIGHTS * (y * log_of(a) + (1 - y) * log_of(1 - a)))


def _weighted_positives(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    a = layer.activation(z)
    return -sum(_WEIGHTS * y * log_of(a) + (1 - y) * log_of(1 - a))


def _with_z_loss(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    normaliser = sp.log(sum(sp.exp(layer.c * z_j) for z_j in z))
    return COST_FORMULAS["log_likelihood"](layer.activation(z), y) + _COEFFICIENT * normaliser**2


def _focal(layer: OutputLayer, z: Array, y: Array) -> sp.Expr:
    a = layer.activation(z)
    return -sum(y * (1 - a) ** 2 * log_of(a))
