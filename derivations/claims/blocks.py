"""What is certified of a softmax layer whose classes are computed a block at a time: it is the unblocked layer's cost.

The program is read through its loop over the blocks. With blocks of 2, three classes are one whole block and a smaller
one; with blocks of 1, maxima of different blocks are compared in every order.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind, Situation, Targets
from derivations.claims.edges import SHOWN
from derivations.claims.formulas import COST_FORMULAS
from derivations.claims.pairs import OutputLayer, output_layers


def block_claims(library: Any = jaxce) -> Iterator[Claim]:
    """Value and gradient for targets and labels, for one and several blocks, and for a class that is left out."""
    *_, softmax, tempered = output_layers(library)
    yield from _claims(softmax, library, 2, 1, Targets.ANY)
    yield from _claims(tempered, library, 3, 2, Targets.LABELS)
    yield from _claims(softmax, library, 3, 1, Targets.LABELS)
    yield from _masked(tempered, library)


def _claims(layer: OutputLayer, library: Any, size: int, block: int, targets: Targets) -> Iterator[Claim]:
    w, b, a, z = _inputs(size)
    last = size - 1
    y = symbols("y", size) if targets is Targets.ANY else np.array([sp.Integer(j == last) for j in range(size)])
    given = y if targets is Targets.ANY else np.int32(last)
    label = None if targets is Targets.ANY else last
    claim = functools.partial(
        layer.claim, cost="layer_log_likelihood", size=size, block=block, targets=targets, label=label
    )
    program = functools.partial(_cost, library, c=float(layer.c), block=block)
    inputs, domain = (w, b, a, given), layer.domain(z)
    activation = layer.activation(z)
    delta = layer.delta("log_likelihood", activation, y)
    yield claim(program, COST_FORMULAS["log_likelihood"](activation, y), inputs, domain)
    gradient = jax.grad(program, argnums=(0, 1, 2))
    formula = np.outer(delta, a), delta, w.T @ delta  # BP4, BP3 and BP2 before the slope
    yield claim(gradient, formula, inputs, domain, kind=Kind.LAYER_GRADIENT)


def _masked(layer: OutputLayer, library: Any) -> Iterator[Claim]:
    """The cost of the classes that are shown; a block of none is among them."""
    w, b, a, z = _inputs(3)
    y = symbols("y", 3)
    program: Callable = functools.partial(_cost, library, c=float(layer.c), block=1, where=SHOWN)
    claim = functools.partial(layer.claim, cost="layer_log_likelihood", size=3, block=1, targets=Targets.ANY)
    value = COST_FORMULAS["log_likelihood"](layer.activation(z[SHOWN]), y[SHOWN])
    yield claim(program, value, (w, b, a, y), layer.domain(z[SHOWN]), situation=Situation.MASKED)


def _inputs(size: int) -> tuple[Array, Array, Array, Array]:
    """One input: w [size, 1], b [size], a [1], and z = w a + b."""
    w, b, a = symbols("w", size, 1), symbols("b", size), symbols("a", 1)
    return w, b, a, w @ a + b


def _cost(library: Any, w: jax.Array, b: jax.Array, a: jax.Array, y: jax.Array, **options: Any) -> jax.Array:
    return library.layer_log_likelihood((w, b), a, y, **options)
