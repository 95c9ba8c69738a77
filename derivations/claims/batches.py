"""Claims about two examples at once: neither affects the other, whichever axis the outputs run along."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind, Targets
from derivations.claims.formulas import COST_FORMULAS
from derivations.claims.pairs import OutputLayer, output_layers

LABELS = np.array([1, 0], dtype=np.int32)
LABELS_ONE_HOT = np.array([[0, 1], [1, 0]], dtype=object)


def batch_claims(library: Any = jaxce) -> Iterator[Claim]:
    """Value and gradient of the costs, for any targets and for labels.

    The sigmoid needs no claims of its own: like linear outputs, it acts on each neuron alone.
    """
    linear, _, _, tempered = output_layers(library)
    for layer, cost, axis in itertools.product((linear, tempered), COST_FORMULAS, (-1, 0)):
        yield from _two_examples(layer, cost, axis, library)


def _two_examples(layer: OutputLayer, cost: str, axis: int, library: Any) -> Iterator[Claim]:
    z, y = symbols("z", 2, 2), symbols("y", 2, 2)  # a row is an example
    program = functools.partial(library.COSTS[cost], layer.output, axis=axis)
    domain = tuple(relation for z_i in z for relation in layer.domain(z_i, cost))
    for targets, given, meant in ((Targets.ANY, _along(axis, y), y), (Targets.LABELS, LABELS, LABELS_ONE_HOT)):
        claim = functools.partial(layer.claim, cost=cost, size=2, axis=axis, targets=targets)
        value, delta = _row_by_row(layer, cost, z, meant)
        inputs = _along(axis, z), given
        gradient = jax.grad(functools.partial(_total, program))
        yield claim(program, value, inputs, domain)
        yield claim(gradient, _along(axis, delta), inputs, domain, kind=Kind.GRADIENT)


def _along(axis: int, rows: Array) -> Array:
    return np.moveaxis(rows, -1, axis)


def _row_by_row(layer: OutputLayer, cost: str, z: Array, y: Array) -> tuple[Array, Array]:
    """The costs and the deltas of the examples."""
    pairs = [(layer.activation(z_i), y_i) for z_i, y_i in zip(z, y, strict=True)]
    values = np.array([COST_FORMULAS[cost](a_i, y_i) for a_i, y_i in pairs])
    return values, np.array([layer.delta(cost, a_i, y_i) for a_i, y_i in pairs])


def _total(program: Callable, z: jax.Array, y: jax.Array) -> jax.Array:
    return program(z, y).sum()
