"""Batched loops, each of which runs as long as its own condition holds; refusals name the line, in a loop too.

An interpreter that a comparison stopped goes on in the cases that decide it with what it has computed.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from derivations import certify, symbols, trace_cases
from derivations.algebra.cases import Case
from derivations.certificate.interpreter import EVERY_RULE
from derivations.certificate.program import Program

v = symbols("v", 2)


def power(n, x):
    return lax.while_loop(lambda c: c[0] < n, lambda c: (c[0] + 1, c[1] * x), (0, 1.0))[1]


def test_batched_loops():
    counts = jnp.array([1, 3])
    assert certify(lambda v: jax.vmap(power)(counts, v), np.array([v[0], v[1] ** 3]), v)
    assert not certify(lambda v: jax.vmap(power)(counts, v), np.array([v[0], v[1] ** 2]), v)


def test_a_refusal_names_the_line_in_a_loop():
    def body(carry, x):
        return carry + lax.nextafter(x, 0.0), x

    with pytest.raises(NotImplementedError, match=r"'nextafter', made at .*test_interpreter\.py:\d+ \(.*body\)"):
        certify(lambda v: lax.scan(body, 0.0, v)[0], v[0], v)


def test_what_was_computed_before_a_comparison_is_not_computed_again(monkeypatch):
    exponential, runs = EVERY_RULE["exp"], []
    monkeypatch.setitem(EVERY_RULE, "exp", lambda interpreter, x: (runs.append(x), exponential(interpreter, x))[1])
    cases = trace_cases(lambda v: jnp.abs(jnp.exp(v[0]) * v[0]) + jnp.abs(v[1]), v)
    assert len(cases) == 9
    assert len(runs) == 1


def test_what_was_computed_before_symbols_became_equal_has_them_equal():
    cases = trace_cases(lambda v: (jnp.exp(v[0] - v[1]), jnp.sign(v[0] - v[1])), v)
    assert {sign[()]: power[()] for _, (power, sign) in cases}[0] == 1


def test_a_nan_is_born_only_in_the_case_in_which_it_is():
    found = list(Program(jnp.log, symbols("z")).interpreted(Case()))
    assert [len(each.interpreter.nan_births) for each in found] == [1, 0, 0]
