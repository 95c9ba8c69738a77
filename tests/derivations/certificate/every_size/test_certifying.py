"""Every size at once: right programs are certified, wrong ones refuted with an example, all others refused."""

import functools

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

from derivations import EQUATIONS, Certificate, Equation, Labels, UnprovedError, certify, symbols
from derivations.algebra.letters import K, i, j, k, n

z, y, labels = symbols("z", "K"), symbols("y", "K"), Labels()
log_softmax = jax.nn.log_softmax
softmax_gradient = sp.exp(z[j]) / sp.Sum(sp.exp(z[k]), (k, 1, K)) - y[j]


def cross_entropy_of_logits(z, y):
    return -jnp.sum(y * log_softmax(z))


def test_an_equation_brings_its_letters_its_sizes_and_what_it_assumes():
    certificate = certify(jax.grad(cross_entropy_of_logits), "84", name="mine")
    assert isinstance(certificate, Certificate)
    assert certificate.sizes == "every K"
    assert certificate.arguments == ("z^L[K]", "y[K]")
    assert certificate.assumptions == ("Sum(y[m], (m, 1, K)) = 1",)
    assert certificate.derivation == "84: proved (steps: 5)"
    assert certificate.cases == ("K >= 2, every real input", "K = 1")
    assert str(certificate) == "certified: mine is equation 84, for every K (components: 1, cases: 2)"
    assert certify(jax.grad(cross_entropy_of_logits), EQUATIONS["84"], z, y)


def test_a_formula_with_indices_is_certified_for_labels_too():
    def cost(z, t):
        return jax.nn.logsumexp(z) - z[t]

    value = sp.log(sp.Sum(sp.exp(z[k]), (k, 1, K))) - z[labels.at(())]
    assert certify(cost, value, z, labels)
    assert certify(jax.grad(cost), "84", z, labels)


WRONG = {
    "a sign": lambda z, y: y - jax.nn.softmax(z),
    "a mean for a sum": jax.grad(lambda z, y: -jnp.mean(y * log_softmax(z))),
    "the softmax twice": jax.grad(lambda z, y: -jnp.sum(y * log_softmax(jax.nn.softmax(z)))),
    "the first class left out": jax.grad(
        lambda z, y: -jnp.sum((y * log_softmax(z)) * (jnp.arange(len(z)) > 0).astype(z.dtype))
    ),
    "the last class left out": jax.grad(lambda z, y: -jnp.sum(y[:-1] * log_softmax(z)[:-1])),
    "padding that stays in the sum": jax.grad(
        lambda z, y: jax.nn.logsumexp(jnp.concatenate([z, jnp.zeros(3)])) - jnp.sum(y * z)
    ),
    "one class number": lambda z, y: (jax.nn.softmax(z) - y) * (2 if z.shape[0] == 3 else 1),
    "one sum of class numbers": lambda z, y: (jax.nn.softmax(z) - y) * (2 if 2 * z.shape[0] - 6 == 0 else 1),
    "few classes": lambda z, y: (jax.nn.softmax(z) - y) * (2 if z.shape[0] < 3 else 1),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_gradient_is_refuted_by_an_example(wrong):
    refutation = certify(WRONG[wrong], "84", name=wrong, seconds=600)
    assert not refutation
    assert refutation.point
    assert refutation.program_value != refutation.expected_value


@pytest.mark.parametrize(
    ("wrong", "by_label"),
    [
        ("the label before", lambda z, t: -log_softmax(z)[jnp.maximum(t - 1, 0)]),
        ("the largest logit only", lambda z, t: jnp.max(z) - z[t]),
        (
            "the wrong classes only",
            lambda z, t: jax.nn.logsumexp(jnp.where(jnp.arange(len(z), dtype=t.dtype) == t, -1e30, z)) - z[t],
        ),
    ],
)
def test_a_wrong_cost_of_a_label_is_refuted(wrong, by_label):
    assert not certify(jax.grad(by_label), "84", z, labels, name=wrong, seconds=600)


@functools.cache
def looked_up(size):
    return 2 if size in {7} else 1


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        (lambda z, y: (jax.nn.softmax(z) - y) * (2 if z.shape[0] in {6} else 1), "looked up"),
        (lambda z, y: (jax.nn.softmax(z) - y) * looked_up(z.shape[0]), "looked up"),
        (lambda z, y: (jax.nn.softmax(z) - y) * jnp.where(jnp.arange(z.shape[0]) < 6, 1, 2), "order of the indices"),
        (lambda z, y: (jax.nn.softmax(z) - y) * (2 if z.shape[0] > 5 else 1), "does not trace"),
        (lambda z, y: jax.nn.softmax(z) - y + 0 * jnp.cumsum(z), "no rule for"),
    ],
)
def test_what_holds_for_small_sizes_alone_is_refused(fn, message, monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    with pytest.raises(UnprovedError, match=message):
        certify(fn, "84", z, y, seconds=600)


def test_batches_of_every_size_are_certified_and_their_wrong_means_refuted():
    logits, targets = symbols("z", "n", "K"), symbols("y", "n", "K")
    formula = (1 / (1 + sp.exp(-logits[i, j])) - targets[i, j]) / n

    def cost(z, y):
        return jnp.sum(jax.nn.softplus(z) - y * z, axis=-1)

    certificate = certify(jax.grad(lambda z, y: jnp.mean(cost(z, y))), formula, logits, targets)
    assert isinstance(certificate, Certificate)
    assert certificate.sizes == "every K, n"
    assert len(certificate.cases) == 4
    assert not certify(jax.grad(lambda z, y: jnp.sum(cost(z, y)) / z.shape[1]), formula, logits, targets)


def test_two_sizes_that_the_function_compares_are_certified_as_equal_too():
    x = symbols("x", "n", "K")
    certificate = certify(lambda x: x * (1.0 if x.shape[0] == x.shape[1] else 1), x[i, j], x)
    assert isinstance(certificate, Certificate)
    assert any("K = n" in case or "n = K" in case for case in certificate.cases)
    assert not certify(lambda x: x * (2.0 if x.shape[0] == x.shape[1] else 1), x[i, j], x)


def test_a_size_that_the_function_asks_for_is_certified_by_itself():
    certificate = certify(lambda z, y: (jax.nn.softmax(z) - y) * (1.0 if z.shape[0] == 2 else 1), "84", z, y)
    assert isinstance(certificate, Certificate)
    assert certificate.cases[1:] == ("K = 1", "K = 2")


def test_a_question_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="no equation '8'"):
        certify(cross_entropy_of_logits, "8")
    with pytest.raises(ValueError, match="about z\\^L, y"):
        certify(cross_entropy_of_logits, "84", z)
    with pytest.raises(ValueError, match="the indices"):
        certify(cross_entropy_of_logits, "84", z, y)


def test_an_equation_that_is_not_proved_certifies_nothing():
    false = Equation("false", "", sp.Eq(z[j], -z[j], evaluate=False), (), {z.base: "any numbers"})
    with pytest.raises(UnprovedError, match="the equation itself is not proved"):
        certify(lambda z: -z, false, z)


def test_assumptions_that_no_input_satisfies_prove_nothing():
    with pytest.raises((UnprovedError, ValueError)):
        certify(lambda z, y: z, softmax_gradient, z, y, assuming=[z[j] > 1, z[j] < 0])


def test_the_element_at_the_position_of_the_largest_is_the_largest():
    def left_over(z):
        return z[jnp.argmax(z)] - jnp.max(z)

    certificate = certify(left_over, sp.S.Zero, z)
    assert isinstance(certificate, Certificate)
    assert certificate.cases == ("K >= 2, every real input", "K = 1")
    assert not certify(lambda z: z[jnp.argmax(z) - 1] - jnp.max(z), sp.S.Zero, z)
