"""What is certified of two examples at once: they do not see each other, whichever axis their outputs run along."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.pairs import COSTS, DELTAS, Claim, Layer, layers

LABELS = np.array([1, 0], dtype=np.int32)
ONE_HOT = np.array([[0, 1], [1, 0]], dtype=object)


def claims(library: Any = jaxce) -> Iterator[Claim]:
    """Value and gradient of the costs, for targets and for labels; the sigmoid's neurons are as apart as the linear."""
    linear, _, _, tempered = layers(library)
    for layer, cost, axis in itertools.product((linear, tempered), COSTS, (-1, 0)):
        yield from _two_examples(layer, cost, axis, library)


def _two_examples(layer: Layer, cost: str, axis: int, library: Any) -> Iterator[Claim]:
    z, y = symbols("z", 2, 2), symbols("y", 2, 2)  # a row is an example
    program = functools.partial(library.COSTS[cost], layer.output, axis=axis)
    domain = tuple(relation for z_i in z for relation in layer.domain(z_i, cost))
    name = f"{cost} + {layer.name}"
    for kind, given, meant in (("targets", _along(axis, y), y), ("labels", LABELS, ONE_HOT)):
        value, delta = _row_by_row(layer, cost, z, meant)
        says, inputs = f"2 examples, axis {axis}, {kind}", (_along(axis, z), given)
        gradient = jax.grad(functools.partial(_total, program))
        yield Claim(name, says, program, value, inputs, domain)
        yield Claim(f"d/dz {name}", says, gradient, _along(axis, delta), inputs, domain)


def _along(axis: int, rows: Array) -> Array:
    return np.moveaxis(rows, -1, axis)


def _row_by_row(layer: Layer, cost: str, z: Array, y: Array) -> tuple[Array, Array]:
    pairs = [(layer.activation(z_i), y_i) for z_i, y_i in zip(z, y, strict=True)]
    delta = DELTAS[cost, layer.kind]
    return np.array([COSTS[cost](*pair) for pair in pairs]), np.array([layer.c * delta(*pair) for pair in pairs])


def _total(program: Callable, z: jax.Array, y: jax.Array) -> jax.Array:
    return program(z, y).sum()
