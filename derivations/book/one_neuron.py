"""Equations 54 to 62: one neuron, a = s(z) with z = w x + b, and why the cross-entropy makes it learn fast."""

from functools import partial

from sympy import IndexedBase, Sum, log, symbols

from derivations.algebra.letters import N, i, j, k, n, s, s_prime
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C = symbols("C")
x, w, b, y, z, a = symbols("x w b y z a", real=True)
_QUADRATIC = {C: (y - a) ** 2 / 2, a: s(z), z: w * x + b}

one_example = partial(
    derive,
    letters={x: "input", w: "weight", b: "bias", y: "target"},
    where=_QUADRATIC,
    sizes="one neuron, one example",
    source="000, the quadratic cost of one neuron",
)

SINGLE = [
    one_example("54", "Quadratic cost", C, ((y - a) ** 2 / 2, "definition")),
    one_example(
        "55",
        "The quadratic cost's gradient with respect to the weight: the factor s'(z) is the learning slowdown",
        Partial(C, w),
        (Partial(C, a) * Partial(a, z) * Partial(z, w), "chain rule"),
        ((a - y) * Partial(a, z) * Partial(z, w), "derivative of the square"),
        ((a - y) * s_prime(z) * Partial(z, w), "a = s(z)"),
        ((a - y) * s_prime(z) * x, "z = w x + b"),
    ),
    one_example(
        "56",
        "The quadratic cost's gradient with respect to the bias",
        Partial(C, b),
        (Partial(C, a) * Partial(a, z) * Partial(z, b), "chain rule"),
        ((a - y) * s_prime(z) * Partial(z, b), "derivative of the square, a = s(z)"),
        ((a - y) * s_prime(z), "z = w x + b"),
    ),
]

# From here on there are n examples, and the one neuron has N inputs x_1, ..., x_N.
X, W, Y, Z, A = (IndexedBase(letter, real=True) for letter in ["x", "w", "y", "z", "a"])
_CROSS_ENTROPY = {
    C: -Sum(Y[i] * log(A[i]) + (1 - Y[i]) * log(1 - A[i]), (i, 1, n)) / n,
    A[i]: s(Z[i]),
    Z[i]: Sum(W[k] * X[i, k], (k, 1, N)) + b,
}

on_examples = partial(
    derive,
    letters={X: "inputs", W: "weights", b: "bias", Y: "targets"},
    where=_CROSS_ENTROPY,
    source="000, the cross-entropy cost of one neuron",
)

_slope = Y[i] / s(Z[i]) - (1 - Y[i]) / (1 - s(Z[i]))
_error_over_slope = s_prime(Z[i]) * X[i, j] * (s(Z[i]) - Y[i]) / (s(Z[i]) * (1 - s(Z[i])))

AVERAGED = [
    on_examples(
        "57",
        "Cross-entropy cost",
        C,
        (-Sum(Y[i] * log(A[i]) + (1 - Y[i]) * log(1 - A[i]), (i, 1, n)) / n, "definition"),
    ),
    on_examples(
        "58",
        "The cross-entropy's gradient with respect to a weight, through a = s(z)",
        Partial(C, W[j]),
        (
            -Sum(Y[i] / A[i] * Partial(A[i], W[j]) - (1 - Y[i]) / (1 - A[i]) * Partial(A[i], W[j]), (i, 1, n)) / n,
            "chain rule, derivative of ln",
        ),
        (-Sum(_slope * Partial(s(Z[i]), W[j]), (i, 1, n)) / n, "a = s(z)"),
    ),
    on_examples(
        "59",
        "The cross-entropy's gradient with respect to a weight, through z",
        Partial(C, W[j]),
        (-Sum(_slope * Partial(s(Z[i]), W[j]), (i, 1, n)) / n, "equation 58"),
        (-Sum(_slope * s_prime(Z[i]) * Partial(Z[i], W[j]), (i, 1, n)) / n, "chain rule"),
        (-Sum(_slope * s_prime(Z[i]) * X[i, j], (i, 1, n)) / n, "z = sum_k w_k x_k + b"),
    ),
    on_examples(
        "60",
        "The cross-entropy's gradient with respect to a weight, over the common denominator",
        Partial(C, W[j]),
        (-Sum(_slope * s_prime(Z[i]) * X[i, j], (i, 1, n)) / n, "equation 59"),
        (Sum(_error_over_slope, (i, 1, n)) / n, "common denominator"),
    ),
    on_examples(
        "61",
        "The cross-entropy's gradient with respect to a weight: the error alone, no slowdown",
        Partial(C, W[j]),
        (Sum(_error_over_slope, (i, 1, n)) / n, "equation 60"),
        (Sum(X[i, j] * (s(Z[i]) - Y[i]), (i, 1, n)) / n, "s' = s (1 - s) cancels"),
    ),
    on_examples(
        "62",
        "The cross-entropy's gradient with respect to the bias",
        Partial(C, b),
        (-Sum(_slope * s_prime(Z[i]) * Partial(Z[i], b), (i, 1, n)) / n, "chain rule"),
        (-Sum(_slope * s_prime(Z[i]), (i, 1, n)) / n, "z = sum_k w_k x_k + b"),
        (Sum(s(Z[i]) - Y[i], (i, 1, n)) / n, "common denominator, s' = s (1 - s) cancels"),
    ),
]

EQUATIONS = [*SINGLE, *AVERAGED]
