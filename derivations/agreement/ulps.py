"""Errors in units in the last place (ulps), the distance between neighbouring floats: the one measure of rounding.

It knows floats and mpmath numbers and nothing of what computed them.
"""

import math
from typing import Any

import numpy as np
from mpmath import mpf, sign

# True values closer to 0 than this do not count: there the floats, or what a program stores of them, run out.
SMALLEST_THAT_COUNTS = {np.dtype(np.float32): 2.0**-100, np.dtype(np.float64): 2.0**-1000}


def exact(x: np.ndarray) -> np.ndarray:
    """An array of floats as mpmath numbers of the same values."""
    return np.array([mpf(float(value)) for value in np.ravel(x)], dtype=object).reshape(np.shape(x))


def ulps(computed: np.ndarray, true: np.ndarray, size: Any = None) -> float:
    """The largest error of any component, in ulps of `size`, which is the component's true value unless it is given.

    Args:
        computed: an array of float32 or of float64.
        true: what should have been computed, as mpmath numbers, of the same shape.
        size: the numbers whose ulps are meant; broadcast to that shape. Components of a `size` too small do not count.

    A nan is infinitely wrong, and so is an infinity, unless the true value lies beyond the largest float on its side.

    Example:
        >>> one = np.array([1.0], np.float32)
        >>> ulps(np.nextafter(one, 2), exact(one)), ulps(3 * one, exact(one), mpf(2**23))
        (1.0, 2.0)
    """
    computed, true = np.asarray(computed), np.asarray(true, dtype=object)
    sizes = np.broadcast_to(true if size is None else np.asarray(size, dtype=object), true.shape)
    if computed.shape != true.shape:
        raise ValueError(f"computed has the shape {computed.shape}, the true values have {true.shape}")
    smallest = SMALLEST_THAT_COUNTS[computed.dtype]
    return max(
        (
            _error(x, value, abs(of), computed.dtype.type)
            for x, value, of in zip(computed.ravel(), true.ravel(), sizes.ravel(), strict=True)
            if abs(of) > smallest
        ),
        default=0.0,
    )


def _error(computed, true, size, dtype) -> float:
    largest = np.finfo(dtype).max
    if abs(true) > largest.item():
        return 0.0 if float(computed) == math.copysign(math.inf, sign(true)) else math.inf
    if not np.isfinite(computed):
        return math.inf
    last_but_one = np.nextafter(largest, dtype(0)).item()  # the largest float has no neighbour above, and no spacing
    return float(abs(mpf(float(computed)) - true)) / float(np.spacing(dtype(min(size, last_but_one))))
