"""Options of costs: right to four ulps, in any order, for labels and dense targets alike; and what they refuse."""

import dataclasses
import functools
import inspect
import re
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import optax
import pytest
from mpmath import mp, mpf
from support.pairs import agree

import jaxce
from derivations.agreement.ulps import exact, ulps
from derivations.mutation.bad_options import BAD_OPTIONS

pytestmark = pytest.mark.thorough

WEIGHTS, POSITIVES, EPSILON, COEFFICIENT, GAMMA = (0.5, 2.0, 3.0), 4.0, 0.125, 0.25, 2.0
SOFTMAX, SIGMOID, LINEAR = {"softmax": jaxce.softmax}, {"sigmoid": jaxce.sigmoid}, {"linear": jaxce.linear}
TEMPERED = {"softmax, c = 2": jaxce.tempered_softmax(2)}


def activations(output, z):
    """a and 1 - a in mpmath, from the definitions."""
    if output == "linear":
        return list(z), [1 - x for x in z]
    if output == "sigmoid":
        a = [1 / (1 + mpmath.exp(-x)) for x in z]
    else:
        c = 2 if "2" in output else 1
        e = [mpmath.exp(c * x) for x in z]
        a = [x / sum(e) for x in e]
    return a, [1 - x for x in a]


def log_terms(y, a):
    return [-y_j * mpmath.log(a_j) if y_j else mpf(0) for y_j, a_j in zip(y, a, strict=True)]


def smoothed_targets(y):
    return [(1 - mpf(EPSILON)) * y_j + mpf(EPSILON) / len(y) for y_j in y]


def normaliser(output, z):
    c = 2 if "2" in output else 1
    return mpmath.log(sum(mpmath.exp(c * x) for x in z))


def cross_entropy_terms(y, a, rest, p=1):
    return [p * s + t for s, t in zip(log_terms(y, a), log_terms([1 - x for x in y], rest), strict=True)]


def dot(w, terms):
    return sum(mpf(w_j) * t for w_j, t in zip(w, terms, strict=True))


# The cost as a user writes it; its formula of the output's name, z and y; the outputs that it is tried with.
CASES = {
    "smoothed log-likelihood": (
        jaxce.smoothed(jaxce.log_likelihood, EPSILON),
        lambda o, z, y: sum(log_terms(smoothed_targets(y), activations(o, z)[0])),
        TEMPERED,
    ),
    "smoothed cross-entropy": (
        jaxce.smoothed(jaxce.cross_entropy, EPSILON),
        lambda o, z, y: sum(cross_entropy_terms(smoothed_targets(y), *activations(o, z))),
        SIGMOID,
    ),
    "weighted log-likelihood": (
        jaxce.weighted(jaxce.log_likelihood, WEIGHTS),
        lambda o, z, y: dot(WEIGHTS, log_terms(y, activations(o, z)[0])),
        SOFTMAX,
    ),
    "weighted cross-entropy": (
        jaxce.weighted(jaxce.cross_entropy, WEIGHTS),
        lambda o, z, y: dot(WEIGHTS, cross_entropy_terms(y, *activations(o, z))),
        SIGMOID,
    ),
    "weighted quadratic": (
        jaxce.weighted(jaxce.quadratic, WEIGHTS),
        lambda o, z, y: dot(WEIGHTS, [(a - t) ** 2 / 2 for a, t in zip(activations(o, z)[0], y, strict=True)]),
        TEMPERED | SIGMOID | LINEAR,
    ),
    "weighted positives": (
        jaxce.weighted_positives(jaxce.cross_entropy, POSITIVES),
        lambda o, z, y: sum(cross_entropy_terms(y, *activations(o, z), p=POSITIVES)),
        SIGMOID,
    ),
    "z-loss": (
        jaxce.with_z_loss(jaxce.log_likelihood, COEFFICIENT),
        lambda o, z, y: sum(log_terms(y, activations(o, z)[0])) + mpf(COEFFICIENT) * normaliser(o, z) ** 2,
        TEMPERED,
    ),
    "focal": (
        jaxce.focal(GAMMA),
        lambda o, z, y: sum(
            (rest**GAMMA) * t for t, rest in zip(log_terms(y, activations(o, z)[0]), activations(o, z)[1], strict=True)
        ),
        SOFTMAX | SIGMOID,
    ),
    "smoothed, weighted and ignoring": (
        jaxce.smoothed(jaxce.ignoring(jaxce.weighted(jaxce.log_likelihood, WEIGHTS), 7), EPSILON),
        lambda o, z, y: dot(WEIGHTS, log_terms(smoothed_targets(y), activations(o, z)[0])),
        SOFTMAX,
    ),
}
EVERY_CASE = [(case, name) for case, (_, _, outputs) in CASES.items() for name in outputs]
COUPLED = {"weighted quadratic"}  # with a softmax: its gradient has components that are differences


def examples(case, output):
    rng = np.random.default_rng(len(case) + len(output))
    z = np.concatenate([scale * rng.normal(size=(2, 3)) for scale in (0.1, 1, 5, 20)]).astype(np.float32)
    return z, np.where(np.arange(8) % 2, z.argmax(1), rng.integers(0, 3, 8))


@functools.partial(jax.jit, static_argnames=("cost", "output"))
def value_and_delta(cost, output, z, labels, y):
    """The costs and their gradients, for labels and for dense targets."""

    def both(y):
        C, pullback = jax.vjp(lambda z: cost(output, z, y), z)
        return C, pullback(jnp.ones_like(C))[0]

    return both(labels), both(y)


@functools.partial(jax.jit, static_argnames=("cost", "output"))
def everything(cost, output, z, y, v):
    """The costs, their gradients, their slopes along v, their Hessians times v; and the costs by example and axis."""

    def gradient(z):
        return jax.grad(lambda z: cost(output, z, y).sum())(z)

    (C, slope), (delta, product) = jax.jvp(lambda z: cost(output, z, y), (z,), (v,)), jax.jvp(gradient, (z,), (v,))
    by_example, by_axis = jax.vmap(lambda z, y: cost(output, z, y))(z, y), cost(output, z.T, y.T, axis=0)
    return C, delta, slope, product, by_example, by_axis


def truth(formula, output, z, y):
    """C and dC/dz in mpmath: central differences, of which at least 60 digits are right."""
    with mp.workdps(260):
        z, y, h = list(exact(z)), [mpf(float(t)) for t in y], mpf(10) ** -60

        def moved(j, step, z=z):
            return [x + step * (k == j) for k, x in enumerate(z)]

        def delta(z):
            return [
                (formula(output, moved(j, h, z), y) - formula(output, moved(j, -h, z), y)) / (2 * h)
                for j in range(len(z))
            ]

        return formula(output, z, y), np.array(delta(z), dtype=object)


@pytest.mark.parametrize(("case", "output"), EVERY_CASE)
def test_options_are_right_to_a_few_ulps_for_labels_and_dense_targets_alike(case, output):
    """Four ulps for targets of 0 and 1; of the largest component, where the components are differences."""
    cost, formula, outputs = CASES[case]
    z, labels = examples(case, output)
    y = np.eye(3, dtype=np.float32)[labels]
    of_largest = case in COUPLED or "smoothed" in case or case == "z-loss"
    for C, delta in value_and_delta(cost, outputs[output], z, labels, y):
        for i in range(len(z)):
            true_C, true_delta = truth(formula, output, z[i], y[i])
            assert ulps(np.asarray(C)[i, None], np.array([true_C])) <= (8 if "z-loss" in case else 4)
            size = np.max(np.abs(true_delta)) if of_largest else None
            assert ulps(np.asarray(delta)[i], true_delta, size) <= (8 if of_largest else 4)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize(("case", "output"), EVERY_CASE)
def test_options_have_all_derivatives(case, output):
    """Along a direction, against differences of the cost and of its gradient in float64."""
    cost, _, outputs = CASES[case]
    rng = np.random.default_rng(0)
    z, v, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), 4)
    h = 1e-5
    C, delta, slope, product, by_example, by_axis = everything(cost, outputs[output], z, y, v)
    ahead, behind = (everything(cost, outputs[output], z + step * v, y, v) for step in (h, -h))
    agree(slope, np.sum(delta * v, -1), rtol=1e-12)
    agree(slope, (ahead[0] - behind[0]) / (2 * h), rtol=1e-6, atol=1e-8)
    agree(product, (ahead[1] - behind[1]) / (2 * h), rtol=1e-6, atol=1e-8)
    for again in (by_example, by_axis):
        agree(again, C, rtol=1e-14)


def test_the_order_of_options_does_not_matter_and_equal_options_are_one_object():
    one = jaxce.smoothed(jaxce.weighted(jaxce.ignoring(jaxce.log_likelihood, 2), WEIGHTS), 0.1)
    other = jaxce.ignoring(jaxce.weighted(jaxce.smoothed(jaxce.log_likelihood, 0.1), list(WEIGHTS)), np.int8(2))
    assert one is other
    assert jaxce.focal(2) is jaxce.focal(2.0)
    assert one is not jaxce.smoothed(jaxce.log_likelihood, 0.1)
    assert repr(jaxce.smoothed(jaxce.focal(2), 0.1)) == "jaxce.smoothed(focal(2.0), 0.1)"
    traced = []

    @functools.partial(jax.jit, static_argnames="cost")
    def value(cost, z, y):
        traced.append(cost)
        return cost(jaxce.softmax, z, y)

    for cost in (one, other, jaxce.weighted(jaxce.smoothed(jaxce.ignoring(jaxce.log_likelihood, 2), 0.1), WEIGHTS)):
        value(cost, np.zeros(3), 0)
    assert len(traced) == 1


def test_options_add_up():
    twice = jaxce.weighted(jaxce.weighted(jaxce.quadratic, (1, 2)), (3, 4))
    assert twice is jaxce.weighted(jaxce.quadratic, np.array([3.0, 8.0]))
    assert jaxce.smoothed(jaxce.smoothed(jaxce.quadratic, 0.5), 0.5) is jaxce.smoothed(jaxce.quadratic, 0.75)
    both = jaxce.with_z_loss(jaxce.with_z_loss(jaxce.quadratic, 0.5), 0.25)
    assert both is jaxce.with_z_loss(jaxce.quadratic, 0.75)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize("dense", [False, True])
def test_an_ignored_label_costs_exactly_nothing(dense):
    """Also where z is nan or infinite, and in a batch of nothing else; smoothing and the z-loss included."""
    cost = jaxce.with_z_loss(jaxce.ignoring(jaxce.smoothed(jaxce.log_likelihood, 0.1), 0), 0.1)
    z = jnp.array([[np.nan, 0.0, 1.0], [0.0, 1.0, 2.0], [np.inf, 0.0, -np.inf]])
    labels = np.array([0, 2, 0])
    y = np.eye(3)[labels] if dense else labels
    value_and_slope = jax.jit(jax.value_and_grad(lambda z, y: cost(jaxce.softmax, z, y).sum()))
    C, delta = value_and_slope(z, y)
    a = np.exp(np.arange(3) - 2) / np.exp(np.arange(3) - 2).sum()
    normaliser = 2 - np.log(a[2])
    agree(C, -(0.9 * np.log(a[2]) + 0.1 * np.log(a).mean()) + 0.1 * normaliser**2)
    np.testing.assert_array_equal(delta[::2], 0)
    agree(delta[1].sum(), 0.2 * normaliser)
    C, delta = value_and_slope(z[::2], y[::2])
    assert C == 0
    np.testing.assert_array_equal(delta, 0)


@pytest.mark.usefixtures("unoptimized")
def test_labels_that_no_class_has_are_ignored_or_nan():
    cost = jaxce.ignoring(jaxce.log_likelihood, -100)
    costs = [cost, jaxce.smoothed(cost, 0.1), jaxce.weighted(cost, (1.0, 2.0))]
    z, labels = np.zeros((3, 2)), np.array([-100, 1, 5])
    for scale, C in zip(
        (1, 1, 2), jax.jit(lambda z: [cost(jaxce.softmax, z, labels) for cost in costs])(z), strict=True
    ):
        agree(C, [0, scale * np.log(2), np.nan])
    assert jax.eval_shape(lambda z: cost(jaxce.softmax, z, np.ones(3, np.uint8)), z).shape == (3,)


@pytest.mark.usefixtures("unoptimized")
def test_masks_leave_options_as_they_are_without_the_outputs_and_examples():
    """Smoothing counts the outputs that are shown; where none is, nothing costs anything, the z-loss neither."""
    z = np.array([[0.3, -1.0, 0.5, 2.0], [1.0, 2.0, 3.0, 4.0]])
    where, labels = np.array([[True, False, True, True], [False] * 4]), np.array([2, 0])
    cost = jaxce.with_z_loss(jaxce.smoothed(jaxce.log_likelihood, 0.3), 0.1)

    @jax.jit
    def of(z, labels, where):
        return cost(jaxce.softmax, z, labels, where=where), jax.grad(
            lambda z: cost(jaxce.softmax, z, labels, where=where).sum()
        )(z)

    C, delta = of(z, labels, where)
    alone, slope = of(z[:1, [0, 2, 3]], np.array([1]), None)
    agree(C, [alone[0], 0])
    agree(delta, [[slope[0, 0], 0, slope[0, 1], slope[0, 2]], [0, 0, 0, 0]], atol=1e-15)
    for_examples, _ = of(z, labels, np.array([False, True]))
    agree(for_examples, [0, of(z[1:], labels[1:], None)[0][0]])


@pytest.mark.usefixtures("unoptimized")
def test_focal_is_finite_at_its_limits():
    """Where 1 - a is small or 0: value, gradient and Hessian times a vector, also for gamma = 0 and below 1."""
    gammas, z, v = (0, 0.5, 2), np.array([[200.0, 0.0], [2000.0, 0.0]]), np.array([1.0, -2.0])

    def at_0(cost, z):
        return cost(jaxce.softmax, z, 0)

    @jax.jit
    @jax.vmap
    def derivatives(z):
        slopes = [jax.value_and_grad(functools.partial(at_0, jaxce.focal(gamma))) for gamma in gammas]
        return [jax.jvp(slope, (z,), (v,)) for slope in slopes]

    for value in jax.tree.leaves(derivatives(z)):
        assert np.all(np.isfinite(value))
    C = jax.jit(lambda z: [cost(jaxce.softmax, z, 1) for cost in (jaxce.focal(0), jaxce.log_likelihood)])(z[0])
    agree(*C)


def test_a_soft_cap_keeps_the_digits_of_its_derivative():
    z = np.array([-3.0, 0.0, 1e-3, 20.0, 90.0], np.float32)
    slope = np.asarray(jax.vmap(jax.grad(lambda z: jaxce.soft_cap(z, 2.0)))(z))
    with mp.workdps(100):
        assert ulps(slope, np.array([1 / mpmath.cosh(x / 2) ** 2 for x in exact(z)])) <= 4
    assert jaxce.soft_cap(z.astype(jnp.bfloat16), 2.0).dtype == jnp.bfloat16


def test_options_learn():
    x, labels = np.repeat(np.eye(3), 4, 0), np.repeat(np.arange(3), 4)
    params = jaxce.init(jax.random.key(0), (3, 3))
    cost = jaxce.ignoring(jaxce.smoothed(jaxce.log_likelihood, 0.1), 0)
    settings = {"output": jaxce.softmax, "epochs": 2, "batch_size": 4}
    _, history = jaxce.fit(params, (x, labels), cost=cost, optimizer=optax.sgd(0.5), key=jax.random.key(1), **settings)
    assert history.training_cost[1] < history.training_cost[0]
    members, of_sweep = jaxce.grid(seed=[0], learning_rate=[0.5]), {"cost": jaxce.focal(2), "optimizer": optax.sgd}
    cost_by_epoch = jaxce.sweep((3, 3), (x, labels), members=members, **of_sweep, **settings).history.training_cost[0]
    assert cost_by_epoch[1] < cost_by_epoch[0]


PUBLIC = {name: getattr(jaxce, name) for name in jaxce.__all__ if name.islower()}
OPTIONS = "smoothed", "weighted", "weighted_positives", "ignoring", "with_z_loss", "focal", "soft_cap"
# without the tests' check of annotations, as for a user
UNCHECKED = SimpleNamespace(**PUBLIC | {name: inspect.unwrap(PUBLIC[name]) for name in OPTIONS})


@pytest.mark.parametrize("bad", BAD_OPTIONS)
def test_bad_arguments_are_refused_with_what_came_and_what_to_do(bad):
    error, beginning, call = BAD_OPTIONS[bad]
    with pytest.raises(error, match=f"^{re.escape(beginning)}"):
        call(UNCHECKED)


def test_the_weighted_quadratic_cost_keeps_the_digits_of_outputs_that_are_nearly_tied():
    """With equal weights, those of the cost without weights; a softmax without its own rule has lost them."""
    z, w = np.array([[7, 7 * (1 + 2.0**-22), 7 * (1 + 3 * 2.0**-23), -20]], np.float32), (2.0,) * 4

    def delta(cost, output):
        return jax.jit(jax.grad(lambda z: cost(output, z, np.array([3])).sum()))(z)

    plain = delta(jaxce.quadratic, jaxce.softmax)
    np.testing.assert_allclose(delta(jaxce.weighted(jaxce.quadratic, w), jaxce.softmax), 2 * plain, rtol=1e-6)
    without = dataclasses.replace(jaxce.softmax, weighted_residual_pullback=None)
    lost = delta(jaxce.weighted(jaxce.quadratic, w), without)
    assert np.max(np.abs(lost - 2 * plain)) > 0.01 * np.max(np.abs(plain))
