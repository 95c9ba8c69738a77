"""The nine pairs of cost and output layer: delta_j = dC/dz_j for any targets, softmax with any constant c.

The canonical pairs, whose delta has no factor that vanishes when a neuron saturates, are quadratic and linear,
cross-entropy and sigmoid, log-likelihood and softmax. All three follow from one theorem, the matching cost.
"""

from functools import partial

from sympy import IndexedBase, Integral, Interval, KroneckerDelta, Sum, Symbol, exp, log, oo, symbols

from derivations.algebra.letters import K, j, k, m, s, s_prime
from derivations.book.definitions import OPEN_UNIT, as_softmax
from derivations.proof.equation import derive
from derivations.proof.notation import Partial, unspecified

C = Symbol("C")
c = Symbol("c", positive=True)
a, z, y, delta = (IndexedBase(letter, real=True) for letter in ("a", "z", "y", "δ"))

_LINEAR = {a[j]: z[j]}
_SIGMOID = {a[j]: s(z[j])}
_SOFTMAX = as_softmax(a, z, c)
_QUADRATIC = {C: Sum((a[j] - y[j]) ** 2, (j, 1, K)) / 2}
_CROSS_ENTROPY = {C: -Sum(y[j] * log(a[j]) + (1 - y[j]) * log(1 - a[j]), (j, 1, K))}
_LOG_LIKELIHOOD = {C: -Sum(y[j] * log(a[j]), (j, 1, K))}

# dC/da_j of the three costs, as functions of the index.
SLOPES = {
    "quadratic": lambda j: a[j] - y[j],
    "cross-entropy": lambda j: (a[j] - y[j]) / (a[j] * (1 - a[j])),
    "log-likelihood": lambda j: -y[j] / a[j],
}
_COSTS = {"quadratic": _QUADRATIC, "cross-entropy": _CROSS_ENTROPY, "log-likelihood": _LOG_LIKELIHOOD}
_LETTERS = {z: "weighted inputs", y: "targets", c: "a positive constant"}
pair = partial(derive, letters=_LETTERS, source="the nine pairs of cost and output layer")


def elementwise_pair(cost, output, meaning, slope_of_output, *steps, **rest):
    """A pair whose output layer acts elementwise: a_j depends on z_j only."""
    return pair(
        f"{cost} + {output}",
        f"The error of an output neuron: {cost} cost, {output} outputs",
        delta[j],
        (Partial(C, a[j]) * Partial(a[j], z[j]), "chain rule: only a_j depends on z_j"),
        (SLOPES[cost](j) * slope_of_output, "derivatives of the cost and of the output"),
        *steps,
        where={delta[j]: Partial(C, z[j]), **_COSTS[cost], **meaning},
        **rest,
    )


def softmax_pair(cost, *steps):
    """A pair with softmax outputs, each of which depends on every weighted input."""
    slope = SLOPES[cost]
    return pair(
        f"{cost} + softmax",
        f"The error of an output neuron: {cost} cost, softmax outputs",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule: every a_m depends on z_j"),
        (Sum(slope(m) * c * a[m] * (KroneckerDelta(j, m) - a[j]), (m, 1, K)), "derivatives of cost and softmax"),
        *steps,
        where={delta[j]: Partial(C, z[j]), **_COSTS[cost], **_SOFTMAX},
    )


_error, pulled_back = a[j] - y[j], lambda slope: c * a[j] * (slope(j) - Sum(a[k] * slope(k), (k, 1, K)))
s_factors = "s' = s (1 - s)"

NINE = [
    elementwise_pair("quadratic", "linear", _LINEAR, 1, (_error, "a = z")),
    elementwise_pair("quadratic", "sigmoid", _SIGMOID, s_prime(z[j]), (_error * a[j] * (1 - a[j]), s_factors)),
    softmax_pair("quadratic", (pulled_back(SLOPES["quadratic"]), "a_j is a common factor, one term has m = j")),
    elementwise_pair(
        "cross-entropy",
        "linear",
        _LINEAR,
        1,
        ((z[j] - y[j]) / (z[j] * (1 - z[j])), "a = z"),
        domain={z: OPEN_UNIT},
    ),
    elementwise_pair("cross-entropy", "sigmoid", _SIGMOID, s_prime(z[j]), (_error, f"{s_factors} cancels")),
    softmax_pair("cross-entropy", (pulled_back(SLOPES["cross-entropy"]), "a_j is a common factor, one term has m = j")),
    elementwise_pair("log-likelihood", "linear", _LINEAR, 1, (-y[j] / z[j], "a = z"), domain={z: Interval.open(0, oo)}),
    elementwise_pair("log-likelihood", "sigmoid", _SIGMOID, s_prime(z[j]), (-y[j] * (1 - a[j]), s_factors)),
    softmax_pair("log-likelihood", (c * (a[j] * Sum(y[k], (k, 1, K)) - y[j]), "a_m cancels, one term has m = j")),
]

Z, A, Y, v, d = symbols("z a y v d", real=True)
f = unspecified("f")
one = partial(derive, source="the nine pairs of cost and output layer")

MATCHING = [
    one(
        "matching cost",
        "The theorem behind the canonical pairs: the cost whose error is f(z) - y, for every output function f",
        Partial(C, Z),
        (Partial(Integral(f(v), (v, 0, Z)), Z) - Partial(Y * Z, Z), "the integral split in two"),
        (f(Z) - Y, "fundamental theorem of calculus"),
        where={C: Integral(f(v) - Y, (v, 0, Z))},
        letters={Z: "weighted input", Y: "target", v: "variable of integration"},
    ),
    one(
        "matching cost of linear",
        "The matching cost of linear outputs is the quadratic cost",
        C,
        (Z**2 / 2 - Y * Z, "integral of v - y"),
        ((Z - Y) ** 2 / 2 - Y**2 / 2, "completing the square"),
        where={C: Integral(v - Y, (v, 0, Z))},
        letters={Z: "weighted input", Y: "target", v: "variable of integration"},
    ),
    one(
        "matching cost of sigmoid",
        "The matching cost of sigmoid outputs is the cross-entropy",
        C,
        (log(1 + exp(Z)) - Y * Z - log(2), "integral of s(v) - y"),
        (-(Y * log(A) + (1 - Y) * log(1 - A)) - log(2), "a = s(z), ln a = z - ln(1 + e^z), ln(1 - a) = -ln(1 + e^z)"),
        where={C: Integral(s(v) - Y, (v, 0, Z)), A: s(Z)},
        letters={Z: "weighted input", Y: "target", v: "variable of integration"},
    ),
    pair(
        "matching cost of softmax",
        "The matching cost of softmax is the log-likelihood: the gradient of ln sum e^z is the softmax",
        Partial(C, z[j]),
        (exp(z[j]) / Sum(exp(z[k]), (k, 1, K)) - y[j], "derivative of ln"),
        (a[j] - y[j], "equation 78"),
        where={
            C: log(Sum(exp(z[k]), (k, 1, K))) - Sum(y[k] * z[k], (k, 1, K)),
            a[j]: exp(z[j]) / Sum(exp(z[k]), (k, 1, K)),
        },
    ),
]

EQUATIONS = [*NINE, *MATCHING]
