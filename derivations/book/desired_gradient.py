"""Equations 71 to 77: the cross-entropy, found by asking which cost has the gradient that one would like."""

from functools import partial

from sympy import Eq, IndexedBase, Integral, Mul, Sum, log, symbols

from derivations.algebra.letters import N, i, j, k, n, s, s_prime
from derivations.book.definitions import OPEN_UNIT, some_cost
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C, any_constant = symbols("C constant")
w, b, y, z, a = symbols("w b y z a", real=True)
x, W = IndexedBase("x", real=True), IndexedBase("w", real=True)
_LETTERS = {
    x: "inputs",
    W: "weights",
    b: "bias",
    y: "target",
    z: "weighted input",
    a: "activation",
    any_constant: "any constant",
}

NEURON = {a: s(z), z: Sum(W[k] * x[k], (k, 1, N)) + b}
SOUGHT = {C: some_cost(a), **NEURON}
FOUND = {C: -(y * log(a) + (1 - y) * log(1 - a)) + any_constant, **NEURON}
slope, other_slope = symbols("∂C/∂a ∂D/∂a", real=True)
gradient_72 = Eq(slope * a * (1 - a), a - y)
_DOMAIN = {a: OPEN_UNIT, y: OPEN_UNIT}

wish = partial(derive, letters=_LETTERS, source="000, where does the cross-entropy come from?")

EQUATIONS = [
    wish(
        "71",
        "The gradient with respect to a weight that one would like (and which the cost of 76 has)",
        Partial(C, W[j]),
        (Partial(C, a) * Partial(a, z) * Partial(z, W[j]), "chain rule"),
        ((a - y) / (a * (1 - a)) * s_prime(z) * x[j], "equation 75, z = sum_k w_k x_k + b"),
        (x[j] * (a - y), "s' = a (1 - a)"),
        where=FOUND,
    ),
    wish(
        "72",
        "The gradient with respect to the bias that one would like (and which the cost of 76 has)",
        Partial(C, b),
        (Partial(C, a) * Partial(a, z) * Partial(z, b), "chain rule"),
        ((a - y) / (a * (1 - a)) * s_prime(z), "equation 75, z = sum_k w_k x_k + b"),
        (a - y, "s' = a (1 - a)"),
        where=FOUND,
    ),
    wish(
        "73",
        "The gradient of any cost with respect to the bias",
        Partial(C, b),
        (Partial(C, a) * Partial(a, z) * Partial(z, b), "chain rule"),
        (Partial(C, a) * s_prime(z), "a = s(z), z = sum_k w_k x_k + b"),
        where=SOUGHT,
    ),
    wish(
        "74",
        "The gradient of any cost with respect to the bias, in terms of the activation (printed as a second 73)",
        Partial(C, b),
        (Partial(C, a) * s_prime(z), "equation 73"),
        (Partial(C, a) * a * (1 - a), "s' = s (1 - s)"),
        where=SOUGHT,
    ),
    derive(
        "75",
        "The cost's derivative with respect to the activation",
        slope,
        (slope * a * (1 - a) / (a * (1 - a)), "multiplied and divided"),
        ((a - y) / (a * (1 - a)), "equations 72 and 74 for the same dC/db"),
        given=(gradient_72,),
        letters={slope: "the derivative sought", a: "activation", y: "target"},
        domain=_DOMAIN,
        source="000, where does the cross-entropy come from?",
    ),
    wish(
        "76",
        "The cost of one example (printed as a second 75)",
        C,
        (Integral((1 - y) / (1 - a) - y / a, a), "partial fractions"),
        (-(1 - y) * log(1 - a) - y * log(a) + any_constant, "integrals of 1 / (1 - a) and 1 / a for 0 < a < 1"),
        (Mul(-1, y * log(a) + (1 - y) * log(1 - a), evaluate=False) + any_constant, "the minus sign brought forward"),
        where={C: Integral((a - y) / (a * (1 - a)), a)},
        domain=_DOMAIN,
    ),
]

A, Y, cost, constants = (IndexedBase(letter, real=True) for letter in ("a", "y", "C", "constant"))
EQUATIONS += [
    derive(
        "77",
        "The cost of n examples (printed as a third 75)",
        C,
        (Sum(-(Y[i] * log(A[i]) + (1 - Y[i]) * log(1 - A[i])) + constants[i], (i, 1, n)) / n, "equation 76"),
        (
            -Sum(Y[i] * log(A[i]) + (1 - Y[i]) * log(1 - A[i]), (i, 1, n)) / n + Sum(constants[i], (i, 1, n)) / n,
            "the constant is the mean of the examples' constants",
        ),
        where={
            C: Sum(cost[i], (i, 1, n)) / n,
            cost[i]: -(Y[i] * log(A[i]) + (1 - Y[i]) * log(1 - A[i])) + constants[i],
        },
        letters={A: "activations", Y: "targets", constants: "constants of integration"},
        domain={A: OPEN_UNIT},
        source="000, where does the cross-entropy come from?",
    ),
    derive(
        "exercise 14",
        "71 and 72 determine the cost up to a constant: two such costs C and D have the same derivative everywhere",
        Partial(C, a),
        (slope - other_slope, "the derivative of C - D"),
        (0, "equation 75 for both"),
        where={C: (slope - other_slope) * a},
        given=(gradient_72, gradient_72.subs(slope, other_slope)),
        letters={
            slope: "the derivative of C",
            other_slope: "the derivative of D",
            a: "activation",
            y: "target",
        },
        domain=_DOMAIN,
        source="000, exercise 14",
    ),
]
