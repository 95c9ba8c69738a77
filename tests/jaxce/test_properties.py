"""Properties that hold for all weighted inputs and targets: Hypothesis looks for inputs at which they fail.

The tests at the end show that each property fails for a cost or an output layer that does not have it.
"""

import math
import sys

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis.extra.numpy import arrays
from support import pairs
from support.pairs import PAIRS, agree, functions, value_and_delta
from support.tolerance import TOLERANCE

import jaxce
from derivations.agreement.pair_truth import pair_truth

K = 4
settings.register_profile(
    "reproducible",
    deadline=None,
    derandomize=True,
    max_examples=60,
    database=None,
    report_multiple_bugs=False,
    phases=set(Phase) - {Phase.explain},  # explaining a mutant's failure takes long and is not needed
)
settings.load_profile("reproducible")

logits = arrays(float, K, elements=st.floats(-30, 30))
proportions = arrays(float, K, elements=st.floats(1e-3, 1)).map(lambda y: y / y.sum())
hard = st.integers(0, K - 1).map(lambda label: np.eye(K)[label])
CANONICAL = [("quadratic", "linear"), ("cross_entropy", "sigmoid"), ("log_likelihood", "softmax")]
WITH_MINIMUM = [pair for pair in PAIRS if pair[0] != "log_likelihood" or pair[1] == "softmax"]
OF_SOFTMAX = [pair for pair in PAIRS if pair[1] == "softmax"]
SATURATING = [pair for pair in PAIRS if pair[1] != "linear"]
ROUNDING = 4 * np.finfo(float).eps
softmax = jax.jit(lambda z: jaxce.softmax(z))


def entropy(pair, y):
    """The cost at a = y, where it is least."""
    if pair[0] == "quadratic":
        return 0.0
    return -np.sum(y * np.log(y) + (1 - y) * np.log(1 - y) * (pair[0] == "cross_entropy"))


@pytest.mark.thorough
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@given(z=logits, y=hard | proportions, order=st.permutations(range(K)))
def test_the_order_of_the_neurons_does_not_matter(pair, z, y, order):
    z = 1 / (1 + np.exp(-z / 8)) if pair[1] == "linear" else z
    C, delta = value_and_delta(*functions(pair), z, y)
    permuted_C, permuted_delta = value_and_delta(*functions(pair), z[order], y[order])
    agree(permuted_C, C)
    agree(permuted_delta, delta[np.array(order)], atol=TOLERANCE["equal"])


@pytest.mark.parametrize("pair", OF_SOFTMAX, ids="-".join)
@given(z=logits, y=hard | proportions, shift=st.integers(-(2**20), 2**20))
def test_a_softmax_is_invariant_to_a_constant_shift(pair, z, y, shift):
    z = np.round(z * 1024) / 1024  # so that adding the shift is exact
    C, delta = value_and_delta(*functions(pair), z, y)
    shifted_C, shifted_delta = value_and_delta(*functions(pair), z + shift, y)
    agree(shifted_C, C)
    agree(shifted_delta, delta, atol=TOLERANCE["equal"])


@pytest.mark.parametrize("pair", WITH_MINIMUM, ids="-".join)
@given(z=logits, y=proportions)
def test_a_cost_is_least_where_a_is_y(pair, z, y):
    minimiser = {"linear": y, "sigmoid": np.log(y / (1 - y)), "softmax": np.log(y)}[pair[1]]
    least, delta = value_and_delta(*functions(pair), minimiser, y)
    agree(least, entropy(pair, y), atol=TOLERANCE["equal"])
    agree(delta, 0, atol=TOLERANCE["equal"])
    z = 1 / (1 + np.exp(-z / 8)) if pair[1] == "linear" else z
    C, _ = value_and_delta(*functions(pair), z, y)
    assert least * (1 - TOLERANCE["equal"]) <= C


@pytest.mark.parametrize("pair", SATURATING, ids="-".join)
@given(z=logits, y=hard)
def test_no_cost_of_a_hard_target_is_below_0(pair, z, y):
    C, _ = value_and_delta(*functions(pair), z, y)
    assert C >= 0


@pytest.mark.parametrize("pair", CANONICAL[1:], ids="-".join)
@given(z=logits, y=hard)
def test_canonical_deltas_of_hard_targets_are_at_most_1(pair, z, y):
    _, delta = value_and_delta(*functions(pair), z, y)
    assert np.max(np.abs(delta)) <= 1


SUM_IN_ULPS = {"quadratic": 16, "cross_entropy": 4, "log_likelihood": 4}


@pytest.mark.parametrize("pair", OF_SOFTMAX, ids="-".join)
@given(z=logits, y=hard)
def test_forces_on_a_softmax_sum_to_0(pair, z, y):
    _, delta = value_and_delta(*functions(pair), z, y)
    assert abs(math.fsum(delta)) <= SUM_IN_ULPS[pair[0]] * np.spacing(np.max(np.abs(delta)))


def test_forces_that_are_rounded_correctly_do_not_sum_to_0_within_one_ulp():
    """Hence the bound on the sum cannot be one ulp, even if each force is the float nearest to the true one."""
    true = pair_truth("log_likelihood", "softmax", np.array([-0.26, 3.03, -1.87, 3.15]), np.eye(K)[0]).delta.astype(
        float
    )
    assert 1 < abs(math.fsum(true)) / np.spacing(np.max(np.abs(true))) < 1.25


@pytest.mark.parametrize("pair", OF_SOFTMAX, ids="-".join)
@given(z=logits, y=proportions)
def test_forces_of_soft_targets_sum_to_0_as_far_as_their_terms_are_known(pair, z, y):
    """Where a is near y, the rounding errors of a and y dominate the small difference a - y."""
    _, delta = value_and_delta(*functions(pair), z, y)
    assert abs(math.fsum(delta)) <= 16 * np.spacing(np.max([softmax(z), y]))


@given(z=logits, k=st.integers(0, K - 1), step=st.floats(0, 10))
def test_a_weighted_input_raises_its_own_activation_and_lowers_the_others(z, k, step):
    a, raised = softmax(z), softmax(z + step * np.eye(K)[k])
    assert raised[k] >= a[k] * (1 - ROUNDING)
    assert np.all(np.delete(raised <= a * (1 + ROUNDING), k))


@given(z=logits)
def test_a_softmax_keeps_the_order_of_the_weighted_inputs(z):
    assert np.all(np.diff(softmax(z)[np.argsort(z)]) >= 0)


@pytest.mark.parametrize("pair", CANONICAL, ids="-".join)
@given(z=logits, w=logits, y=hard | proportions, t=st.floats(0, 1))
def test_canonical_costs_are_convex(pair, z, w, y, t):
    assert sag(pair, z, w, y, t) >= 0


def sag(pair, z, w, y, t):
    """How far C lies below its chord from z to w at t, plus an allowance for rounding."""
    at_z, at_w, between = (float(value_and_delta(*functions(pair), x, y)[0]) for x in (z, w, (1 - t) * z + t * w))
    return (1 - t) * at_z + t * at_w - between + TOLERANCE["equal"] * (at_z + at_w)


@pytest.mark.parametrize(
    ("pair", "rival"),
    [(("quadratic", "sigmoid"), 0), (("quadratic", "softmax"), 0), (("cross_entropy", "softmax"), 30)],
)
def test_other_costs_are_shown_not_to_be_convex(pair, rival):
    ends = np.array([-10.0, rival, 10.0, 0.0]), np.array([10.0, rival, -10.0, 0.0])
    assert min(sag(pair, *ends, np.eye(K)[0], t) for t in np.linspace(0, 1, 9)) < -0.1


def of_the_first(cost, output):
    return lambda output, z, y, **others: cost(output, z, y, **others) + 1e-6 * z[..., 0], output


def clipped(cost, output):
    return lambda output, z, y, **others: cost(output, jnp.clip(z, -5, 5), y, **others), output


def of_smoothed_targets(cost, output):
    return lambda output, z, y, **others: cost(output, z, 0.999 * y, **others), output


def of_logarithms_moved_from_0(cost, output):
    return lambda output, z, y, **others: -jnp.sum(y * jnp.log(output(z) + 1e-8), -1), output


def a_little_more(cost, output):
    return lambda output, z, y, **others: 1.000001 * cost(output, z, y, **others), output


@pytest.mark.parametrize(
    ("property_test", "pair", "mutant"),
    [
        (test_the_order_of_the_neurons_does_not_matter, ("quadratic", "sigmoid"), of_the_first),
        (test_a_softmax_is_invariant_to_a_constant_shift, ("log_likelihood", "softmax"), clipped),
        (test_a_cost_is_least_where_a_is_y, ("cross_entropy", "sigmoid"), of_smoothed_targets),
        (test_no_cost_of_a_hard_target_is_below_0, ("log_likelihood", "softmax"), of_logarithms_moved_from_0),
        (test_canonical_deltas_of_hard_targets_are_at_most_1, ("log_likelihood", "softmax"), a_little_more),
        (test_forces_on_a_softmax_sum_to_0, ("quadratic", "softmax"), clipped),
        (test_forces_of_soft_targets_sum_to_0_as_far_as_their_terms_are_known, ("cross_entropy", "softmax"), clipped),
    ],
    ids=lambda value: getattr(value, "__name__", "-".join(value) if isinstance(value, tuple) else None),
)
def test_a_property_fails_for_a_mutant(property_test, pair, mutant, monkeypatch):
    changed = mutant(*pairs.functions(pair))
    monkeypatch.setattr(sys.modules[__name__], "functions", lambda pair: changed)
    with pytest.raises(AssertionError):
        property_test(pair=pair)


@pytest.mark.parametrize(
    "property_test",
    [
        test_a_weighted_input_raises_its_own_activation_and_lowers_the_others,
        test_a_softmax_keeps_the_order_of_the_weighted_inputs,
    ],
)
def test_a_property_fails_for_the_softmax_of_minus_z(property_test, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "softmax", lambda z: np.asarray(jaxce.softmax(-z)))
    with pytest.raises(AssertionError):
        property_test()
