"""The formulas in the certificates are those of the proved equations."""

import itertools

import pytest

import jaxce
from derivations.algebra.zero import vanishes
from derivations.certificate.program import symbols
from derivations.claims.formulas import ACTIVATION_FORMULAS, COST_FORMULAS, DELTA_FORMULAS, softmax_of
from derivations.claims.written_out import written_out


@pytest.mark.parametrize(("cost", "output", "size"), list(itertools.product(jaxce.COSTS, jaxce.OUTPUTS, (2, 3))))
def test_the_formulas_of_the_nine_pairs_are_the_proved_ones(cost, output, size):
    (form,) = written_out(f"{cost.replace('_', '-')} + {output}", size)
    a = ACTIVATION_FORMULAS[output](form.argument)
    typed = DELTA_FORMULAS[cost, output](a, form.targets)
    assert all(vanishes(one - other) for one, other in zip(form.formula, typed, strict=True))
    assert not any(vanishes(one + other) for one, other in zip(form.formula, typed, strict=True))


@pytest.mark.parametrize(("cost", "label"), [("cross_entropy", "63"), ("log_likelihood", "80")])
def test_the_formulas_of_costs_are_the_proved_ones(cost, label):
    forms = list(written_out(label, 3))
    assert forms
    for form in forms:
        a = softmax_of(form.argument) if label == "80" else form.argument
        assert vanishes(COST_FORMULAS[cost](a, form.targets) - form.formula.item())


def test_the_formula_of_the_quadratic_cost_is_the_proved_one_for_each_output():
    (form,) = written_out("54", 1)
    z, y = symbols("z", 3), symbols("y", 3)
    one = [
        form.formula.item().xreplace({form.argument[0]: z_j, form.targets[0]: y_j})
        for z_j, y_j in zip(z, y, strict=True)
    ]
    assert vanishes(COST_FORMULAS["quadratic"](z, y) - sum(one))
