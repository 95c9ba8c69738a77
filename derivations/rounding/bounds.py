"""A bound of the errors of a softmax's cost or gradient, in ulps, at all float32 weighted inputs.

All inputs lie in boxes, by their order and the gaps between neighbours in it. The boxes with the largest bounds are cut
into smaller ones, in which the ranges of values are closer, until that gains little.
"""

import functools
import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jax.extend.core import ClosedJaxpr

from derivations.rounding.boxes import Boxes, DividedBoxesError, HopelessError
from derivations.rounding.interpreter import computed_outputs, program_of
from derivations.rounding.rounded import ROUNDOFF, Rounded, known_number

SMALLEST_THAT_IS_BOUNDED = 2.0**-100  # as in `derivations.agreement.ulps`
# Neighbouring gaps: close where exp(-gap) changes, wide where only its size does.
GAP_EDGES = np.concatenate(
    [
        [0],
        2.0 ** np.arange(-26, -3, 2),
        np.arange(1, 16) / 8,
        np.arange(4, 12) / 2,
        np.arange(6, 10),
        np.arange(10, 86, 4),
        [86.5, 104, 210, 900, 2.0**126],
    ]
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

    Raises:
        UnknownPrimitiveError: it has an operation for which there is no rule.

    Example:
        >>> import jax.numpy as jnp
        >>> bound = proved_bound(lambda z: jnp.exp(z / 2 - jnp.max(z) / 2), 2, rounds=4).ulps
        >>> bool(30 < bound < 100)  # the error of the difference is up to half an ulp of 69
        True
    """
    program = program_of(function, size)

    def bounds_of(boxes):
        few = [boxes.part(slice(at, at + BOXES_AT_ONCE)) for at in range(0, len(boxes), BOXES_AT_ONCE)]
        return np.concatenate([error_bounds(program, part, of_largest=of_largest) for part in few])

    parts = [(boxes, bounds_of(boxes)) for boxes in map(first_boxes, itertools.permutations(range(size)))]
    examined, settled, reached = sum(len(boxes) for boxes, _ in parts), 0.0, 0.0
    for _ in range(rounds):
        reached = max([reached, *(_at_middle_of_worst(bounds_of, *part) for part in parts)])
        halves = []
        for boxes, bound in parts:
            is_settled = bound <= reached * (1 + gain)
            settled = max(settled, bound[is_settled].max(initial=0.0))
            if not is_settled.all():
                boxes = boxes.part(~is_settled).halved()
                halves.append((boxes, bounds_of(boxes)))
                examined += len(boxes)
        parts = halves
        if not parts:
            break
    return ProvedBound(float(max([settled, *(bound.max() for _, bound in parts)])), examined)


def _at_middle_of_worst(bounds_of, boxes, bound):
    """The bound at a few points: no cut brings it below that."""
    points = bounds_of(boxes.part(np.argsort(bound)[-16:]).middles())
    return points[np.isfinite(points)].max(initial=0.0)


def first_boxes(order: tuple[int, ...]) -> Boxes:
    """Boxes that cover all gaps of logits in this order.

    Example:
        >>> len(first_boxes((0, 1))) == len(GAP_EDGES) - 1
        True
    """
    edges = [np.array(ends).T for ends in (GAP_EDGES[:-1], GAP_EDGES[1:])]
    low, high = (np.array([*itertools.product(ends, repeat=len(order) - 1)]).T for ends in edges)
    return Boxes(order, low, high)


def error_bounds(program: ClosedJaxpr, boxes: Boxes, decisions: tuple = (), *, of_largest: bool = False) -> np.ndarray:
    """A bound for each box, in ulps; infinite where nothing is known.

    Example:
        >>> import jax.numpy as jnp
        >>> boxes = Boxes((0, 1), np.array([[1.5]]), np.array([[1.51]]))
        >>> bool(error_bounds(program_of(lambda z: z - jnp.max(z), 2), boxes)[0] <= 0.51)
        True
    """
    try:
        outputs = computed_outputs(program, boxes, decisions)
    except HopelessError:
        return np.full(len(boxes), np.inf)
    except DividedBoxesError as undecided:
        bounds = np.zeros(len(boxes))
        for way, mask in undecided.ways:
            found = error_bounds(program, boxes.part(mask), way, of_largest=of_largest)
            bounds[mask] = np.maximum(bounds[mask], found)
        return bounds
    ulps = np.broadcast_to(_in_ulps(outputs, of_largest), len(boxes))
    return np.where(np.isnan(ulps), np.inf, ulps)


def _in_ulps(outputs, of_largest):
    outputs = [known_number(x) if isinstance(x, float) else x for x in outputs]
    if not all(isinstance(x, Rounded) for x in outputs):
        return np.inf
    sizes = [(x.exact.distance_from_0(), x.exact.size()) for x in outputs]
    if of_largest:
        sizes = [[functools.reduce(np.maximum, ends) for ends in zip(*sizes, strict=True)]] * len(outputs)
    return functools.reduce(np.maximum, [_error_in_ulps(x, *of) for x, of in zip(outputs, sizes, strict=True)])


def _error_in_ulps(x, least, most):
    """A bound of x's error in ulps of something at least and at most so large, and not smaller than x."""
    least = np.maximum(least, SMALLEST_THAT_IS_BOUNDED)
    _, exponent = np.frexp(least)
    ulps = x.absolute_bound() / np.ldexp(1.0, exponent - 24)
    ulps = np.minimum(ulps, np.where(x.relative, x.bound / ROUNDOFF, np.inf))
    return np.where(most < SMALLEST_THAT_IS_BOUNDED, 0.0, ulps)
