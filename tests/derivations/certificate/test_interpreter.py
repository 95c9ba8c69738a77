"""Batched loops, each of which runs as long as its own condition holds; refusals name the line, in a loop too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from derivations import certify, symbols

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
