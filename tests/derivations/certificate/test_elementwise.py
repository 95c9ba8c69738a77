"""Functions of one number and their derivatives, certified for every number or on their domains; truth values."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from jax import lax

from derivations import certify, symbols
from derivations.algebra.cases import Case
from derivations.certificate.elementwise import polynomial
from derivations.certificate.program import trace
from derivations.certificate.verdict import Refutation

z, y = sp.symbols("z y", real=True)
v = symbols("v", 2)
special = jax.scipy.special
INSIDE = (z > -1, z < 1)


@pytest.mark.parametrize(
    ("program", "formula", "domain"),
    [
        (jnp.tan, sp.tan(z), ()),
        (jnp.arcsin, sp.asin(z), INSIDE),
        (jnp.arccos, sp.acos(z), INSIDE),
        (jnp.arctan, sp.atan(z), ()),
        (jnp.arcsinh, sp.asinh(z), ()),
        (jnp.arctanh, sp.atanh(z), INSIDE),
        (special.gammaln, sp.loggamma(z), (z > 0,)),
        (special.digamma, sp.digamma(z), (z > 0,)),
        (lambda z: special.polygamma(1, z), sp.polygamma(1, z), (z > 0,)),
        (lambda z: special.gammainc(2.0, z), 1 - (1 + z) * sp.exp(-z), (z > 0,)),
        (lambda z: special.gammaincc(2.0, z), (1 + z) * sp.exp(-z), (z > 0,)),
        (lambda z: special.betainc(2.0, 3.0, z), z**2 * (6 - 8 * z + 3 * z**2), (z > 0, z < 1)),
        (lambda z: special.betainc(0.5, 1.0, z), sp.sqrt(z), (z > 0, z < 1)),
        (lambda z: special.betainc(1.0, 0.5, z), 1 - sp.sqrt(1 - z), (z > 0, z < 1)),
        (special.i0, sp.besseli(0, z), (z > 0,)),
        (special.gamma, sp.gamma(z), (z > 0,)),
        (lambda z: jnp.copysign(2 * z, z - 1), 2 * z, (z > 1,)),
        (special.erf, sp.erf(z), ()),
        (lambda z: 1 / jnp.cos(z), sp.sec(z), ()),
        (lambda z: 1 / jnp.sin(z), sp.csc(z), ()),
        (lambda z: jnp.cos(z) / jnp.sin(z), sp.cot(z), (z > 0, z < 3)),
        (lambda z: 2 * jnp.sin(z / 2) ** 2, 1 - sp.cos(z), ()),
        (lambda z: 1 / jnp.tanh(z), sp.coth(z), (z > 0,)),
        (lambda z: jnp.exp(special.gammaln(z + 1)), sp.factorial(z), (z > 0,)),
        (lambda z: jnp.exp(2 * special.gammaln(z) - special.gammaln(2 * z)), sp.beta(z, z), (z > 0,)),
    ],
)
def test_functions_and_their_slopes(program, formula, domain):
    assert certify(program, formula, z, assuming=domain)
    assert certify(jax.grad(program), sp.diff(formula, z), z, assuming=domain)
    assert not certify(program, formula + 1, z, assuming=domain)


def test_a_function_whose_slope_is_written_in_another_way():
    assert certify(jnp.arccosh, sp.acosh(z), z, assuming=[z > 1])
    assert certify(jax.grad(jnp.arccosh), 1 / sp.sqrt(z**2 - 1), z, assuming=[z > 1])


def test_a_polynomial_begins_with_its_constant():
    """JAX 0.12 has a primitive for it."""
    assert sp.expand(polynomial(Case(), z, sp.Integer(5), sp.Integer(3), y)) == 5 + 3 * z + y * z**2
    assert polynomial(Case(), z, y) == y


def test_functions_of_which_only_the_value_is_certified():
    assert certify(lax.erf_inv, sp.erfinv(z), z, assuming=INSIDE)
    assert certify(special.i1e, sp.exp(-sp.Abs(z)) * sp.besseli(1, z), z)
    assert certify(lambda z: special.zeta(z, 1.0), sp.zeta(z), z, assuming=[z > 1])
    sinc = sp.Piecewise((1, sp.Eq(z, 0)), (sp.sin(sp.pi * z) / (sp.pi * z), True))
    assert certify(lambda z: jnp.where(z == 0, 1, jnp.sin(jnp.pi * z) / jnp.where(z == 0, 1, jnp.pi * z)), sinc, z)


def test_the_angle_of_a_point():
    assert certify(jnp.arctan2, sp.atan2(z, y), z, y, assuming=[z > 0])
    assert certify(jax.grad(jnp.arctan2), y / (z**2 + y**2), z, y, assuming=[y > 0])


def test_integer_parts():
    assert certify(jnp.floor, sp.floor(z), z)
    assert certify(jnp.floor, sp.Piecewise((0, z < 1), (1, z < 2), (2, True)), z, assuming=[z >= 0, z <= 2])
    assert certify(jnp.round, sp.Piecewise((0, z <= sp.Rational(1, 2)), (1, True)), z, assuming=[z >= 0, z <= 1])
    assert certify(jnp.trunc, 0, z, assuming=INSIDE)
    assert certify(lambda z: jnp.mod(z, 1.0), z, z, assuming=[z >= 0, z < 1])
    assert certify(lambda z: jnp.mod(z, 2.0), sp.Mod(z, 2), z, assuming=[z >= -2, z <= 4])
    assert certify(lambda z: jnp.fmod(z, 2.0), z, z, assuming=[z > -2, z < 2])
    assert not certify(jnp.floor, z, z, assuming=INSIDE)


def test_a_function_without_a_limit_is_nan_there():
    formula = sp.Piecewise((0, sp.Eq(z, 0)), (z * sp.sin(1 / z), True))
    refutation = certify(lambda z: z * jnp.sin(1 / z), formula, z)
    assert isinstance(refutation, Refutation)
    assert (refutation.point, refutation.computed_value) == ((("z", "0"),), "nan")


def test_the_poles_of_the_gamma_function_are_noticed():
    refutation = certify(lambda z: 0 * lax.lgamma(z), 0, z)
    assert isinstance(refutation, Refutation)
    assert refutation.computed_value == "nan"
    assert not certify(lax.lgamma, sp.loggamma(z), z)
    assert certify(lax.lgamma, sp.loggamma(z), z, assuming=[z > 0])


def test_nested_choices():
    formula = sp.Piecewise((0, z < 0), (z, z < 1), (1, True))
    assert certify(lambda z: jnp.select([z < 0, z < 1], [0 * z, z], 1.0), formula, z)
    assert certify(lambda z: jnp.interp(z, jnp.array([0.0, 1.0]), jnp.array([0.0, 1.0])), formula, z)
    step = sp.Piecewise((0, z <= 0), (1, z <= 1), (2, True))
    assert certify(lambda z: jnp.searchsorted(jnp.array([0.0, 1.0]), z), step, z)


def test_truth_values():
    assert certify(lambda z: (z > 0) & (z < 1), sp.And(z > 0, z < 1), z)
    assert not certify(lambda z: (z > 0) & (z < 1), sp.And(z > 0, z <= 1), z)
    first = sp.Piecewise((0, v[0] > 0), (1, v[1] > 0), (0, True))
    assert certify(lambda v: jnp.argmax(v > 0), first, v)
    any_ = sp.Piecewise((1, sp.Or(v[0] > 0, v[1] > 0)), (0, True))
    assert certify(lambda v: jnp.sort(v > 0)[1].astype(float), any_, v)
    chosen = sp.Or(sp.And(v[0] > 0, v[1] > 0), sp.And(v[0] <= 0, v[1] < 0))
    assert certify(lambda v: jnp.where(v[0] > 0, v > 0, v < 0)[1], chosen, v)


def test_nothing_is_known_of_uninitialised_elements():
    formula = sp.Piecewise((2 * z, z > 0), (-1, True))
    assert certify(jax.grad(lambda z: lax.cond(z > 0, lambda x: x**2, lambda x: -x, z)), formula, z)
    unset = trace(lambda z: z + lax.empty((2,), z.dtype), np.array(z))
    assert unset[0] != unset[1]
    assert unset[0] != z


def test_an_equinox_error_that_is_not_raised_changes_nothing():
    def checked(z):
        return eqx.error_if(z, z < 0, "negative")

    assert certify(checked, z, z, assuming=[z > 0])
    with pytest.raises(NotImplementedError, match="pure_callback"):
        certify(checked, z, z)


def test_the_branch_for_this_processor_is_certified():
    program = lambda z: lax.platform_dependent(z, cpu=jnp.sin, default=jnp.cos)  # noqa: E731
    certificate = certify(program, sp.sin(z) if jax.default_backend() == "cpu" else sp.cos(z), z)
    assert any("the program for" in literal for literal in certificate.literals)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (lambda x: jnp.signbit(x), "the sign bit of a zero"),
        (lambda x: lax.bitcast_convert_type(x, jnp.int32) >> 3, "only its sign is known"),
        (lambda x: lax.bitcast_convert_type(x, jnp.int32) + 1, "only its sign is known"),
        (lambda x: lax.bitcast_convert_type(x, jnp.uint32), "only the sign of a float is known"),
    ],
)
def test_of_the_bits_of_a_float_only_the_sign_is_read(program, reason):
    with pytest.raises(NotImplementedError, match=reason):
        certify(lambda z: program(z.astype(jnp.float32)), 0, z, assuming=[z >= 0])
