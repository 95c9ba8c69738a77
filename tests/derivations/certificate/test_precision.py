"""Where a program drops precision is named, with its line, beside the proof in exact arithmetic."""

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

from derivations import certify, symbols
from derivations.certificate.verdict import Certificate, Imprecision, read

x = symbols("x", dtype=jnp.float32)
SOFTPLUS = sp.log(1 + sp.exp(x))


def dropped(program, formula, argument):
    verdict = certify(program, formula, argument)
    assert isinstance(verdict, Certificate)
    return verdict.precision


def narrow(x):
    half = x.astype(jnp.bfloat16)
    return jax.nn.softplus(half).astype(jnp.float32)


LINE = f"test_precision.py:{narrow.__code__.co_firstlineno + 1} (narrow)"


def test_precision_that_is_dropped_is_named_with_its_line():
    verdict = certify(narrow, SOFTPLUS, x)
    assert isinstance(verdict, Certificate)
    (step,) = verdict.precision
    assert step.startswith("float32 (24 bits) becomes bfloat16 (8 bits) at ")
    assert step.endswith(LINE)
    assert LINE in str(verdict)
    assert dropped(jax.nn.softplus, SOFTPLUS, x) == ()


def test_if_a_type_is_asked_for_the_verdict_is_false_and_shows_an_input():
    verdict = certify(narrow, SOFTPLUS, x, precision=jnp.float32)
    assert isinstance(verdict, Imprecision)
    assert not verdict
    assert abs(float(verdict.program_value) / float(verdict.expected_value) - 1) > 1e-3
    assert LINE in str(verdict)
    assert read(verdict.to_json()) == verdict
    assert certify(jax.nn.softplus, SOFTPLUS, x, precision=jnp.float32)
    assert certify(narrow, SOFTPLUS, x, precision=jnp.bfloat16)
    with pytest.raises(ValueError, match="floating type such as"):
        certify(narrow, SOFTPLUS, x, precision=jnp.int32)
    assert "refuted" in str(certify(narrow, 2 * SOFTPLUS, x, precision=jnp.float32))


@pytest.mark.parametrize(
    "program",
    [
        lambda x: jax.lax.reduce_precision(x, 8, 7),
        lambda x: jax.lax.fori_loop(0, 2, lambda i, v: v.astype(jnp.bfloat16).astype(jnp.float32), x),
        lambda x: jax.lax.cond(True, lambda v: v, lambda v: v.astype(jnp.float16).astype(jnp.float32), x),
    ],
    ids=["reduce_precision", "loop", "branch"],
)
def test_no_place_escapes(program):
    assert dropped(program, x, x)


def test_what_no_result_depends_on_and_constants_do_not_count():
    def program(x):
        x.astype(jnp.bfloat16)
        return x + jnp.ones((), jnp.float32).astype(jnp.bfloat16).astype(jnp.float32)

    assert dropped(program, x + 1, x) == ()


def test_inputs_of_few_bits_are_not_dropped_unless_a_type_is_asked_for():
    half = symbols("x", dtype=jnp.bfloat16)
    assert dropped(jax.nn.softplus, SOFTPLUS, half) == ()
    verdict = certify(lambda x: x * x, x * x, half, precision=jnp.float32)
    assert isinstance(verdict, Imprecision)
    assert "mul is computed in bfloat16 (8 bits) at " in verdict.precision[0]
    assert certify(lambda x: jnp.square(x.astype(jnp.float32)), x**2, half, precision=jnp.float32)
