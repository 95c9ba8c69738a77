"""The truths in float64 against mpmath's 60 digits, and errors of many floats against those of one at a time."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from derivations.agreement.float_errors import errors_in_ulps, widened
from derivations.agreement.neuron_truth import neuron_truth, two_output_truth
from derivations.agreement.pair_truth import pair_curvature, pair_truth
from derivations.agreement.softmax_truth import one_hot_truth
from derivations.agreement.ulps import exact, ulps
from jaxce import COSTS

OFF_BY = 2.0**-43  # of the true value; a float32's ulp is 2^-24 of it or more
neuron_truth = jax.jit(neuron_truth, static_argnums=(0, 1, 3))
two_output_truth = jax.jit(two_output_truth, static_argnums=0)
one_hot_truth = jax.jit(one_hot_truth, static_argnums=0)
errors_in_ulps = jax.jit(errors_in_ulps, static_argnums=2)
NEURONS = list(itertools.product(COSTS, ("linear", "sigmoid"), (0, 1)))


def floats(output, cost):
    """Floats of many sizes, and those at which functions change their form; mpmath takes long for large ones."""
    z = np.random.default_rng(0).normal(size=20) * 2.0 ** np.linspace(-40, 6, 20)
    z = np.concatenate([z, [-88.0, -30.0, 1e-30, 0.5, 0.999999, 30.0, 88.0]]).astype(np.float32)
    return z[(z > 0) & (z < 1)] if output == "linear" and cost != "quadratic" else z


def relative_errors(computed, true):
    true = np.array(true, dtype=object)
    return [float(abs((x - t) / t) if t else abs(x)) for x, t in zip(exact(computed), true, strict=True)]


@pytest.mark.parametrize(("cost", "output", "y"), NEURONS)
def test_the_truth_for_one_neuron_is_mpmaths(cost, output, y):
    z = floats(output, cost)
    C, delta, curvature = neuron_truth(cost, output, jnp.asarray(z, jnp.float64), y == 1)
    targets = np.full((1,), y, np.float64)
    true = [pair_truth(cost, output, x, targets) for x in z[:, None]]
    assert max(relative_errors(np.asarray(C), [t.C for t in true])) < OFF_BY
    assert max(relative_errors(np.asarray(delta), [t.delta[0] for t in true])) < OFF_BY
    if (cost, output) == ("quadratic", "sigmoid"):
        assert np.all(np.isnan(curvature))
    else:
        of_z = [pair_curvature(cost, output, x, targets, np.ones(1))[0] for x in z[:, None]]
        assert max(relative_errors(np.asarray(curvature), of_z)) < OFF_BY


@pytest.mark.parametrize(
    ("cost", "y", "outside"), [("cross_entropy", 0, [-1, 0, 1, 2]), ("log_likelihood", 1, [-1, 0])]
)
def test_outside_the_domain_of_a_linear_output_the_truth_is_nan(cost, y, outside):
    assert np.all(np.isnan(neuron_truth(cost, "linear", jnp.asarray(outside, jnp.float64), y == 1)))


@pytest.mark.parametrize("cost", COSTS)
def test_the_truth_for_a_softmax_of_two_is_mpmaths(cost):
    z = np.stack([floats("softmax", cost), floats("softmax", cost)[::-1]])
    C, delta, curvature = two_output_truth(cost, *jnp.asarray(z, jnp.float64))
    y = np.array([1.0, 0.0])
    true = [pair_truth(cost, "softmax", x, y) for x in z.T]
    assert max(relative_errors(np.asarray(C), [t.C for t in true])) < OFF_BY
    assert max(relative_errors(np.asarray(delta), [t.delta[0] for t in true])) < OFF_BY
    if cost == "log_likelihood":
        of_z = [pair_curvature(cost, "softmax", x, y, y)[0] for x in z.T]
        assert max(relative_errors(np.asarray(curvature), of_z)) < OFF_BY
    else:
        assert np.all(np.isnan(curvature))


@pytest.mark.parametrize("K", [3, *(pytest.param(K, marks=pytest.mark.thorough) for K in (2, 40))])
@pytest.mark.parametrize("cost", COSTS)
def test_the_truth_for_a_softmax_is_mpmaths(cost, K):
    """At random logits, ties and near-ties of the target and of others, and targets that are far above or below."""
    z = np.random.default_rng(0).normal(size=(10, K)) * np.repeat([1e-2, 20], 5)[:, None]
    z[1::5, 0] = z[1::5].max(axis=1)
    z[2::5, -1] = z[2::5, 1] = z[2::5].max(axis=1)
    z[2, -1] += 2.0**-20
    z[3::5, 0] += 50
    z[4::5, 0] -= 50
    z = z.astype(np.float32)
    C, delta = one_hot_truth(cost, jnp.asarray(z, jnp.float64))
    for C_i, delta_i, z_i in zip(np.asarray(C), np.asarray(delta), z, strict=True):
        true = pair_truth(cost, "softmax", z_i, np.eye(K)[0])
        assert relative_errors([C_i], [true.C])[0] < OFF_BY
        size = max(abs(true.delta))
        assert max(float(abs(x)) for x in (exact(delta_i) - true.delta) / size) < OFF_BY


def test_errors_of_many_floats_are_those_of_one_at_a_time():
    rng = np.random.default_rng(0)
    computed = (rng.normal(size=100) * 2.0 ** rng.integers(-100, 100, 100)).astype(np.float32)
    true = computed * (1 + rng.normal(size=100) * 2.0**-22)
    many = errors_in_ulps(widened(jnp.asarray(computed)), jnp.asarray(true), jnp.float32)
    one_at_a_time = [ulps(x, t) for x, t in zip(computed[:, None], exact(true)[:, None], strict=True)]
    np.testing.assert_allclose(many, one_at_a_time, rtol=1e-6)


@pytest.mark.parametrize(
    ("computed", "true", "error"),
    [
        (0.0, 2.0**-125, 0.0),  # may vanish
        (0.0, 2.0**-123, 2.0**23),  # may not
        (-(2.0**-126), 2.0**-125, np.inf),  # of the other sign
        (np.inf, 1e39, 0.0),
        (-np.inf, 1e39, np.inf),
        (1.0, 1e39, np.inf),
        (np.inf, 1.0, np.inf),
        (np.nan, 1.0, np.inf),
        (np.nan, np.nan, 0.0),
        (1.0, np.nan, np.inf),
    ],
)
def test_what_may_vanish_and_what_is_plainly_wrong(computed, true, error):
    found = float(errors_in_ulps(jnp.float64(computed), jnp.float64(true), jnp.float32))
    assert found == error or found > 2**30 * error > 0 or (true == 1e39 and found > 2**23)


def test_subnormal_floats_are_widened_exactly():
    smallest = np.array([1, 2**31 + 5, 0x80_0000, 0], np.uint32).view(np.float32)
    assert widened(jnp.asarray(smallest)).tolist() == [2.0**-149, -5 * 2.0**-149, 2.0**-126, 0.0]
