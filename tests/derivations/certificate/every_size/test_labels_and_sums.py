"""Labels of batches, what is known of sums of positive terms, and hidden layers, for every size; and wrong programs."""

import functools

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

import jaxce
from derivations import Certificate, Labels, certify, symbols
from derivations.algebra.cases import UndecidedError
from derivations.algebra.letters import K, i, j, k, l, m, n
from derivations.algebra.sums import normal
from derivations.certificate.every_size.certifying import NotShownError, proved_worlds
from derivations.certificate.every_size.statement import stated
from derivations.certificate.every_size.tracing import traced
from derivations.certificate.literals import Reading
from derivations.claims.every_size import value_of
from derivations.claims.hidden_layers import DELTAS, activation, hidden_layer_claims, w, x

z, targets = symbols("z", "K"), symbols("y", "K")
logits, label = symbols("z", "n", "K"), Labels("t", ("n",))
t = label.at((i,))
total = sp.Sum(sp.exp(logits[i, m]), (m, 1, K))
cost_of_label = sp.log(total) - logits[i, t]
gradient_of_label = (sp.exp(logits[i, j]) / total - sp.KroneckerDelta(j, t)) / n


def cost(z, t):
    return jax.nn.logsumexp(z, -1) - jnp.take_along_axis(z, t[:, None], 1)[:, 0]


def test_labels_of_a_batch_are_certified_for_every_number_of_examples_and_classes():
    certificate = certify(cost, cost_of_label, logits, label)
    assert isinstance(certificate, Certificate)
    assert certificate.sizes == "every K, n"
    assert certificate.arguments == ("z[n, K]", "labels t[n] of K classes")
    assert len(certificate.cases) == 4
    assert certify(jax.grad(lambda z, t: jnp.mean(cost(z, t))), gradient_of_label, logits, label)


def test_a_one_hot_of_labels_is_certified_too():
    def of_one_hot(z, t):
        return -jnp.sum(jax.nn.one_hot(t, z.shape[1], dtype=z.dtype) * jax.nn.log_softmax(z), -1)

    assert certify(of_one_hot, cost_of_label, logits, label)


WRONG = {
    "a sum for a mean": jax.grad(lambda z, t: jnp.sum(cost(z, t))),
    "a sign": jax.grad(lambda z, t: -jnp.mean(cost(z, t))),
    "the label before": jax.grad(lambda z, t: jnp.mean(cost(z, jnp.maximum(t - 1, 0)))),
    "a mean over the outputs": jax.grad(lambda z, t: jnp.sum(cost(z, t)) / z.shape[1]),
    "the first label for all": jax.grad(lambda z, t: jnp.mean(cost(z, jnp.broadcast_to(t[0], t.shape)))),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_gradient_of_labels_is_refuted(wrong, monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    refutation = certify(WRONG[wrong], gradient_of_label, logits, label, name=wrong, seconds=600)
    assert not refutation
    assert refutation.point


def test_an_index_that_may_be_out_of_range_is_not_used():
    program = traced(lambda z, t: cost(z, t + 1), (logits, label))
    statement = stated(cost_of_label, (logits, label), ())
    with pytest.raises(NotShownError, match="not known to be in range"):
        proved_worlds(program, statement, Reading())


def of_the_pair(is_labels, c=1):
    program = functools.partial(jaxce.cross_entropy, jaxce.tempered_softmax(c))
    near = z[j] - z[k] < sp.Rational(1000, c)
    return program, (z, Labels() if is_labels else targets), (near, K >= 2)


@pytest.mark.parametrize("is_labels", [False, True])
def test_cross_entropy_with_softmax_needs_the_sum_of_all_but_one_exponential(is_labels):
    program, inputs, assuming = of_the_pair(is_labels)
    assert certify(program, value_of("cross-entropy + softmax", inputs[1]), *inputs, assuming=assuming)


@pytest.mark.parametrize(
    ("wrong", "program"),
    [
        ("without the other classes", lambda z, y: jaxce.log_likelihood(jaxce.softmax, z, y)),
        ("the complement's sign", lambda z, y: -jaxce.cross_entropy(jaxce.softmax, z, 1 - y)),
        ("sigmoid", lambda z, y: jaxce.cross_entropy(jaxce.sigmoid, z, y)),
    ],
)
def test_a_wrong_cross_entropy_with_softmax_is_refuted(wrong, program):
    _, inputs, assuming = of_the_pair(False)
    value = value_of("cross-entropy + softmax", targets)
    assert not certify(program, value, *inputs, assuming=assuming, name=wrong, seconds=600)


@pytest.mark.parametrize(
    ("claim", "is_two"),
    [
        ("a sum is at least twice each term", lambda e: jnp.sum(e) < 2 * e),
        ("a sum is at least twice its largest term", lambda e: jnp.sum(e) < jnp.max(e) + jnp.max(e) + 0 * e),
        ("a sum is at most its largest term and another", lambda e: jnp.sum(e) > jnp.max(e) + e),
    ],
)
def test_what_does_not_hold_of_every_sum_is_refuted(claim, is_two):
    def program(z):
        return jnp.where(is_two(jnp.exp(z)), 2 * z, z)

    assert not certify(program, z[j], z, name=claim, assuming=[K >= 2], seconds=600)


def left_over(z, times=1):
    """z, if the sum of exponentials is at least the largest and some times any other."""
    e = jnp.exp(z - jnp.max(z))
    others = jnp.where(jax.nn.one_hot(jnp.argmax(z), z.shape[0], dtype=bool), 1, jnp.sum(e) - times * e)
    return jnp.where(others < 1, 2 * z, z)


def test_a_sum_is_at_least_its_largest_term_and_any_other():
    assert certify(left_over, z[j], z, assuming=[K >= 2])


def test_it_is_not_shown_to_be_more_than_that():
    """Nor is it proved before a counterexample is found: what is known of sums is true."""
    twice = functools.partial(left_over, times=2)
    with pytest.raises((NotShownError, UndecidedError)):
        proved_worlds(traced(twice, (z,)), stated(z[j], (z,), [K >= 2]), Reading())


def test_sums_whose_denominators_differ_in_sign_are_one():
    S = sp.Symbol("S", positive=True)
    one, other = (sp.Sum(targets[k] / part, (k, 1, K)) for part in (S - sp.exp(z[k]), sp.exp(z[k]) - S))
    assert normal(one + other) == 0
    assert normal(one - other) != 0
    squares = [sp.Sum(1 / part**2, (k, 1, K)) for part in (S - sp.exp(z[k]), sp.exp(z[k]) - S)]
    assert normal(squares[0] - squares[1]) == 0


def of_hidden_layer(wrong):
    """The claim about the weights of the hidden layer, with a wrong formula."""
    claim = list(hidden_layer_claims())[3]
    error = sp.Sum(w[m, k] * DELTAS["quadratic", "linear"](m), (m, 1, K))
    slope = activation(k) * (1 - activation(k))
    formulas = {
        "without the slope": error * x[l],
        "another slope": error * activation(k) * x[l],
        "one output only": w[1, k] * DELTAS["quadratic", "linear"](1) * slope * x[l],
    }  # fmt: skip
    return certify(claim.program, formulas[wrong], *claim.arguments, name=wrong, seconds=600)


@pytest.mark.parametrize("wrong", ["without the slope", "another slope", "one output only"])
def test_a_wrong_gradient_of_a_hidden_layer_is_refuted(wrong):
    assert not of_hidden_layer(wrong)


def test_a_wrong_network_is_refuted():
    claim = list(hidden_layer_claims())[2]

    def without_the_hidden_biases(u, b, w, c, x, y):
        return jaxce.loss(
            [jaxce.Layer(u, 0 * b), jaxce.Layer(w, c)], x[None], y[None], cost=jaxce.quadratic, output=jaxce.linear
        )

    wrong = jax.grad(without_the_hidden_biases, 1)
    assert not certify(wrong, claim.formula, *claim.arguments, seconds=600)
