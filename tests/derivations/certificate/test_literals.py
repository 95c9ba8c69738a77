"""How a program's floats are read, and that the rounding of a literal does not cause a refutation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import UnprovedError, certify, to_jax
from derivations.certificate.literals import Reading, number

x, z = sp.symbols("x z", real=True)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (np.float32(0.1), sp.Rational(1, 10)),
        (np.float32(1e30), sp.Integer(10) ** 30),
        (np.float32(1 / 7), sp.Rational(1, 7)),
        (np.float32(np.sqrt(2)), sp.sqrt(2)),
        (np.float32(np.pi / 180), sp.pi / 180),
        (np.float32(0.0), sp.S.Zero),
        (np.float16(0.39), sp.Rational(39, 100)),
        (jnp.bfloat16(0.1), sp.Rational(1, 10)),
        (np.float64(1 / 3), sp.Rational(1, 3)),
    ],
)
def test_the_meaning_of_a_float_without_a_formula(value, meaning):
    assert number(np.asarray(value)[()]) == meaning


def test_a_number_of_the_formula_is_preferred_unless_a_few_digits_say_otherwise():
    weight = sp.Rational("0.12345678")
    reading = Reading([weight * z + 1 / sp.log(10), z / (2 + sp.Rational(1, 10**9))])
    assert reading.number(np.float32(0.12345678)) == weight
    assert reading.number(np.float32(1 / np.log(10))) == 1 / sp.log(10)
    assert reading.number(np.float32(0.5)) == sp.Rational(1, 2)
    assert reading.notes == {"0.12345678": str(weight), "0.4342945": "1/log(10)"}


@pytest.mark.parametrize(
    ("program", "formula"),
    [
        (jnp.log10, sp.log(z) / sp.log(10)),
        (jnp.deg2rad, z * sp.pi / 180),
        (lambda z: z + 1e30, z + 10**30),
        (lambda z: z + 20000.37, z + sp.Rational("20000.37")),
        (lambda z: z * jnp.float32(np.float16(0.39)), z * sp.Rational("0.39")),
        (lambda z: z * 0.12345678, z * sp.Rational("0.12345678")),
        (lambda z: z * float(1 / np.sqrt(3)), z / sp.sqrt(3)),
        (lambda z: 0.5 * z, 0.5 * z),
    ],
)
def test_rounded_literals_are_certified_with_a_note(program, formula):
    with jax.enable_x64(False):
        verdict = certify(program, formula, z, assuming=[z > 0])
    assert verdict
    assert verdict.literals or program(1.0) == 0.5


def test_a_difference_that_rounding_explains_is_not_a_refutation():
    weight = np.float32(0.123456784)
    with jax.enable_x64(False):
        with pytest.raises(UnprovedError, match="rounding of its floats"):
            certify(lambda z: z * weight, z * sp.Rational("0.12345679"), z)
        assert not certify(lambda z: z * weight, z * sp.Rational("0.1235"), z)


def test_an_added_epsilon_is_seen_near_0():
    with jax.enable_x64(False):
        program = lambda z, x: x * jnp.log(z + np.float32(1e-7))  # noqa: E731
        refutation = certify(program, x * sp.log(z), z, x, assuming=[z > 0])
    assert not refutation
    assert sp.Rational(dict(refutation.point)["z"]) <= sp.Rational(1, 1000)


def test_that_an_underflowing_value_is_0_is_neither_proved_nor_refuted():
    with pytest.raises(UnprovedError, match="underflow"):
        certify(lambda z: jnp.exp(-1000.0) * jnp.exp(z), 0, z)
    with pytest.raises(UnprovedError, match="underflow"):
        certify(jnp.exp, 0, z, assuming=[sp.Eq(z, -1000)])


def test_to_jax_reads_back_the_constants_that_it_writes():
    with jax.enable_x64(False):
        assert vars(to_jax(z / 101, [z]))["certificates"][0].literals == ("0.00990099 read as 1/101",)
