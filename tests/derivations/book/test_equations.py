"""Every equation is proved, its mutants are refused, and no equation of the book is missing."""

import pytest
from support.parts import one_in

from derivations import EQUATIONS
from derivations.proof.mutants import mutants

# Mutants that are equivalent to the equation: they are proved too, so that there is no reason to refuse them.
EQUIVALENT = {
    "54": {"a and y exchanged"},
    "exercise 8": {"indices j and k exchanged"},
    "cost-augmented softmax, Hessian": {"indices j and k exchanged"},
    "log-likelihood by a probability": {"index j for t in q[t]"},
    "Brier score is proper": {"p[j] and q[j] exchanged"},
    "Jacobian of softmax, relative to a neuron": {"factor 1 - KroneckerDelta(k, m) dropped"},
}


# The book's list: numbers, back-propagation, pairs, exercises, models, information, distances, escape, numerics.
BOOK = {
    "equations": [str(number) for number in range(54, 85)],
    "back-propagation": ["BP1", "BP2", "BP3", "BP4", "BP1 with softmax"],
    "pairs": [
        f"{cost} + {output}"
        for cost in ("quadratic", "cross-entropy", "log-likelihood")
        for output in ("linear", "sigmoid", "softmax")
    ],
    "with c": ["81 with 83", "82 with 83", "84 with 83"],
    "exercises 1 to 3": ["exercise 1", "exercise 2 (a and y exchanged, y = 0)", "exercise 3", "exercise 3 (convex)"],
    "exercises 4 and 5": ["65 (biases)", "67 (biases)", "68", "69", "70"],
    "exercises 6 to 10": [f"exercise {number}" for number in range(6, 11)],
    "exercises 11 to 14": ["81", "82", "exercise 12", "exercise 13", "exercise 14"],
    "models": ["Gaussian model", "Bernoulli model", "categorical model"],
    "information": ["cross-entropy H(p, q)", "H(p, q) one-hot", "H(p, q) = H(p) + KL", "surprise", "forces sum to 0"],
    "distances": [
        "distance-aware field, curl (t, j)",
        "distance-aware field, curl (j, k)",
        "distance-aware field, Frobenius",
        "balanced field, curl (j, k)",
        "cost-augmented softmax, delta",
        "expected distance",
        "squared earth mover's distance",
    ],
    "scores": [
        "log score is proper",
        "Brier score is proper",
        "temperature scaling, slope",
        "temperature scaling, convex",
    ],
    "escape": ["escape time, quadratic", "escape time, cross-entropy"],
    "numerics": ["complement of sigmoid", "complement of softmax", "logarithm of softmax", "compensated difference"],
}


@pytest.mark.parametrize("label", one_in(3, EQUATIONS))
def test_every_equation_is_proved(label):
    proof = EQUATIONS[label].prove()
    assert proof, str(proof)


@pytest.mark.parametrize("label", one_in(3, EQUATIONS))
def test_every_mutant_is_refused(label):
    copies = mutants(EQUATIONS[label])
    accepted = {copy.change for copy in copies if copy.counterexample is None}
    assert accepted == EQUIVALENT.get(label, set())
    assert len(copies) - len(accepted) >= 3
    assert all(copy.equation.prove() for copy in copies if copy.change in accepted)


@pytest.mark.parametrize("group", BOOK)
def test_no_equation_of_the_book_is_missing(group):
    assert [label for label in BOOK[group] if label not in EQUATIONS] == []


def test_numbered_equations_hold_for_every_size_where_the_book_has_sizes():
    for number in (*range(57, 63), 63, *range(65, 71), *range(77, 85)):
        assert EQUATIONS[str(number)].holds_for.startswith("every")
