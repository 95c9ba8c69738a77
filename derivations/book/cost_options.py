"""What options do to a cost and to its error delta_j: smoothed targets, weights, the z-loss, the focal factor, a cap.

Outputs are softmax with any constant c, or sigmoids, for any targets unless an equation says that their sum is 1.
"""

from functools import partial

from sympy import Eq, IndexedBase, KroneckerDelta, Sum, Symbol, cosh, exp, log, symbols, tanh

from derivations.algebra.letters import K, j, k, m, s, s_prime
from derivations.book.definitions import as_softmax
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C, x, cap = Symbol("C"), Symbol("z", real=True), Symbol("L", positive=True)
c, epsilon, coefficient, exponent = symbols("c ε λ γ", positive=True)
a, z, y, w, g, delta = (IndexedBase(letter, real=True) for letter in ("a", "z", "y", "w", "g", "δ"))

_LETTERS = {z: "weighted inputs", y: "targets", c: "a positive constant", w: "weights of outputs"}
_LETTERS |= {epsilon: "the part of the targets that is spread evenly", coefficient: "coefficient of the z-loss"}
_LETTERS |= {exponent: "the exponent of the focal cost", g: "factors of the focal cost"}
_SOFTMAX = as_softmax(a, z, c)
_ERROR = {delta[j]: Partial(C, z[j])}
_SMOOTHED = (1 - epsilon) * y[j] + epsilon / K
_is_j = KroneckerDelta(j, m)
option = partial(derive, letters=_LETTERS, source="options of costs")


def _at(expression, index):
    return expression.xreplace({j: index})


EQUATIONS = [
    option(
        "smoothed targets",
        "Smoothed targets sum to what the targets sum to, 1",
        Sum(_SMOOTHED, (j, 1, K)),
        ((1 - epsilon) * Sum(y[j], (j, 1, K)) + epsilon, "the sum of K equal parts"),
        (1, "the targets sum to 1"),
        given=(Eq(Sum(y[m], (m, 1, K)), 1),),
    ),
    option(
        "smoothed log-likelihood + softmax",
        "Log-likelihood of smoothed targets: the error draws each output to its smoothed target",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule: every a_m depends on z_j"),
        (Sum(-_at(_SMOOTHED, m) * c * (_is_j - a[j]), (m, 1, K)), "derivative of ln; a_m cancels"),
        (c * (a[j] * Sum(_at(_SMOOTHED, m), (m, 1, K)) - _SMOOTHED), "one term has m = j, a_j is common to all"),
        where={**_ERROR, C: -Sum(_SMOOTHED * log(a[j]), (j, 1, K)), **_SOFTMAX},
    ),
    option(
        "weighted log-likelihood + softmax",
        "Weights of outputs multiply their targets",
        delta[j],
        (Sum(-w[m] * y[m] * c * (_is_j - a[j]), (m, 1, K)), "derivatives of ln and of softmax"),
        (c * (a[j] * Sum(w[m] * y[m], (m, 1, K)) - w[j] * y[j]), "one term has m = j, a_j is common to all"),
        where={**_ERROR, C: -Sum(w[j] * y[j] * log(a[j]), (j, 1, K)), **_SOFTMAX},
    ),
    option(
        "weighted quadratic + softmax",
        "Weights of outputs multiply their residuals",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule: every a_m depends on z_j"),
        (Sum(w[m] * (a[m] - y[m]) * c * a[m] * (_is_j - a[j]), (m, 1, K)), "derivatives of cost and softmax"),
        (
            c * a[j] * (w[j] * (a[j] - y[j]) - Sum(a[k] * w[k] * (a[k] - y[k]), (k, 1, K))),
            "a_j is common to all, one term has m = j",
        ),
        where={**_ERROR, C: Sum(w[j] * (a[j] - y[j]) ** 2, (j, 1, K)) / 2, **_SOFTMAX},
    ),
    option(
        "weighted cross-entropy + sigmoid",
        "A weight of an output multiplies its error",
        delta[j],
        (w[j] * (a[j] - y[j]) / (a[j] * (1 - a[j])) * s_prime(z[j]), "chain rule: only a_j depends on z_j"),
        (w[j] * (a[j] - y[j]), "s' = s (1 - s) cancels"),
        where={
            **_ERROR,
            C: -Sum(w[j] * (y[j] * log(a[j]) + (1 - y[j]) * log(1 - a[j])), (j, 1, K)),
            a[j]: s(z[j]),
        },
    ),
    option(
        "weighted positives + sigmoid",
        "A weight of the terms y ln a alone: a sum of two terms, each of one sign for targets from 0 to 1",
        delta[j],
        (
            (-w[j] * y[j] / a[j] + (1 - y[j]) / (1 - a[j])) * s_prime(z[j]),
            "chain rule: only a_j depends on z_j",
        ),
        ((1 - y[j]) * a[j] - w[j] * y[j] * (1 - a[j]), "s' = s (1 - s) cancels"),
        where={
            **_ERROR,
            C: -Sum(w[j] * y[j] * log(a[j]) + (1 - y[j]) * log(1 - a[j]), (j, 1, K)),
            a[j]: s(z[j]),
        },
    ),
    option(
        "z-loss",
        "The z-loss by a weighted input of a softmax",
        delta[j],
        (
            2 * coefficient * log(Sum(exp(c * z[k]), (k, 1, K))) * c * exp(c * z[j]) / Sum(exp(c * z[k]), (k, 1, K)),
            "derivatives of the square and of ln",
        ),
        (2 * coefficient * c * a[j] * log(Sum(exp(c * z[k]), (k, 1, K))), "equation 83"),
        where={**_ERROR, C: coefficient * log(Sum(exp(c * z[k]), (k, 1, K))) ** 2, **_SOFTMAX},
    ),
    option(
        "focal + softmax",
        "The focal cost: the log-likelihood's error, of targets times factors",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule: every a_m depends on z_j"),
        (Sum(-g[m] * c * (_is_j - a[j]), (m, 1, K)), "a_m times the derivative of (1 - a_m)^γ ln a_m; a_m cancels"),
        (c * (a[j] * Sum(g[m], (m, 1, K)) - g[j]), "one term has m = j, a_j is common to all"),
        where={
            **_ERROR,
            C: -Sum(y[j] * (1 - a[j]) ** exponent * log(a[j]), (j, 1, K)),
            g[j]: y[j] * (1 - a[j]) ** exponent * (1 - exponent * a[j] * log(a[j]) / (1 - a[j])),
            **_SOFTMAX,
        },
    ),
    option(
        "soft cap",
        "The slope of a soft cap without the subtraction",
        Partial(cap * tanh(x / cap), x),
        (1 / cosh(x / cap) ** 2, "derivative of the hyperbolic tangent"),
        (4 * s(2 * x / cap) * s(-2 * x / cap), "cosh x = (e^x + e^-x) / 2"),
        letters={x: "weighted input", cap: "the cap"},
    ),
]
