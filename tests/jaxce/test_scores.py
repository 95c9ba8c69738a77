"""The scores against their definitions in NumPy, and the constant c against a search on a grid."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.tolerance import TOLERANCE

import jaxce

RANDOM = np.random.default_rng(0)
Z, LABELS = 3 * RANDOM.normal(size=(200, 4)), RANDOM.integers(4, size=200)
PER_EXAMPLE = [jaxce.negative_log_likelihood, jaxce.brier_score]
OF_ALL = [jaxce.calibration_error, jaxce.temperature_scaling]


def probabilities(z, c=1.0):
    e = np.exp(c * z - np.max(c * z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def textbook_calibration_error(p, labels, bins):
    confidence, total = p.max(axis=-1), 0.0
    for b in range(bins):
        chosen = (b / bins < confidence) & (confidence <= (b + 1) / bins)
        if chosen.any():
            right = np.mean(p[chosen].argmax(axis=-1) == labels[chosen])
            total += chosen.mean() * abs(right - confidence[chosen].mean())
    return total


@pytest.mark.parametrize("c", [0.5, 3.0])
def test_scores_equal_their_definitions(c):
    p, y = probabilities(Z, c), np.eye(4)[LABELS]
    equal = {"rtol": TOLERANCE["equal"], "atol": TOLERANCE["equal"]}
    np.testing.assert_allclose(jaxce.negative_log_likelihood(Z, LABELS, c), -np.log((p * y).sum(axis=-1)), **equal)
    np.testing.assert_allclose(jaxce.brier_score(Z, LABELS, c), ((p - y) ** 2).sum(axis=-1), **equal)
    for bins in (1, 15):
        error = jaxce.calibration_error(Z, LABELS, c, bins=bins)
        np.testing.assert_allclose(error, textbook_calibration_error(p, LABELS, bins), **equal)


def test_the_calibration_error_sees_a_forecaster_who_is_too_sure():
    z = np.log([[0.9, 0.1]] * 10)
    labels = np.array([0] * 6 + [1] * 4)
    assert float(jaxce.calibration_error(z, labels)) == pytest.approx(0.3)
    assert float(jaxce.calibration_error(z, labels, 0.0)) == pytest.approx(0.1)  # one half each


@pytest.mark.parametrize("score", PER_EXAMPLE)
def test_scores_keep_their_digits_where_probabilities_round_to_0_and_1(score):
    z = jnp.array([40.0, 0.0], jnp.float32)
    assert float(score(z, jnp.array(0))) > 0
    assert float(score(1e4 * z, jnp.array(1))) == pytest.approx(4e5 if score is PER_EXAMPLE[0] else 2)


def test_no_forecast_scores_better_than_the_true_probabilities():
    truth = probabilities(RANDOM.normal(size=5))
    for score in PER_EXAMPLE:
        of_each_label = jax.vmap(score, in_axes=(None, 0))
        best = truth @ of_each_label(np.log(truth), np.arange(5))
        for other in np.log(truth) + RANDOM.normal(size=(20, 5)):
            assert truth @ of_each_label(other, np.arange(5)) > best


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_constant_minimises_the_mean_score(scale):
    truth = RANDOM.random(200) < 0.6
    labels = np.where(truth, Z.argmax(axis=-1), LABELS)
    c = float(jaxce.temperature_scaling(scale * Z, labels))
    around = [float(jaxce.negative_log_likelihood(scale * Z, labels, f * c).mean()) for f in (0.99, 1, 1.01)]
    assert min(around) == around[1]
    slope = jax.grad(lambda c: jaxce.negative_log_likelihood(scale * Z, labels, c).mean())(jnp.array(c))
    assert abs(float(slope)) < 1e-9 * scale


def test_the_constant_is_infinite_where_all_are_right_and_0_where_z_tells_nothing():
    z = jnp.array([[1.0, 0.0], [0.0, 2.0]])
    assert float(jaxce.temperature_scaling(z, jnp.array([0, 1]))) == np.inf
    assert float(jaxce.temperature_scaling(z, jnp.array([1, 0]))) == 0
    assert float(jaxce.temperature_scaling(jnp.zeros((3, 2)), jnp.array([0, 1, 1]))) == 0


def test_what_is_not_known_is_nan():
    z = jnp.array([[1.0, 0.0], [0.0, 2.0]])
    for labels in (jnp.array([0, 2]), jnp.array([-1, 1])):
        assert np.isnan(jaxce.calibration_error(z, labels))
        assert np.isnan(jaxce.temperature_scaling(z, labels))
        assert [bool(np.isnan(score(z, labels)).any()) for score in PER_EXAMPLE] == [True, True]
    assert np.isnan(jaxce.temperature_scaling(z.at[0, 0].set(jnp.nan), jnp.array([0, 1])))


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
def test_dtypes(dtype):
    z, wide = jnp.asarray(Z[:4], dtype), np.promote_types(dtype, jnp.float32)
    labels = jnp.asarray(LABELS[:4], jnp.uint8)
    for function in (*PER_EXAMPLE, *OF_ALL):
        assert jax.eval_shape(function, z, labels).dtype == wide


def test_half_precision_is_not_scaled_in_half_precision():
    z = jnp.array([60000.0, 0.0], jnp.float16)
    assert float(jaxce.negative_log_likelihood(z, jnp.array(1), 10.0)) == pytest.approx(6e5)


@pytest.mark.thorough
@pytest.mark.parametrize("function", OF_ALL)
def test_numbers_of_many_networks_at_once(function):
    z, labels = Z.reshape(2, 100, 4), LABELS.reshape(2, 100)
    each = [float(function(*part)) for part in zip(z, labels, strict=True)]
    np.testing.assert_allclose(jax.vmap(function)(z, labels), each, rtol=TOLERANCE["equal"])


@pytest.mark.parametrize("function", [*PER_EXAMPLE, *OF_ALL])
def test_bad_input_is_an_error(function):
    z, labels = jnp.asarray(Z[:3]), jnp.asarray(LABELS[:3])
    with pytest.raises(TypeError, match="z must hold floats"):
        function(z.astype(int), labels)
    with pytest.raises(ValueError, match="does not fit z of shape"):
        function(z, labels[:2])
    if function is not jaxce.temperature_scaling:
        for c, error in ((-1.0, "at least 0"), (np.inf, "at least 0"), (jnp.ones(3), "a single number")):
            with pytest.raises(ValueError, match=error):
                function(z, labels, c)
        with pytest.raises(TypeError, match="c must be a real number"):
            inspect.unwrap(function)(z, labels, "2")


@pytest.mark.parametrize("function", OF_ALL)
def test_labels_must_be_integers_of_one_example_or_more(function):
    with pytest.raises(TypeError, match="labels must be integers"):
        function(Z, np.eye(4)[LABELS])
    with pytest.raises(ValueError, match="at least one example"):
        function(np.zeros((0, 4)), np.zeros(0, int))


@pytest.mark.parametrize("bins", [0, -1, True])
def test_bins_must_be_a_positive_integer(bins):
    with pytest.raises(ValueError, match="bins must be an integer of at least 1"):
        jaxce.calibration_error(Z, LABELS, bins=bins)
