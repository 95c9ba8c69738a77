"""Scores of probabilities are proper: on average, no forecast q does as well as the true probabilities p.

A forecast is scored by the class t that came true: the logarithmic score is -ln q_t, the Brier score is
sum_j (q_j - y_j)^2 with y_j = 1 for j = t, else 0. What q scores on average, less what p scores, is a sum of terms that
are 0 where q = p and positive elsewhere. The last two equations are about the constant c that temperature scaling fits.
"""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Sum, Symbol, log, symbols

from derivations.algebra.letters import K, j, t
from derivations.book.definitions import as_softmax, sums_to_1
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

L_q, L_p, B_q, B_p, C, mu = symbols("L_q L_p B_q B_p C μ")
p, q = IndexedBase("p", positive=True), IndexedBase("q", positive=True)
a, z = IndexedBase("a", positive=True), IndexedBase("z", real=True)
c = Symbol("c", positive=True)

_LETTERS = {p: "the true probabilities", q: "the forecast"}


def _mean_brier_score(forecast):
    return Sum(p[t] * Sum((forecast[j] - KroneckerDelta(j, t)) ** 2, (j, 1, K)), (t, 1, K))


proper = partial(derive, letters=_LETTERS, source="Good 1952, Brier 1950")
scaling = partial(derive, letters={z: "logits", c: "the constant of equation 83"}, source="Guo et al. 2017")
TEMPERED = {C: -log(a[t]), mu: Sum(a[j] * z[j], (j, 1, K)), **as_softmax(a, z, c)}

EQUATIONS = [
    proper(
        "log score is proper",
        "Any other forecast scores more than the truth: each term is p (r - 1 - ln r), r = q / p (Gibbs' inequality)",
        L_q - L_p,
        (Sum(-p[j] * log(q[j] / p[j]), (j, 1, K)), "difference of logarithms"),
        (Sum(p[j] * (q[j] / p[j] - 1 - log(q[j] / p[j])), (j, 1, K)), "p and q both sum to 1"),
        where={L_q: Sum(p[t] * -log(q[t]), (t, 1, K)), L_p: Sum(p[t] * -log(p[t]), (t, 1, K))},
        given=(sums_to_1(p), sums_to_1(q)),
    ),
    proper(
        "Brier score is proper",
        "Any other forecast scores more than the truth, by its squared distance from it",
        B_q - B_p,
        (Sum(q[j] ** 2 - 2 * p[j] * q[j] - p[j] ** 2 + 2 * p[j] ** 2, (j, 1, K)), "p sums to 1"),
        (Sum((q[j] - p[j]) ** 2, (j, 1, K)), "square of a difference"),
        where={B_q: _mean_brier_score(q), B_p: _mean_brier_score(p)},
        given=(sums_to_1(p),),
    ),
    scaling(
        "temperature scaling, slope",
        "The slope of the score in c: the mean of z under the probabilities, less the true class's z",
        Partial(C, c),
        (-Partial(a[t], c) / a[t], "derivative of ln"),
        (Sum(a[j] * z[j], (j, 1, K)) - z[t], "da_t/dc = a_t (z_t - sum_j a_j z_j)"),
        where=TEMPERED,
    ),
    scaling(
        "temperature scaling, convex",
        "The slope grows with c: its own slope is the variance of z under the probabilities",
        Partial(mu - z[t], c),
        (Sum(a[j] * z[j] * (z[j] - mu), (j, 1, K)), "da_j/dc = a_j (z_j - μ)"),
        (Sum(a[j] * (z[j] - mu) ** 2, (j, 1, K)), "sum_j a_j (z_j - μ) = 0"),
        where=TEMPERED,
    ),
]
