"""jaxce differentiates the same example of an unspecified cost that the checker evaluates in the book's right sides."""

import jax
import numpy as np
import pytest
import sympy
from support.tolerance import TOLERANCE

from derivations import EQUATIONS
from derivations.agreement.compare import agreement
from derivations.agreement.gradients import unspecified_cost, unspecified_cost_of_layers
from derivations.agreement.table import LEFT_SIDES
from derivations.proof.notation import Unspecified, unspecified


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_unspecified_cost_and_its_gradient_are_the_checker_s(size):
    a = sympy.symbols(f"a1:{size + 1}", real=True)
    point = dict(zip(a, map(sympy.Rational, ("1/3", "-2/7", "5/4")), strict=False))
    C, values = unspecified_cost(size), [float(value) for value in point.values()]
    slopes = jax.grad(lambda a: C(*a))(np.array(values))
    computed = [C(*values), *slopes]
    true = [unspecified("C")(*a), *(unspecified("C", (place,))(*a) for place in range(1, size + 1))]
    wanted = [float(expression.example().subs(point)) for expression in true]
    np.testing.assert_allclose(computed, wanted, rtol=TOLERANCE["equal"])


def test_changing_the_checker_s_example_changes_jaxce_s_cost(monkeypatch):
    monkeypatch.setattr(Unspecified, "example", lambda self: sympy.exp(sum(self.args)))
    assert float(unspecified_cost.__wrapped__(2)(0.25, 0.75)) == pytest.approx(np.exp(1.0))


def test_a_cost_that_is_not_the_checkers_disagrees(monkeypatch):
    label = "BP4 (2 neurons)"
    monkeypatch.setattr("derivations.agreement.gradients.unspecified_cost", lambda size: lambda *a: sum(a))
    monkeypatch.setitem(LEFT_SIDES, label, unspecified_cost_of_layers(2, "w"))
    found = agreement(EQUATIONS[label], points=4)
    assert found is not None
    assert not found.ok
