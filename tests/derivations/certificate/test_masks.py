"""Masks with large finite numbers: certified where bounds show that their exponentials do not count, and only there."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from derivations import UnprovedError, certify, symbols
from derivations.certificate.verdict import Certificate, Refutation

v = symbols("v", 2)
T, z = sp.Symbol("T", positive=True), sp.Symbol("z", real=True)
BOUNDED = [bound for x in v for bound in (x > -100, x < 100)]
FIRST = sp.exp(v[0]) / (sp.exp(v[0]) + sp.exp(v[1]))
MASK = np.array([True, True, False])
LEAST = float(np.finfo(np.float32).min)


def three(v):
    return jnp.append(v, 0.5)


def logits(v, number=-1e9):
    return jnp.where(jnp.asarray(MASK), three(v), number)


@pytest.mark.parametrize(
    ("program", "formula"),
    [
        (lambda v: jax.nn.softmax(logits(v))[0], FIRST),
        (lambda v: jax.nn.softmax(logits(v, LEAST))[2], 0),
        (lambda v: jax.nn.softmax(logits(v, -1e4))[0], FIRST),
        (lambda v: jax.nn.softmax(logits(v, float(np.finfo(np.float64).min)))[0], FIRST),
        (lambda v: jax.nn.softmax(-logits(v, 1e9))[0], 1 - FIRST),
        (lambda v: jax.nn.softmax(three(v) + jnp.where(jnp.asarray(MASK), 0.0, -2.3819763e38))[0], FIRST),
        (lambda v: jax.nn.softmax(three(v) - (1.0 - jnp.asarray(MASK).astype(float)) * 1e9)[0], FIRST),
        (lambda v: jax.nn.logsumexp(logits(v)), sp.log(sp.exp(v[0]) + sp.exp(v[1]))),
        (lambda v: -jax.nn.log_softmax(logits(v))[0], sp.log(1 + sp.exp(v[1] - v[0]))),
        (jax.grad(lambda v: -jax.nn.log_softmax(logits(v))[0]), np.array([FIRST - 1, 1 - FIRST])),
        (lambda v: jnp.dot(jax.nn.softmax(logits(v)), jnp.append(v, 1.0)), FIRST * v[0] + (1 - FIRST) * v[1]),
        (lambda v: jax.nn.sigmoid(logits(v))[2], 0),
    ],
)
def test_a_mask_counts_as_infinite_where_bounds_show_that_it_does_not_matter(program, formula):
    certificate = certify(program, formula, v, assuming=BOUNDED)
    assert isinstance(certificate, Certificate)
    assert any("read as 0, which changes the result by less than exp(-1000)" in note for note in certificate.literals)


def test_a_temperature_scales_the_mask():
    program = lambda v, T: jax.nn.softmax(logits(v) / T)[0]  # noqa: E731
    formula = FIRST.xreplace({x: x / T for x in v})
    assert certify(program, formula, v, T, assuming=[*BOUNDED, T * 10 > 1, T < 10])
    with pytest.raises(UnprovedError, match="masks with -1000000000"):
        certify(program, formula, v, T, assuming=[*BOUNDED, T < 10])


def test_bounds_may_follow_from_each_other():
    program = lambda v: jax.nn.softmax(logits(v))[0]  # noqa: E731
    assert certify(program, FIRST, v, assuming=[v[0] > -10, v[1] > v[0], v[1] < 10])


@pytest.mark.parametrize(
    ("program", "formula", "assuming"),
    [
        (lambda v: jax.nn.softmax(logits(v))[0], FIRST, []),
        (lambda v: jax.nn.softmax(logits(v))[0], FIRST, [v[0] < 5, v[1] < 5]),
        (lambda v: jax.nn.softmax(logits(v, -100.0))[0], FIRST, BOUNDED),
        (lambda v: jnp.exp(logits(1e7 * v))[2] / jnp.exp(logits(1e7 * v))[1:].sum(), 0, BOUNDED),
        (lambda v: jnp.exp(logits(v))[2] * jnp.exp(v[0]), 0, []),
        (lambda v: jnp.exp(logits(v))[2] * jnp.exp(v[0]), 0, [v[0] > 0, v[0] < 2 * 10**9]),
        (lambda v: jnp.exp(logits(v) / 1e9)[2], 0, BOUNDED),
        (lambda v: jnp.exp(logits(v) + 1e9)[2], 0, BOUNDED),
        (lambda v: jnp.exp(jnp.where(v > -20000, v, -1e9))[0], 0, [v[0] < -10000]),
        (lambda v: jnp.log(jnp.exp(logits(v)))[2], -sp.oo, BOUNDED),
        (lambda v: logits(v)[2], -sp.oo, BOUNDED),
        (lambda v: jax.nn.softmax(logits(v))[0], 1 - FIRST, BOUNDED),
        (lambda v: jnp.exp(-1e5) * jnp.exp(v[0]), 0, BOUNDED),
    ],
)
def test_no_mask_makes_a_false_claim_true(program, formula, assuming):
    try:
        verdict = certify(program, formula, v, assuming=assuming)
    except UnprovedError:
        return
    assert isinstance(verdict, Refutation)


def test_a_number_that_is_no_mask_is_not_read_as_one():
    selected = lambda z: jnp.where(z > 0, 20000.0, z)  # noqa: E731
    assert certify(selected, sp.Piecewise((20000, z > 0), (z, True)), z).literals == ()
