"""The errors of the sources: each printed claim, the checker's verdict on it, and the right version.

The verdict is computed, never typed: `prove` judges the printed claim like any other equation, and if the claim is
thought to hold under a condition, judges it again with that condition given.
"""

from dataclasses import dataclass, replace

from sympy import (
    Eq,
    FiniteSet,
    IndexedBase,
    Integer,
    KroneckerDelta,
    Limit,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    log,
    oo,
    symbols,
)

from derivations.algebra.letters import K, i, j, k, l, m, n, s, s_prime, t
from derivations.book import EQUATIONS
from derivations.book.definitions import OPEN_UNIT, S, as_softmax, sums_to_1, ties
from derivations.proof.equation import Equation, derive
from derivations.proof.notation import Partial


@dataclass(frozen=True)
class Erratum:
    """A printed claim, as an equation to be judged, and its right version: labels of equations, or equations."""

    where: str
    printed: str
    claim: Equation
    right: tuple[str | Equation, ...]
    remark: str
    condition: Eq | None = None

    def verdict(self) -> str:
        """What the checker says of the printed claim: true, true under the condition, or false and where."""
        proof = self.claim.prove()
        if proof:
            return "true"
        if self.condition is not None:
            conditional = replace(self.claim, given=(*self.claim.given, self.condition))
            if conditional.prove():
                return f"true only where {self.condition.lhs} = {self.condition.rhs}; in general {_refutation(proof)}"
        return _refutation(proof)

    def corrections(self) -> list[Equation]:
        """The right version."""
        return [EQUATIONS[right] if isinstance(right, str) else right for right in self.right]


def _refutation(proof):
    return f"false: {proof.counterexample}" if proof.counterexample else "not decided"


C = Symbol("C")
c = Symbol("c", positive=True)
g = Symbol("g", positive=True)
z, y, w, x, b = symbols("z y w x b", real=True)
A, Z, Y = (IndexedBase(letter, real=True) for letter in ("a", "z", "y"))
Q = IndexedBase("a", positive=True)
_LETTERS = {Z: "weighted inputs", Y: "targets", z: "weighted input", y: "target", c: "a positive constant"}
_LETTERS |= {Q: "activations", w: "weight", b: "bias", x: "input", ties: "number of ties", g: "a gap"}
_SOFTMAX = as_softmax(A, Z)
_LOG_LIKELIHOOD = {C: -Sum(Y[j] * log(A[j]), (j, 1, K))}


def as_printed(left, right, **rest):
    """A printed claim, which has no derivation."""
    return derive("as printed", "as printed", left, (right, "as printed"), letters=_LETTERS, **rest)


def correct(left, right, reason, **rest):
    """A right version that is not an equation of the book."""
    return derive("right", "right", left, (right, reason), letters=_LETTERS, **rest)


PRINTED_LABELS = ("71", "72", "73", "73", "75", "75", "75")
RIGHT_LABELS = tuple(label for label in EQUATIONS if label.isdecimal() and 71 <= int(label) <= 77)
three = [exp(number) for number in (3, 1, 3)]
two_equal, one_largest = exp(3) / (2 * exp(3) + exp(1)), exp(3) / (exp(3) + exp(1) + exp(-3))


def rounded(value):
    """A positive value, rounded to two decimals."""
    return floor(100 * value + Rational(1, 2)) / 100


ERRATA = [
    Erratum(
        "000",
        "the equations 71 to 77 have the labels 71, 72, 73, 73, 75, 75, 75",
        as_printed(Integer(len(set(PRINTED_LABELS))), 7),
        (correct(Integer(len(set(RIGHT_LABELS))), 7, "labels of the equations here"), "74", "76", "77"),
        "right: 71, 72, 73, 74, 75, 76, 77",
    ),
    Erratum(
        "000",
        "monotonicity: da_j/dz_j is positive if j = k and negative if not",
        as_printed(Partial(A[j], Z[j]), A[j] * (KroneckerDelta(j, k) - A[k]), where=_SOFTMAX),
        ("exercise 8", "exercise 8 (j = k)", "exercise 8 (j and k different)"),
        "right: da_j/dz_k",
    ),
    Erratum(
        "000",
        "for an image of a 7 the cost is -ln a_j",
        as_printed(C, -log(A[j]), where={**_LOG_LIKELIHOOD, Y[j]: KroneckerDelta(j, t), **_SOFTMAX}),
        ("80",),
        "right: -ln a_t with t = 7",
    ),
    Erratum(
        "000",
        "linear outputs are a_j^j = z_j^L",
        as_printed(A[j, j], Z[l, j], where={A[l, j]: Z[l, j]}),
        (correct(A[l, j], Z[l, j], "a = z in layer l = L", where={A[l, j]: Z[l, j]}),),
        "right: a_j^L, neuron j of layer L, not of layer j",
    ),
    Erratum(
        "000",
        "from an error rate of 3.41 % to 3.18 % is one in fourteen of the errors",
        as_printed(Rational(341 - 318, 341), Rational(1, 14)),
        (correct(floor(10 * Rational(341, 341 - 318)) / 10, Rational(148, 10), "341 / 23 to one decimal"),),
        "right: one in 14.8",
    ),
    Erratum(
        "001, exercise A",
        "s'(z) = (-e^-z) / (-(1 + e^-z)^2)",
        as_printed(Partial(1 / (1 + exp(-z)), z), (-exp(-z)) / (-((1 + exp(-z)) ** 2))),
        ("exercise 1",),
        "two signs are wrong, one in the numerator and one in the denominator, and cancel: the value is right",
    ),
    Erratum(
        "001, 58.7",
        "on one-hot targets binary and categorical cross-entropy are the same",
        as_printed(
            -Sum(Y[j] * log(Q[j]) + (1 - Y[j]) * log(1 - Q[j]), (j, 1, K)),
            -Sum(Y[j] * log(Q[j]), (j, 1, K)),
            where={Y[j]: KroneckerDelta(j, t)},
            domain={Q: OPEN_UNIT},
        ),
        ("binary against categorical",),
        "they differ by minus the sum of ln(1 - a_j) over the wrong classes: 0.3567 and 0.6728 in 001's own example",
    ),
    Erratum(
        "001, exercise I",
        "as c grows each maximum tends to 1",
        as_printed(
            Limit(1 / (ties + exp(-c * g)), c, oo),
            1,
            domain={ties: FiniteSet(2)},
        ),
        ("exercise 12 (a maximum, c to infinity)", "exercise 12 (another neuron, c to infinity)"),
        "right: 1 / T for each of T tied maxima",
    ),
    Erratum(
        "001, exercise C",
        "the cost of n examples at its minimum is -[y ln y + (1-y) ln(1-y)]",
        as_printed(
            -Sum(Y[i] * log(Y[i]) + (1 - Y[i]) * log(1 - Y[i]), (i, 1, n)) / n,
            -(Y[j] * log(Y[j]) + (1 - Y[j]) * log(1 - Y[j])),
            domain={Y: OPEN_UNIT},
        ),
        ("64", "exercise 3", "exercise 3 (convex)", "exercise 3 (second derivative at a = y)"),
        "the mean over x is missing; and it takes the second derivative to know that the stationary point is a minimum",
    ),
    Erratum(
        "001, exercise B",
        "at y = 1 the second term is simply turned off",
        as_printed(-(y * log(s(z)) + (1 - y) * log(1 - s(z))), -log(s(z)), where={y: 1}),
        ("exercise 2 (the right form, y = 1)", "exercise 2 (the right form, y = 0)"),
        "in exact arithmetic; in float32 1 + e^-z is 1 from z = 16.64 on, and 0 ln 0 is nan",
    ),
    Erratum(
        "001, 58.5",
        "an example has outputs a_j = 0 where y_j = 0, whose terms y_j ln a_j are 0",
        as_printed(y * log(z), 0, where={y: 0, z: 0}),
        (correct(Limit(c * log(c), c, 0), 0, "the limit of x ln x"), "softmax is a distribution"),
        "this needs the convention 0 ln 0 = 0; and in exact arithmetic no softmax gives 0",
    ),
    Erratum(
        "002",
        "from .01 to .02 and from .98 to .99 is the same improvement of the (quadratic) loss",
        as_printed(Rational(99, 100) ** 2 - Rational(98, 100) ** 2, Rational(2, 100) ** 2 - Rational(1, 100) ** 2),
        (
            correct(
                2 * Rational(-98 + 99, 100),
                2 * Rational(-1 + 2, 100),
                "the gradient 2 (q - 1) changes by the same amount",
            ),
            correct(Rational(99, 100) ** 2 - Rational(98, 100) ** 2, Rational(197, 10000), "the loss at .01"),
            correct(Rational(2, 100) ** 2 - Rational(1, 100) ** 2, Rational(3, 10000), "the loss at .98"),
        ),
        "the gradient changes by the same amount, .02; the loss falls by .0197 and by .0003",
    ),
    Erratum(
        "002",
        "the quadratic cost itself slows learning down: delta = (a - y) s'(z), whatever the output",
        as_printed(
            Partial(C, Z[j]),
            (A[j] - Y[j]) * s_prime(Z[j]),
            where={C: Sum((A[j] - Y[j]) ** 2, (j, 1, K)) / 2, A[j]: Z[j]},
        ),
        ("quadratic + linear", "quadratic + sigmoid"),
        "the factor s'(z) is the sigmoid's: with linear outputs there is none",
    ),
    Erratum(
        "003, 2.1",
        "dC/da_j = -sum_j y_j / a_j",
        as_printed(Partial(C, Q[j]), -Sum(Y[m] / Q[m], (m, 1, K)), where={C: -Sum(Y[j] * log(Q[j]), (j, 1, K))}),
        ("80 by a",),
        "right: -y_j / a_j, without the sum",
    ),
    Erratum(
        "003, 2.0",
        "dC/dz_i = dC/da_j da_j/dz_i",
        as_printed(Partial(C, Z[k]), Partial(C, A[j]) * Partial(A[j], Z[k]), where=_LOG_LIKELIHOOD | _SOFTMAX),
        (
            correct(
                Partial(C, Z[k]),
                Sum(Partial(C, A[j]) * Partial(A[j], Z[k]), (j, 1, K)),
                "chain rule",
                where=_LOG_LIKELIHOOD | _SOFTMAX,
            ),
            "84",
        ),
        "the sum over j is missing",
    ),
    Erratum(
        "003, 2.2",
        "da_i/dz_i has the denominator sum_k (e^z_k)^2",
        as_printed(
            Partial(A[j], Z[j]),
            (S * exp(Z[j]) - exp(Z[j]) ** 2) / Sum(exp(Z[k]) ** 2, (k, 1, K)),
            where=_SOFTMAX,
        ),
        ("78 by its own z",),
        "right: (sum_k e^z_k)^2",
    ),
    Erratum(
        "003, 2.3",
        "-y_i + a_i sum_j y_j = -y_i + a_i",
        as_printed(-Y[j] + A[j] * Sum(Y[m], (m, 1, K)), -Y[j] + A[j], where=_SOFTMAX),
        ("84", "84 with 83"),
        "this uses sum_j y_j = 1 without saying so",
        condition=sums_to_1(Y),
    ),
    Erratum(
        "003",
        "the largest of softmax(3, 1, 3) is the prediction (.88, .12, .00 in its picture)",
        as_printed(rounded(two_equal), Rational(88, 100)),
        (
            correct(rounded(one_largest), Rational(88, 100), "softmax of (3, 1, -3)"),
            correct(three[0] / sum(three), three[2] / sum(three), "softmax of (3, 1, 3): a tie"),
        ),
        "a tie: there is no largest; (3, 1, -3) gives .88, .12, .00",
    ),
    Erratum(
        "000, problem after 83",
        "84 holds for 83 too",
        as_printed(
            Partial(C, Z[j]),
            A[j] - Y[j],
            where=_LOG_LIKELIHOOD | as_softmax(A, Z, c),
            given=(sums_to_1(Y),),
        ),
        ("81 with 83", "82 with 83", "84 with 83"),
        "right: the factor c is missing",
        condition=Eq(c, 1),
    ),
    Erratum(
        "the book's animation",
        "the cross-entropy neuron is stepped with dC/dw = 1 / (1 - a)",
        as_printed(Partial(C, w), 1 / (1 - s(w + b)), where={C: -log(1 - s(w + b))}),
        (correct(Partial(C, w), s(w + b), "61 with x = 1 and y = 0", where={C: -log(1 - s(w + b))}),),
        "right: dC/dw = a at x = 1, y = 0",
    ),
]
