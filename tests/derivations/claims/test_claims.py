"""What is certified about jaxce and optax, and that no claim is missing."""

import dataclasses
import inspect
import itertools
import sys

import jax
import optax.losses
import pytest
from support.parts import one_in

import jaxce
from derivations import certify, symbols
from derivations.certificate.verdict import Refutation
from derivations.claims.claim import Claim, Kind, Situation, Targets
from derivations.claims.every_size import every_size_claims
from derivations.claims.networks import primitive_names
from derivations.claims.optax_losses import NOT_EXAMINED, optax_claims
from derivations.claims.pairs import output_layers, pair_claims
from derivations.commands.certify import claims_about_jaxce, every_claim
from derivations.mutation.altered_library import load_library
from derivations.mutation.by_certificate import gate_claims
from jaxce import summation


def gradients_with_respect_to_two_inputs(claims):
    return [
        claim
        for claim in claims
        if claim.kind is Kind.GRADIENT and claim.size == 2 and claim.targets is Targets.ANY
        if claim.situation is Situation.PLAIN and claim.axis is None
    ]


@pytest.mark.parametrize("claim", one_in(11, claims_about_jaxce()))
def test_jaxce_is_certified(claim):
    verdict = claim.certify()
    assert verdict, str(verdict)


@pytest.mark.parametrize("claim", one_in(11, optax_claims()))
def test_optax_is_certified_or_refuted(claim):
    with jax.numpy_dtype_promotion("standard"):  # some of optax's losses mix types
        verdict = claim.certify()
    assert bool(verdict) is claim.holds, str(verdict)


@pytest.mark.parametrize("claim", one_in(6, every_size_claims()))
def test_what_is_claimed_of_every_size_is_certified(claim):
    with jax.numpy_dtype_promotion("standard"):
        verdict = claim.certify()
    assert bool(verdict) is claim.holds, str(verdict)


def test_two_claims_of_optax_are_refuted_and_none_of_jaxce():
    refuted = [(claim.cost, claim.kind) for claim in every_claim() if not claim.holds]
    assert refuted == [
        ("softmax_cross_entropy_with_integer_labels", Kind.VALUE),
        ("multiclass_generalized_dice_loss", Kind.VALUE),
    ]


def test_no_claim_is_made_twice():
    names = [str(claim) for claim in every_claim()]
    assert len(set(names)) == len(names)


def test_every_loss_of_optax_is_examined_or_excluded():
    examined = {claim.cost for claim in optax_claims()}
    losses = {name for name, value in vars(optax.losses).items() if inspect.isfunction(value)}
    assert losses == examined | set(NOT_EXAMINED)


def test_no_claim_about_the_nine_pairs_is_missing():
    fields = ("kind", "cost", "output", "c", "size", "targets", "label")
    claimed = {tuple(getattr(claim, field) for field in fields) for claim in pair_claims()}
    kinds = Kind.VALUE, Kind.GRADIENT
    for kind, cost, layer, size in itertools.product(kinds, jaxce.COSTS, output_layers(), (2, 3)):
        for targets in ((Targets.ANY, None), *((Targets.LABELS, label) for label in range(size))):
            assert (kind, cost, layer.name, layer.c, size, *targets) in claimed


def selections():
    """Every selection among the claims: those for mutants, those of a test here, and those that should be refuted."""
    every = every_claim()
    return {
        "gate": [without_words(claim) for claim in gate_claims(load_library())],
        "gradients": [without_words(claim) for claim in gradients_with_respect_to_two_inputs(every)],
        "refuted": [without_words(claim) for claim in every if not claim.holds],
    }


def without_words(claim):
    names = [field.name for field in dataclasses.fields(claim)]
    return [getattr(claim, name) for name in names if name not in {"program", "formula", "arguments", "remark"}]


@pytest.fixture(scope="module")
def selected():
    return selections()


def test_no_selection_depends_on_words(monkeypatch, selected):
    init = Claim.__init__
    monkeypatch.setattr(Claim, "name", "")
    monkeypatch.setattr(Claim, "says", "")
    monkeypatch.setattr(Claim, "__init__", lambda *args, **fields: init(*args, **fields | {"remark": ""}))
    assert not any(str(claim).strip(", ") or claim.remark for claim in every_claim())
    assert selections() == selected
    assert {name: len(claims) for name, claims in selected.items()} == {
        "gate": 266,
        "gradients": 21,
        "refuted": 2,
    }


def test_a_selection_by_words_is_detected(monkeypatch, selected):
    def by_words(claims):
        return [claim for claim in claims if "K = 2" in claim.says]

    monkeypatch.setattr(sys.modules[__name__], "gradients_with_respect_to_two_inputs", by_words)
    selected = selected | {"gradients": [without_words(claim) for claim in by_words(every_claim())]}
    with pytest.raises(AssertionError):
        test_no_selection_depends_on_words(monkeypatch, selected)


@pytest.fixture
def sums_of_one_kind(monkeypatch):
    """All sums are XLA's own; that one in pairs is the same sum is certified for each number of terms that has one."""
    jax.clear_caches()
    with monkeypatch.context() as patched:
        patched.setattr(summation, "are_few", lambda x, axis: False)
        yield
    jax.clear_caches()


@pytest.mark.parametrize("terms", range(1, summation.MOST_IN_PAIRS + 1))
def test_a_sum_in_pairs_is_the_sum(terms):
    x = symbols("x", terms)
    for of in (summation.sum_of, lambda x, axis: summation.stored_sum_of(x, axis)[0]):
        assert certify(lambda x, of=of: of(x, -1), sum(x), x)
        assert not certify(lambda x, of=of: of(x, -1), sum(x[:-1]), x)


@pytest.mark.parametrize(("cost", "output"), [("cross_entropy", jaxce.sigmoid), ("log_likelihood", jaxce.softmax)])
def test_the_program_of_a_network_does_not_depend_on_its_sizes(sums_of_one_kind, cost, output):
    small, large = (primitive_names(sizes, cost, output) for sizes in ((2, 3, 2), (784, 30, 10)))
    assert small == large
    assert "dot_general" in small


@pytest.mark.parametrize("claim", gradients_with_respect_to_two_inputs(claims_about_jaxce()), ids=str)
def test_a_gradient_is_not_certified_to_be_anything_else(claim):
    wrong = dataclasses.replace(claim, formula=2 * claim.formula)
    assert isinstance(wrong.certify(), Refutation)
