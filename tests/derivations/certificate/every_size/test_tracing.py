"""Which comparisons of sizes a program for symbolic sizes depends on."""

import jax.numpy as jnp

from derivations import symbols
from derivations.certificate.every_size.tracing import traced

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
