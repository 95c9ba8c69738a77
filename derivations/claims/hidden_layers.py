"""Claims for every width: backpropagation (BP1 to BP4) through a network with one hidden layer of sigmoid neurons.

The letters are u and b for the weights and biases of the hidden layer, w and c for those of the last; M inputs x_l, N
hidden neurons k, K outputs j.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import sympy as sp

import jaxce
from derivations.algebra.letters import K, M, N, as_exponentials, j, k, l, s
from derivations.certificate.every_size.inputs import SymbolArray
from derivations.claims.claim import Claim, Kind

x, y = SymbolArray("x", ("M",)), SymbolArray("y", ("K",))
u, b = SymbolArray("u", ("N", "M")), SymbolArray("b", ("N",))
w, c = SymbolArray("w", ("K", "N")), SymbolArray("c", ("K",))

_inputs, _hidden, _outputs = sp.symbols("inputs hidden outputs", integer=True, positive=True)


def hidden_layer_claims(library: Any = jaxce) -> Iterator[Claim]:
    """The gradient of `jaxce.loss` with respect to the weights and biases of both layers, for one example.

    A size of 1 is a case of its own, so that there are eight of three sizes; the last cost is claimed from 2 on.
    """
    for (cost, output), delta in DELTAS.items():
        loss = functools.partial(_loss, library.COSTS[cost], library.OUTPUTS[output])
        from_2 = cost == "cross_entropy"
        sizes = "every K, N, M" + (" from 2 on" if from_2 else "")
        fields: dict[str, Any] = {"kind": Kind.HIDDEN_LAYER, "cost": cost, "output": output}
        fields["assuming"] = (K >= 2, N >= 2, M >= 2) if from_2 else ()
        for remark, (by, formula) in _gradients(delta).items():
            formula = as_exponentials(formula)
            yield Claim(jax.grad(loss, by), formula, (u, b, w, c, x, y), remark=f"{remark}, {sizes}", **fields)


def _gradients(delta: Callable) -> dict[str, tuple[int, sp.Expr]]:
    """For each layer's biases, dC/db = delta (BP3), and its weights, dC/dw = a delta (BP4)."""
    errors = sp.Sum(w[_outputs, k] * delta(_outputs), (_outputs, 1, K))
    of_hidden = errors * activation(k) * (1 - activation(k))  # BP2, with s' = s (1 - s)
    return {
        "BP1 and BP3": (3, delta(j)),
        "BP4": (2, activation(k) * delta(j)),
        "BP2 and BP3, hidden": (1, of_hidden),
        "BP4, hidden": (0, x[l] * of_hidden),
    }


def activation(hidden: sp.Expr) -> sp.Expr:
    """The activation of a hidden neuron."""
    return s(sp.Sum(u[hidden, _inputs] * x[_inputs], (_inputs, 1, M)) + b[hidden])


def _weighted_input(output: sp.Expr) -> sp.Expr:
    """The weighted input of an output neuron."""
    return sp.Sum(w[output, _hidden] * activation(_hidden), (_hidden, 1, N)) + c[output]


# BP1: the error of an output neuron.
DELTAS: dict[tuple[str, str], Callable] = {
    ("quadratic", "linear"): lambda output: _weighted_input(output) - y[output],
    ("cross_entropy", "sigmoid"): lambda output: s(_weighted_input(output)) - y[output],
}


def _loss(cost: Callable, output: Any, u: Any, b: Any, w: Any, c: Any, x: Any, y: Any) -> jax.Array:
    return jaxce.loss([jaxce.Layer(u, b), jaxce.Layer(w, c)], x[None], y[None], cost=cost, output=output)
