"""BP1 to BP4 of chapter 2, and the whole gradient of a network with softmax outputs (exercise 13).

SymPy has no function of a symbolic number of arguments. In the equations for every size, the cost is therefore replaced
by its tangent: a derivative at a point depends on the cost only through its gradient g there, so that sum_j g_j a_j
serves as C. For 2 and 3 neurons the same is derived for an unspecified function C(a_1, a_2, ...) itself.
"""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Sum, Symbol, log

from derivations.algebra.letters import K, M, N, j, k, l, m
from derivations.book.definitions import as_softmax, some_cost, sums_to_1
from derivations.proof.equation import derive
from derivations.proof.notation import Partial, unspecified

C = Symbol("C")
f = unspecified("f")
g, y, x = (IndexedBase(letter, real=True) for letter in ("g", "y", "x"))
a, z, delta = (IndexedBase(f"{letter}^L", real=True) for letter in ("a", "z", "δ"))
A, Z, D, W, B = (IndexedBase(f"{letter}^l", real=True) for letter in ("a", "z", "δ", "w", "b"))
above, w, b, delta_above = (IndexedBase(f"{letter}^{{l+1}}", real=True) for letter in ("z", "w", "b", "δ"))

_LETTERS = {
    g: "gradient of the cost with respect to the activations",
    delta_above: "errors of layer l + 1",
    z: "weighted inputs",
    Z: "weighted inputs",
    w: "weights",
    b: "biases",
    W: "weights",
    B: "biases",
    A: "activations",
    x: "inputs",
    y: "targets",
}
TANGENT = "every K, N (with the cost replaced by its tangent; SymPy has no function of K arguments)"
network = partial(derive, letters=_LETTERS, source="chapter 2 of the book")

# The cost's tangent at layer l + 1, and the weighted inputs that it contains.
DEEPER = {C: Sum(delta_above[j] * above[j], (j, 1, K)), above[j]: Sum(w[j, k] * A[k], (k, 1, N)) + b[j]}
_SOFTMAX = as_softmax(a, z)

EVERY_SIZE = [
    network(
        "BP1",
        "The error of the output layer",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule"),
        (
            Sum(Partial(C, a[m]) * f(z[m]).diff(z[m]) * KroneckerDelta(m, j), (m, 1, K)),
            "a_m depends on z_m only",
        ),
        (Partial(C, a[j]) * Partial(f(z[j]), z[j]), "one term has m = j"),
        where={delta[j]: Partial(C, z[j]), C: Sum(g[j] * a[j], (j, 1, K)), a[j]: f(z[j])},
        sizes=TANGENT,
    ),
    network(
        "BP1 with softmax",
        "The error of a softmax output layer: the full Jacobian is needed",
        delta[j],
        (Sum(Partial(C, a[m]) * Partial(a[m], z[j]), (m, 1, K)), "chain rule"),
        (Sum(Partial(C, a[m]) * a[m] * (KroneckerDelta(m, j) - a[j]), (m, 1, K)), "the derivatives of softmax"),
        (a[j] * (Partial(C, a[j]) - Sum(Partial(C, a[m]) * a[m], (m, 1, K))), "one term has m = j"),
        where={delta[j]: Partial(C, z[j]), C: Sum(g[j] * a[j], (j, 1, K)), **_SOFTMAX},
        sizes=TANGENT,
    ),
    network(
        "BP2",
        "The error of a layer from that of the next",
        D[k],
        (Sum(Partial(C, above[j]) * Partial(above[j], Z[k]), (j, 1, K)), "chain rule"),
        (Sum(delta_above[j] * Partial(above[j], Z[k]), (j, 1, K)), "dC/dz^{l+1} = delta^{l+1}"),
        (Sum(delta_above[j] * w[j, k] * Partial(A[k], Z[k]), (j, 1, K)), "z_j = sum_k w_jk a_k + b_j"),
        (Sum(w[j, k] * delta_above[j], (j, 1, K)) * Partial(f(Z[k]), Z[k]), "a = f(z), f' is a common factor"),
        where={D[k]: Partial(C, Z[k]), **DEEPER, A[k]: f(Z[k])},
        sizes=TANGENT,
    ),
    network(
        "BP3",
        "The gradient with respect to a bias is the error",
        Partial(C, b[j]),
        (Sum(Partial(C, above[m]) * Partial(above[m], b[j]), (m, 1, K)), "chain rule"),
        (delta_above[j], "z_j = sum_k w_jk a_k + b_j"),
        where=DEEPER,
        sizes=TANGENT,
    ),
    network(
        "BP4",
        "The gradient with respect to a weight is the activation that it multiplies times the error",
        Partial(C, w[j, k]),
        (Sum(Partial(C, above[m]) * Partial(above[m], w[j, k]), (m, 1, K)), "chain rule"),
        (A[k] * delta_above[j], "z_j = sum_k w_jk a_k + b_j"),
        where=DEEPER,
        sizes=TANGENT,
    ),
]


def any_cost(size):
    """BP1 to BP4 for an unspecified cost, with `size` neurons in each of two layers."""
    numbers = range(1, size + 1)
    cost = some_cost(*(above[j] for j in numbers))
    names = {C: cost, above[j]: sum(w[j, k] * A[k] for k in numbers) + b[j], A[k]: f(Z[k])}
    outputs = {C: some_cost(*(a[j] for j in numbers)), a[j]: f(z[j])}
    sized = partial(network, sizes=f"{size} neurons in each layer, any cost")
    return [
        sized(
            f"BP1 ({size} neurons)",
            f"The error of an output layer of {size} neurons, for any cost",
            Partial(C, z[1]),
            (Partial(C, a[1]) * Partial(f(z[1]), z[1]), "chain rule: only a_1 depends on z_1"),
            where=outputs,
        ),
        sized(
            f"BP2 ({size} neurons)",
            f"The error of a layer of {size} neurons from that of the next, for any cost",
            Partial(C, Z[1]),
            (sum(Partial(C, above[j]) * Partial(above[j], Z[1]) for j in numbers), "chain rule"),
            (sum(w[j, 1] * Partial(C, above[j]) for j in numbers) * Partial(f(Z[1]), Z[1]), "z = w a + b, a = f(z)"),
            where=names,
        ),
        sized(
            f"BP3 ({size} neurons)",
            f"The gradient with respect to a bias in a layer of {size} neurons, for any cost",
            Partial(C, b[1]),
            (Partial(C, above[1]), "z_1 = sum_k w_1k a_k + b_1"),
            where=names,
        ),
        sized(
            f"BP4 ({size} neurons)",
            f"The gradient with respect to a weight in a layer of {size} neurons, for any cost",
            Partial(C, w[1, 2]),
            (A[2] * Partial(C, above[1]), "z_1 = sum_k w_1k a_k + b_1"),
            where=names,
        ),
    ]


# A network of M inputs, N hidden neurons and K softmax outputs: every gradient, from equation 84 and BP1 to BP4.
wo, bo = (IndexedBase(f"{letter}^L", real=True) for letter in ("w", "b"))
WHOLE = {
    delta[j]: Partial(C, z[j]),
    C: -Sum(y[j] * log(a[j]), (j, 1, K)),
    **_SOFTMAX,
    z[j]: Sum(wo[j, k] * A[k], (k, 1, N)) + bo[j],
    A[k]: f(Z[k]),
    Z[k]: Sum(W[k, l] * x[l], (l, 1, M)) + B[k],
}
whole = partial(
    derive,
    letters={
        x: "inputs",
        W: "hidden weights",
        B: "hidden biases",
        wo: "output weights",
        bo: "output biases",
        y: "targets",
    },
    where=WHOLE,
    given=(sums_to_1(y),),
    source="000, exercise 13",
)
backwards = Sum(wo[j, k] * (a[j] - y[j]), (j, 1, K)) * Partial(A[k], Z[k])

EXERCISE = [
    whole(
        "exercise 13",
        "The whole gradient of a softmax network: a hidden neuron's error",
        Partial(C, Z[k]),
        (Sum(delta[j] * Partial(z[j], Z[k]), (j, 1, K)), "chain rule"),
        (Sum(wo[j, k] * delta[j], (j, 1, K)) * Partial(A[k], Z[k]), "BP2"),
        (backwards, "equation 84"),
    ),
    whole(
        "exercise 13 (biases)",
        "The whole gradient of a softmax network: with respect to a hidden bias",
        Partial(C, B[k]),
        (Partial(C, Z[k]), "BP3"),
        (backwards, "exercise 13"),
    ),
    whole(
        "exercise 13 (weights)",
        "The whole gradient of a softmax network: with respect to a hidden weight",
        Partial(C, W[k, l]),
        (x[l] * Partial(C, Z[k]), "BP4"),
        (x[l] * backwards, "exercise 13"),
    ),
]

EQUATIONS = [*EVERY_SIZE, *any_cost(2), *any_cost(3), *EXERCISE]
