"""Functions of arrays of expressions, and what is assumed of arrays."""

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

from derivations import (
    Certificate,
    Refutation,
    between,
    certify,
    clip,
    exp,
    log,
    logsumexp,
    mean,
    sigmoid,
    simplex,
    softmax,
    symbols,
)

z = symbols("z", 2)

SAME = {
    "exp": (exp, jnp.exp),
    "sigmoid": (sigmoid, jax.nn.sigmoid),
    "softmax": (softmax, jax.nn.softmax),
    "logsumexp": (logsumexp, jax.nn.logsumexp),
    "mean": (mean, jnp.mean),
    "clip": (lambda z: clip(z, -1, 1), lambda z: jnp.clip(z, -1.0, 1.0)),
    "log": (lambda z: log(softmax(z)), jax.nn.log_softmax),
}


@pytest.mark.parametrize("name", SAME)
def test_the_function_is_that_of_jax(name):
    formula, program = SAME[name]
    assert certify(program, formula(z), z)
    assert not certify(program, formula(2 * z), z)


def test_rows_are_treated_alone():
    rows = symbols("z", 2, 2)
    assert list(softmax(rows)[1]) == list(softmax(rows[1]))
    assert list(logsumexp(rows)) == [logsumexp(row) for row in rows]
    assert list(mean(rows, axis=0)) == [sum(rows[:, 0]) / 2, sum(rows[:, 1]) / 2]


def test_a_scalar_is_an_expression():
    x = symbols("x")
    assert sp.exp(-x) == sp.exp(-x[()]) == exp(-x)
    assert sp.Piecewise((x, x > 0), (0, True)) == sp.Piecewise((x[()], x[()] > 0), (0, True))
    assert certify(jax.nn.relu, sp.Max(x, 0), x, assuming=[x > -5])
    with pytest.raises(sp.SympifyError, match="array"):
        sp.exp(z)


def test_symbols_have_assumptions_and_a_type():
    p = symbols("p", 2, positive=True)
    assert certify(jnp.log, log(p), p).assumptions == ("p1 > 0", "p2 > 0")
    half = symbols("z", 2, dtype=jnp.bfloat16)
    assert getattr(half[:1], "traced_as", None) == jnp.bfloat16
    is_half = lambda z: jnp.sum(z) if z.dtype == jnp.bfloat16 else 0 * jnp.sum(z)  # noqa: E731
    assert certify(is_half, sum(half), half)
    assert not certify(is_half, sum(z), z)
    with pytest.raises(ValueError, match=r"not even"):
        symbols("p", even=True)
    with pytest.raises(ValueError, match="floating type"):
        symbols("p", dtype=jnp.int32)


def test_assumptions_may_be_arrays_and_conjunctions():
    def squares(p):
        return jnp.sum(jnp.where((p > 0) & (p < 1), p, 2.0))

    verdict = certify(squares, sum(z), z, assuming=between(0, z, 1))
    assert verdict.assumptions == ("z1 > 0", "z2 > 0", "z1 < 1", "z2 < 1")
    assert certify(squares, sum(z), z, assuming=[z > 0, [z < 1]])
    assert certify(squares, sum(z), z, assuming=[sp.And(*between(0, z, 1))])
    assert not certify(squares, sum(z), z, assuming=[z > 0])
    assert certify(jnp.sum, 1, z, assuming=simplex(z))


def test_a_form_may_be_assumed_not_to_be_0():
    def sign(z):
        return jnp.where(z == 0, 5.0, z / jnp.abs(z))

    x = symbols("x")
    verdict = certify(sign, sp.sign(x), x, assuming=[sp.Ne(x, 0)])
    assert isinstance(verdict, Certificate)
    assert verdict.cases == ("x < 0", "x > 0")
    assert verdict.assumptions == ("x is not 0",)
    assert not certify(sign, sp.sign(x), x)
    assert not certify(sign, sp.Integer(1), x, assuming=[sp.Ne(x, 0)])
    with pytest.raises(ValueError, match="leave no input at which x is not 0"):
        certify(sign, sp.sign(x), x, assuming=[sp.Ne(x, 0), sp.Eq(x, 0)])


def test_a_single_relation_is_an_assumption_and_a_truth_value_is_none():
    assert certify(jnp.abs, z[0], z[0], assuming=z[0] > 0)
    for given in (z[0] == 0, z != 0):
        with pytest.raises(TypeError, match=r"sympy.Eq\(z, y\), sympy.Ne"):
            certify(jnp.abs, z[0], z[0], assuming=[given])


def test_a_literal_may_be_named():
    x, eps = symbols("x", positive=True), sp.Symbol("eps", positive=True)

    def cost(x):
        return jnp.log(x + 1e-7) - jnp.log(1 - 1e-7)

    named = {1e-7: eps, 1 - 1e-7: 1 - eps}
    verdict = certify(cost, log(x + eps) - log(1 - eps), x, literals=named, assuming=[eps < 1])
    assert "eps" in str(verdict.literals)
    found = certify(cost, log(x + 2 * eps) - log(1 - eps), x, literals=named, assuming=[eps < 1])
    assert isinstance(found, Refutation)
    assert ("eps", "1/10000000") in found.point  # the program has no other
    with pytest.raises(ValueError, match=r"cannot stand for eps/2"):
        certify(cost, log(x), x, literals={1e-7: eps, 1e-3: eps / 2})
    with pytest.raises(ValueError, match="cannot stand for n, which is assumed integer"):
        certify(cost, log(x), x, literals={1e-7: sp.Symbol("n", integer=True)})
    with pytest.raises(ValueError, match="cannot stand for n, which is assumed negative"):
        certify(cost, log(x), x, literals={1e-7: sp.Symbol("n", negative=True)})
    with pytest.raises(ValueError, match="finite number: inf"):
        certify(cost, log(x), x, literals={float("inf"): eps})
    with pytest.raises(ValueError, match="contradict each other"):
        certify(cost, log(x), x, literals={1e-7: eps}, assuming=[eps > 1])


def test_the_program_of_a_named_literal_is_run_with_its_own_value():
    """Where the symbol would have another value, both sides differ, but the program never computes that."""
    x, eps = symbols("x"), sp.Symbol("eps", real=True)
    formula = sp.Piecewise((x + eps, eps < sp.Rational(1, 2)), (x, True))
    with pytest.raises(Exception, match="No input was found"):
        certify(lambda x: x + 1e-7, formula, x, literals={1e-7: eps})
