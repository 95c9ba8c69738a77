"""`prove` refuses what is false, and what it cannot decide."""

from dataclasses import replace

import pytest
import sympy

from derivations import EQUATIONS
from derivations.algebra.letters import j, k, s
from derivations.proof.equation import Step, derive
from derivations.proof.mutants import mutants
from derivations.proof.notation import Partial


@pytest.mark.parametrize("label", ["55", "61", "66", "76", "79", "84", "BP2", "exercise 12", "escape time, quadratic"])
def test_prove_refuses_a_false_statement_with_a_counterexample(label):
    for copy in mutants(EQUATIONS[label]):
        proof = copy.equation.prove()
        assert not proof
        assert proof.counterexample is not None
        assert proof.counterexample.left != proof.counterexample.right
        assert "is false: left is" in str(proof)


@pytest.mark.parametrize("label", ["61", "66", "84", "76", "exercise 13"])
def test_prove_refuses_a_false_step_and_names_it(label):
    equation = EQUATIONS[label]
    first, *rest = equation.steps
    corrupted = replace(equation, steps=(Step(2 * first.expression, "corrupted"), *rest))
    proof = corrupted.prove()
    assert not proof
    assert proof.counterexample is not None
    assert proof.reason == "corrupted"


def test_an_equation_that_cannot_be_decided_is_not_proved():
    z = sympy.Symbol("z", real=True)
    angle = sympy.asin(sympy.tanh(z)), (sympy.atan(sympy.sinh(z)), "Gudermann")
    proof = derive("e", "title", *angle, letters={z: "any number"}).prove()
    assert not proof
    assert "is not decided" in str(proof)


def test_a_wrong_sign_is_refused():
    z = sympy.Symbol("z", real=True)
    rising = derive("e", "title", s(z), (s(z), "itself"), letters={z: "any number"}, sign="negative")
    assert "not shown to be negative" in str(rising.prove())
    assert replace(rising, sign="positive").prove()


def test_derivatives_with_respect_to_different_indices_differ():
    z = sympy.IndexedBase("z", real=True)
    wrong = derive("e", "title", Partial(z[j], z[k]), (1, "wrong"), letters={z: "any numbers"})
    right = derive("e", "title", Partial(z[j], z[k]), (sympy.KroneckerDelta(j, k), "right"), letters={z: "any numbers"})
    assert not wrong.prove()
    assert right.prove()


def test_an_undeclared_letter_is_an_error():
    q, r = sympy.symbols("q r")
    with pytest.raises(ValueError, match="equation e: r not declared; give a definition"):
        derive("e", "title", q, (r, "no reason"), letters={q: "declared"})
