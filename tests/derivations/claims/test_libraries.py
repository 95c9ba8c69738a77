"""Other people's libraries: the claims hold or do not as they say, and the page has every one of them."""

import dataclasses
import importlib
from pathlib import Path

import jax
import pytest
import sympy as sp

from derivations.claims.jax_nn import jax_nn_claims
from derivations.claims.libraries import LIBRARIES
from derivations.commands.libraries_page import PREFACE, Examined, Section, page_of_libraries, table

PAGE = (Path(__file__).parents[3] / "docs/other-libraries.md").read_text()
INSTALLED = {name: library for name, library in LIBRARIES.items() if not library.absence}
CLAIMS = {name: list(library.claims()) for name, library in INSTALLED.items()}
# The tests of optax examine its claims; of the others, one in five is examined here, and all by the command.
SOME = [claim for name, claims in CLAIMS.items() if name != "optax.losses" for claim in claims[::5]]


@pytest.mark.parametrize("claim", SOME, ids=lambda claim: f"{claim.package}: {claim}")
def test_a_claim_about_a_library_is_certified_or_refuted(claim):
    with jax.numpy_dtype_promotion("standard"):
        verdict = claim.certify()
    assert bool(verdict) is claim.holds, str(verdict)


def test_a_claim_that_is_wrong_is_noticed():
    claim = next(claim for claim in jax_nn_claims() if claim.function == "silu")
    wrong = dataclasses.replace(claim, formula=sp.Integer(7))
    library = LIBRARIES["jax.nn"]
    assert Section(library, [claim], [Examined(claim.certify(), 0.0)]).is_right
    assert not Section(library, [claim], [Examined(wrong.certify(), 0.0)]).is_right


@pytest.mark.parametrize("name", INSTALLED)
def test_the_page_has_every_claim(name):
    rows = table(CLAIMS[name])
    section = PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == rows
    refuted = sum(not claim.holds for claim in CLAIMS[name])
    assert f" | {len(CLAIMS[name])} | {len(CLAIMS[name]) - refuted} | {refuted} | " in PAGE
    assert all(f"- `{left}`: " in section for left in LIBRARIES[name].left_out)


def test_every_claim_that_does_not_hold_says_why_and_no_two_are_the_same():
    for claims in CLAIMS.values():
        assert all(claim.holds or claim.reason for claim in claims)
        assert len(set(map(str, claims))) == len(claims)


def test_the_page_says_what_is_left_out(monkeypatch):
    assert PREFACE in PAGE
    assert "is left out" not in PAGE

    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    library = LIBRARIES["rlax"]
    page = page_of_libraries([Section(library, [], [], library.absence)])
    assert "## rlax\n\nrlax is left out: No module named 'rlax'." in page
    assert "| rlax |" not in page


def test_a_library_on_another_backend_is_left_out(monkeypatch):
    class Keras:
        class backend:
            backend = staticmethod(lambda: "torch")

    monkeypatch.setattr(importlib, "import_module", lambda name: Keras)
    assert LIBRARIES["keras.losses"].absence == (
        "keras.losses is left out: its backend is torch: set KERAS_BACKEND=jax"
    )
