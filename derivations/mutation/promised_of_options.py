"""What the options of costs promise beside their values: equality, what is ignored, masks, extreme inputs."""

import dataclasses
import functools
from collections.abc import Callable
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

Z = np.array([[0.5, 1.5, -1.0], [2.0, -0.5, 0.25]], dtype=np.float32)
Y = np.array([[0.0, 1.0, 0.0], [0.5, 0.25, 0.25]], dtype=np.float32)


def _options_are_values(library: SimpleNamespace) -> bool:
    """Options compose in any order to one object, of which the expression says what it is."""
    one = library.smoothed(library.weighted(library.ignoring(library.quadratic, 2), (1.0, 2.0)), 0.5)
    other = library.ignoring(library.weighted(library.smoothed(library.quadratic, 0.5), (1.0, 2.0)), np.int8(2))
    twice = library.smoothed(library.smoothed(library.focal(2), 0.5), 0.5)
    both = library.weighted_positives(library.weighted_positives(library.focal(2), (1.0, 2.0)), 3)
    loss = library.with_z_loss(library.with_z_loss(library.quadratic, 0.5), 0.25)
    expressions = "ignoring(weighted(smoothed(quadratic, 0.5), (1.0, 2.0)), 2)", "smoothed(focal(2.0), 0.75)"
    expressions += "weighted_positives(focal(2.0), (3.0, 6.0))", "with_z_loss(quadratic, 0.75)"
    found = one, twice, both, loss
    return one is other and [repr(x) for x in found] == [f"jaxce.{text}" for text in expressions]


def _ignores_whatever_is_there(library: SimpleNamespace) -> bool:
    """Ignored labels, of any type, cost nothing where z is nan, and other labels what they cost without the option."""
    z, labels = np.array([[np.nan, 1.0], [1.0, 2.0], [0.0, 3.0]], np.float32), np.array([0, 1, -1], np.int8)
    cost = library.ignoring(library.ignoring(library.log_likelihood, 0), -100)
    C, slope = cost(library.softmax, z, labels), jax.grad(lambda z: jnp.nansum(cost(library.softmax, z, labels)))(z)
    dense = cost(library.softmax, z[:2], np.eye(2, dtype=np.float32))
    plain = library.log_likelihood(library.softmax, z[1], labels[1])
    right = bool(C[0] == 0 and C[1] == plain and np.isnan(C[2]) and np.all(slope[0] == 0) and np.all(slope[1] != 0))
    return right and dense.tolist() == C[:2].tolist()


def _counts_what_is_shown(library: SimpleNamespace) -> bool:
    """With a mask, smoothing counts the outputs that are shown, and nothing costs anything where there is none."""
    cost = library.with_z_loss(library.smoothed(library.log_likelihood, 0.25), 0.5)
    where = np.array([[True, False, True], [False, False, False]])
    C = cost(library.softmax, Z, np.array([0, 1]), where=where)
    of_one = functools.partial(library.smoothed(library.cross_entropy, 0.25), library.sigmoid)
    one = np.allclose(of_one(Z[0], 0, where=np.array([True, False, False])), of_one(Z[0, :1], 0))
    right = one and np.allclose(C[0], cost(library.softmax, Z[0, ::2], 0))
    return bool(right and C[1] == 0)


def _ignores_impossible_terms(library: SimpleNamespace) -> bool:
    """A weighted cross-entropy, too, takes 0 times an infinite logarithm for 0."""
    z, y = np.array([np.inf, -np.inf], np.float32), np.array([1, 0], np.float32)
    return bool(library.weighted(library.cross_entropy, (2.0, 3.0))(library.sigmoid, z, y) == 0)


def _options_keep_examples_apart(library: SimpleNamespace) -> bool:
    """Costs and gradients of two examples, with outputs along either axis, are those of each."""
    weights, weighted, positives = (0.5, 2.0, 3.0), library.weighted, library.weighted_positives
    costs = (
        (library.focal(2), library.softmax),
        (library.smoothed(library.log_likelihood, 0.25), library.softmax),
        (weighted(library.quadratic, weights), library.softmax),
        (weighted(positives(library.cross_entropy, weights), weights), library.softmax),
        (library.with_z_loss(library.log_likelihood, 0.25), library.softmax),
    )

    def value_and_slope(cost: Callable, output: Callable, z: np.ndarray, y: np.ndarray, axis: int = -1) -> tuple:
        C, pullback = jax.vjp(lambda z: cost(output, z, y, axis), z)
        return C, *pullback(jnp.ones_like(C))

    def is_right(cost: Callable, output: Callable) -> bool:
        each = [value_and_slope(cost, output, z, y) for z, y in zip(Z, Y, strict=True)]
        C, delta = map(np.stack, zip(*each, strict=True))
        rows, columns = value_and_slope(cost, output, Z, Y), value_and_slope(cost, output, Z.T, Y.T, 0)
        found = (*rows, columns[0], columns[1].T)
        return all(x.shape == y.shape and np.allclose(x, y, 1e-5) for x, y in zip(found, (C, delta) * 2, strict=True))

    return all(is_right(cost, output) for cost, output in costs)


def _changes_nothing(library: SimpleNamespace) -> bool:
    """Smoothing, weighting by 1, a z-loss and a focal cost of nothing leave the log-likelihood as it is."""
    costs = (
        library.log_likelihood,
        library.smoothed(library.log_likelihood, 0),
        library.with_z_loss(library.log_likelihood, 0),
        library.focal(0),
        library.weighted(library.log_likelihood, (1, 1, 1)),
    )
    values = [cost(library.softmax, Z, Y).tolist() for cost in costs]
    return all(value == values[0] for value in values)


def _weighs_by_0(library: SimpleNamespace) -> bool:
    """An output whose weight is 0 costs nothing."""
    cost = library.weighted(library.quadratic, (0.0, 1.0, 1.0))
    return np.allclose(cost(library.linear, Z, Y), library.quadratic(library.linear, Z[:, 1:], Y[:, 1:]))


def _weighs_twice(library: SimpleNamespace) -> bool:
    """Both kinds of weights multiply the terms y ln a; those of all terms alone, the terms (1 - y) ln(1 - a)."""
    w, p = np.array([0.5, 2.0, 3.0], np.float32), np.array([4.0, 0.25, 5.0], np.float32)
    of_labels = library.weighted(library.weighted_positives(library.log_likelihood, p), w)
    of_neurons = library.weighted(library.weighted_positives(library.cross_entropy, p), w)
    log_a, log_complement = -np.log1p(np.exp(-Z)), -np.log1p(np.exp(Z))
    C = -np.sum(w * (p * Y * log_a + (1 - Y) * log_complement), -1)
    right = np.allclose(of_neurons(library.sigmoid, Z, Y), C, 1e-5)
    expected = library.weighted(library.log_likelihood, w * p)(library.softmax, Z, Y)
    return right and np.allclose(of_labels(library.softmax, Z, Y), expected, 1e-5)


def _weighs_alike(library: SimpleNamespace) -> bool:
    """Equal weights of all outputs of a softmax multiply the gradient of each cost by themselves."""

    def slope(cost: Callable) -> jax.Array:
        return jax.grad(lambda z: cost(library.softmax, z, Y).sum())(Z)

    return all(
        np.allclose(slope(library.weighted(cost, (2.0, 2.0, 2.0))), 2 * slope(cost), 1e-5)
        for cost in library.COSTS.values()
    )


def _weighs_by_differentiation(library: SimpleNamespace) -> bool:
    """Where an output has no better way, the weighted quadratic cost has the same gradient, with respect to c z too."""
    softmax = library.tempered_softmax(2)
    outputs = softmax, dataclasses.replace(softmax, weighted_residual_pullback=None)
    cost = library.weighted(library.quadratic, (1.0, 2.0, 3.0))
    better, plain = (jax.grad(lambda z, output=output: cost(output, z, Y).sum())(Z) for output in outputs)
    return bool(np.allclose(better, plain, 1e-4))


def _is_focal_at_the_ends(library: SimpleNamespace) -> bool:
    """At a = 1 and a = 0, and for gamma = 0 and 1, the focal cost and its slope are their limits."""

    def value_and_slope(cost: Callable, output: Callable, z: object, y: object) -> list[float]:
        C, slope = jax.value_and_grad(lambda z: cost(output, z, np.array(y)))(np.array(z))
        return [float(C), *slope.tolist()]

    certain = [value_and_slope(library.focal(gamma), library.linear, [1.0], [1.0]) for gamma in (0, 1, 2)]
    z = [0.5, -np.inf, 2.0]
    impossible = [value_and_slope(library.focal(2), library.softmax, z, label) for label in (0, 1)]
    wanted = value_and_slope(library.focal(2), library.softmax, z[::2], 0), [np.inf, *library.softmax(np.array(z))]
    wanted[1][2] -= 1
    impossible[0].pop(2)
    return certain == [[0, -1], [0, 0], [0, 0]] and all(map(np.allclose, impossible, wanted))


def _ignores_at_the_ends(library: SimpleNamespace) -> bool:
    """The smallest and the largest label of a type can be ignored, and so can one that no label can be."""
    ends = np.iinfo(np.int32).min, np.iinfo(np.int32).max
    cost = functools.reduce(library.ignoring, (*ends, 2**40, -(2**40)), library.log_likelihood)
    C = cost(library.softmax, np.stack([Z[0]] * 3), np.array([*ends, 1], np.int32))
    return bool(np.all(C[:2] == 0) and C[2] > 0)


PROMISED_OF_OPTIONS: dict[str, Callable] = {
    "options are values": _options_are_values,
    "an ignored label": _ignores_whatever_is_there,
    "the ends of a type of labels": _ignores_at_the_ends,
    "options with masks": _counts_what_is_shown,
    "a term that is impossible": _ignores_impossible_terms,
    "weighted positives of a certain neuron that is right": lambda it: (
        it.weighted_positives(it.cross_entropy, 2.0)(it.sigmoid, np.array([np.inf]), np.array([1.0])) == 0
    ),
    "a weight of 0": _weighs_by_0,
    "weights of both kinds": _weighs_twice,
    "equal weights": _weighs_alike,
    "weights by differentiation": _weighs_by_differentiation,
    "a focal cost at the ends": _is_focal_at_the_ends,
    "a focal cost with gamma = 1": lambda it: np.allclose(
        it.focal(1)(it.sigmoid, Z, Y), np.sum(Y * np.log1p(np.exp(-Z)) / (1 + np.exp(Z)), -1), 1e-5
    ),
    "a soft cap beside its derivative": lambda it: np.allclose(
        jax.jvp(lambda z: it.soft_cap(z, 0.5), (Z,), (Z,))[0], 0.5 * np.tanh(2 * Z), 1e-5
    ),
    "a limit below 1": lambda it: np.allclose(it.soft_cap(Z, 0.5), 0.5 * np.tanh(2 * Z), 1e-5),
    "examples apart": _options_keep_examples_apart,
    "options that change nothing": _changes_nothing,
    "the first label that no output has": lambda it: bool(
        np.isnan(it.smoothed(it.log_likelihood, 0.1)(it.softmax, Z, np.array([3, 3]))).all()
    ),
    "the type under a soft cap": lambda it: it.soft_cap(Z.astype(jnp.bfloat16), 2).dtype == jnp.bfloat16,
}
