"""Boxes of weighted inputs: their order, and intervals of the gaps between neighbours in that order."""

import dataclasses

import numpy as np

from derivations.rounding.intervals import Intervals


class DividedBoxesError(Exception):
    """A program goes on in several ways: what was decided before and then, with a mask of the boxes for each."""

    def __init__(self, ways: list[tuple[tuple, np.ndarray]]):
        super().__init__("the boxes do not agree on how the program goes on")
        self.ways = ways


class HopelessError(Exception):
    """Nothing is known of a number on which it depends how the program goes on."""


@dataclasses.dataclass(frozen=True, eq=False)
class Boxes:
    """Inputs z of which order[0] is the index of the largest, and so on, ties included.

    Attributes:
        order: indices by falling z.
        low: the least gaps between neighbours in that order, of shape [gaps, boxes].
        high: the largest.
    """

    order: tuple[int, ...]
    low: np.ndarray
    high: np.ndarray

    def __len__(self) -> int:
        """How many boxes there are."""
        return self.low.shape[1]

    def part(self, which: np.ndarray) -> "Boxes":
        """Those boxes."""
        return Boxes(self.order, self.low[:, which], self.high[:, which])

    def difference(self, first: int, second: int) -> Intervals:
        """z_first - z_second.

        Example:
            >>> boxes = Boxes((1, 0), np.array([[1.0]]), np.array([[2.0]]))
            >>> boxes.difference(0, 1).low.tolist()
            [-2.0]
        """
        above, below = self.order.index(first), self.order.index(second)
        if above > below:
            return -self.difference(second, first)
        gaps = [Intervals(self.low[place], self.high[place]) for place in range(above, below)]
        return sum(gaps[1:], gaps[0])

    def middles(self) -> "Boxes":
        """Boxes of one point each, in the middles."""
        middle = _middle(self.low, self.high)
        return Boxes(self.order, middle, middle)

    def halved(self) -> "Boxes":
        """The boxes cut in two in the middle of every gap."""
        low, high = self.low, self.high
        for place in range(len(low)):
            middle = _middle(low, high)[place]
            lower, upper = high.copy(), low.copy()
            lower[place], upper[place] = middle, middle
            low, high = np.concatenate([low, upper], 1), np.concatenate([lower, high], 1)
        return Boxes(self.order, low, high)


def _middle(low, high):
    """The geometric mean of what is far apart."""
    return np.where((low > 0) & (high > 2 * low), np.sqrt(low) * np.sqrt(high), low + (high - low) / 2)
