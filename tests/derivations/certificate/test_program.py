"""The interpreter against JAX itself: the expression of each case has the value that the program computes there."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from jax import lax

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.points import points_in
from derivations.certificate import interpreter
from derivations.certificate.certifier import certify
from derivations.certificate.program import Program, symbols, trace, trace_cases

ACTIVATIONS = [
    "relu",
    "relu6",
    "sigmoid",
    "softplus",
    "sparse_plus",
    "soft_sign",
    "silu",
    "log_sigmoid",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "elu",
    "celu",
    "selu",
    "gelu",
    "squareplus",
    "mish",
    "sparse_sigmoid",
    "tanh",
]

# Functions of three numbers; together they use most of the rules.
FUNCTIONS = {
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
    "logsumexp": jax.nn.logsumexp,
    "logaddexp": lambda v: jnp.logaddexp(v[0], v[1]),
    "standardize": jax.nn.standardize,
    "sort": jnp.sort,
    "argsort": lambda v: v[jnp.argsort(v)],
    "median": lambda v: jnp.sort(v)[1],
    "argmax": lambda v: v[jnp.argmax(v)] - v[jnp.argmin(v)],
    "sums": lambda v: jnp.cumsum(v) * jnp.prod(v) + jnp.mean(v) + lax.cummax(v) - lax.cummin(v, reverse=True),
    "cumlogsumexp": lax.cumlogsumexp,
    "norm": jnp.linalg.norm,
    "xlogy": lambda v: jax.scipy.special.xlogy(jnp.exp(v[0]), jnp.exp(v[1])),
    "powers": lambda v: (v**2 + 1) ** 0.3 + v**3 + lax.rsqrt(v**2 + 1) + jnp.cbrt(v) + jnp.exp2(v),
    "special": lambda v: jax.scipy.special.gammaln(jnp.exp(v)) + jnp.sin(v) * jnp.cos(v) + jnp.arctan(v),
    "hyperbolic": lambda v: (
        jnp.sinh(v) / jnp.cosh(v) + lax.stop_gradient(lax.erf(v)) + jnp.expm1(v) + jnp.log1p(jnp.exp(v))
    ),
    "where": lambda v: jnp.where((v[0] > 0) & ~(v[0] >= 2) | (v[0] == -1), v, v**2),
    "clip": lambda v: jnp.clip(v[0], -1.0, 1.0) * v + lax.clamp(-2.0, v[0], 2.0),
    "scan": lambda v: lax.scan(lambda c, x: (c * x + 1, c + x), 1.0, v, reverse=True),
    "loop": lambda v: lax.fori_loop(0, 3, lambda i, c: c + v[i] ** 2, 0.0),
    "cond": lambda v: lax.cond(v[0] > v[1], jnp.sin, jnp.cos, v[2]),
    "update": lambda v: v.at[1].set(v[0]).at[jnp.array([0, 0])].add(v[2]),
    "shapes": lambda v: jnp.roll(jnp.pad(jnp.stack([v, v[::-1]]), 1).T[1:3], 1).ravel(),
    "slice": lambda v: lax.dynamic_update_slice(v, lax.dynamic_slice(v, (1,), (2,)), (0,)),
    "batched dot": lambda v: jnp.einsum("bi,bij->bj", jnp.stack([v, 2 * v]), jnp.ones((2, 3, 2)) * v[:, None]),
    "remat": jax.checkpoint(lambda v: jnp.sin(v) * v),
    "integers": lambda v: v * (jnp.arange(3) % 2 + (jnp.arange(3) // 2) ** 2 - (7 & 5)).astype(v.dtype),
    "jvp": lambda v: jax.jvp(jax.nn.softmax, (v,), (v**2,)),
    "hessian": lambda v: jax.hessian(jax.nn.logsumexp)(v[:2]),
}


def weighted_sum(fn):
    """A scalar function of fn's result whose gradient depends on each component in another way."""

    def scalar(v):
        leaves = jnp.concatenate([jnp.ravel(leaf) for leaf in jax.tree.leaves(fn(v))])
        return jnp.sum(leaves * jnp.arange(1.0, 1 + leaves.size))

    return scalar


def assert_traced(fn, argument):
    """At random and at tied points exactly one case holds, and its expressions have fn's values."""
    program = Program(fn, argument)
    known = list(program.cases(Case()))
    names = sorted({s for e in argument.ravel() for s in e.free_symbols}, key=str)
    rng = np.random.default_rng(0)
    for digits in (3, 0, 0):
        values = np.round(2 * rng.normal(size=len(names)), digits)
        point = {name: sp.Rational(str(value)) for name, value in zip(names, values, strict=True)}
        (result,) = [result for case, result in known if point_lies_in(case, point)]
        for symbolic, true in zip(
            jax.tree.leaves(result), jax.tree.leaves(fn(jnp.asarray(values.reshape(argument.shape)))), strict=True
        ):
            numbers = [number_at(point, expression) for expression in symbolic.ravel()]
            np.testing.assert_allclose(np.reshape(numbers, symbolic.shape), true, rtol=1e-11, atol=1e-12)


def number_at(point, expression):
    there = expression.xreplace(point)
    return np.inf if there is real.UNSIGNED else float(sp.N(there, 20))  # the run's zeros are +0


def point_lies_in(case, point):
    return all(sp.sign(item.form.xreplace(point)) == item.sign for item in case.conditions)


@pytest.mark.parametrize(("function", "formula"), [("erf", sp.erf), ("erfc", sp.erfc)])
def test_error_functions_are_certified_with_their_slopes(function, formula):
    z, f = symbols("z"), getattr(jax.scipy.special, function)
    assert certify(f, formula(z[()]), z)
    assert certify(jax.grad(f), sp.diff(formula(z[()]), z[()]), z)


@jax.custom_jvp
def exp_neg_sq(x):
    """A user's function with the name of one that JAX computes by a series."""
    return 1 - x**2


exp_neg_sq.defjvp(lambda primals, tangents: (exp_neg_sq(*primals), *tangents))


def test_a_function_that_jax_computes_by_a_series_is_read_as_exact_and_noted(monkeypatch):
    z = symbols("z")
    assert not certify(exp_neg_sq, sp.exp(-(z[()] ** 2)), z)
    monkeypatch.setattr(interpreter, "is_jaxs_file", lambda path: True)
    certificate = certify(exp_neg_sq, sp.exp(-(z[()] ** 2)), z)
    assert certificate.literals == ("exp_neg_sq read as exp(-x**2), of which it is a series",)


def test_a_package_whose_name_begins_with_jax_is_not_jax():
    folder = Path(jax.__file__).parent
    assert interpreter.is_jaxs_file(str(folder / "_src" / "lax" / "lax.py"))
    assert not interpreter.is_jaxs_file(str(folder.with_name("jaxce") / "costs.py"))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_with_their_first_and_second_derivatives(name):
    f = getattr(jax.nn, name)
    for order in (f, jax.grad(f), jax.grad(jax.grad(f))):
        assert_traced(order, symbols("z"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_with_their_gradients(name):
    assert_traced(FUNCTIONS[name], symbols("z", 3))
    assert_traced(jax.grad(weighted_sum(FUNCTIONS[name])), symbols("z", 3))


def test_a_custom_derivative_is_the_one_that_is_traced():
    @jax.custom_vjp
    def f(z):
        return z**2

    f.defvjp(lambda z: (z**2, z), lambda z, g: (5 * z * g,))
    z = symbols("z")
    assert trace(f, z) == z[()] ** 2
    assert trace(jax.grad(f), z) == 5 * z[()]


def test_an_unknown_primitive_is_named_with_the_users_line():
    with pytest.raises(NotImplementedError, match=r"'igamma_grad_a'.*test_program\.py:\d+"):
        trace(jax.grad(lambda z: jax.scipy.special.gammainc(jnp.exp(z), 2.0)), symbols("z"))


def test_a_branch_is_never_decided_by_a_sample():
    z = symbols("z")
    with pytest.raises(UndecidedError, match="z"):
        trace(jax.nn.relu, z)
    assert trace(jax.nn.relu, z, assuming=[z[()] > 0]) == z[()]
    assert trace(lambda z: jnp.where(z > 0, z + z, 2 * z), z) == 2 * z[()]


def test_a_loop_or_an_index_that_depends_on_the_inputs_is_refused():
    z = symbols("z")
    with pytest.raises(NotImplementedError, match="infinitely many cases; assume bounds"):
        trace(lambda z: jnp.arange(3.0)[z.astype(int)], z, assuming=[z[()] > 1])
    chosen = trace(lambda z: jnp.arange(3.0)[z.astype(int)], z, assuming=[z[()] > 1, z[()] < 2])
    assert chosen == 1
    unset = trace(lambda z: lax.empty((), int), z)
    assert unset[()].is_integer
    with pytest.raises(NotImplementedError, match="give concrete integers there"):
        trace(lambda z: jnp.arange(3.0)[lax.empty((), int)], z)


def test_literals_are_the_numbers_that_were_meant():
    z = symbols("z")
    assert trace(lambda z: 0.1 * z + 1 / 3, z) == z[()] / 10 + sp.Rational(1, 3)
    assert trace(lambda z: z * np.pi, z) == sp.pi * z[()]


def test_infinities_and_nan_are_those_of_floating_point():
    zero = np.array(sp.S.Zero, dtype=object)
    assert trace(jnp.log, zero) == -sp.oo
    assert trace(lambda x: 0 * jnp.log(x), zero)[()] is sp.nan
    assert trace(lambda x: 1 / x, zero)[()] is real.UNSIGNED
    assert trace(lambda x: jnp.abs(1 / x), zero) == sp.oo
    assert trace(lambda x: 2 - 3 / x, zero)[()] is real.UNSIGNED
    assert trace(lambda x: x / (1 / x), zero) == 0
    assert trace(lambda x: 1 / x + 1 / x, zero)[()] is real.UNKNOWN
    assert trace(lambda x: jnp.arctan(1 / x), zero)[()] is real.UNKNOWN
    assert trace(lambda x: x / x, zero)[()] is sp.nan
    assert trace(lambda x: jnp.sqrt(x - 1), zero)[()] is sp.nan
    assert trace(lambda x: jnp.exp(-((1 / x) ** 2)), zero) == 0
    assert trace(lambda x: jnp.tanh((1 / x) ** 2), zero) == 1


def test_a_comparison_that_depends_on_the_sign_of_a_zero_is_refused():
    zero = np.array(sp.S.Zero, dtype=object)
    for compares in (lambda x: 1 / x > 0, lambda x: jnp.arctan(1 / x) > 0, lambda x: jnp.isfinite(jnp.exp(1 / x))):
        with pytest.raises(NotImplementedError, match="sign of a zero"):
            trace(compares, zero)
    assert trace(lambda x: jnp.isfinite(1 / x), zero) == sp.false


def test_containers_and_concrete_arrays_keep_their_structure():
    z = symbols("z", 2)
    result = trace(lambda p, i: {"first": p["z"][i], "all": p["z"]}, {"z": z}, np.int32(1))
    assert result["first"] == z[1]
    assert (result["all"] == z).all()


def test_cases_cover_ties():
    z = symbols("z", 3)
    cases = [case for case, _ in trace_cases(jnp.sort, z)]
    assert len(cases) == 13  # the weak orders of three elements
    for case in cases:
        assert next(points_in(case, list(z)))


def test_no_two_symbols_of_an_array_have_the_same_name():
    w = symbols("w", 11, 11)
    assert len(set(w.ravel())) == 121
    assert not certify(lambda w: w[0, 10] - w[10, 0], 0, w)
    assert [str(symbol) for symbol in (w[0, 9], symbols("w", 2, 2)[0, 1], symbols("z", 12)[11])] == [
        "w1_10",
        "w12",
        "z12",
    ]


def test_elements_of_an_object_array_are_real_numbers():
    z = symbols("z")[()]
    assert trace(lambda v: v[0] * v[1], np.array([z, 0.1], dtype=object)) == z / 10
    for other in (sp.I, z > 0, True):
        with pytest.raises(TypeError, match="consists of real expressions"):
            trace(lambda v: v[0], np.array([z, other], dtype=object))


def test_a_comparison_that_a_case_does_not_decide_although_it_contains_it_is_an_error(monkeypatch):
    monkeypatch.setattr(Case, "about", lambda self, letters: Case())
    with pytest.raises(RuntimeError, match="although they contain it: z < 0"):
        trace_cases(jnp.abs, symbols("z"))
