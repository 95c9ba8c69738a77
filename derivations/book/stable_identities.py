"""The identities by which the costs are computed without cancellation, proved like any other equation.

In exact arithmetic both sides are equal; in floating point the right side keeps digits that the left side loses.
For a neuron m (in practice the one with the largest weighted input), `rest` is the sum of e^(z_k - z_m) over the other
neurons k.
"""

from functools import partial

from sympy import IndexedBase, KroneckerDelta, Limit, Sum, Symbol, exp, log, symbols

from derivations.algebra.letters import K, j, k, m, s, s_prime
from derivations.book.definitions import as_softmax
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

rest = Symbol("rest")
x, y, d, v, a_ = symbols("z y d v a", real=True)
c, e = Symbol("c", positive=True), Symbol("e", positive=True)
z, a, g, Y = (IndexedBase(letter, real=True) for letter in ("z", "a", "g", "y"))

_LETTERS = {
    z: "weighted inputs",
    Y: "targets",
    g: "gradient of a cost with respect to the activations",
    c: "a positive constant",
}
is_other = 1 - KroneckerDelta(k, m)
NEAR_ONE = {
    **as_softmax(a, z),
    rest: Sum(is_other * exp(z[k] - z[m]), (k, 1, K)),
}

about_sigmoid = partial(derive, letters={x: "weighted input", y: "target"}, source="numerical identities")
about_softmax = partial(derive, letters=_LETTERS, where=NEAR_ONE, source="numerical identities")

EQUATIONS = [
    about_sigmoid(
        "complement of sigmoid",
        "1 - s(z) without the subtraction",
        1 - s(x),
        (exp(-x) / (1 + exp(-x)), "common denominator"),
        (1 / (1 + exp(x)), "numerator and denominator multiplied by e^z"),
        (s(-x), "definition of s"),
    ),
    about_sigmoid(
        "slope of sigmoid",
        "s'(z) without the subtraction",
        s_prime(x),
        (s(x) * (1 - s(x)), "exercise 1"),
        (s(x) * s(-x), "complement of sigmoid"),
    ),
    about_sigmoid(
        "logarithm of sigmoid",
        "ln s(z) without overflow for z < 0",
        log(s(x)),
        (-log(1 + exp(-x)), "definition of s"),
        (x - log(1 + exp(x)), "1 + e^-z = e^-z (1 + e^z)"),
    ),
    about_sigmoid(
        "error of sigmoid",
        "s(z) - y as a nonnegative and a nonpositive term for 0 <= y <= 1, exact for y = 0 and y = 1",
        s(x) - y,
        ((1 - y) * s(x) - y * (1 - s(x)), "multiplied out"),
        ((1 - y) * s(x) - y * s(-x), "complement of sigmoid"),
    ),
    about_sigmoid(
        "error of quadratic + sigmoid",
        "(a - y) a (1 - a) as a nonnegative and a nonpositive term for 0 <= y <= 1",
        (a_ - y) * a_ * (1 - a_),
        (((1 - y) * a_ - y * (1 - a_)) * a_ * (1 - a_), "error of sigmoid"),
        ((1 - y) * a_**2 * (1 - a_) - y * a_ * (1 - a_) ** 2, "multiplied out"),
        where={a_: s(x)},
    ),
    about_softmax(
        "softmax relative to a neuron",
        "Softmax from differences, without overflow if z_m is the largest",
        a[j],
        (exp(z[j]) / (exp(z[m]) * (1 + rest)), "the sum, with e^z_m taken out"),
        (exp(z[j] - z[m]) / (1 + rest), "quotient of exponentials"),
    ),
    about_softmax(
        "complement of softmax",
        "1 - a_m without the subtraction",
        1 - a[m],
        (1 - 1 / (1 + rest), "softmax relative to neuron m"),
        (rest / (1 + rest), "common denominator"),
    ),
    about_softmax(
        "logarithm of softmax",
        "ln a_j, accurate near a_m = 1, because rest leaves out the term of neuron m, which is 1",
        log(a[j]),
        (log(exp(z[j] - z[m])) - log(1 + rest), "softmax relative to neuron m, logarithm of a quotient"),
        ((z[j] - z[m]) - log(1 + rest), "logarithm of an exponential"),
    ),
    about_softmax(
        "error of softmax",
        "a_m - y_m as a nonnegative and a nonpositive term for 0 <= y_m <= 1",
        a[m] - Y[m],
        ((1 - Y[m]) * a[m] - Y[m] * (1 - a[m]), "multiplied out"),
        ((1 - Y[m]) * a[m] - Y[m] * rest / (1 + rest), "complement of softmax"),
    ),
    about_softmax(
        "Jacobian of softmax, relative to a neuron",
        "Softmax's Jacobian times a vector g, from differences to g_m: the term of neuron m drops out of the sum",
        Sum(Partial(a[k], z[j]) * g[k], (k, 1, K)),
        (Sum(a[k] * (KroneckerDelta(k, j) - a[j]) * g[k], (k, 1, K)), "the derivatives of softmax"),
        (a[j] * (g[j] - Sum(a[k] * g[k], (k, 1, K))), "one term has k = j, a_j is a common factor"),
        (a[j] * (g[j] - g[m] - Sum(a[k] * (g[k] - g[m]), (k, 1, K))), "g_m = sum_k a_k g_m, equation 79"),
        (a[j] * (g[j] - g[m] - Sum(is_other * a[k] * (g[k] - g[m]), (k, 1, K))), "the term k = m is 0"),
    ),
    derive(
        "compensated difference",
        "The rounding error of d = z_j - z_m, exact whatever the rounding errors of d and v (TwoSum)",
        (x - (d - v)) - (y + v),
        ((x - y) - d, "v cancels"),
        letters={x: "one number", y: "the other", d: "their rounded difference", v: "rounded d - z"},
        source="numerical identities",
    ),
    derive(
        "compensated exponential",
        "The exponential of a difference, exactly, from the rounded difference and its error",
        exp(x - y),
        (exp(d + ((x - y) - d)), "d + e = z_j - z_m"),
        (exp(d) * exp((x - y) - d), "exponential of a sum"),
        letters={x: "one number", y: "the other", d: "their rounded difference"},
        source="numerical identities",
    ),
    derive(
        "compensated exponential, to first order",
        "e^(d + e) = e^d (1 + e + O(e^2)): relative to e^d, the neglected rest over e^2 tends to 1 / 2 as e tends to 0",
        Limit((exp(d + e) - exp(d) * (1 + e)) / e**2, e, 0),
        (exp(d) / 2, "Taylor's series"),
        letters={d: "rounded difference", e: "its rounding error"},
        source="numerical identities",
    ),
]
