"""Three models of the targets, and the costs that follow from them by maximum likelihood (001)."""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Sum, Symbol, exp, log, pi, sqrt

from derivations.algebra.letters import K, j, k, s, t
from derivations.book.definitions import OPEN_UNIT
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

Q, L = Symbol("Q"), Symbol("L")
sigma = Symbol("σ", positive=True)
a, y, z = (IndexedBase(letter, real=True) for letter in ("a", "y", "z"))
A = IndexedBase("a", positive=True)
density = IndexedBase("P", positive=True)
_LETTERS = {a: "activations", y: "targets", sigma: "standard deviation"}
NEGATIVE_LOG_LIKELIHOOD = {L: -Sum(log(density[j]), (j, 1, K))}

model = partial(derive, source="001, modeling the network's output")
BERNOULLI = A[j] ** y[j] * (1 - A[j]) ** (1 - y[j])

EQUATIONS = [
    model(
        "Gaussian model",
        "Normal targets of fixed variance: the quadratic cost, scaled and shifted by constants",
        L,
        (Sum((y[j] - a[j]) ** 2 / (2 * sigma**2) + log(2 * pi * sigma**2) / 2, (j, 1, K)), "logarithm of the density"),
        (Q / sigma**2 + K * log(2 * pi * sigma**2) / 2, "Q is the quadratic cost; K equal constants"),
        where={
            **NEGATIVE_LOG_LIKELIHOOD,
            Q: Sum((a[j] - y[j]) ** 2, (j, 1, K)) / 2,
            density[j]: exp(-((y[j] - a[j]) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2),
        },
        letters=_LETTERS,
    ),
    model(
        "Gaussian model, its gradient",
        "Normal targets: the gradient is that of the quadratic cost divided by the variance",
        Partial(L, a[j]),
        (Partial(Q, a[j]) / sigma**2, "the constant does not depend on a"),
        ((a[j] - y[j]) / sigma**2, "derivative of the square"),
        where={
            **NEGATIVE_LOG_LIKELIHOOD,
            Q: Sum((a[j] - y[j]) ** 2, (j, 1, K)) / 2,
            density[j]: exp(-((y[j] - a[j]) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2),
        },
        letters=_LETTERS,
    ),
    model(
        "Bernoulli model",
        "Independent labels, each on or off: the cross-entropy of equation 63",
        L,
        (-Sum(log(BERNOULLI), (j, 1, K)), "logarithm of a product of probabilities a^y (1 - a)^(1 - y)"),
        (-Sum(y[j] * log(A[j]) + (1 - y[j]) * log(1 - A[j]), (j, 1, K)), "logarithm of powers"),
        where={**NEGATIVE_LOG_LIKELIHOOD, density[j]: BERNOULLI},
        letters={A: "activations", y: "targets"},
        domain={A: OPEN_UNIT},
    ),
    model(
        "categorical model",
        "One label of K: the log-likelihood cost of equation 80",
        L,
        (-Sum(log(A[j] ** y[j]), (j, 1, K)), "logarithm of a product of powers a_j^y_j"),
        (-Sum(y[j] * log(A[j]), (j, 1, K)), "logarithm of powers"),
        where={**NEGATIVE_LOG_LIKELIHOOD, density[j]: A[j] ** y[j]},
        letters={A: "activations", y: "targets"},
    ),
    model(
        "categorical model, one label",
        "One label of K, one-hot: minus the logarithm of the true class's activation",
        L,
        (-Sum(KroneckerDelta(j, t) * log(A[j]), (j, 1, K)), "categorical model"),
        (-log(A[t]), "one term has j = t"),
        where={**NEGATIVE_LOG_LIKELIHOOD, density[j]: A[j] ** KroneckerDelta(j, t)},
        letters={A: "activations"},
    ),
    model(
        "binary against categorical",
        "On one-hot targets the cross-entropy exceeds the log-likelihood by the terms of the wrong classes",
        -Sum(y[j] * log(A[j]) + (1 - y[j]) * log(1 - A[j]), (j, 1, K)),
        (-log(A[t]) - Sum((1 - KroneckerDelta(j, t)) * log(1 - A[j]), (j, 1, K)), "y_j = 1 for j = t, else 0"),
        where={y[j]: KroneckerDelta(j, t)},
        letters={A: "activations"},
        domain={A: OPEN_UNIT},
        source="001, binary or categorical",
    ),
    model(
        "two classes",
        "Softmax with two neurons is a sigmoid of the difference",
        exp(z[1]) / (exp(z[1]) + exp(z[2])),
        (1 / (1 + exp(-(z[1] - z[2]))), "divided by e^z_1"),
        (s(z[1] - z[2]), "definition of s"),
        letters={z: "weighted inputs"},
        sizes="K = 2",
    ),
    model(
        "softmax is a distribution",
        "Softmax turns any weighted inputs into probabilities: they are positive (and sum to 1, equation 79)",
        a[j],
        (exp(z[j]) / Sum(exp(z[k]), (k, 1, K)), "definition"),
        where={a[j]: exp(z[j]) / Sum(exp(z[k]), (k, 1, K))},
        letters={z: "weighted inputs"},
        sign="positive",
    ),
]
