"""Intervals of real numbers, many at a time, whose ends are rounded outwards; functions of their ends are Arb's."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import ArrayLike


@dataclasses.dataclass(frozen=True, eq=False)
class Intervals:
    """Arrays of lower and upper ends. Sums, differences, products and quotients enclose those of all numbers in them.

    Example:
        >>> product = Intervals(-1.0, 2.0) * Intervals(3.0, 4.0)
        >>> bool(product.low <= -4), bool(product.high >= 8), product.high - 8 < 1e-14
        (True, True, np.True_)
    """

    low: Any
    high: Any

    def __neg__(self) -> "Intervals":
        """Minus the numbers."""
        return Intervals(np.negative(self.high), np.negative(self.low))

    def __add__(self, other: "Intervals") -> "Intervals":
        """The sums."""
        return _outwards(np.add(self.low, other.low), np.add(self.high, other.high))

    def __sub__(self, other: "Intervals") -> "Intervals":
        """The differences."""
        return self + -other

    def __mul__(self, other: "Intervals") -> "Intervals":
        """The products; 0 times an infinite end is 0, since every number in an interval is finite."""
        with np.errstate(invalid="ignore"):
            ends = [np.multiply(x, y) for x in (self.low, self.high) for y in (other.low, other.high)]
        ends = [np.where(np.isnan(end), 0.0, end) for end in ends]
        return _outwards(np.minimum.reduce(ends), np.maximum.reduce(ends))

    def __truediv__(self, other: "Intervals") -> "Intervals":
        """The quotients: anything where the divisor may be 0."""
        nonzero = other.distance_from_0() > 0
        with np.errstate(divide="ignore"):
            low, high = np.divide(1, np.where(nonzero, other.high, 1)), np.divide(1, np.where(nonzero, other.low, 1))
        reciprocal = _outwards(low, high)
        return self * reciprocal.where(nonzero, EVERYTHING)

    def __and__(self, other: "Intervals") -> "Intervals":
        """The numbers in both."""
        return Intervals(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    def where(self, condition: ArrayLike, other: "Intervals") -> "Intervals":
        """These where the condition is true, and elsewhere the others."""
        return Intervals(np.where(condition, self.low, other.low), np.where(condition, self.high, other.high))

    def size(self) -> np.ndarray:
        """The largest absolute value."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def distance_from_0(self) -> np.ndarray:
        """The least absolute value."""
        return np.maximum(np.maximum(self.low, np.negative(self.high)), 0.0)

    def widened(self, by: ArrayLike) -> "Intervals":
        """All numbers at most so far from these."""
        return self + Intervals(np.negative(by), by)

    def image(self, function: Callable[[arb], arb]) -> "Intervals":
        """The values of a function that increases.

        Example:
            >>> value = Intervals(0.0, 1.0).image(arb.exp)
            >>> bool(value.low <= 1), bool(value.high >= np.e), value.high - np.e < 1e-14
            (True, True, np.True_)
        """
        return Intervals(_ends(function, self.low, "lower"), _ends(function, self.high, "upper"))


EVERYTHING = Intervals(-np.inf, np.inf)


def _outwards(low, high):
    return Intervals(np.nextafter(low, -np.inf), np.nextafter(high, np.inf))


def _ends(function, x, end):
    """A bound of the function's values at the numbers x, each different one computed once."""
    different, places = np.unique(x, return_inverse=True)
    bounds = np.array([float(getattr(function(arb(value)), end)()) for value in different.tolist()])
    outside = -np.inf if end == "lower" else np.inf
    bounds = np.where(np.isnan(bounds), outside, np.nextafter(bounds, outside))
    return bounds[places].reshape(np.shape(x))
