"""Cross-entropy as information theory sees it (002): H(p, q), its minimum, its gradients, and surprise."""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Sum, log, symbols

from derivations.algebra.letters import K, j, t
from derivations.book.definitions import as_softmax, different, sums_to_1
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

H_pq, H_p, KL, C = symbols("H_pq H_p KL C")
p, q = IndexedBase("p", positive=True), IndexedBase("q", positive=True)
z = IndexedBase("z", real=True)
r, u = symbols("r u", positive=True)
target, guess = symbols("y ŷ", real=True)

_LETTERS = {p: "the true probabilities", q: "the predicted probabilities"}
NAMES = {
    H_pq: Sum(p[j] * log(1 / q[j]), (j, 1, K)),
    H_p: Sum(p[j] * log(1 / p[j]), (j, 1, K)),
    KL: Sum(p[j] * log(p[j] / q[j]), (j, 1, K)),
}
DISTRIBUTIONS = sums_to_1(p), sums_to_1(q)
ONE_HOT = {p[j]: KroneckerDelta(j, t)}
LOGITS = {C: -log(q[t]), **as_softmax(q, z)}

information = partial(derive, letters=_LETTERS, where=NAMES, source="002, cross entropy")
logits = partial(derive, letters={z: "logits"}, where=LOGITS, source="002, from logits to probabilities")

EQUATIONS = [
    information("cross-entropy H(p, q)", "The cross-entropy of two distributions", H_pq, (NAMES[H_pq], "definition")),
    derive(
        "H(p, q) one-hot",
        "If p puts everything on the true class, only the probability predicted for it counts",
        H_pq,
        (Sum(KroneckerDelta(j, t) * log(1 / q[j]), (j, 1, K)), "p_j = 1 for j = t, else 0"),
        (-log(q[t]), "one term is left"),
        where={H_pq: NAMES[H_pq], **ONE_HOT},
        letters={q: _LETTERS[q]},
        source="002, cross entropy",
    ),
    information(
        "H(p, q) = H(p) + KL",
        "The cross-entropy is the entropy plus the divergence between the two distributions",
        H_pq,
        (Sum(p[j] * (log(1 / p[j]) + log(p[j] / q[j])), (j, 1, K)), "1 / q = (1 / p) (p / q)"),
        (H_p + KL, "the sum split in two"),
    ),
    information(
        "surprise",
        "The mean extra length of a code made for q when p is true: ln (1 / q) minus ln (1 / p)",
        Sum(p[j] * (log(1 / q[j]) - log(1 / p[j])), (j, 1, K)),
        (Sum(p[j] * log(p[j] / q[j]), (j, 1, K)), "difference of logarithms"),
        (KL, "definition"),
    ),
    information(
        "KL as a sum of positive terms",
        "Every term is p (r - 1 - ln r) with r = q / p, which is 0 at r = 1 and positive elsewhere",
        KL,
        (Sum(p[j] * (q[j] / p[j] - 1 - log(q[j] / p[j])), (j, 1, K)), "p and q both sum to 1"),
        given=DISTRIBUTIONS,
    ),
    derive(
        "Gibbs' inequality (slope)",
        "r - 1 - ln r falls for r < 1 and rises for r > 1",
        Partial(r - 1 - log(r), r),
        ((r - 1) / r, "derivative of ln"),
        letters={r: "q / p"},
        source="002, cross entropy",
    ),
    derive(
        "Gibbs' inequality (above 1)",
        "r - 1 - ln r rises beyond r = 1",
        (r - 1) / r,
        (u / (1 + u), "r = 1 + u"),
        where={r: 1 + u},
        letters={u: "any positive number"},
        sign="positive",
        source="002, cross entropy",
    ),
    derive(
        "Gibbs' inequality (below 1)",
        "r - 1 - ln r falls up to r = 1",
        (r - 1) / r,
        (-u, "r = 1 / (1 + u)"),
        where={r: 1 / (1 + u)},
        letters={u: "any positive number"},
        sign="negative",
        source="002, cross entropy",
    ),
    derive(
        "H(p, p) = H(p)",
        "The minimum of the cross-entropy, at q = p, is the entropy",
        H_pq,
        (H_p, "q = p"),
        where={H_pq: NAMES[H_pq], H_p: NAMES[H_p], q[j]: p[j]},
        letters={p: _LETTERS[p]},
        source="002, cross entropy",
    ),
    derive(
        "log-likelihood by the true probability",
        "The gradient with respect to the true class's probability is not linear: it is unbounded as q tends to 0",
        Partial(-log(r), r),
        (-1 / r, "derivative of ln"),
        letters={r: "the true class's predicted probability"},
        sign="negative",
        source="002, the gradient",
    ),
    derive(
        "square by the prediction",
        "The gradient of the squared error is linear in the prediction",
        Partial((target - guess) ** 2, guess),
        (2 * (guess - target), "derivative of the square"),
        letters={target: "the true value", guess: "the prediction"},
        source="002, the gradient",
    ),
    derive(
        "log-likelihood by a probability",
        "With respect to the probabilities, only the true class has a gradient",
        Partial(C, q[j]),
        (-KroneckerDelta(j, t) / q[t], "the cost contains q_t only"),
        where={C: -log(q[t])},
        letters={q: _LETTERS[q]},
        source="002, the gradient",
    ),
    logits(
        "log-likelihood by a logit",
        "With respect to the logits, every class has a gradient",
        Partial(C, z[j]),
        (-Partial(q[t], z[j]) / q[t], "derivative of ln"),
        (q[j] - KroneckerDelta(j, t), "dq_t/dz_j = q_t (1 - q_j) for j = t, else -q_t q_j; divided by -q_t"),
    ),
    logits(
        "log-likelihood by a wrong logit",
        "The gradient with respect to a wrong class's logit: its probability, which pushes the logit down",
        Partial(C, z[j]),
        (q[j], "j and t differ"),
        given=(different(j, t),),
        sign="positive",
    ),
    logits(
        "log-likelihood by the true logit",
        "The gradient with respect to the true class's logit: its probability minus 1, which pulls the logit up",
        Partial(C, z[t]),
        (q[t] - 1, "j = t"),
    ),
    logits(
        "forces sum to 0",
        "The pushes on the wrong classes and the pull on the true one sum to 0",
        Sum(Partial(C, z[j]), (j, 1, K)),
        (Sum(q[j], (j, 1, K)) - 1, "log-likelihood by a logit"),
        (0, "equation 79"),
    ),
]
