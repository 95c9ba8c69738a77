"""Scores of predicted probabilities against what came true: how good they are, and not only which is the largest.

The probabilities are the softmax of c z (83): z are logits, with classes along the last axis. Those of sigmoid outputs,
divided by their sum, are the softmax of ln a: pass `jax.nn.log_sigmoid(z)`. The negative log-likelihood and the Brier
score are strictly proper: on average, no forecast does as well as the true probabilities. `derivations` proves it
for every number of classes, as "log score is proper" and "Brier score is proper".
"""

from numbers import Real

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from jaxce.arguments import at_least_0
from jaxce.costs import log_likelihood, quadratic
from jaxce.output_layer import working_precision
from jaxce.softmax_layer import softmax
from jaxce.targets import are_labels, at_labels, validate_targets

HALVINGS = 60  # of an interval of 60 powers of two: the last is narrower than float64 can tell


def negative_log_likelihood(z: ArrayLike, y: ArrayLike, c: float | Real | Array = 1.0) -> Array:
    """The logarithmic score C = -sum_j y_j ln a_j (80) of the probabilities a = softmax(c z); for a label t, -ln a_t.

    Args:
        z: logits, floats [..., K].
        y: class labels, integers [...]; or targets, floats [..., K].
        c: the constant of equation 83, finite and at least 0, such as `temperature_scaling` finds.

    Returns:
        A score in nats for each example, [...], in z's dtype; float32 for half precision. 0 is best. A label that no
        output has scores nan.

    Raises:
        TypeError: z does not hold floats, or c is no real number.
        ValueError: the shapes of z and y do not fit; or labels are floats, or targets integers; or c is negative,
            infinite or no single number.

    References:
        Good, "Rational decisions", Journal of the Royal Statistical Society B 14, 1952.

    Example:
        >>> negative_log_likelihood(jnp.array([0.0, 0.0]), jnp.array(1))
        Array(0.693..., dtype=float...)
    """
    return log_likelihood(softmax, _scaled(z, c), y)


def brier_score(z: ArrayLike, y: ArrayLike, c: float | Real | Array = 1.0) -> Array:
    """The Brier score sum_j (a_j - y_j)^2 of the probabilities a = softmax(c z), with y_j = 1 for the label, else 0.

    It is twice the quadratic cost, from 0 to 2. Some divide it by K, or sum over one of two classes only.

    Args:
        z: logits, floats [..., K].
        y: class labels, integers [...]; or targets, floats [..., K].
        c: the constant of equation 83, finite and at least 0, such as `temperature_scaling` finds.

    Returns:
        A score for each example, [...], in z's dtype; float32 for half precision. 0 is best. A label that no output has
        scores nan.

    Raises:
        TypeError: z does not hold floats, or c is no real number.
        ValueError: the shapes of z and y do not fit; or labels are floats, or targets integers; or c is negative,
            infinite or no single number.

    References:
        Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.

    Example:
        >>> float(brier_score(jnp.array([0.0, 0.0]), jnp.array(1)))
        0.5
    """
    return 2 * quadratic(softmax, _scaled(z, c), y)


def calibration_error(z: ArrayLike, labels: ArrayLike, c: float | Real | Array = 1.0, *, bins: int = 15) -> Array:
    """The expected calibration error sum_b (n_b / n) |accuracy_b - confidence_b|, from 0 to 1.

    The n examples are divided by their confidence, which is the largest of their probabilities softmax(c z), among bins
    ((b - 1) / bins, b / bins]; accuracy_b is the share of the n_b examples in bin b whose largest z is the label's, and
    confidence_b the mean of their confidences. It is no proper score: always to predict the classes' shares gives 0.

    Args:
        z: logits, floats [..., K], with at least one example.
        labels: class labels, integers [...].
        c: the constant of equation 83, finite and at least 0, such as `temperature_scaling` finds.
        bins: how many bins of equal width there are.

    Returns:
        One number for all examples, in z's dtype; float32 for half precision; nan if a label is that of no output.

    Raises:
        TypeError: z does not hold floats, or the labels are no integers, or c is no real number.
        ValueError: the shapes of z and the labels do not fit, or there is no example, or bins is below 1; or c is
            negative, infinite or no single number.

    References:
        Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015.
        Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017.

    Example:
        >>> z = jnp.log(jnp.array([[0.75, 0.25], [0.75, 0.25], [0.75, 0.25], [0.75, 0.25]]))
        >>> [round(float(calibration_error(z, jnp.array(y))), 6) for y in ([0, 0, 0, 1], [0, 0, 0, 0])]
        [0.0, 0.25]
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise ValueError(f"bins must be an integer of at least 1, not {bins!r}")
    z, labels = _scaled(z, c), _labels(z, labels)
    confidence = jnp.max(softmax(z), axis=-1)
    is_right = (jnp.argmax(z, axis=-1) == labels.astype(int)).astype(z.dtype)
    known = (labels >= 0) & (labels < z.shape[-1])
    b = jnp.clip(jnp.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    excess = jax.ops.segment_sum(jnp.where(known, is_right - confidence, jnp.nan).ravel(), b.ravel(), bins)
    return jnp.sum(jnp.abs(excess)) / labels.size


def temperature_scaling(z: ArrayLike, labels: ArrayLike) -> Array:
    """The constant c of equation 83, 1 / temperature, at which the mean of the negative log-likelihood is least.

    Fit it on validation data, never on those that are scored. The mean score is convex in c ("temperature
    scaling, convex" in `derivations`); the zero of its slope, which is the mean of sum_j a_j z_j - z_t, is found by
    halving an interval, whatever the size of z.

    Args:
        z: logits, floats [..., K], with at least one example.
        labels: class labels t, integers [...].

    Returns:
        c, in z's dtype; float32 for half precision. It is inf where every label has the largest z, since each larger c
        is better then; 0 where the labels' z are on average not above the mean of all, since each c above 0 is worse;
        and nan if a label is that of no output, or a difference of two z is not finite.
        `jaxce.tempered_softmax(float(c))` is the output layer with this constant.

    Raises:
        TypeError: z does not hold floats, or the labels are no integers.
        ValueError: the shapes of z and the labels do not fit, or there is no example.

    References:
        Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017.

    Example:
        >>> import jaxce
        >>> z, labels = jnp.array([[9.0, 0.0]] * 4), jnp.array([0, 0, 0, 1])  # sure, and right three times of four
        >>> c = temperature_scaling(z, labels)
        >>> [round(p, 4) for p in jaxce.softmax(c * z[0]).tolist()]
        [0.75, 0.25]
    """
    z, labels = _scaled(z, 1.0), _labels(z, labels)
    z = z - jnp.max(z, axis=-1, keepdims=True)
    of_label = at_labels(z, labels, -1)
    largest = jnp.max(-z)
    unit = jnp.where(largest > 0, largest, 1)  # c is searched in units of 1 / the largest difference

    def slope(c):
        return jnp.mean(jnp.sum(softmax(c * z / unit) * z, axis=-1) - of_label)

    def halve(_, interval):
        low, high = interval
        middle = (low + high) / 2
        is_low = slope(2.0**middle) < 0
        return jnp.where(is_low, middle, low), jnp.where(is_low, high, middle)

    low, high = jax.lax.fori_loop(0, HALVINGS, halve, (jnp.full_like(unit, -30), jnp.full_like(unit, 30)))
    c = jnp.where(slope(0.0) >= 0, 0, jnp.where(jnp.all(of_label == 0), jnp.inf, 2.0 ** ((low + high) / 2) / unit))
    known = jnp.all((labels >= 0) & (labels < z.shape[-1])) & jnp.all(jnp.isfinite(z))
    return jnp.where(known, c, jnp.nan)


def _scaled(z, c):
    """c z, in single precision at least."""
    z = working_precision(jnp.asarray(z))
    if not isinstance(c, Array):
        c = at_least_0("c", c)
    elif c.ndim:
        raise ValueError(f"c must be a single number; got an array of shape {c.shape}")
    return z * jnp.asarray(c, z.dtype)


def _labels(z, labels):
    """Labels that fit z, of a type that holds every class."""
    labels = jnp.asarray(labels)
    if not are_labels(labels):
        raise TypeError(f"labels must be integers, one per example; got {labels.dtype}{list(labels.shape)}")
    labels = validate_targets(jnp.asarray(z), labels, -1)
    if labels.size == 0:
        raise ValueError("there must be at least one example; got none")
    return labels
