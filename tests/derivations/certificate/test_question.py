"""Questions: symbols with assumptions of their own, and questions that are refused since they make no sense."""

import jax.numpy as jnp
import pytest
import sympy as sp

from derivations import Refutation, UnprovedError, certify

z = sp.Symbol("z", real=True)
p = sp.Symbol("p", positive=True)


def test_a_symbols_own_assumptions_are_assumptions_and_bind_the_counterexamples():
    verdict = certify(lambda p: jnp.sqrt(p**2), p, p)
    assert verdict
    assert verdict.assumptions == ("p > 0",)
    assert certify(lambda p: jnp.arctan(p) + jnp.arctan(1 / p), sp.pi / 2, p)
    refuted = certify(lambda p: p, sp.Min(p, 1), p)
    assert isinstance(refuted, Refutation)
    assert sp.Rational(dict(refuted.point)["p"]) > 1


def test_a_symbol_without_assumptions_is_real():
    plain = sp.Symbol("z")
    assert certify(lambda z: 2 * z, 2 * plain, plain, assuming=[plain > 0])


def test_a_symbol_that_is_not_an_argument_is_named():
    with pytest.raises(ValueError, match=r"z in the formula is not the argument z: .* other assumptions"):
        certify(lambda z: 2 * z, 2 * sp.Symbol("z"), z)
    with pytest.raises(ValueError, match="y in the formula is not among the arguments' symbols z"):
        certify(lambda z: z, z + sp.Symbol("y"), z)
    with pytest.raises(ValueError, match="y in an assumption"):
        certify(lambda z: z, z, z, assuming=[sp.Symbol("y") > 0])
    with pytest.raises(ValueError, match="assumptions other than"):
        certify(lambda q: q, sp.Symbol("q", even=True), sp.Symbol("q", even=True))


def test_an_error_without_a_verdict_names_the_line_that_asked():
    with pytest.raises(UnprovedError, match=r"asked at .*test_question\.py:\d+"):
        certify(jnp.arctan, sp.atan(z) + sp.asin(sp.tanh(z)) - sp.atan(sp.sinh(z)), z)
