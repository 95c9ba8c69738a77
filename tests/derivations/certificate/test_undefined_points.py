"""Points at which a program, a formula or both are undefined or infinite: excluded by name, refuted, or unproved."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import UnprovedError, certify, output_and_cost, symbols, to_jax
from derivations.certificate.verdict import Certificate, Refutation, read

z, y = sp.symbols("z y", real=True)


@pytest.mark.parametrize(
    ("program", "formula", "undefined"),
    [
        (lambda z: 1 / z, 1 / z, ("z = 0",)),
        (lambda z: 1 / -z, -1 / z, ("z = 0",)),
        (jnp.log, sp.log(z), ("z < 0", "z = 0")),
        (jnp.log1p, sp.log(1 + z), ("z < -1", "z = -1")),
        (lambda z: jnp.arctan(1 / z), sp.atan(1 / z), ("z = 0",)),
        (lambda z: (1 / z) ** 2, z**-2, ("z = 0",)),
    ],
)
def test_points_at_which_both_are_undefined_or_infinite_are_named(program, formula, undefined):
    verdict = certify(program, formula, z)
    assert isinstance(verdict, Certificate)
    assert tuple(case.replace("0 = z", "z = 0") for case in verdict.undefined) == undefined
    assert "except where both are undefined or infinite: " in str(verdict)
    assert read(verdict.to_json()) == verdict


def test_an_undefined_component_among_several_is_named():
    verdict = certify(lambda v: 1 / v, 1 / symbols("v", 2), symbols("v", 2))
    assert isinstance(verdict, Certificate)
    assert "v1 = 0, v2 = 0 in [0], [1]" in verdict.undefined


@pytest.mark.parametrize(
    ("program", "formula"),
    [
        (lambda z: jnp.log(jnp.abs(z)), sp.log(z)),
        (jnp.log, sp.log(sp.Abs(z))),
        (lambda z: z * jnp.log(z), sp.Piecewise((0, sp.Eq(z, 0)), (z * sp.log(z), True))),
        (lambda z: jnp.arctan(1 / -z), sp.Piecewise((sp.pi / 2, sp.Eq(z, 0)), (sp.atan(-1 / z), True))),
        (lambda z: jnp.where(z == 0, -jnp.inf, z), sp.Piecewise((sp.oo, sp.Eq(z, 0)), (z, True))),
    ],
)
def test_a_claim_is_refuted_where_only_one_side_is_defined(program, formula):
    assert isinstance(certify(program, formula, z), Refutation)


def test_a_claim_that_is_undefined_everywhere_is_not_proved():
    with pytest.raises(UnprovedError, match="nothing is left to prove"):
        certify(lambda z: jnp.log(-jnp.exp(z)), sp.log(-sp.exp(z)), z)
    with pytest.raises(UnprovedError, match=r"\[1\] is undefined"):
        certify(lambda z: jnp.stack([z, jnp.sqrt(-1 - z**2)]), np.array([z, sp.sqrt(-1 - z**2)]), z)
    assert certify(lambda z: 0 * z + jnp.nan, sp.nan, z)  # the claim is nan


def test_a_cost_is_defined_on_the_domain_that_is_assumed():
    output, cost = output_and_cost(z, 1 / (z - 5), z=z, y=y, assuming=[z > 5])
    np.testing.assert_allclose(cost(output, jnp.array([7.0]), jnp.array([0.0])), np.log(2), rtol=1e-6)
    with pytest.raises(UnprovedError, match="nothing is left to prove"):  # nan on the whole domain
        to_jax(sp.log(5 - z), [z], assuming=[z > 5])


def test_concrete_zeros_are_positive():
    zero = np.array(sp.S.Zero, dtype=object)
    assert certify(lambda x: 1 / x, sp.oo, zero)
    assert not certify(lambda x: 1 / -x, sp.oo, zero)


def test_gradients_at_poles():
    verdict = certify(jax.grad(lambda z: 1 / z), -1 / z**2, z)
    assert isinstance(verdict, Certificate)
    assert verdict.undefined
