"""What jaxce computes for the left side of each equation about a derivative, for all that it can compute."""

import jax
import jax.numpy as jnp

from derivations.agreement.fields import (
    TRUE_CLASS,
    all_curls,
    augmented_label_cost,
    balanced_field,
    curls_with_true_class,
    distance_aware_field,
    field_property,
    frobenius_terms,
    label_cost,
    squared_earth_movers_distance,
    weighted_label_cost,
    weighted_odds,
)
from derivations.agreement.gradients import (
    error_below,
    escape_speed,
    jacobian,
    last_layer,
    neuron,
    output_error,
    own_derivatives,
    projected,
    softmax_of_last_layer,
    through_layer,
    unspecified_cost,
    unspecified_cost_of_layers,
    whole_network,
)
from derivations.agreement.left_side import HIDDEN, OUTPUT_NEURONS, LeftSide
from derivations.agreement.values import distributions, positives, reals, targets, units, weighted_inputs
from derivations.algebra.letters import j, k, m, t
from jaxce import (
    cross_entropy,
    focal,
    linear,
    log_likelihood,
    negative_log_likelihood,
    quadratic,
    sigmoid,
    smoothed,
    soft_cap,
    softmax,
    tempered_softmax,
    weighted,
    weighted_positives,
    with_z_loss,
)

_c = 0.7
_tempered, _with_c = tempered_softmax(_c), {"constants": {"c": _c}}

# Letters that several equations share.
_Z, _Z_NUMBER = {"z": weighted_inputs(OUTPUT_NEURONS)}, {"z": weighted_inputs()}
_Z_AND_WEIGHTS = {"z": weighted_inputs(OUTPUT_NEURONS), "w": positives(OUTPUT_NEURONS)}
_ACTIVATION = {"a": units(), "y": units()}
_NEURON = {"b": reals(), "x": reals(HIDDEN), "w": reals(HIDDEN)}
_SPEED = {"w": reals(), "b": reals(), "η": positives()}


def _of_activation(a, y):
    """The cross-entropy of one neuron as a function of its activation."""
    return cross_entropy(linear, a[None], y[None])


def _of_bias(b, x, w):
    """The unspecified cost of one sigmoid neuron."""
    return unspecified_cost(1)(sigmoid(jnp.vdot(w, x) + b))


ONE_NEURON = {
    "55": neuron(quadratic, "w", examples=(), inputs=()),
    "56": neuron(quadratic, "b", examples=(), inputs=()),
    "58": neuron(cross_entropy, "w"),
    "59": neuron(cross_entropy, "w"),
    "60": neuron(cross_entropy, "w"),
    "61": neuron(cross_entropy, "w"),
    "62": neuron(cross_entropy, "b"),
    "71": neuron(cross_entropy, "w", examples=()),
    "72": neuron(cross_entropy, "b", examples=()),
    "73": LeftSide(jax.grad(_of_bias), _NEURON),
    "74": LeftSide(jax.grad(_of_bias), _NEURON),
    "75": LeftSide(jax.grad(_of_activation), _ACTIVATION),
    "exercise 1": LeftSide(jax.grad(sigmoid), _Z_NUMBER),
    "exercise 3": LeftSide(jax.grad(_of_activation), _ACTIVATION),
    "exercise 3 (convex)": LeftSide(jax.grad(jax.grad(_of_activation)), _ACTIVATION),
    "exercise 6": LeftSide(
        jax.grad(lambda w, x, b: unspecified_cost(1)(jnp.vdot(w, x) + b)),
        {"w": reals(HIDDEN), "x": reals(HIDDEN), "b": reals()},
        {j: HIDDEN},
    ),
    "exercise 6 (x = 0)": LeftSide(
        jax.grad(lambda w, b: unspecified_cost(1)(w * 0.0 + b)), {"w": reals(), "b": reals()}
    ),
    "matching cost": LeftSide(
        jax.grad(lambda z, y: cross_entropy(sigmoid, z[None], y[None])), {"z": weighted_inputs(), "y": targets()}
    ),
    "slope of sigmoid": LeftSide(jax.grad(sigmoid), _Z_NUMBER),
    "escape speed, quadratic": LeftSide(escape_speed(quadratic), _SPEED),
    "escape speed, cross-entropy": LeftSide(escape_speed(cross_entropy), _SPEED),
}

OUTPUT_LAYERS = {
    "65": last_layer(quadratic, sigmoid, "w"),
    "65 (biases)": last_layer(quadratic, sigmoid, "b"),
    "66": output_error(cross_entropy, sigmoid, letter="z^L"),
    "67": last_layer(cross_entropy, sigmoid, "w"),
    "67 (biases)": last_layer(cross_entropy, sigmoid, "b"),
    "68": output_error(quadratic, linear, letter="z^L"),
    "69": last_layer(quadratic, linear, "w"),
    "70": last_layer(quadratic, linear, "b"),
    "78 by its own z": LeftSide(
        own_derivatives(softmax), {"z^L": weighted_inputs(OUTPUT_NEURONS)}, {j: OUTPUT_NEURONS}
    ),
    "78 by another z": jacobian(softmax, letter="z^L"),
    "80 by a": output_error(log_likelihood, linear, letter="a^L", z=positives),
    "81": softmax_of_last_layer("b", y=distributions),
    "82": softmax_of_last_layer("w", y=distributions),
    "84": output_error(log_likelihood, softmax, letter="z^L", y=distributions),
    "81 with 83": softmax_of_last_layer("b", _tempered, **_with_c),
    "82 with 83": softmax_of_last_layer("w", _tempered, **_with_c),
    "84 with 83": output_error(log_likelihood, _tempered, letter="z^L", **_with_c),
    "quadratic + linear": output_error(quadratic, linear),
    "quadratic + sigmoid": output_error(quadratic, sigmoid),
    "quadratic + softmax": output_error(quadratic, _tempered, **_with_c),
    "cross-entropy + linear": output_error(cross_entropy, linear, z=units),
    "cross-entropy + sigmoid": output_error(cross_entropy, sigmoid),
    "cross-entropy + softmax": output_error(cross_entropy, _tempered, **_with_c),
    "log-likelihood + linear": output_error(log_likelihood, linear, z=positives),
    "log-likelihood + sigmoid": output_error(log_likelihood, sigmoid),
    "log-likelihood + softmax": output_error(log_likelihood, _tempered, **_with_c),
    "matching cost of softmax": output_error(log_likelihood, softmax, y=distributions),
    "exercise 8": jacobian(softmax),
    "exercise 8 (j = k)": LeftSide(
        jax.grad(lambda z, rest: softmax(jnp.stack([z, jnp.log(rest)]))[0]), {"z": weighted_inputs(), "R": positives()}
    ),
    "exercise 8 (j and k different)": jacobian(softmax),
    "exercise 9": jacobian(softmax),
    "Jacobian of softmax, relative to a neuron": LeftSide(
        jax.grad(projected(softmax)),
        {"z": weighted_inputs(OUTPUT_NEURONS), "g": reals(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
        {m: 2},
    ),
}

NETWORKS = {
    "BP1": LeftSide(
        jax.grad(projected(sigmoid)),
        {"z^L": weighted_inputs(OUTPUT_NEURONS), "g": reals(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
    ),
    "BP1 with softmax": LeftSide(
        jax.grad(projected(softmax)),
        {"z^L": weighted_inputs(OUTPUT_NEURONS), "g": reals(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
    ),
    "BP2": LeftSide(
        error_below,
        {
            "δ^{l+1}": reals(OUTPUT_NEURONS),
            "w^{l+1}": reals(OUTPUT_NEURONS, HIDDEN),
            "b^{l+1}": reals(OUTPUT_NEURONS),
            "z^l": weighted_inputs(HIDDEN),
        },
        {k: HIDDEN},
    ),
    "BP3": through_layer("b"),
    "BP4": through_layer("w"),
    "BP1 (2 neurons)": unspecified_cost_of_layers(2, "z^L"),
    "BP2 (2 neurons)": unspecified_cost_of_layers(2, "z^l"),
    "BP3 (2 neurons)": unspecified_cost_of_layers(2, "b"),
    "BP4 (2 neurons)": unspecified_cost_of_layers(2, "w"),
    "BP1 (3 neurons)": unspecified_cost_of_layers(3, "z^L"),
    "BP2 (3 neurons)": unspecified_cost_of_layers(3, "z^l"),
    "BP3 (3 neurons)": unspecified_cost_of_layers(3, "b"),
    "BP4 (3 neurons)": unspecified_cost_of_layers(3, "w"),
    "exercise 13": whole_network("b"),
    "exercise 13 (biases)": whole_network("b"),
    "exercise 13 (weights)": whole_network("w"),
}

PROBABILITIES = {
    "Gaussian model, its gradient": LeftSide(
        jax.grad(lambda a, y, sigma: quadratic(linear, a, y) / sigma**2),
        {"a": reals(OUTPUT_NEURONS), "y": reals(OUTPUT_NEURONS), "σ": positives()},
        {j: OUTPUT_NEURONS},
    ),
    "square by the prediction": LeftSide(
        jax.grad(lambda guess, y: 2 * quadratic(linear, guess[None], y[None])), {"ŷ": reals(), "y": reals()}
    ),
    "log-likelihood by the true probability": LeftSide(
        jax.grad(lambda r: log_likelihood(linear, r[None], jnp.ones(1))), {"r": positives()}
    ),
    "log-likelihood by a probability": LeftSide(
        jax.grad(lambda q: log_likelihood(linear, q, jnp.array(0))),
        {"q": positives(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
        {t: 1},
    ),
    "log-likelihood by a logit": LeftSide(jax.grad(label_cost), _Z, {j: OUTPUT_NEURONS}, TRUE_CLASS),
    "log-likelihood by a wrong logit": LeftSide(jax.grad(label_cost), _Z, {j: OUTPUT_NEURONS}, TRUE_CLASS),
    "log-likelihood by the true logit": LeftSide(lambda z: jax.grad(label_cost)(z)[0], _Z, {}, TRUE_CLASS),
    "forces sum to 0": LeftSide(lambda z: jax.grad(label_cost)(z).sum(), _Z, {}, TRUE_CLASS),
}


def _score(c, z):
    return negative_log_likelihood(z, jnp.array(0), c)


SCORES = {
    "temperature scaling, slope": LeftSide(
        jax.grad(_score), {"c": positives(), "z": reals(OUTPUT_NEURONS)}, {}, TRUE_CLASS
    ),
    # Of a power of two c z is exact: XLA may compute it twice, once rounded and once not, and digits would be lost.
    "temperature scaling, convex": LeftSide(
        lambda z: jax.grad(jax.grad(_score))(0.5, z), _Z, {}, TRUE_CLASS, constants={"c": 0.5}
    ),
}

CLASS_DISTANCES = {
    "distance-aware field, curl (t, j)": field_property(
        curls_with_true_class, distance_aware_field, "d", {j: OUTPUT_NEURONS}
    ),
    "distance-aware field, curl (j, k)": field_property(
        all_curls, distance_aware_field, "d", {j: OUTPUT_NEURONS, k: OUTPUT_NEURONS}
    ),
    "distance-aware field, Frobenius": field_property(
        frobenius_terms, distance_aware_field, "d", {j: OUTPUT_NEURONS, k: OUTPUT_NEURONS}
    ),
    "balanced field, curl (t, j)": field_property(curls_with_true_class, balanced_field, "w", {j: OUTPUT_NEURONS}),
    "balanced field, curl (j, k)": field_property(
        all_curls, balanced_field, "w", {j: OUTPUT_NEURONS, k: OUTPUT_NEURONS}
    ),
    "balanced field over p_t, a wrong class": LeftSide(
        jax.grad(weighted_odds),
        {"z": reals(OUTPUT_NEURONS), "w": positives(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
        TRUE_CLASS,
    ),
    "balanced field over p_t, the true class": LeftSide(
        lambda z, w: jax.grad(weighted_odds)(z, w)[0],
        {"z": reals(OUTPUT_NEURONS), "w": positives(OUTPUT_NEURONS)},
        {},
        TRUE_CLASS,
    ),
    "cost-augmented softmax, a wrong class": LeftSide(
        jax.grad(augmented_label_cost), _Z_AND_WEIGHTS, {j: OUTPUT_NEURONS}, TRUE_CLASS
    ),
    "cost-augmented softmax, the true class": LeftSide(
        lambda z, w: jax.grad(augmented_label_cost)(z, w)[0], _Z_AND_WEIGHTS, {}, TRUE_CLASS
    ),
    "cost-augmented softmax, delta": LeftSide(
        jax.grad(weighted_label_cost), _Z_AND_WEIGHTS, {j: OUTPUT_NEURONS}, TRUE_CLASS
    ),
    "cost-augmented softmax, Hessian": LeftSide(
        jax.hessian(weighted_label_cost), _Z_AND_WEIGHTS, {j: OUTPUT_NEURONS, k: OUTPUT_NEURONS}, TRUE_CLASS
    ),
    "expected distance": LeftSide(
        jax.grad(projected(softmax)),
        {"z": weighted_inputs(OUTPUT_NEURONS), "d": positives(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
    ),
    "squared earth mover's distance": LeftSide(
        jax.grad(squared_earth_movers_distance),
        {"z": reals(OUTPUT_NEURONS), "L": units(OUTPUT_NEURONS, OUTPUT_NEURONS), "G": units(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
    ),
}

_WEIGHTS = (0.5, 2.0, 3.0)
_with_weights, _with_both = {"constants": {"w": _WEIGHTS}}, {"constants": {"w": _WEIGHTS, "c": _c}}

OPTIONS = {
    "smoothed log-likelihood + softmax": output_error(
        smoothed(log_likelihood, 0.125), _tempered, constants={"c": _c, "ε": 0.125}
    ),
    "weighted log-likelihood + softmax": output_error(weighted(log_likelihood, _WEIGHTS), _tempered, **_with_both),
    "weighted quadratic + softmax": output_error(weighted(quadratic, _WEIGHTS), _tempered, **_with_both),
    "weighted cross-entropy + sigmoid": output_error(weighted(cross_entropy, _WEIGHTS), sigmoid, **_with_weights),
    "weighted positives + sigmoid": output_error(weighted_positives(cross_entropy, _WEIGHTS), sigmoid, **_with_weights),
    "z-loss": LeftSide(
        jax.grad(lambda z: with_z_loss(log_likelihood, 0.25)(_tempered, z, jnp.zeros_like(z))),
        {"z": weighted_inputs(OUTPUT_NEURONS)},
        {j: OUTPUT_NEURONS},
        constants={"c": _c, "λ": 0.25},
    ),
    "focal + softmax": output_error(focal(1.5), _tempered, constants={"c": _c, "γ": 1.5}),
    "soft cap": LeftSide(jax.grad(lambda z: soft_cap(z, 2.0)), {"z": weighted_inputs()}, constants={"L": 2.0}),
}

LEFT_SIDES = OPTIONS | ONE_NEURON | OUTPUT_LAYERS | NETWORKS | PROBABILITIES | SCORES | CLASS_DISTANCES

NOT_COMPUTED_BY_JAXCE = {
    "exercise 14": "the derivative of a difference of two costs, both of them unspecified",
    "escape speed, cube": "the derivative of a cost that is derived from the gradient one would like, not jaxce's",
    "Gibbs' inequality (slope)": "the derivative of r - 1 - ln r, which is not a cost",
    "distance-aware field, far classes": "the derivative of p / d with respect to d, which is not that of a cost",
}
