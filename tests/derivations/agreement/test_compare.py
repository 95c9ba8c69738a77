"""jaxce's gradients equal the book's right sides, and a wrong right side is detected."""

from dataclasses import replace

import pytest

from derivations import EQUATIONS
from derivations.agreement.compare import TOLERANCE, agreement
from derivations.agreement.table import LEFT_SIDES, NOT_COMPUTED_BY_JAXCE
from derivations.proof.mutants import mutants
from derivations.proof.notation import Partial


@pytest.mark.parametrize("label", LEFT_SIDES)
def test_jaxce_agrees(label):
    found = agreement(EQUATIONS[label])
    assert found is not None
    assert found.ok, f"{found.disagreement} against {TOLERANCE}"
    assert found.components >= 1


def test_every_equation_about_a_derivative_is_compared_with_jaxce_or_says_why_not():
    def about_a_derivative(equation):
        left = equation.statement.lhs
        return left.has(Partial) or isinstance(equation.where.get(left), Partial)

    labels = {label for label, equation in EQUATIONS.items() if about_a_derivative(equation)}
    assert labels - set(LEFT_SIDES) == set(NOT_COMPUTED_BY_JAXCE)


@pytest.mark.parametrize("label", ["61", "66", "69", "84", "BP2", "quadratic + softmax"])
def test_a_wrong_right_side_disagrees(label):
    copies = [copy for copy in mutants(EQUATIONS[label]) if copy.change in {"sign flipped", "1 added"}]
    assert copies
    for copy in copies:
        found = agreement(copy.equation, points=4)
        assert found is not None
        assert not found.ok, copy.change


def test_an_exchanged_cost_disagrees():
    swapped = replace(EQUATIONS["65"], label="67")
    found = agreement(swapped, points=4)
    assert found is not None
    assert not found.ok


def test_an_equation_without_a_derivative_has_no_agreement():
    assert agreement(EQUATIONS["79"]) is None
