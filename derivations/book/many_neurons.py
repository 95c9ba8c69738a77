"""Equations 63 to 70: networks of many layers, seen from the output layer L with its K neurons."""

from functools import partial

from sympy import IndexedBase, Sum, Symbol, log

from derivations.algebra.letters import K, N, i, j, k, n, s, s_prime
from derivations.book.definitions import OPEN_UNIT
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C = Symbol("C")
c, y = IndexedBase("C", real=True), IndexedBase("y", real=True)
a, z, w, b, delta = (IndexedBase(f"{letter}^L", real=True) for letter in ("a", "z", "w", "b", "δ"))
A = IndexedBase("a^{L-1}", real=True)
_LETTERS = {A: "activations of the previous layer", w: "weights", b: "biases", y: "targets"}

_WEIGHTED_INPUT = {z[i, j]: Sum(w[j, k] * A[i, k], (k, 1, N)) + b[j]}
_SIGMOID = {a[i, j]: s(z[i, j]), **_WEIGHTED_INPUT}
_LINEAR = {a[i, j]: z[i, j], **_WEIGHTED_INPUT}
_QUADRATIC = {c[i]: Sum((y[i, j] - a[i, j]) ** 2, (j, 1, K)) / 2}
_CROSS_ENTROPY = {c[i]: -Sum(y[i, j] * log(a[i, j]) + (1 - y[i, j]) * log(1 - a[i, j]), (j, 1, K))}


def averaged(cost, output):
    """A layer's definitions: C is the mean of the examples' costs C_i, delta_ij the error of neuron j on example i."""
    return {C: Sum(c[i], (i, 1, n)) / n, delta[i, j]: Partial(c[i], z[i, j]), **cost, **output}


def through_the_error(label, title, by, *steps, of_z, **rest):
    """A derivative with respect to `by`, a weight or bias: its first step is the mean of delta times dz/d(by)."""
    return _layer(
        label,
        title,
        Partial(C, by),
        (Sum(delta[i, j] * Partial(z[i, j], by), (i, 1, n)) / n, "chain rule: only z_j depends on it"),
        (Sum(delta[i, j] * of_z, (i, 1, n)) / n, "z_j = sum_k w_jk a_k + b_j"),
        *steps,
        **rest,
    )


_layer = partial(derive, letters=_LETTERS)
single_example = partial(derive, letters={z: "weighted inputs", y: "targets"})
sigmoid_quadratic = averaged(_QUADRATIC, _SIGMOID)
sigmoid_cross_entropy = averaged(_CROSS_ENTROPY, _SIGMOID)
linear_quadratic = averaged(_QUADRATIC, _LINEAR)
_error = a[i, j] - y[i, j]

OUTPUT_LAYER = [
    _layer(
        "63",
        "Cross-entropy cost with many output neurons",
        C,
        (
            -Sum(Sum(y[i, j] * log(a[i, j]) + (1 - y[i, j]) * log(1 - a[i, j]), (j, 1, K)), (i, 1, n)) / n,
            "definition",
        ),
        where=sigmoid_cross_entropy,
        source="the book, many output neurons",
    ),
    through_the_error(
        "65",
        "Quadratic cost and sigmoid: the gradient with respect to a weight, where s'(z) slows learning down",
        w[j, k],
        (Sum(_error * s_prime(z[i, j]) * A[i, k], (i, 1, n)) / n, "BP1: delta = (a - y) s'(z)"),
        of_z=A[i, k],
        where=sigmoid_quadratic,
        source="000, exercise 4: many-layer multi-neuron networks",
    ),
    through_the_error(
        "65 (biases)",
        "Quadratic cost and sigmoid: the gradient with respect to a bias",
        b[j],
        (Sum(_error * s_prime(z[i, j]), (i, 1, n)) / n, "BP1: delta = (a - y) s'(z)"),
        of_z=1,
        where=sigmoid_quadratic,
        source="000, exercise 4: many-layer multi-neuron networks",
    ),
    single_example(
        "66",
        "Cross-entropy and sigmoid: the error of an output neuron",
        delta[j],
        (Partial(C, a[j]) * Partial(a[j], z[j]), "chain rule: only a_j depends on z_j"),
        (Partial(C, a[j]) * s_prime(z[j]), "a = s(z)"),
        ((-y[j] / a[j] + (1 - y[j]) / (1 - a[j])) * s_prime(z[j]), "derivative of ln"),
        ((a[j] - y[j]) / (a[j] * (1 - a[j])) * s_prime(z[j]), "common denominator"),
        (a[j] - y[j], "s' = a (1 - a) cancels"),
        where={
            delta[j]: Partial(C, z[j]),
            C: -Sum(y[j] * log(a[j]) + (1 - y[j]) * log(1 - a[j]), (j, 1, K)),
            a[j]: s(z[j]),
        },
        source="000, exercise 4: many-layer multi-neuron networks",
    ),
    through_the_error(
        "67",
        "Cross-entropy and sigmoid: the gradient with respect to a weight, without a slowdown",
        w[j, k],
        (Sum(A[i, k] * _error, (i, 1, n)) / n, "equation 66"),
        of_z=A[i, k],
        where=sigmoid_cross_entropy,
        source="000, exercise 4: many-layer multi-neuron networks",
    ),
    through_the_error(
        "67 (biases)",
        "Cross-entropy and sigmoid: the gradient with respect to a bias",
        b[j],
        (Sum(_error, (i, 1, n)) / n, "equation 66"),
        of_z=1,
        where=sigmoid_cross_entropy,
        source="000, exercise 4: many-layer multi-neuron networks",
    ),
    single_example(
        "68",
        "Quadratic cost and linear outputs: the error of an output neuron",
        delta[j],
        (Partial(C, a[j]) * Partial(a[j], z[j]), "chain rule: only a_j depends on z_j"),
        ((a[j] - y[j]) * Partial(a[j], z[j]), "derivative of the square"),
        (a[j] - y[j], "a = z"),
        where={delta[j]: Partial(C, z[j]), C: Sum((y[j] - a[j]) ** 2, (j, 1, K)) / 2, a[j]: z[j]},
        source="000, exercise 5: linear neurons in the output layer",
    ),
    through_the_error(
        "69",
        "Quadratic cost and linear outputs: the gradient with respect to a weight",
        w[j, k],
        (Sum(A[i, k] * _error, (i, 1, n)) / n, "equation 68"),
        of_z=A[i, k],
        where=linear_quadratic,
        source="000, exercise 5: linear neurons in the output layer",
    ),
    through_the_error(
        "70",
        "Quadratic cost and linear outputs: the gradient with respect to a bias",
        b[j],
        (Sum(_error, (i, 1, n)) / n, "equation 68"),
        of_z=1,
        where=linear_quadratic,
        source="000, exercise 5: linear neurons in the output layer",
    ),
]

# The minimum over the activation 0 < a < 1 of the cross-entropy of one output neuron, for a target 0 < y < 1.
_a, _y = IndexedBase("a", real=True), IndexedBase("y", real=True)
MINIMUM_OF_CROSS_ENTROPY = [
    derive(
        "64",
        "The cross-entropy's value where s(z) = y: the binary entropy",
        C,
        (-Sum(_y[i] * log(_a[i]) + (1 - _y[i]) * log(1 - _a[i]), (i, 1, n)) / n, "equation 57"),
        (-Sum(_y[i] * log(_y[i]) + (1 - _y[i]) * log(1 - _y[i]), (i, 1, n)) / n, "s(z) = y, where 57 has its minimum"),
        where={C: -Sum(_y[i] * log(_a[i]) + (1 - _y[i]) * log(1 - _a[i]), (i, 1, n)) / n, _a[i]: _y[i]},
        letters={_y: "targets"},
        domain={_y: OPEN_UNIT},
        source='000, exercise 3 (see "exercise 3" for the minimum)',
    ),
]

EQUATIONS = [OUTPUT_LAYER[0], *MINIMUM_OF_CROSS_ENTROPY, *OUTPUT_LAYER[1:]]
