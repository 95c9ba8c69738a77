"""A bound of the errors of a softmax's cost or gradient, in ulps, at all float32 weighted inputs.

All inputs lie in boxes, by their order and the gaps between neighbours in it. The boxes with the largest bounds are cut
into smaller ones, in which the ranges of values are closer, until that gains little.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jax.extend.core import ClosedJaxpr

from derivations.rounding.boxes import Boxes, HopelessError, UndecidedError
from derivations.rounding.interpreter import computed_outputs, program_of
from derivations.rounding.rounded import UNIT, number

SMALLEST_THAT_IS_BOUNDED = 2.0**-100  # as in `derivations.agreement.ulps`
# Neighbouring gaps: close where exp(-gap) changes, wide where only its size does.
GAPS = np.array(
    [0, *2.0 ** np.arange(-26, -3, 2), *np.arange(1, 16) / 8, *np.arange(4, 12) / 2, *np.arange(6, 10), *np.arange(10, 86, 4)]
    + [86.5, 104, 210, 900, 2.0**126]
)
BOXES_AT_ONCE = 2**12


class ProvedBound(NamedTuple):
    """The largest error in ulps that is possible by what is known, and the number of boxes that were examined."""

    ulps: float
    boxes: int


def proved_bound(
    function: Callable, size: int, *, of_largest: bool = False, gain: float = 0.02, rounds: int = 12
) -> ProvedBound:
    """A bound for a function of `size` weighted inputs.

    Args:
        function: what is bounded, one number or several.
        size: how many weighted inputs there are.
        of_largest: whether the unit is an ulp of the largest component, not of each.
        gain: boxes are cut as long as this part of the bound might be gained.
        rounds: how often they are, at most.
    """
    program = program_of(function, size)

    def bounds_of(boxes):
        parts = [boxes.part(slice(at, at + BOXES_AT_ONCE)) for at in range(0, len(boxes), BOXES_AT_ONCE)]
        return np.concatenate([error_bounds(program, part, of_largest=of_largest) for part in parts])

    covers = [first_boxes(order) for order in itertools.permutations(range(size))]
    bounds = [bounds_of(boxes) for boxes in covers]
    examined, settled, reached = sum(map(len, covers)), 0.0, 0.0
    for _ in range(rounds):
        largest = max(bound.max() for bound in bounds)
        goal = max(settled, reached) * (1 + gain)
        if largest <= goal:
            break
        # At least the box with the largest bound; what is below the goal need not be cut.
        for boxes, bound in zip(covers, bounds, strict=True):
            reached = max(reached, _at_middle_of_worst(bounds_of, boxes, bound))
        for place, (boxes, bound) in enumerate(zip(covers, bounds, strict=True)):
            worst = bound > max(reached * (1 + gain), 0)
            settled = max(settled, bound[~worst].max(initial=0.0))
            covers[place] = boxes.part(worst).halved()
            bounds[place] = bounds_of(covers[place]) if worst.any() else np.zeros(0)
            examined += len(covers[place])
        covers, bounds = _without_empty(covers, bounds)
        if not covers:
            break
    return ProvedBound(float(max([settled, *(bound.max() for bound in bounds)])), examined)


def _without_empty(covers, bounds):
    kept = [place for place, boxes in enumerate(covers) if len(boxes)]
    return [covers[place] for place in kept], [bounds[place] for place in kept]


def _at_middle_of_worst(bounds_of, boxes, bound):
    """The bound at a few points: no cut brings it below that."""
    points = bounds_of(boxes.part(np.argsort(bound)[-16:]).middles())
    return points[np.isfinite(points)].max(initial=0.0)


def first_boxes(order: tuple[int, ...]) -> Boxes:
    """Boxes that cover all gaps of logits in this order."""
    edges = [np.array(ends).T for ends in (GAPS[:-1], GAPS[1:])]
    low, high = (np.array([*itertools.product(ends, repeat=len(order) - 1)]).T for ends in edges)
    return Boxes(order, low, high)


def error_bounds(program: ClosedJaxpr, boxes: Boxes, decisions: tuple = (), *, of_largest: bool = False) -> np.ndarray:
    """A bound for each box, in ulps; infinite where nothing is known."""
    try:
        outputs = computed_outputs(program, boxes, decisions)
    except HopelessError:
        return np.full(len(boxes), np.inf)
    except UndecidedError as undecided:
        bounds = np.zeros(len(boxes))
        for way, mask in undecided.ways:
            found = error_bounds(program, boxes.part(mask), way, of_largest=of_largest)
            bounds[mask] = np.maximum(bounds[mask], found)
        return bounds
    ulps = np.broadcast_to(_in_ulps(outputs, of_largest), len(boxes))
    return np.where(np.isnan(ulps), np.inf, ulps)


def _in_ulps(outputs, of_largest):
    outputs = [number(x) if isinstance(x, float) else x for x in outputs]
    sizes = [x.exact for x in outputs]
    if of_largest:
        least, most = (np.maximum.reduce([f(x) for x in sizes]) for f in (lambda x: x.distance_from_0(), lambda x: x.size()))
        return np.maximum.reduce([_error_in_ulps(x, least, most) for x in outputs])
    return np.maximum.reduce([_error_in_ulps(x, x.exact.distance_from_0(), x.exact.size()) for x in outputs])


def _error_in_ulps(x, least, most):
    """A bound of x's error in ulps of something at least and at most so large, and not smaller than x."""
    least = np.maximum(least, SMALLEST_THAT_IS_BOUNDED)
    _, exponent = np.frexp(least)
    ulps = x.absolute_bound() / np.ldexp(1.0, exponent - 24)
    ulps = np.minimum(ulps, np.where(x.relative, x.bound / UNIT, np.inf))
    return np.where(most < SMALLEST_THAT_IS_BOUNDED, 0.0, ulps)
