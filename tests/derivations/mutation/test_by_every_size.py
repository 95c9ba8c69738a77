"""Whether the certificates for every size notice a mutant by themselves; here, those of quadratic + linear."""

import pytest

from derivations.claims.claim import Situation
from derivations.mutation import by_every_size
from derivations.mutation.by_every_size import EverySizeCertificates
from derivations.mutation.examination import library_mutants

OF_THE_RESIDUAL = "output.half_squared_residual(z, dense_targets(z, y, axis), axis)"


@pytest.fixture(scope="module")
def certificates():
    every = by_every_size.own_claims

    def few(library):
        pair = (claim for claim in every(library) if (claim.cost, claim.output) == ("quadratic", "linear"))
        return [claim for claim in pair if claim.targets and claim.situation is Situation.PLAIN]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_every_size, "own_claims", few)
        yield EverySizeCertificates()


@pytest.fixture(scope="module")
def every_mutant():
    return library_mutants()


def how_noticed(certificates, every_mutant, name):
    (mutant,) = (mutant for mutant in every_mutant if mutant.name == name)
    assert certificates.cover(mutant.module, mutant.change)
    return certificates.notice(mutant.module, mutant.change)


@pytest.mark.parametrize("change", ["x * (x / 2) -> x / (x / 2)", "x / 2 -> x / 3"])
def test_a_change_of_a_certified_function_is_noticed(certificates, every_mutant, change):
    assert how_noticed(certificates, every_mutant, f"output_layer.half_square: {change}") == "not proved"


def test_a_square_is_the_same_whichever_is_subtracted(certificates, every_mutant):
    exchanged = "output.half_squared_residual(dense_targets(z, y, axis), z, axis)"
    assert how_noticed(certificates, every_mutant, f"costs._quadratic: {OF_THE_RESIDUAL} -> {exchanged}") == ""


def test_what_no_claim_needs_is_not_covered(certificates, every_mutant):
    others = [mutant for mutant in every_mutant if mutant.module in ("focal_cost", "softmax_layer")]
    assert others
    assert not any(certificates.cover(mutant.module, mutant.change) for mutant in others)
