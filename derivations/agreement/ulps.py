"""Errors in units in the last place (ulps), the distance between neighbouring floats: the one measure of rounding.

It takes floats and mpmath numbers, whatever computed them.
"""

import math
from typing import Any

import numpy as np
from mpmath import mpf, sign

# True values closer to 0 than this do not count: near them, floats or a program's intermediate results underflow.
SMALLEST_THAT_COUNTS = {np.dtype(np.float32): 2.0**-100, np.dtype(np.float64): 2.0**-1000}


def exact(x: np.ndarray) -> np.ndarray:
    """An array of floats as mpmath numbers with the same values."""
    return np.array([mpf(float(value)) for value in np.ravel(x)], dtype=object).reshape(np.shape(x))


def ulps(computed: np.ndarray, true: np.ndarray, size: Any = None) -> float:
    """The largest error of any component, in ulps of `size` or, if that is None, of the component's true value.

    Args:
        computed: a float32 or float64 array.
        true: what should have been computed, an array of mpmath numbers of the same shape.
        size: the numbers whose ulps are the unit, broadcast to that shape. Components whose `size` is too close to 0
            do not count.

    The error of a nan is infinite, and so is that of an infinity, unless the true value lies beyond the largest float
    of its sign.

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
    last_but_one = np.nextafter(largest, dtype(0)).item()  # the largest float has no upper neighbour, hence no spacing
    return float(abs(mpf(float(computed)) - true)) / float(np.spacing(dtype(min(size, last_but_one))))
