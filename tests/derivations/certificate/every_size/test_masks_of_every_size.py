"""Masks of every size: what they leave out is left out, and programs that ignore them, or a part of them, are wrong."""

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

import jaxce
from derivations import Certificate, Mask, certify, symbols
from derivations.algebra.letters import K, i, j, k, n
from derivations.certificate.every_size.certifying import NotShownError, proved_worlds
from derivations.certificate.every_size.statement import stated
from derivations.certificate.every_size.tracing import traced
from derivations.certificate.literals import Reading
from derivations.claims.masked import masked_claims

z, y, w = symbols("z", "K"), symbols("y", "K"), Mask("w", ("K",))
logits, shown = symbols("z", "n", "K"), Mask("w", ("n",))
SOME = sp.Sum(w[k], (k, 1, K)) >= 1
log_sum = sp.log(sp.Sum(w[k] * sp.exp(z[k]), (k, 1, K)))
squares = sp.Sum(w[k] * z[k] ** 2, (k, 1, K))


def test_a_mask_says_what_it_is():
    assert str(w) == "mask w[K]"
    certificate = certify(lambda z, w: jnp.sum(z**2, where=w), squares, z, w)
    assert isinstance(certificate, Certificate)
    assert certificate.arguments == ("z[K]", "mask w[K]")


def test_a_masked_logsumexp_is_certified_if_something_is_shown():
    def program(z, w):
        return jax.nn.logsumexp(jnp.where(w, z, -jnp.inf))

    assert certify(program, log_sum, z, w, assuming=[SOME])


WRONG = {
    "the mask ignored": lambda z, w: jax.nn.logsumexp(z) + 0 * jnp.sum(w.astype(z.dtype)),
    "the mask turned round": lambda z, w: jax.nn.logsumexp(jnp.where(w, -jnp.inf, z)),
    "0 in place of what is masked": lambda z, w: jax.nn.logsumexp(jnp.where(w, z, 0)),
    "one in place of what is masked": lambda z, w: jnp.log(jnp.sum(jnp.where(w, jnp.exp(z), 1))),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_masked_logsumexp_is_refuted(wrong, monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    refutation = certify(WRONG[wrong], log_sum, z, w, assuming=[SOME], name=wrong, seconds=600)
    assert not refutation
    assert refutation.point


def test_where_nothing_may_be_shown_the_maximum_is_not_taken_for_one_of_the_shown(monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)

    def left_over(z, w):
        largest = jnp.max(jnp.where(w, z, -jnp.inf))
        return jnp.where(largest > -jnp.inf, 0.0, 1.0)

    assert certify(left_over, sp.S.Zero, z, w, assuming=[SOME])
    assert not certify(left_over, sp.S.Zero, z, w)


@pytest.mark.parametrize(
    ("wrong", "program"),
    [
        ("the mean of all", lambda z, w: jnp.sum(z**2, where=w) / z.shape[0]),
        ("the squares of all", lambda z, w: jnp.sum(z**2)),
        ("a masked z that stays in the sum", lambda z, w: jnp.sum(jnp.where(w, z, 1.0) ** 2)),
        ("what is masked alone", lambda z, w: jnp.sum(z**2, where=~w)),
    ],
)
def test_a_wrong_masked_sum_is_refuted(wrong, program, monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    assert not certify(program, squares, z, w, name=wrong, seconds=600)


def test_an_element_of_a_mask_is_0_or_1_and_both_happen():
    def program(z, w):
        return jnp.where(w, z, -z)

    assert certify(program, (2 * w[j] - 1) * z[j], z, w)
    assert not certify(program, z[j], z, w)
    assert not certify(program, -z[j], z, w)


def test_a_mask_of_examples_is_certified_and_a_wrong_one_refuted(monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    formula = shown[i] * sp.log(sp.Sum(sp.exp(logits[i, k]), (k, 1, K)))

    def program(z, w):
        return jnp.where(w, jax.nn.logsumexp(jnp.where(w[:, None], z, 0.0), -1), 0)

    assert certify(program, formula, logits, shown)
    assert not certify(lambda z, w: jax.nn.logsumexp(jnp.where(w[:, None], z, 0.0), -1), formula, logits, shown)
    total = sp.Sum(shown[i] * logits[i, j], (i, 1, n)) / n
    assert certify(lambda z, w: jnp.mean(jnp.where(w[:, None], z, 0), 0), total, logits, shown)
    assert not certify(lambda z, w: jnp.mean(z, 0, where=w[:, None]), total, logits, shown)


def test_a_cost_that_ignores_a_part_of_its_mask_is_refuted(monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    claim = next(claim for claim in masked_claims() if claim.output == "softmax" and "some" in claim.remark)

    def of_targets_only(z, y, w):
        return jaxce.log_likelihood(jaxce.softmax, z, jnp.where(w, y, 0))

    assert not certify(of_targets_only, claim.formula, *claim.arguments, assuming=claim.assuming, seconds=600)


def above_the_largest_shown(z, w, where=None):
    largest = jnp.max(jnp.where(w, z, -jnp.inf))
    return jnp.sum(jnp.where(z > largest, 1.0, 0.0), where=where)


def test_what_is_hidden_may_be_above_the_largest_that_is_shown(monkeypatch):
    monkeypatch.setattr("derivations.certificate.every_size.certifying.LARGEST_INSTANCE", 2)
    assert certify(lambda z, w: above_the_largest_shown(z, w, w), sp.S.Zero, z, w, assuming=[SOME])
    assert not certify(above_the_largest_shown, sp.S.Zero, z, w, assuming=[SOME])


def test_a_mask_may_hide_all_outputs_of_one_example_only():
    both = Mask("w", ("n", "K"))

    def first_unless_hidden(z, w):
        return jnp.where(jnp.max(jnp.where(w, z, -jnp.inf), -1) > -jnp.inf, z[:, 0], 0.0)

    program = traced(first_unless_hidden, (logits, both))
    with pytest.raises(NotShownError, match="depends on the example"):
        proved_worlds(program, stated(logits[i, 1], (logits, both), ()), Reading())


@pytest.mark.parametrize("name", ["tie", "tied", "is0"])
def test_no_name_of_a_mask_promises_that_it_shows_something(name):
    mask = Mask(name, ("K",))

    def is_empty(w):
        return jnp.where(jnp.any(w), 0.0, 1.0)

    assert not certify(is_empty, sp.S.Zero, mask)
    assert certify(is_empty, sp.S.Zero, mask, assuming=[sp.Sum(mask[k], (k, 1, K)) >= 1])
