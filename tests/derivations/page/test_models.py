"""What the page computes step by step: the slow neuron's path, and gradients rounded like those of programs."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import sympy as sp
from support.browser_engine import Engine

import jaxce
from derivations.algebra.zero import is_zero
from derivations.page.designed_costs import WISHES, a, read_cost, y, z
from derivations.page.document import models
from derivations.page.findings import FINDINGS, read_findings

FINDINGS_NOW = read_findings(FINDINGS.read_text())


@pytest.fixture(scope="module")
def engine():
    return Engine(models(FINDINGS_NOW))


def path(engine, cost, w, b, rate=0.15, epochs=300):
    call = "neuronPath({name, w, b, η, epochs}).map(({w, b, a, C, byWeight}) => [w, b, a, C, byWeight])"
    return np.array(engine.run(call, name=cost, w=w, b=b, η=rate, epochs=epochs), dtype=float)


def test_the_slow_neuron_has_the_numbers_of_the_book(engine):
    output = path(engine, "quadratic", 2, 2)[:, 2]
    assert [round(output[epoch], 4) for epoch in (0, 150, 300)] == [0.9820, 0.9334, 0.2028]
    assert [round(v, 4) for v in path(engine, "quadratic", 0.6, 0.9)[[0, 300], 2]] == [0.8176, 0.0940]


@pytest.mark.parametrize(("cost", "first"), [("quadratic", 232), ("cross-entropy", 17)])
def test_the_slow_neuron_escapes_when_the_book_says(engine, cost, first):
    assert engine.run("escapedAt(neuronPath({name, w: 2, b: 2, η: 0.15, epochs: 300}))", name=cost) == first


@pytest.mark.parametrize("cost", [jaxce.quadratic, jaxce.cross_entropy])
def test_the_path_is_that_of_gradient_descent_with_jaxce(engine, cost):
    @jax.jit
    def descent(w, b):
        def step(state, _):
            C, (dw, db) = jax.value_and_grad(lambda wb: cost(jaxce.sigmoid, (wb[0] + wb[1])[None], jnp.zeros(1)))(state)
            return (state[0] - 0.15 * dw, state[1] - 0.15 * db), (*state, jaxce.sigmoid(state[0] + state[1]), C, dw)

        return jax.lax.scan(step, (w, b), length=301)[1]

    for w, b in itertools.product((0.0, 1.3, 3.0), (0.2, 2.4)):
        got = path(engine, cost.__name__.replace("_", "-"), w, b)
        np.testing.assert_allclose(got, np.stack(descent(jnp.array(w), jnp.array(b)), axis=1), rtol=1e-11, atol=1e-13)


def test_the_animation_of_the_book_is_another_path(engine):
    wrong, right = (path(engine, name, 2, 2, epochs=1)[1, 2] for name in ("animation", "cross-entropy"))
    assert wrong < 1e-5 < 0.9 < right


def _textbook(z):
    exponentials = jnp.exp(z)
    return -jnp.log(exponentials[0] / jnp.sum(exponentials))


PROGRAMS = {
    "jaxce": lambda z: jaxce.log_likelihood(jaxce.softmax, z, jnp.array(0)),
    "optax": lambda z: optax.softmax_cross_entropy_with_integer_labels(z, jnp.array(0)),
    "textbook": _textbook,
}
PLACES = np.arange(0, 100.5, 0.5, dtype=np.float32)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_gradient_is_rounded_as_the_program_rounds_it(engine, program):
    z = jnp.stack([PLACES, jnp.zeros_like(PLACES)], axis=1)
    gradients = jax.vmap(jax.grad(PROGRAMS[program]))
    # As it is written, operation by operation; compiled, XLA divides the textbook's form differently.
    real = np.asarray((gradients if program == "textbook" else jax.jit(gradients))(z))[:, 0].astype(float)
    got = np.array(engine.run("places.map((z) => ROUNDED[program](z))", places=PLACES.tolist(), program=program), float)
    assert (np.isnan(got) == np.isnan(real)).all()
    # An exponential differs by an ulp or two. jaxce keeps its digits; the others lost them in a difference from 1.
    rtol, atol = (4e-7, 0.0) if program == "jaxce" else (0.0, 4e-7)
    np.testing.assert_allclose(got, real, rtol=rtol, atol=atol)


@pytest.mark.parametrize(("program", "first"), [("jaxce", 87.5), ("optax", 17.0), ("textbook", 17.0)])
def test_where_learning_stops(engine, program, first):
    gradients = engine.run("places.map((z) => ROUNDED[program](z))", places=PLACES.tolist(), program=program)
    zeros = [float(z) for z, gradient in zip(PLACES, gradients, strict=True) if gradient == 0]
    assert zeros[0] == first


def test_ulps_of_the_truth(engine):
    assert engine.run("[inUlps(1 + 2 ** -23, 1), inUlps(0.75, 0.5), inUlps(0, 2 ** -140)]") == [1, 2**22, 2**9]


@pytest.mark.parametrize("name", WISHES)
def test_a_designed_cost_has_the_gradient_that_was_wished_for(name):
    wish, cost = WISHES[name], read_cost(FINDINGS_NOW.designs[name].cost)
    assert is_zero(sp.diff(cost, a) * wish.slope - wish.delta)
    assert is_zero(sp.diff(wish.output, z) - wish.slope.subs(a, wish.output))


@pytest.mark.parametrize("name", WISHES)
def test_a_designed_cost_is_computed_as_its_formula_says(engine, name):
    wish, cost = WISHES[name], read_cost(FINDINGS_NOW.designs[name].cost)
    rng = np.random.default_rng(3)
    points = np.stack([rng.uniform(-4, 4, 200), rng.uniform(0, 1, 200)], axis=1)
    call = "points.map(([z, y]) => { const {output, delta, cost} = designs[name], a = output({z}); "
    call += "return [a, delta({a, y}), cost({a, y})]; })"
    got = np.array(engine.run(call, name=name, points=points.tolist()), dtype=float)
    output = wish.output.rewrite(sp.exp)
    formulas = [output, wish.delta.subs(a, output), cost.subs(a, output)]
    wanted = np.stack(sp.lambdify([z, y], formulas, "numpy")(*points.T), axis=1)
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-11)
