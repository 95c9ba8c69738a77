"""Distances between classes: the gradient that 002 proposes is that of no cost; other costs reach its aim.

The true class is t, p = softmax(z), d_j > 0 is the distance of class j from the true one, and w_j > 0 is a weight.
"""

from functools import partial

from sympy import Eq, IndexedBase, KroneckerDelta, Sum, exp, log, symbols

from derivations.algebra.letters import K, j, k, l, m, t
from derivations.book.definitions import OPEN_UNIT, as_softmax, different, sums_to_1
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C, S, pull, mean, one_p, one_d = symbols("C S g_t v̄ p d", positive=True)
z, push, p, q, v, cumulated, goal = (IndexedBase(letter, real=True) for letter in ("z", "g", "p", "q", "v", "F", "G"))
d, w, probability = (IndexedBase(letter, positive=True) for letter in ("d", "w", "q"))
is_counted = IndexedBase("L", real=True)

_LETTERS = {z: "weighted inputs", d: "distances from the true class", w: "weights"}
_SOFTMAX = as_softmax(p, z, total=S)
wrong, other_wrong, apart = different(j, t), different(k, t), different(j, k)
is_wrong = 1 - KroneckerDelta(k, t)

PROPOSED = {pull: p[t] - 1, push[j]: p[j] / d[j], **_SOFTMAX}
BALANCED = {pull: -Sum(is_wrong * w[k] * p[k], (k, 1, K)), push[j]: w[j] * p[j], **_SOFTMAX}

curl_with_true = Partial(pull, z[j]) - Partial(push[j], z[t])
curl_between_wrong = Partial(push[j], z[k]) - Partial(push[k], z[j])
source = "002, ignoring distance between classes"
proposed = partial(derive, letters=_LETTERS, where=PROPOSED, source=source)
balanced = partial(derive, letters=_LETTERS, where=BALANCED, source=source)

FIELDS = [
    proposed(
        "distance-aware field, curl (t, j)",
        "The proposed field is not a gradient unless every distance is 1: the true class and a wrong one",
        curl_with_true,
        (-p[t] * p[j] + p[j] * p[t] / d[j], "exercise 8"),
        (-exp(z[t]) * exp(z[j]) * (d[j] - 1) / (d[j] * S**2), "common denominator"),
        given=(wrong,),
    ),
    proposed(
        "distance-aware field, curl (j, k)",
        "The proposed field is not a gradient unless all distances are equal: two wrong classes",
        curl_between_wrong,
        (-p[j] * p[k] / d[j] + p[k] * p[j] / d[k], "exercise 8"),
        (exp(z[j]) * exp(z[k]) * (d[j] - d[k]) / (d[j] * d[k] * S**2), "common denominator"),
        given=(wrong, other_wrong, apart),
    ),
    proposed(
        "distance-aware field, Frobenius",
        "No integrating factor makes the proposed field a gradient, unless the distances are equal",
        pull * curl_between_wrong
        + push[j] * (Partial(push[k], z[t]) - Partial(pull, z[k]))
        + push[k] * (Partial(pull, z[j]) - Partial(push[j], z[t])),
        (
            (p[t] - 1) * p[j] * p[k] * (1 / d[k] - 1 / d[j]) + p[t] * p[j] * p[k] * (1 / d[j] - 1 / d[k]),
            "the two curls",
        ),
        (p[j] * p[k] * (d[k] - d[j]) / (d[j] * d[k]), "p_t cancels"),
        given=(wrong, other_wrong, apart),
    ),
    proposed(
        "distance-aware field, sum",
        "The proposed forces no longer sum to 0: no other class makes up for what the far classes lose",
        pull + Sum(is_wrong * push[k], (k, 1, K)),
        (Sum(is_wrong * p[k] / d[k], (k, 1, K)) - Sum(is_wrong * p[k], (k, 1, K)), "equation 79"),
        (-Sum(is_wrong * p[k] * (d[k] - 1) / d[k], (k, 1, K)), "common denominator"),
    ),
    derive(
        "distance-aware field, far classes",
        "The factor 1 / d pushes far classes down less, which is the opposite of the field's aim",
        Partial(one_p / one_d, one_d),
        (-one_p / one_d**2, "derivative of 1 / d"),
        letters={one_p: "a probability", one_d: "a distance"},
        sign="negative",
        source=source,
    ),
    balanced(
        "balanced field, curl (j, k)",
        "Balanced forces are not a gradient unless all weights are equal: two wrong classes",
        curl_between_wrong,
        (-w[j] * p[j] * p[k] + w[k] * p[k] * p[j], "exercise 8"),
        (p[j] * p[k] * (w[k] - w[j]), "common factor"),
        given=(wrong, other_wrong, apart),
    ),
    balanced(
        "balanced field, curl (t, j)",
        "Balanced forces are not a gradient unless all weights are equal: the true class and a wrong one",
        curl_with_true,
        (-w[j] * p[j] + p[j] * Sum(is_wrong * w[k] * p[k], (k, 1, K)) + w[j] * p[j] * p[t], "exercise 8"),
        (p[j] * (Sum(is_wrong * w[k] * p[k], (k, 1, K)) - w[j] * (1 - p[t])), "common factor"),
        given=(wrong,),
    ),
    balanced(
        "balanced field, sum",
        "Balanced forces sum to 0",
        pull + Sum(is_wrong * push[k], (k, 1, K)),
        (0, "the pull is minus the sum of the pushes"),
    ),
    balanced(
        "balanced field over p_t, a wrong class",
        "The balanced field over p_t is the gradient of sum_j w_j e^(z_j - z_t): with respect to a wrong class's z",
        Partial(Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K)), z[j]),
        (w[j] * exp(z[j] - z[t]), "derivative of the exponential"),
        (push[j] / p[t], "p_j / p_t = e^(z_j - z_t)"),
        given=(wrong,),
    ),
    balanced(
        "balanced field over p_t, the true class",
        "The balanced field over p_t is the gradient of sum_j w_j e^(z_j - z_t): with respect to the true class's z",
        Partial(Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K)), z[t]),
        (-Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K)), "derivative of the exponential"),
        (pull / p[t], "p_k / p_t = e^(z_k - z_t)"),
    ),
]

# The cost-augmented softmax; the true class has weight 1.
weight_of_true = Eq(w[t], 1)
AUGMENTED = {
    C: log(1 + Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K))),
    S: exp(z[t]) + Sum(is_wrong * w[k] * exp(z[k]), (k, 1, K)),
}
ALL_CLASSES = {C: log(S) - z[t], q[j]: w[j] * exp(z[j]) / S, S: Sum(w[k] * exp(z[k]), (k, 1, K))}
augmented = partial(derive, letters=_LETTERS, source="a sound replacement of the field in 002")

SOUND = [
    augmented(
        "cost-augmented softmax",
        "The cost ln(1 + sum_j w_j e^(z_j - z_t)), with the sum taken over all classes",
        log(1 + Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K))),
        (log(S * exp(-z[t])), "w_t = 1, e^-z_t factored out"),
        (log(S) - z[t], "logarithm of a product"),
        where={S: Sum(w[k] * exp(z[k]), (k, 1, K))},
        given=(weight_of_true,),
    ),
    augmented(
        "cost-augmented softmax, a wrong class",
        "The cost-augmented softmax's gradient with respect to a wrong class's z is that class's weighted probability",
        Partial(C, z[j]),
        (w[j] * exp(z[j] - z[t]) / (1 + Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K))), "derivative of ln"),
        (w[j] * exp(z[j]) / S, "numerator and denominator multiplied by e^z_t"),
        where=AUGMENTED,
        given=(wrong,),
    ),
    augmented(
        "cost-augmented softmax, the true class",
        "The cost-augmented softmax's gradient with respect to the true class's z is that class's probability minus 1",
        Partial(C, z[t]),
        (-1 + 1 / (1 + Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K))), "derivative of ln"),
        (exp(z[t]) / S - 1, "numerator and denominator multiplied by e^z_t"),
        where=AUGMENTED,
    ),
    augmented(
        "cost-augmented softmax, delta",
        "The cost-augmented softmax's gradient is q - onehot(t), with q the weighted probabilities",
        Partial(C, z[j]),
        (w[j] * exp(z[j]) / S - KroneckerDelta(j, t), "derivative of ln"),
        (q[j] - KroneckerDelta(j, t), "definition of q"),
        where=ALL_CLASSES,
    ),
    augmented(
        "cost-augmented softmax, Hessian",
        "The cost-augmented softmax's Hessian has the form of a softmax's, diag(q) - q q^T",
        Partial(Partial(C, z[j]), z[k]),
        (Partial(q[j], z[k]), "the one-hot target is constant"),
        (q[j] * (KroneckerDelta(j, k) - q[k]), "quotient rule"),
        where=ALL_CLASSES,
    ),
    augmented(
        "softmax Hessian is positive semidefinite",
        "v^T (diag(q) - q q^T) v is the variance of v under q, so that costs with this Hessian are convex",
        Sum(probability[j] * v[j] ** 2, (j, 1, K)) - Sum(probability[j] * v[j], (j, 1, K)) ** 2,
        (Sum(probability[j] * (v[j] - mean) ** 2, (j, 1, K)), "the square multiplied out, with q summing to 1"),
        where={mean: Sum(probability[k] * v[k], (k, 1, K))},
        given=(sums_to_1(probability),),
        letters={probability: "probabilities", v: "any vector"},
    ),
    augmented(
        "cost-augmented softmax, w = 1",
        "If all weights are 1, the cost-augmented softmax is the log-likelihood of equation 80",
        log(1 + Sum(is_wrong * w[k] * exp(z[k] - z[t]), (k, 1, K))),
        (log(Sum(exp(z[k] - z[t]), (k, 1, K))), "the term k = t is 1"),
        (-log(p[t]), "p_t = e^z_t / S"),
        where={w[j]: 1, **_SOFTMAX},
    ),
    augmented(
        "expected distance",
        "The gradient of the expected distance: classes farther than the mean are pushed down, nearer ones up",
        Partial(C, z[j]),
        (Sum(d[m] * Partial(p[m], z[j]), (m, 1, K)), "chain rule"),
        (Sum(d[m] * p[m] * (KroneckerDelta(m, j) - p[j]), (m, 1, K)), "exercise 8"),
        (p[j] * (d[j] - C), "one term has m = j, p_j is a common factor"),
        where={C: Sum(d[k] * p[k], (k, 1, K)), **_SOFTMAX},
    ),
    augmented(
        "squared earth mover's distance",
        "The gradient of sum_m (F_m - G_m)^2: F are cumulative probabilities (L_mk = 1 for k <= m), G the target's",
        Partial(C, z[j]),
        (
            2 * Sum((cumulated[m] - goal[m]) * Partial(cumulated[m], z[j]), (m, 1, K)),
            "derivative of the square",
        ),
        (2 * p[j] * Sum((cumulated[m] - goal[m]) * (is_counted[m, j] - cumulated[m]), (m, 1, K)), "exercise 8"),
        where={
            C: Sum((cumulated[m] - goal[m]) ** 2, (m, 1, K)),
            cumulated[m]: Sum(is_counted[m, l] * p[l], (l, 1, K)),
            **_SOFTMAX,
        },
        letters={z: "weighted inputs", goal: "cumulative targets", is_counted: "which classes F_m counts"},
    ),
]


def wasserstein(size, true):
    """The Wasserstein-1 distance from probabilities over ordered bins to a one-hot target is the expected distance."""
    numbers = range(1, size + 1)
    up_to = {number: sum(probability[k] for k in range(1, number + 1)) for number in numbers}
    distance = sum(up_to[m] if m < true else 1 - up_to[m] for m in range(1, size))
    return derive(
        f"Wasserstein distance (K = {size}, t = {true})",
        f"Over {size} ordered bins with true bin {true}: the expected distance is the Wasserstein-1 distance",
        distance,
        (sum(abs(k - true) * probability[k] for k in numbers), "the probability of bin k is moved by |k - t| bins"),
        given=(Eq(up_to[size], 1),),
        domain={probability: OPEN_UNIT},
        letters={probability: "probabilities"},
        sizes=f"K = {size}, t = {true}; SymPy does not exchange sums with a variable limit",
        source="a sound replacement of the field in 002",
    )


TRANSPORT = [wasserstein(size, true) for size in (2, 3, 4) for true in range(1, size + 1)]

EQUATIONS = [*FIELDS, *SOUND, *TRANSPORT]
