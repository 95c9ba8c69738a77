"""Equations 78 to 84: the softmax layer and the log-likelihood cost, for every number K of outputs."""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Sum, Symbol, exp, log

from derivations.algebra.letters import K, N, j, k, m, t
from derivations.book.definitions import S, as_softmax, different, sums_to_1
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C = Symbol("C")
c = Symbol("c", positive=True)
y = IndexedBase("y", real=True)
a, z, w, b, delta = (IndexedBase(f"{letter}^L", real=True) for letter in ("a", "z", "w", "b", "δ"))
A = IndexedBase("a^{L-1}", real=True)
_LETTERS = {z: "weighted inputs", A: "activations of the previous layer", w: "weights", b: "biases", y: "targets"}
_LETTERS |= {c: "a positive constant"}

_SOFTMAX = as_softmax(a, z)
_TEMPERED = as_softmax(a, z, c)
_LOG_LIKELIHOOD = {delta[j]: Partial(C, z[j]), C: -Sum(y[j] * log(a[j]), (j, 1, K))}
_WEIGHTED_INPUT = {z[j]: Sum(w[j, k] * A[k], (k, 1, N)) + b[j]}
sum_of_targets = Sum(y[m], (m, 1, K))
is_j = KroneckerDelta(m, j)

_layer = partial(derive, letters=_LETTERS, source="000, softmax")
trained = partial(
    derive,
    letters=_LETTERS,
    where=_LOG_LIKELIHOOD | _SOFTMAX,
    given=(sums_to_1(y),),
    source="000, exercise 11: the learning slowdown problem",
)
part = partial(derive, letters=_LETTERS, source="003, the derivation in parts")

EQUATIONS = [
    _layer("78", "Softmax", a[j], (exp(z[j]) / Sum(exp(z[k]), (k, 1, K)), "definition"), where=_SOFTMAX),
    _layer(
        "79",
        "Softmax activations sum to 1",
        Sum(a[j], (j, 1, K)),
        (Sum(exp(z[j]) / S, (j, 1, K)), "equation 78"),
        (Sum(exp(z[j]), (j, 1, K)) / S, "S is a common denominator"),
        (1, "the numerator is S"),
        where=_SOFTMAX,
    ),
    _layer(
        "80",
        "Log-likelihood cost: only the true class t counts",
        C,
        (-Sum(KroneckerDelta(j, t) * log(a[j]), (j, 1, K)), "definition, with y_j = 1 for j = t and 0 otherwise"),
        (-log(a[t]), "one term is left"),
        where={C: -Sum(y[j] * log(a[j]), (j, 1, K)), y[j]: KroneckerDelta(j, t), **_SOFTMAX},
    ),
    part(
        "78 by its own z",
        "Derivative of a softmax activation with respect to its own weighted input",
        Partial(a[j], z[j]),
        ((exp(z[j]) * S - exp(z[j]) ** 2) / S**2, "quotient rule"),
        (a[j] * (1 - a[j]), "a_j = e^z_j / S"),
        where=_SOFTMAX,
    ),
    part(
        "78 by another z",
        "Derivative of a softmax activation with respect to another neuron's weighted input",
        Partial(a[j], z[k]),
        (-exp(z[j]) * exp(z[k]) / S**2, "quotient rule, as j and k differ"),
        (-a[j] * a[k], "a_j = e^z_j / S"),
        where=_SOFTMAX,
        given=(different(j, k),),
    ),
    part(
        "80 by a",
        "Derivative of the log-likelihood with respect to an activation",
        Partial(C, a[j]),
        (-Sum(y[m] / a[m] * is_j, (m, 1, K)), "derivative of ln, term by term"),
        (-y[j] / a[j], "only the term of a_j depends on a_j"),
        where={C: _LOG_LIKELIHOOD[C]},
        letters={a: "activations", y: "targets"},
    ),
    trained(
        "84",
        "Log-likelihood and softmax: the error of an output neuron",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule: every a_m depends on z_j"),
        (Sum(-y[m] / a[m] * Partial(a[m], z[j]), (m, 1, K)), "derivative of ln"),
        (Sum(-y[m] / a[m] * a[m] * (is_j - a[j]), (m, 1, K)), "a_j (1 - a_j) for m = j and -a_m a_j otherwise"),
        (a[j] * sum_of_targets - y[j], "one term has m = j, a_j is a common factor"),
        (a[j] - y[j], "the targets sum to 1"),
    ),
    trained(
        "81",
        "Log-likelihood and softmax: the gradient with respect to a bias",
        Partial(C, b[j]),
        (Sum(delta[m] * Partial(z[m], b[j]), (m, 1, K)), "chain rule"),
        (delta[j], "z_j = sum_k w_jk a_k + b_j"),
        (a[j] - y[j], "equation 84"),
        where=_LOG_LIKELIHOOD | _SOFTMAX | _WEIGHTED_INPUT,
    ),
    trained(
        "82",
        "Log-likelihood and softmax: the gradient with respect to a weight",
        Partial(C, w[j, k]),
        (Sum(delta[m] * Partial(z[m], w[j, k]), (m, 1, K)), "chain rule"),
        (delta[j] * A[k], "z_j = sum_k w_jk a_k + b_j"),
        (A[k] * (a[j] - y[j]), "equation 84"),
        where=_LOG_LIKELIHOOD | _SOFTMAX | _WEIGHTED_INPUT,
    ),
    _layer(
        "83", "Tempered softmax", a[j], (exp(c * z[j]) / Sum(exp(c * z[k]), (k, 1, K)), "definition"), where=_TEMPERED
    ),
    _layer(
        "84 with 83",
        "Log-likelihood and tempered softmax: the error for any targets has the factor c and contains the targets' sum",
        delta[j],
        (Sum(-y[m] / a[m] * Partial(a[m], z[j]), (m, 1, K)), "chain rule, derivative of ln"),
        (Sum(-y[m] * c * (is_j - a[j]), (m, 1, K)), "quotient rule"),
        (c * (a[j] * sum_of_targets - y[j]), "one term has m = j, a_j is a common factor"),
        where=_LOG_LIKELIHOOD | _TEMPERED,
    ),
    _layer(
        "81 with 83",
        "Log-likelihood and tempered softmax: the gradient with respect to a bias",
        Partial(C, b[j]),
        (Sum(delta[m] * Partial(z[m], b[j]), (m, 1, K)), "chain rule"),
        (c * (a[j] * sum_of_targets - y[j]), "equation 84 with 83"),
        where=_LOG_LIKELIHOOD | _TEMPERED | _WEIGHTED_INPUT,
    ),
    _layer(
        "82 with 83",
        "Log-likelihood and tempered softmax: the gradient with respect to a weight",
        Partial(C, w[j, k]),
        (Sum(delta[m] * Partial(z[m], w[j, k]), (m, 1, K)), "chain rule"),
        (A[k] * c * (a[j] * sum_of_targets - y[j]), "equation 84 with 83"),
        where=_LOG_LIKELIHOOD | _TEMPERED | _WEIGHTED_INPUT,
    ),
]
