"""Claims for every number of classes: jaxce's pairs, and the canonical pairs of optax and of plain jax.nn.

The formulas are the equations' own: a gradient is the right side, and a value what the equation says that C stands for.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import optax
import sympy as sp

import jaxce
from derivations.algebra.letters import K, as_exponentials, i, j, k, m, n
from derivations.book import EQUATIONS
from derivations.certificate.every_size.inputs import Labels, SymbolArray
from derivations.claims.claim import Claim, Kind, Targets
from derivations.claims.hidden_layers import hidden_layer_claims
from derivations.claims.masked import masked_claims
from derivations.claims.pairs import CANONICAL, output_layers
from derivations.proof.notation import unfold

z, y, labels = SymbolArray("z", ("K",)), SymbolArray("y", ("K",)), Labels()
FOR_LABELS_TOO = {*CANONICAL.items(), ("cross_entropy", "softmax")}


def every_size_claims(library: Any = jaxce) -> Iterator[Claim]:
    """Value and gradient; of the canonical pairs and of cross-entropy with softmax for labels too."""
    for cost, layer in itertools.product(library.COSTS, output_layers(library)):
        program = functools.partial(library.COSTS[cost], layer.output)
        # The two differences of a pair of elements are one assumption, which is made for all indices.
        assuming = layer.domain((z[j], z[k]))[:1] if layer.name == "softmax" else layer.domain((z[j],), cost)
        if (cost, layer.name) == ("cross_entropy", "softmax"):
            assuming = (*assuming, K >= 2)  # the only output is 1, and ln(1 - 1) is undefined
        for targets in Targets if (cost, layer.name) in FOR_LABELS_TOO else [Targets.ANY]:
            yield from _pair(program, cost, layer.name, targets, c=layer.c, assuming=assuming)
    yield from _last_layers(library)
    yield from hidden_layer_claims(library)
    yield from _batches(library)
    yield from masked_claims(library)
    yield from claims_of_other_libraries()


def claims_of_other_libraries() -> Iterator[Claim]:
    """The canonical pairs as optax and jax.nn compute them."""
    for name, program, cost, targets in OTHERS:
        yield from _pair(program, cost, CANONICAL[cost], targets, function=name)


def _pair(
    program: Callable,
    cost: str,
    output: str,
    targets: Targets,
    *,
    c: sp.Rational = sp.S.One,
    assuming: tuple = (),
    function: str = "",
) -> Iterator[Claim]:
    """The claims about a cost's value and gradient, for one form of targets."""
    fields: dict[str, Any] = {"targets": targets, "c": c, "remark": "every K"}
    fields |= {"function": function} if function else {"cost": cost, "output": output}
    label = f"{cost} + {output}".replace("_", "-")
    given = y if targets is Targets.ANY else labels
    constants = (c,) if output == "softmax" else ()
    inputs = z, given
    yield Claim(program, value_of(label, given, c), inputs, assuming, **fields)
    yield Claim(jax.grad(program), label, (*inputs, *constants), assuming, kind=Kind.GRADIENT, **fields)


# Equations about the last layer of a network, and what is computed: dC/dw or dC/db, and of which cost and outputs.
LAST_LAYERS = {
    "65": (1, "quadratic", "sigmoid"),
    "67": (1, "cross_entropy", "sigmoid"),
    "67 (biases)": (2, "cross_entropy", "sigmoid"),
    "69": (1, "quadratic", "linear"),
    "70": (2, "quadratic", "linear"),
}


def _last_layers(library: Any) -> Iterator[Claim]:
    """The gradient of `jaxce.loss` with respect to the last layer's weights and biases, of every width and batch."""
    names = {"a^{L-1}": ("n", "N"), "w^L": ("K", "N"), "b^L": ("K",), "y": ("n", "K")}
    letters = tuple(SymbolArray(name, shape) for name, shape in names.items())
    for label, (by, cost, output) in LAST_LAYERS.items():
        loss = functools.partial(_loss_of_layer, library.COSTS[cost], library.OUTPUTS[output])
        formula = as_exponentials(EQUATIONS[label].unfolded().rhs)
        fields: dict[str, Any] = {"cost": cost, "output": output, "equation": label, "remark": "every n, K, N"}
        yield Claim(jax.grad(loss, by), formula, letters, kind=Kind.LAST_LAYER, **fields)


def _loss_of_layer(cost: Callable, output: Any, a: Any, w: Any, b: Any, y: Any) -> jax.Array:
    return jaxce.loss([jaxce.Layer(w, b)], a, y, cost=cost, output=output)


def _batches(library: Any) -> Iterator[Claim]:
    """Value and gradient of softmax and the log-likelihood for a batch of every size, and of labels."""
    z, y = SymbolArray("z", ("n", "K")), SymbolArray("y", ("n", "K"))
    cost = functools.partial(library.log_likelihood, library.softmax)
    near, total = (z[i, j] - z[i, k] < 1000,), sp.Sum(sp.exp(z[i, m]), (m, 1, K))
    value = -sp.Sum(y[i, k] * sp.log(sp.exp(z[i, k]) / total), (k, 1, K))
    delta = (sp.exp(z[i, j]) / total * sp.Sum(y[i, k], (k, 1, K)) - y[i, j]) / n
    fields: dict[str, Any] = {"cost": "log_likelihood", "output": "softmax", "remark": "every n and K"}
    yield Claim(cost, value, (z, y), near, targets=Targets.ANY, **fields)
    yield Claim(jax.grad(_mean(cost)), delta, (z, y), near, kind=Kind.GRADIENT, targets=Targets.ANY, **fields)
    of_optax: dict[str, Any] = {"kind": Kind.GRADIENT, "remark": "every n and K"}
    yield Claim(
        jax.grad(_mean(optax.softmax_cross_entropy)),
        delta,
        (z, y),
        targets=Targets.ANY,
        function="mean of optax.softmax_cross_entropy",
        **of_optax,
    )
    t, of_label = Labels("t", ("n",)), Labels("t", ("n",)).at((i,))
    value = sp.log(total) - z[i, of_label]
    delta = (sp.exp(z[i, j]) / total - sp.KroneckerDelta(j, of_label)) / n
    yield Claim(cost, value, (z, t), near, targets=Targets.LABELS, **fields)
    yield Claim(jax.grad(_mean(cost)), delta, (z, t), near, kind=Kind.GRADIENT, targets=Targets.LABELS, **fields)
    yield Claim(
        jax.grad(_mean(optax.softmax_cross_entropy_with_integer_labels)),
        delta,
        (z, t),
        targets=Targets.LABELS,
        function="mean of optax.softmax_cross_entropy_with_integer_labels",
        **of_optax,
    )


def _mean(loss: Callable) -> Callable:
    return lambda z, y: jnp.mean(loss(z, y))


def value_of(label: str, targets: SymbolArray | Labels, c: sp.Rational = sp.S.One) -> sp.Expr:
    """What C stands for in an equation about z and y, for a softmax constant."""
    equation = EQUATIONS[label]
    meaning = as_exponentials(unfold(equation.where[sp.Symbol("C")], equation.where))
    meaning = meaning.subs(sp.Symbol("c", positive=True), c)
    if isinstance(targets, SymbolArray):
        return meaning
    one_hot = {e: sp.KroneckerDelta(*e.indices, targets.at(())) for e in meaning.atoms(sp.Indexed) if e.base == y.base}
    return meaning.xreplace(one_hot)


def _total(loss: Callable) -> Callable:
    return lambda z, y: jnp.sum(loss(z, y))


OTHERS: list[tuple[str, Callable, str, Targets]] = [
    ("optax.l2_loss", _total(optax.l2_loss), "quadratic", Targets.ANY),
    ("optax.sigmoid_binary_cross_entropy", _total(optax.sigmoid_binary_cross_entropy), "cross_entropy", Targets.ANY),
    ("optax.softmax_cross_entropy", optax.softmax_cross_entropy, "log_likelihood", Targets.ANY),
    (
        "optax.softmax_cross_entropy_with_integer_labels",
        optax.softmax_cross_entropy_with_integer_labels,
        "log_likelihood",
        Targets.LABELS,
    ),
    ("squares by jax.numpy", lambda z, y: jnp.sum((z - y) ** 2) / 2, "quadratic", Targets.ANY),
    ("jax.nn.softplus", lambda z, y: jnp.sum(jax.nn.softplus(z) - y * z), "cross_entropy", Targets.ANY),
    ("jax.nn.log_softmax", lambda z, y: -jnp.sum(y * jax.nn.log_softmax(z)), "log_likelihood", Targets.ANY),
    ("jax.nn.log_softmax", lambda z, t: -jax.nn.log_softmax(z)[t], "log_likelihood", Targets.LABELS),
]
