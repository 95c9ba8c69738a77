"""Wrong costs and gradients, each refuted by an input that a person can check, and the contents of verdicts."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

import derivations
import jaxce
from derivations import certificate as certificate_package
from derivations import certify, symbols
from derivations.certificate import inquiry
from derivations.certificate.certifier import UnprovedError
from derivations.certificate.verdict import Certificate, Refutation, read
from derivations.claims.claim import Kind
from derivations.claims.formulas import sigmoid_of, softmax_of
from derivations.claims.pairs import pair_claims

z, y = symbols("z", 2), symbols("y", 2)
DELTA = softmax_of(z) * sum(y) - y


def refuted(fn, expected, *arguments, **options) -> Refutation:
    verdict = certify(fn, expected, *arguments, **options)
    assert isinstance(verdict, Refutation)
    assert verdict.computed_value != verdict.expected_value
    # the value computed from the trace is the one that the program returns
    np.testing.assert_allclose(float(verdict.program_value), float(verdict.computed_value), rtol=1e-5, atol=1e-6)
    return verdict


def log_likelihood(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def test_the_right_cost_is_certified():
    verdict = certify(jax.grad(log_likelihood), DELTA, z, y, name="mine", claim="84")
    assert isinstance(verdict, Certificate)
    assert verdict.cases == ("z1 < z2", "z1 = z2", "z1 > z2")
    assert str(verdict) == "certified: mine is 84 (components: 2, cases: 3)"


def test_a_and_y_swapped():
    def swapped(z, y):
        return -jnp.sum(jax.nn.softmax(z) * jnp.log(y))

    refuted(jax.grad(swapped), DELTA, z, y, assuming=[y[0] > 0, y[1] > 0])


def test_the_softmax_derivative_as_diagonal_only():
    @jax.custom_jvp
    def softmax_(z):
        return jax.nn.softmax(z)

    @softmax_.defjvp
    def _(primals, tangents):
        a = softmax_(*primals)
        return a, a * (1 - a) * tangents[0]

    certified = certify(softmax_, softmax_of(z), z)
    assert certified
    found = refuted(jax.grad(lambda z, y: -jnp.sum(y * jnp.log(softmax_(z)))), DELTA, z, y)
    assert found.component == "[0]"


def test_softmax_applied_twice():
    refuted(jax.grad(lambda z, y: log_likelihood(jax.nn.softmax(z), y)), DELTA, z, y)


def test_the_books_animation_which_steps_its_neuron_with_the_wrong_factor():
    def step(w, b):  # x = 1, y = 0
        return 1 / (1 - jax.nn.sigmoid(w + b))

    w, b = symbols("w"), symbols("b")
    a = 1 / (1 + sp.exp(-(w[()] + b[()])))
    found = refuted(step, a, w, b, claim="dC/dw")
    point = {name: float(sp.sympify(value)) for name, value in found.point}
    assert set(point) == {"w", "b"}
    activation = 1 / (1 + np.exp(-(point["w"] + point["b"])))
    assert float(found.expected_value) == pytest.approx(activation)
    assert float(found.computed_value) == pytest.approx(1 / (1 - activation))
    assert certify(jax.grad(lambda w, b: -jax.nn.log_sigmoid(-(w + b))), a, w, b)


def test_the_where_trap_is_named():
    def entropy(z):
        return jnp.where(z > 0, z * jnp.log(z), 0.0)

    t = symbols("z")[()]
    formula = sp.Piecewise((sp.log(t) + 1, t > 0), (0, True))
    verdict = certify(jax.grad(entropy), formula, np.array(t))
    assert isinstance(verdict, Refutation)
    assert verdict.computed == "nan"
    assert "where trap" in verdict.remark
    assert "test_certifier.py" in verdict.remark
    assert np.isnan(float(verdict.program_value))

    def safe(z):
        return jnp.where(z > 0, z * jnp.log(jnp.where(z > 0, z, 1.0)), 0.0)

    assert certify(jax.grad(safe), formula, np.array(t))


def test_a_custom_rule_with_a_wrong_sign():
    @jax.custom_jvp
    def cost(z, y):
        return log_likelihood(z, y)

    cost.defjvp(lambda p, t: (cost(*p), jnp.sum((p[1] - jax.nn.softmax(p[0])) * t[0])))
    refuted(jax.grad(cost), DELTA, z, y)


def test_a_clip_that_zeroes_the_gradient():
    def clipped(z, y):
        a = jnp.clip(jax.nn.sigmoid(z), 0.01, 0.99)
        return -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log(1 - a))

    found = refuted(jax.grad(clipped), sigmoid_of(z) - y, z, y)
    assert found.computed_value == "0"
    assert "log(99)" in found.case


def test_a_cost_that_is_right_except_at_a_tie():
    def sharp(z, y):
        return log_likelihood(z, y) + jnp.where(z[0] == z[1], 1.0, 0.0)

    found = refuted(sharp, -sum(y * np.array([sp.log(a) for a in softmax_of(z)])), z, y)
    assert found.case == "z1 = z2"


def test_a_program_outside_the_formulas_domain():
    assert certify(jnp.log, np.array(sp.log(z[0])), z[0], assuming=[z[0] > 0])
    assert certify(lambda z: jnp.log(jnp.abs(z)), np.array(sp.log(z[0])), z[0], assuming=[z[0] > 0])
    verdict = certify(lambda z: jnp.log(jnp.abs(z)), np.array(sp.log(z[0])), z[0])
    assert isinstance(verdict, Refutation)
    assert verdict.expected == "nan"


@pytest.mark.parametrize("right", [True, False])
def test_verdicts_survive_json(right):
    verdict = certify(jax.grad(log_likelihood), DELTA if right else -DELTA, z, y, assuming=[z[0] < z[1]])
    assert bool(verdict) is right
    assert verdict.assumptions == ("z1 < z2",)
    assert read(verdict.to_json()) == verdict
    assert json.loads(verdict.to_json())["jax"] == jax.__version__
    with pytest.raises(ValueError, match="Certificate or Refutation"):
        read(json.dumps(dataclasses.asdict(verdict)))


def test_the_fingerprint_is_that_of_the_program():
    def other(z, y):
        return -jnp.sum(jax.nn.log_softmax(z) * y)

    prints = [
        certify(f, -sum(y * np.array([sp.log(a) for a in softmax_of(z)])), z, y).fingerprint
        for f in (log_likelihood, log_likelihood, other)
    ]
    assert prints[0] == prints[1] != prints[2]


def test_the_fingerprint_counts_the_arrays_that_a_program_contains():
    masks = np.array([True, False]), np.array([False, True])
    prints = [certify(lambda z: jnp.sum(z, where=mask), z[mask][0], z).fingerprint for mask in masks]  # noqa: B023
    assert prints[0] != prints[1]


def test_a_program_is_read_afresh_each_time():
    factor = {"k": 1.0}

    def scaled(z):
        return factor["k"] * z

    assert certify(scaled, np.array(z[0]), np.array(z[0]))
    factor["k"] = 2.0
    assert not certify(scaled, np.array(z[0]), np.array(z[0]))


def test_a_formula_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        certify(jax.grad(log_likelihood), np.array([sp.S.Zero] * 3), z, y)


def test_a_claim_that_is_neither_proved_nor_refuted_is_an_error():
    t = symbols("z")[()]
    with pytest.raises(UnprovedError, match="No difference was seen"):
        certify(lambda z: jnp.arctan(jnp.sinh(z)), np.array(sp.asin(sp.tanh(t))), np.array(t))


def test_certificates_assume_that_no_logit_is_so_low_that_jaxce_treats_it_as_absent():
    program = jax.grad(lambda z, y: jaxce.log_likelihood(jaxce.softmax, z, y))
    near = [z[0] - z[1] < 1000, z[1] - z[0] < 1000]
    assert certify(program, DELTA, z, y, assuming=near).assumptions == ("z1 < z2 + 1000", "z2 < z1 + 1000")
    with pytest.raises(
        UnprovedError, match="underflow"
    ):  # beyond that, the program has e^-1000 in place of e^(z1 - z2)
        certify(program, DELTA, z, y)


def test_the_package_of_certificates_offers_what_derivations_offers():
    for name in ("Certificate", "Refutation", "UnprovedError", "certify", "symbols", "trace", "trace_cases"):
        assert getattr(certificate_package, name) is getattr(derivations, name)


def test_a_comparison_of_two_forms_that_are_identically_equal_has_one_case():
    t = sp.Symbol("t", real=True)
    program = lambda t: jnp.where(jnp.sin(2 * t) > 2 * jnp.sin(t) * jnp.cos(t), 1.0, 0.0)  # noqa: E731
    certificate = certify(program, 0, t)
    assert isinstance(certificate, Certificate)
    assert len(certificate.cases) == 1


def test_a_formula_may_branch_where_the_program_does_not():
    z = symbols("z")
    certificate = certify(lambda z: z, sp.Max(z[()], 0) - sp.Max(-z[()], 0), z)
    assert isinstance(certificate, Certificate)
    assert len(certificate.cases) == 3
    refutation = certify(lambda z: z, sp.Abs(z[()]), z)
    assert isinstance(refutation, Refutation)
    assert refutation.case == "z < 0"


def test_a_proof_that_takes_long_does_not_become_a_refutation(monkeypatch):
    """Counterexamples are then looked for, at inputs where 1 - a has no digits left in 100."""
    monkeypatch.setattr(inquiry, "QUICK", 0.0)
    kind = {"kind": Kind.GRADIENT, "cost": "cross_entropy", "output": "softmax", "size": 2, "label": 0, "c": 1}
    (claim,) = (it for it in pair_claims((2,)) if all(getattr(it, name) == value for name, value in kind.items()))
    assert claim.certify()
