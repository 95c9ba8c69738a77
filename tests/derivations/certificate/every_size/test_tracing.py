"""Which comparisons of sizes a program for symbolic sizes depends on."""

import jax
import jax.numpy as jnp
import pytest

from derivations import symbols
from derivations.certificate.every_size.tracing import TracingError, traced

ARRAYS = symbols("z", "K"), symbols("a", "n")


def sum_of_both(z, a):
    return jnp.sum(z) + jnp.sum(a)


def test_sizes_that_a_function_compares_are_noted():
    def compares(z, a):
        return sum_of_both(z, a) if z.shape[0] == a.shape[0] else jnp.sum(z)

    program = traced(compares, ARRAYS)
    assert program.pairs == (("K", "n"),)
    assert not program.numbers


def test_sizes_that_a_cache_compares_by_chance_are_not_noted():
    def compares_as_a_cache(z, a):
        if str(z.shape[0]) == "K":  # stands for two sizes of one hash, which others of the same meaning have not
            assert z.shape[0] != a.shape[0]
            assert z.shape[0] != 5
        return sum_of_both(z, a)

    program = traced(compares_as_a_cache, ARRAYS)
    assert not program.pairs
    assert not program.numbers


def test_a_function_whose_code_has_no_file_may_not_look_a_size_up():
    made = {}
    exec("def looked_up(z, a):\n    return z if z.shape[0] in {6} else 2 * z", made)
    with pytest.raises(TracingError, match="looked up"):
        traced(made["looked_up"], ARRAYS)


def test_jax_may_look_sizes_up_by_the_hash_of_a_dataclass_of_its_own():
    def mapped(z, a):
        return jax.vmap(jax.nn.silu, in_axes=-1, out_axes=-1)(z) + jnp.sum(a)

    assert not traced(mapped, ARRAYS).numbers
