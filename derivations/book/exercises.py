"""The book's exercises, but for 4, 5, 11, 13 and 14, which stand with the equations that they derive."""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Limit, Rational, Sum, Symbol, exp, log, oo, symbols

from derivations.algebra.letters import K, N, j, k, s
from derivations.book.definitions import OPEN_UNIT, S, as_softmax, different, some_cost, sums_to_1, ties
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C = Symbol("C")
a, w, b, z, y = symbols("a w b z y", real=True)
W, X, A, Z = (IndexedBase(letter, real=True) for letter in ("w", "x", "a", "z"))
positive_a = IndexedBase("a", positive=True)
c, rest_of_sum = Symbol("c", positive=True), Symbol("R", positive=True)
g, h = symbols("g h", positive=True)
_SOFTMAX = as_softmax(A, Z)


def exercise(number, title, left, *steps, **rest):
    """An exercise or, if the number is followed by a remark in parentheses, a part of one."""
    return derive(f"exercise {number}", title, left, *steps, source=f"000, exercise {number}", **rest)


ABOUT_SIGMOID = [
    exercise(
        "1",
        "The sigmoid's derivative",
        Partial(s(z), z),
        (exp(-z) / (1 + exp(-z)) ** 2, "quotient rule"),
        (1 / (1 + exp(-z)) * (1 - 1 / (1 + exp(-z))), "e^-z = (1 + e^-z) - 1"),
        (s(z) * (1 - s(z)), "definition of s"),
        letters={z: "weighted input"},
    ),
    exercise(
        "2 (a and y exchanged, y = 0)",
        "With a and y exchanged, the cost is infinite at a target of 0",
        Limit(-(positive_a[1] * log(y) + (1 - positive_a[1]) * log(1 - y)), y, 0, "+"),
        (oo, "ln y tends to minus infinity, and a > 0"),
        letters={positive_a: "activation", y: "target"},
        domain={positive_a: OPEN_UNIT},
    ),
    exercise(
        "2 (the right form, y = 0)",
        "The right form of the cross-entropy is finite at a target of 0",
        -(y * log(a) + (1 - y) * log(1 - a)),
        (-log(1 - a), "y = 0 removes the first term, since ln a is finite for 0 < a < 1"),
        where={y: 0},
        letters={a: "activation"},
        domain={a: OPEN_UNIT},
        sign="positive",
    ),
    exercise(
        "2 (the right form, y = 1)",
        "The right form of the cross-entropy is finite at a target of 1",
        -(y * log(a) + (1 - y) * log(1 - a)),
        (-log(a), "y = 1 removes the second term, since ln (1 - a) is finite for 0 < a < 1"),
        where={y: 1},
        letters={a: "activation"},
        domain={a: OPEN_UNIT},
        sign="positive",
    ),
]

_CROSS_ENTROPY = {C: -(y * log(a) + (1 - y) * log(1 - a))}
at_minimum = partial(
    exercise, letters={a: "activation", y: "target"}, where=_CROSS_ENTROPY, domain={a: OPEN_UNIT, y: OPEN_UNIT}
)
ABOUT_MINIMUM = [
    at_minimum(
        "3",
        "The cross-entropy is stationary where a = y, and only there",
        Partial(C, a),
        (-y / a + (1 - y) / (1 - a), "derivative of ln"),
        ((a - y) / (a * (1 - a)), "common denominator: zero if and only if a = y"),
    ),
    at_minimum(
        "3 (convex)",
        "The cross-entropy is strictly convex in a, so that the stationary point is its minimum",
        Partial(Partial(C, a), a),
        (y / a**2 + (1 - y) / (1 - a) ** 2, "derivative of 1 / a"),
        sign="positive",
    ),
    at_minimum(
        "3 (second derivative at a = y)",
        "The second derivative of the cross-entropy at its minimum",
        y / a**2 + (1 - y) / (1 - a) ** 2,
        (1 / y + 1 / (1 - y), "a = y"),
        (1 / (y * (1 - y)), "common denominator"),
        where={a: y},
        sign="positive",
    ),
    exercise(
        "3 (y = 1, infimum)",
        "At a target of 1 the infimum of the cross-entropy is 0",
        Limit(-log(s(z)), z, oo),
        (0, "s(z) tends to 1"),
        letters={z: "weighted input"},
    ),
    exercise(
        "3 (y = 1, not attained)",
        "At a target of 1 the cross-entropy is positive everywhere: its infimum is not attained",
        -log(s(z)),
        (log(1 + exp(-z)), "definition of s"),
        letters={z: "weighted input"},
        sign="positive",
    ),
    exercise(
        "3 (y = 0, not attained)",
        "At a target of 0 the cross-entropy is positive everywhere: its infimum is not attained",
        -log(1 - s(z)),
        (log(1 + exp(z)), "1 - s(z) = s(-z)"),
        letters={z: "weighted input"},
        sign="positive",
    ),
]

ABOUT_INPUTS = [
    exercise(
        "6",
        "Every cost that depends on the weights through z has the factor x_j",
        Partial(C, W[j]),
        (Partial(C, z) * Partial(z, W[j]), "chain rule"),
        (X[j] * Partial(C, z), "z = sum_k w_k x_k + b"),
        where={C: some_cost(z), z: Sum(W[k] * X[k], (k, 1, N)) + b},
        letters={W: "weights", X: "inputs", b: "bias"},
    ),
    exercise(
        "6 (x = 0)",
        "Where an input is 0, the gradient of every cost with respect to its weight is 0",
        Partial(C, w),
        (Partial(C, z) * X[1], "exercise 6"),
        (0, "x = 0"),
        where={C: some_cost(z), z: w * X[1] + b, X[1]: 0},
        letters={w: "weight", b: "bias"},
    ),
    exercise(
        "7",
        "Sigmoid outputs need not sum to 1: with z = 0 throughout, K of them sum to K / 2",
        Sum(s(Z[j]), (j, 1, K)),
        (Sum(Rational(1, 2), (j, 1, K)), "s(0) = 1 / (1 + 1)"),
        (K / 2, "K equal terms"),
        where={Z[j]: 0},
        letters={},
    ),
]

of_softmax = partial(exercise, letters={Z: "weighted inputs"}, where=_SOFTMAX)
ABOUT_SOFTMAX = [
    of_softmax(
        "8",
        "Derivative of a softmax activation with respect to any weighted input",
        Partial(A[j], Z[k]),
        ((exp(Z[j]) * KroneckerDelta(j, k) * S - exp(Z[j]) * exp(Z[k])) / S**2, "quotient rule"),
        (A[j] * (KroneckerDelta(j, k) - A[k]), "a_j = e^z_j / S"),
    ),
    exercise(
        "8 (j = k)",
        "Monotonicity: an activation rises with its own weighted input (two neurons or more)",
        Partial(a, z),
        (exp(z) * rest_of_sum / (exp(z) + rest_of_sum) ** 2, "quotient rule"),
        where={a: exp(z) / (exp(z) + rest_of_sum)},
        letters={z: "weighted input", rest_of_sum: "the sum of e^z over the other neurons"},
        sizes="every number of neurons from 2 on (R > 0 is the sum over the others)",
        sign="positive",
    ),
    of_softmax(
        "8 (j and k different)",
        "Monotonicity: an activation falls with every other weighted input",
        Partial(A[j], Z[k]),
        (-exp(Z[j]) * exp(Z[k]) / S**2, "quotient rule, as j and k differ"),
        (-A[j] * A[k], "a_j = e^z_j / S"),
        given=(different(j, k),),
        sign="negative",
    ),
    of_softmax(
        "9",
        "Non-locality: an activation depends on every other weighted input",
        Partial(A[j], Z[k]),
        (-A[j] * A[k], "exercise 8, j and k different"),
        given=(different(j, k),),
        sign="nonzero",
    ),
    of_softmax(
        "10",
        "Inversion: the weighted inputs are ln a_j plus a constant",
        Z[j],
        (log(exp(Z[j]) / S) + log(S), "logarithm of a quotient"),
        (log(A[j]) + log(S), "a_j = e^z_j / S; ln S does not depend on j"),
    ),
    exercise(
        "10 (every constant)",
        "Inversion: ln a_j plus any constant gives the activations back",
        exp(Z[j]) / Sum(exp(Z[k]), (k, 1, K)),
        (exp(C) * positive_a[j] / (exp(C) * Sum(positive_a[k], (k, 1, K))), "e^(ln a + C) = e^C a"),
        (positive_a[j], "e^C cancels, the activations sum to 1"),
        where={Z[j]: log(positive_a[j]) + C},
        letters={positive_a: "activations", C: "any constant"},
        given=(sums_to_1(positive_a),),
    ),
]

_TEMPERED = as_softmax(A, Z, c)
GAPS = {S: ties * exp(c * z) + exp(c * (z - g)) + exp(c * (z - h))}
of_tempered = partial(exercise, letters={Z: "weighted inputs", c: "a positive constant"}, where=_TEMPERED)
limit = partial(
    exercise,
    letters={
        z: "the largest weighted input",
        c: "a positive constant",
        ties: "the number of neurons that have it",
        g: "how far one other neuron is below it",
        h: "how far the second other neuron is below it",
    },
    where=GAPS,
    sizes="any number T of ties and 2 other neurons; SymPy takes no limit through a sum of symbolic size",
)
ABOUT_TEMPERED = [
    of_tempered(
        "12",
        "Tempered softmax activations sum to 1 for every c > 0",
        Sum(A[j], (j, 1, K)),
        (Sum(exp(c * Z[j]), (j, 1, K)) / S, "S is a common denominator"),
        (1, "the numerator is S"),
    ),
    of_tempered(
        "12 (positive)",
        "Tempered softmax activations are positive for every c > 0",
        A[j],
        (exp(c * Z[j]) / Sum(exp(c * Z[k]), (k, 1, K)), "definition"),
        sign="positive",
    ),
    limit(
        "12 (a maximum)",
        "The activation of one of T tied maxima, in terms of how far below it the others are",
        exp(c * z) / S,
        (1 / (ties + exp(-c * g) + exp(-c * h)), "divided by e^(c z)"),
    ),
    limit(
        "12 (another neuron)",
        "The activation of a neuron below the maximum, in terms of how far below it is",
        exp(c * (z - g)) / S,
        (exp(-c * g) / (ties + exp(-c * g) + exp(-c * h)), "divided by e^(c z)"),
    ),
    limit(
        "12 (a maximum, c to infinity)",
        "As c grows, the activation of each of T tied maxima tends to 1 / T",
        Limit(1 / (ties + exp(-c * g) + exp(-c * h)), c, oo),
        (1 / ties, "e^(-c g) tends to 0 for g > 0"),
    ),
    limit(
        "12 (another neuron, c to infinity)",
        "As c grows, the activation of a neuron below the maximum tends to 0",
        Limit(exp(-c * g) / (ties + exp(-c * g) + exp(-c * h)), c, oo),
        (0, "e^(-c g) tends to 0 for g > 0"),
    ),
]

EQUATIONS = [*ABOUT_SIGMOID, *ABOUT_MINIMUM, *ABOUT_INPUTS, *ABOUT_SOFTMAX, *ABOUT_TEMPERED]
