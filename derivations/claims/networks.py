"""Claims about whole networks: back-propagation (BP1 to BP4) behind each canonical pair, and the Hessians.

The sizes are small, and other sizes follow. A layer is z_j = sum_k w_jk a_k + b_j, linear in w and b for given a, and
in a for given w (both certified); so dC/dw_jk = delta_j a_k and dC/db_j = delta_j whatever the sizes are, once delta
= dC/dz is known. The program does not depend on the sizes: it consists of the same primitives for 784-30-10 as for
2-3-2 (`primitive_names`).
"""

import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np
import sympy as sp
from jax.extend.core import jaxprs_in_params

import jaxce
from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind
from derivations.claims.formulas import sigmoid_of
from derivations.claims.pairs import CANONICAL, OutputLayer, output_layers

SymbolicLayer: Any = jaxce.Layer  # w and b are arrays of SymPy expressions, where jaxce has JAX arrays
SymbolicNetwork = list[Any]
LINEAR_LAYER, SIGMOID_LAYER, SOFTMAX_LAYER, _ = output_layers()

# The pairs that the book's equations name; BP1 is the delta of each, BP2 to BP4 carry it through the network.
NETWORK_EQUATIONS = {
    "65, BP1-BP4": ("quadratic", SIGMOID_LAYER),
    "67, BP1-BP4": ("cross_entropy", SIGMOID_LAYER),
    "69, 70, BP1-BP4": ("quadratic", LINEAR_LAYER),
    "81, 82, BP1-BP4": ("log_likelihood", SOFTMAX_LAYER),
}


def symbolic_network(sizes: Sequence[int]) -> SymbolicNetwork:
    """Symbolic weights w^l_jk and biases b^l_j."""
    shapes = enumerate(itertools.pairwise(sizes), start=2)
    return [SymbolicLayer(symbols(f"w{l}_", n_out, n_in), symbols(f"b{l}_", n_out)) for l, (n_in, n_out) in shapes]


def feed_forward(params: SymbolicNetwork, x: Array) -> tuple[list[Array], Array]:
    """The activations of every layer but the last, and z^L."""
    activations = [x]
    for w, b in params[:-1]:
        activations.append(sigmoid_of(w @ activations[-1] + b))
    return activations, params[-1].w @ activations[-1] + params[-1].b


def back_propagate(params: SymbolicNetwork, activations: list[Array], delta: Array) -> SymbolicNetwork:
    """BP2 to BP4 from delta^L, for one example: dC/dw and dC/db of every layer."""
    gradients = []
    for (w, _), a in zip(reversed(params), reversed(activations), strict=True):
        gradients.append(SymbolicLayer(np.outer(delta, a), delta))  # BP4, BP3
        delta = (w.T @ delta) * a * (1 - a)  # BP2, with s' = s (1 - s)
    return gradients[::-1]


def gradient_claims(sizes: tuple[int, ...]) -> Iterator[Claim]:
    """The gradient of a network's loss with respect to every weight and bias, for each of NETWORK_EQUATIONS.

    The targets' sum is 1: 81 and 82 need it; the others hold for any y, so for these.
    """
    params, x, y = symbolic_network(sizes), symbols("x", sizes[0]), symbols("y", sizes[-1])
    y[-1] = 1 - sum(y[:-1])
    activations, z = feed_forward(params, x)
    for equation, (cost, layer) in NETWORK_EQUATIONS.items():
        loss = functools.partial(jaxce.loss, cost=jaxce.COSTS[cost], output=layer.output)
        formula = back_propagate(params, activations, layer.delta(cost, layer.activation(z), y))
        claim = functools.partial(layer.claim, kind=Kind.NETWORK_GRADIENT, cost=cost, equation=equation, layers=sizes)
        yield claim(jax.grad(loss), formula, (params, x, y), layer.domain(z))


def mean_claims() -> Iterator[Claim]:
    """For two examples, the loss is the mean of their costs (67, 1/n sum_x)."""
    (layer,), x, y = symbolic_network((2, 1)), symbols("x", 2, 2), symbols("y", 2, 1)
    delta = [sigmoid_of(layer.w @ x_i + layer.b) - y_i for x_i, y_i in zip(x, y, strict=True)]
    dw = sum(np.outer(delta_i, x_i) for delta_i, x_i in zip(delta, x, strict=True)) / sp.Integer(2)
    loss = functools.partial(jaxce.loss, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
    formula = [SymbolicLayer(dw, sum(delta) / sp.Integer(2))]
    claim = functools.partial(SIGMOID_LAYER.claim, kind=Kind.NETWORK_GRADIENT, cost="cross_entropy", layers=(2, 1))
    yield claim(jax.grad(loss), formula, ([layer], x, y), equation="67", remark="n = 2 examples")


def linearity_claims() -> Iterator[Claim]:
    """A layer is linear in (w, b) for given a and, except for b, in a for given w."""
    (layer,), a, t = symbolic_network((3, 2)), symbols("a", 3), symbols("t")[()]
    other = SymbolicLayer(symbols("v", 2, 3), symbols("u", 2))
    combined = SymbolicLayer(layer.w + t * other.w, layer.b + t * other.b)
    claim = functools.partial(Claim, kind=Kind.LAYER, layers=(3, 2))
    yield claim(_layer, layer.w @ a + layer.b, (layer, a), remark="z_j = sum_k w_jk a_k + b_j")
    yield claim(_layer, _z(layer, a) + t * _z(other, a), (combined, a), remark="linear in (w, b)")
    mixed = layer.w @ a + t * (layer.w @ symbols("c", 3)) + layer.b
    yield claim(_layer, mixed, (layer, a + t * symbols("c", 3)), remark="linear in a, but for b")


def _layer(layer: jaxce.Layer, a: jax.Array) -> jax.Array:
    return jaxce.weighted_input([layer], a)


def _z(layer: Any, a: Array) -> Array:
    return layer.w @ a + layer.b


def primitive_names(sizes: Sequence[int], cost: str, output: jaxce.Output) -> list[str]:
    """The primitives that the gradient of a network of these sizes consists of, in order."""
    shapes = itertools.pairwise(sizes)
    params = [SymbolicLayer(np.zeros((n_out, n_in)), np.zeros(n_out)) for n_in, n_out in shapes]
    loss = functools.partial(jaxce.loss, cost=jaxce.COSTS[cost], output=output)
    return _names(jax.make_jaxpr(jax.grad(loss))(params, np.zeros(sizes[0]), np.zeros(sizes[-1])).jaxpr)


def _names(jaxpr) -> list[str]:
    inner = ((eqn.primitive.name, _names_of_all(jaxprs_in_params(eqn.params))) for eqn in jaxpr.eqns)
    return [name for first, rest in inner for name in (first, *rest)]


def _names_of_all(jaxprs) -> list[str]:
    return [name for jaxpr in jaxprs for name in _names(jaxpr)]


def hessian_claims(size: int) -> Iterator[Claim]:
    """The Hessians of the canonical pairs, that their quadratic forms are nowhere negative, and softmax's null vector.

    For softmax and targets of sum 1 the Hessian is diag(a) - a a^T, whose quadratic form is
    sum_{j<k} a_j a_k (v_j - v_k)^2: no term is negative, and all vanish for v = (1, ..., 1).
    """
    z, y, v, ones = symbols("z", size), symbols("y", size), symbols("v", size), np.ones(size, dtype=int)
    y[-1] = 1 - sum(y[:-1])
    for cost, layer in NETWORK_EQUATIONS.values():
        if CANONICAL.get(cost) != layer.name:
            continue
        hessian = jax.hessian(functools.partial(jaxce.COSTS[cost], layer.output))
        matrix, form = _curvature(layer, layer.activation(z), v)
        claim, domain = functools.partial(layer.claim, cost=cost, size=size), layer.domain(z)
        yield claim(hessian, matrix, (z, y), domain, kind=Kind.HESSIAN)
        curvature = functools.partial(claim, _quadratic_form(hessian), kind=Kind.CURVATURE)
        yield curvature(form, (z, y, v), domain, remark="not negative")
        if layer is SOFTMAX_LAYER:
            yield curvature(sp.S.Zero, (z, y, ones), domain, remark="null vector 1")


def _quadratic_form(hessian):
    return lambda z, y, v: v.astype(z.dtype) @ hessian(z, y) @ v.astype(z.dtype)


def _curvature(layer: OutputLayer, a: Array, v: Array) -> tuple[Array, sp.Expr]:
    """The Hessian, and v^T H v as a sum of squares with positive weights."""
    if layer is SOFTMAX_LAYER:
        pairs = itertools.combinations(range(len(a)), 2)
        return np.diag(a) - np.outer(a, a), sum(a[j] * a[k] * (v[j] - v[k]) ** 2 for j, k in pairs)
    weights = a * (1 - a) if layer is SIGMOID_LAYER else np.array([sp.S.One] * len(a))
    return np.diag(weights), sum(weights * v**2)


def network_claims() -> Iterator[Claim]:
    """All claims about whole networks and Hessians."""
    for sizes in ((2, 2, 2), (2, 3, 2)):
        yield from gradient_claims(sizes)
    yield from mean_claims()
    yield from linearity_claims()
    for size in (2, 3):
        yield from hessian_claims(size)
