"""Claims about `where` for every size: outputs that take no part, and examples that cost nothing.

w is the mask: 1 where it is true, and else 0.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import sympy as sp

import jaxce
from derivations.algebra.letters import K, as_exponentials, i, j, k, s
from derivations.certificate.every_size.inputs import Mask, SymbolArray
from derivations.claims.claim import Claim, Kind, Situation, Targets
from derivations.claims.pairs import CANONICAL

_all, _others = sp.symbols("all others", integer=True, positive=True)


class Formulas(NamedTuple):
    """A canonical pair's cost of one output, and its derivative with respect to z_j, where outputs may be masked.

    They are functions of the index, the elements of z, y and w at an index, and the index of an output.
    """

    cost: Callable[[Callable, Callable, Callable, sp.Expr], sp.Expr]
    delta: Callable[[Callable, Callable, Callable, sp.Expr], sp.Expr]


def _share(z: Callable, w: Callable, output: sp.Expr) -> sp.Expr:
    """The softmax among the outputs that take part."""
    return sp.exp(z(output)) / sp.Sum(w(_others) * sp.exp(z(_others)), (_others, 1, K))


def _total(y: Callable, w: Callable) -> sp.Expr:
    return sp.Sum(w(_others) * y(_others), (_others, 1, K))


FORMULAS = {
    "quadratic": Formulas(
        lambda z, y, w, output: (z(output) - y(output)) ** 2 / 2,
        lambda z, y, w, output: z(output) - y(output),
    ),
    "cross_entropy": Formulas(
        lambda z, y, w, output: -y(output) * sp.log(s(z(output))) - (1 - y(output)) * sp.log(1 - s(z(output))),
        lambda z, y, w, output: s(z(output)) - y(output),
    ),
    "log_likelihood": Formulas(
        lambda z, y, w, output: -y(output) * sp.log(_share(z, w, output)),
        lambda z, y, w, output: _share(z, w, output) * _total(y, w) - y(output),
    ),
}


def masked_claims(library: Any = jaxce) -> Iterator[Claim]:
    """Value and gradient of the canonical pairs, with a mask of outputs and with one of examples."""
    for cost, output in CANONICAL.items():
        yield from _of_outputs(library, cost, output)
        yield from _of_examples(library, cost, output)


def _program(library: Any, cost: str, output: str) -> Callable:
    return lambda z, y, w: library.COSTS[cost](library.OUTPUTS[output], z, y, where=w)


def _of_outputs(library: Any, cost: str, output: str) -> Iterator[Claim]:
    z, y, w = SymbolArray("z", ("K",)), SymbolArray("y", ("K",)), Mask("w", ("K",))
    letters = z.__getitem__, y.__getitem__, w.__getitem__
    program, shown = _program(library, cost, output), sp.Sum(w[k], (k, 1, K))
    near = (z[j] - z[k] < 1000,) if output == "softmax" else ()
    some = (shown >= 1,) if output == "softmax" else ()
    formulas = FORMULAS[cost]
    value = sp.Sum(w[_all] * formulas.cost(*letters, _all), (_all, 1, K))
    delta = w[j] * formulas.delta(*letters, j)
    remark = "some outputs, every K" if some else "outputs, every K"
    yield from _claims(program, value, delta, (z, y, w), (*near, *some), cost=cost, output=output, remark=remark)
    if some:
        fields: dict[str, Any] = {"cost": cost, "output": output, "targets": Targets.ANY, "situation": Situation.MASKED}
        yield Claim(program, sp.S.Zero, (z, y, w), (*near, shown <= 0), remark="all outputs, every K", **fields)


def _of_examples(library: Any, cost: str, output: str) -> Iterator[Claim]:
    z, y, w = SymbolArray("z", ("n", "K")), SymbolArray("y", ("n", "K")), Mask("w", ("n",))
    letters = (lambda output: z[i, output]), (lambda output: y[i, output]), (lambda output: sp.S.One)
    program, formulas = _program(library, cost, output), FORMULAS[cost]
    near = (z[i, j] - z[i, k] < 1000,) if output == "softmax" else ()
    value = w[i] * sp.Sum(formulas.cost(*letters, _all), (_all, 1, K))
    delta = w[i] * formulas.delta(*letters, j)
    remark = "examples, every n and K"
    yield from _claims(program, value, delta, (z, y, w), near, cost=cost, output=output, remark=remark)


def _claims(
    program: Callable, value: sp.Expr, delta: sp.Expr, inputs: tuple, assuming: tuple, **fields: Any
) -> Iterator[Claim]:
    about: dict[str, Any] = {"targets": Targets.ANY, "situation": Situation.MASKED, **fields}

    def total(z, y, w):
        return jnp.sum(program(z, y, w))

    yield Claim(program, as_exponentials(value), inputs, assuming, **about)
    yield Claim(jax.grad(total), as_exponentials(delta), inputs, assuming, kind=Kind.GRADIENT, **about)
