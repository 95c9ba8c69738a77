"""Every equation is proved, link by link."""

from dataclasses import replace

import pytest
import sympy

from derivations import EQUATIONS
from derivations.equation import derive


@pytest.mark.parametrize("label", EQUATIONS)
def test_every_equation_is_proved(label):
    proof = EQUATIONS[label].prove()
    assert proof, str(proof)


def test_a_false_statement_is_refused_with_a_counterexample():
    equation = EQUATIONS["55"]
    false = replace(equation, statement=sympy.Eq(equation.statement.lhs, -equation.statement.rhs))
    proof = false.prove()
    assert not proof
    assert proof.counterexample
    assert abs(proof.counterexample.left + proof.counterexample.right) < 1e-15


def test_an_undeclared_letter_is_an_error():
    q, r = sympy.symbols("q r")
    with pytest.raises(ValueError, match="equation e: r not declared; give a definition"):
        derive("e", "title", q, (r, "no reason"), letters={q: "declared"})
