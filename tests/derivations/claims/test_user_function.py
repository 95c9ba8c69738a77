"""The equations with which a user's function can be compared."""

import functools
import itertools

import jax
import jax.numpy as jnp
import pytest

import jaxce
from derivations.certificate.verdict import Refutation
from derivations.claims.user_function import claims_of
from derivations.claims.written_out import READINGS


def binary(a, y):
    return -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log1p(-a))


def log_likelihood(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def of_pair(label):
    cost, output = label.replace("-", "_").split(" + ")
    return functools.partial(jaxce.COSTS[cost], jaxce.OUTPUTS[output])


# A program for each equation with which a function can be compared; for the pairs, jaxce's own.
PROGRAMS = {
    "54": lambda a, y: jnp.sum((a - y) ** 2) / 2,
    "57": lambda a, y: binary(a, y) / a.size,
    "63": binary,
    "66": of_pair("cross-entropy + sigmoid"),
    "68": of_pair("quadratic + linear"),
    "75": binary,
    "78": jax.nn.softmax,
    "80": log_likelihood,
    "84": log_likelihood,
}


@pytest.mark.parametrize("label", READINGS)
def test_the_equations_with_which_a_function_can_be_compared(label):
    program = PROGRAMS.get(label) or of_pair(label)
    smallest, *_ = claims_of(program, "mine", label)
    assert smallest.certify()
    (wrong,) = itertools.islice(claims_of(lambda *inputs: 2 * program(*inputs), "twice mine", label), 1)
    assert isinstance(wrong.certify(), Refutation)
