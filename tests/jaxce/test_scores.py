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
# Compiled once, for arrays of Z's shape.
nll, brier, calibration, scaling = map(jax.jit, (*PER_EXAMPLE, *OF_ALL))
mean_nll = jax.jit(jax.value_and_grad(lambda c, z, y: jaxce.negative_log_likelihood(z, y, c).mean()))


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
    np.testing.assert_allclose(nll(Z, LABELS, c), -np.log((p * y).sum(axis=-1)), **equal)
    np.testing.assert_allclose(brier(Z, LABELS, c), ((p - y) ** 2).sum(axis=-1), **equal)
    np.testing.assert_allclose(calibration(Z, LABELS, c), textbook_calibration_error(p, LABELS, 15), **equal)


def test_the_number_of_bins_counts():
    p = probabilities(Z)
    labels = np.where(p.max(axis=-1) < 0.8, Z.argmax(axis=-1), LABELS)  # too sure and too little: they may cancel
    errors = [textbook_calibration_error(p, labels, bins) for bins in (1, 15)]
    assert errors[1] > errors[0] + 0.01
    with_bins = jax.jit(jaxce.calibration_error, static_argnames="bins")
    assert float(with_bins(Z, labels, 1.0, bins=1)) == pytest.approx(errors[0])


def test_a_confidence_at_the_end_of_a_bin_belongs_to_it():
    z, labels = jnp.array([[0.0, 0.0], [1.0, 0.0]]), jnp.array([1, 0])
    confidence = jax.nn.sigmoid(1.0)  # right, in the upper bin; the wrong one has 1/2, in the lower
    np.testing.assert_allclose(jaxce.calibration_error(z, labels, bins=2), (1 / 2 + (1 - confidence)) / 2, rtol=1e-6)


def test_the_calibration_error_sees_a_forecaster_who_is_too_sure():
    z = np.log([[0.85, 0.05, 0.05, 0.05]] * 200)
    labels = np.array([0] * 110 + [1] * 90)
    assert float(calibration(z, labels, 1.0)) == pytest.approx(0.3)
    assert float(calibration(z, labels, 0.0)) == pytest.approx(0.3)  # a quarter each, though the first is more


def test_scores_keep_their_digits_where_probabilities_round_to_0_and_1():
    z = np.zeros((200, 4))
    z[:, 0] = 40, *[4e5] * 199
    scores = [np.asarray(score(z, np.array([0] + [1] * 199), 1.0)) for score in (nll, brier)]
    np.testing.assert_allclose([of[0] for of in scores], [3 * np.exp(-40.0), 12 * np.exp(-80.0)], rtol=1e-14)
    np.testing.assert_array_equal([of[1] for of in scores], [4e5, 2])


def test_no_forecast_scores_better_than_the_true_probabilities():
    truth = probabilities(RANDOM.normal(size=4))
    forecasts = np.log(truth) + np.concatenate([np.zeros((1, 4)), RANDOM.normal(size=(49, 4))])
    z, labels = np.repeat(forecasts, 4, axis=0), np.tile(np.arange(4), 50)  # each forecast with each label
    for score in (nll, brier):
        means = np.asarray(score(z, labels, 1.0)).reshape(50, 4) @ truth
        assert np.all(means[1:] > means[0])


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_constant_minimises_the_mean_score(scale):
    labels = np.where(RANDOM.random(200) < 0.6, Z.argmax(axis=-1), LABELS)
    c = float(scaling(scale * Z, labels))
    (below, _), (least, slope), (above, _) = (mean_nll(f * c, scale * Z, labels) for f in (0.99, 1.0, 1.01))
    assert least < min(below, above)
    assert abs(float(slope)) < 1e-9 * scale


def test_the_constant_is_infinite_where_all_are_right_and_0_where_z_tells_nothing():
    right = np.eye(4)[LABELS]
    assert float(scaling(right, LABELS)) == np.inf
    assert float(scaling(-right, LABELS)) == 0
    assert float(scaling(np.ones((200, 4)), LABELS)) == 0


def test_what_is_not_known_is_nan():
    for wrong in (4, -1):
        labels = np.where(np.arange(200) == 7, wrong, LABELS)
        assert np.isnan(calibration(Z, labels, 1.0))
        assert np.isnan(scaling(Z, labels))
        for score in (nll, brier):
            np.testing.assert_array_equal(np.isnan(score(Z, labels, 1.0)), labels == wrong)
    assert np.isnan(scaling(np.where(Z.max() == Z, np.nan, Z), LABELS))


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
def test_dtypes(dtype):
    wide = np.promote_types(dtype, jnp.float32)
    z, labels = jax.ShapeDtypeStruct((5, 3), dtype), jax.ShapeDtypeStruct((5,), jnp.uint8)
    for function in (*PER_EXAMPLE, *OF_ALL):
        assert jax.eval_shape(function, z, labels).dtype == wide


@pytest.mark.parametrize("function", [*PER_EXAMPLE, *OF_ALL])
def test_bad_input_is_an_error(function):
    z, labels = Z[:3], LABELS[:3]
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
