"""Random values for the letters of an equation; at every second point the neurons are saturated.

At a saturated point weighted inputs have standard deviation 20, so that 1 - a may be below 1e-20; targets are 0 or 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Values(NamedTuple):
    """A letter's values: a function that draws them for a number of points, and their shape at each point."""

    draw: Callable[[np.random.Generator, int, tuple[int, ...]], np.ndarray]
    shape: tuple[int, ...]


def reals(*shape: int) -> Values:
    """Normally distributed, with standard deviation 1, or 4 at saturated points."""
    return Values(lambda *draw: _normal(*draw, saturated=4.0), shape)


def weighted_inputs(*shape: int) -> Values:
    """Normally distributed, with standard deviation 1, or 20 at saturated points."""
    return Values(lambda *draw: _normal(*draw, saturated=20.0), shape)


def targets(*shape: int) -> Values:
    """Between 0 and 1; 0 or 1 at saturated points."""
    return Values(_targets, shape)


def targets_of_examples(*shape: int) -> Values:
    """Targets [n, ...]; at saturated points they are the same for all examples.

    If they differed, errors near -1 and 1 would cancel in the mean over the examples, in any program.
    """
    return Values(_targets_of_examples, shape)


def distributions(size: int) -> Values:
    """Targets that sum to 1; one-hot at saturated points."""
    return Values(_distributions, (size,))


def positives(*shape: int) -> Values:
    """Positive, as often above 1 as below."""
    return Values(lambda rng, points, shape: np.exp(rng.normal(size=(points, *shape))), shape)


def units(*shape: int) -> Values:
    """Between 0 and 1, saturated at no point."""
    return Values(lambda rng, points, shape: rng.uniform(size=(points, *shape)), shape)


def _saturated(points, shape):
    return np.arange(points).reshape(points, *[1] * len(shape)) % 2 == 1


def _normal(rng, points, shape, saturated):
    return rng.normal(size=(points, *shape)) * np.where(_saturated(points, shape), saturated, 1.0)


def _targets(rng, points, shape):
    soft = rng.uniform(size=(points, *shape))
    return np.where(_saturated(points, shape), np.rint(soft), soft)


def _targets_of_examples(rng, points, shape):
    soft = rng.uniform(size=(points, *shape))
    return np.where(_saturated(points, shape), np.rint(soft[:, :1]), soft)


def _distributions(rng, points, shape):
    one_hot = np.eye(*shape)[rng.integers(*shape, size=points)]
    return np.where(_saturated(points, shape), one_hot, rng.dirichlet(np.ones(*shape), points))
