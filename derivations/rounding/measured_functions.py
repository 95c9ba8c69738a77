"""How far XLA's exp, log1p and tanh of float32 are from the truth, at most, on a CPU: measured at every float.

The errors are in units of 2^-24 of the true value. They are not proved, but assumed by what is proved about programs.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from derivations.rounding.intervals import Intervals

FLOATS_IN_A_PIECE = 2**20  # an eighth of those between two powers of two
ABOUT_0 = 2.0**-30  # up to this size, floats of the other sign were measured too
_FLOATS_IN_A_BLOCK = 2**16


class MeasuredFunction(NamedTuple):
    """A function of float32, and the pieces of |x| in which its error was measured, each with its upper end."""

    function: Callable
    sign: int
    pieces: tuple[tuple[float, float], ...]
    only_if_1_more_is_exact: bool = False

    def error(self, x: Intervals) -> np.ndarray:
        """A bound of the error at the floats x, in units of 2^-24; infinite where nothing was measured.

        Example:
            >>> exp = MEASURED_FUNCTIONS["exp"]
            >>> exp.error(Intervals(np.array([-1.0, -1.0]), np.array([-0.5, 0.5]))).tolist()
            [1.1, inf]
        """
        first, last = (-x.high, -x.low) if self.sign < 0 else (x.low, x.high)
        found, before = np.where((first < -ABOUT_0) | (last > self.pieces[-1][0]), np.inf, 0.0), -ABOUT_0
        for end, error in self.pieces:
            found = np.maximum(found, np.where((last >= before) & (first <= end), error, 0.0))
            before = end
        return found


MEASURED_FUNCTIONS = {
    "exp": MeasuredFunction(
        jnp.exp,
        -1,
        (
            (2**-5, 0.54),
            (2**-4, 0.57),
            (2**-3, 0.65),
            (0.25, 0.87),
            (0.28125, 0.93),
            (0.4375, 1.18),
            (0.75, 1.05),
            (1, 1.1),
            (2, 1.15),
            (4, 1.25),
            (8, 1.41),
            (16, 1.28),
            (87.0, 1.41),
        ),
    ),
    "log1p": MeasuredFunction(
        jnp.log1p,
        1,
        (
            (2**-6, 1.01),
            (2**-4, 1.03),
            (2**-3, 1.06),
            (0.25, 1.14),
            (0.40625, 1.28),
            (0.4375, 3.64),
            (0.46875, 3.45),
            (0.5, 3.18),
            (0.5625, 2.91),
            (0.75, 2.7),
            (0.8125, 2.36),
            (0.9375, 2.0),
            (1, 1.62),
            (1.125, 2.17),
            (1.25, 2.06),
            (1.625, 2.0),
            (2, 2.3),
            (2**24, 1.45),
        ),
    ),
    "log1p of total - 1": MeasuredFunction(
        jnp.log1p,
        1,
        (
            (2**-22, 0.01),
            (2**-21, 0.34),
            (2**-20, 0.67),
            (2**-17, 0.89),
            (2**-6, 1.01),
            (2**-4, 1.03),
            (2**-3, 1.05),
            (0.25, 1.12),
            (0.40625, 1.28),
            (1, 1.6),
            (2, 1.57),
            (4, 1.4),
            (2**24, 1.1),
        ),
        only_if_1_more_is_exact=True,
    ),
    "tanh": MeasuredFunction(jnp.tanh, -1, ((0.25, 4.9), (512.0, 4.9))),
}


def measured_error(name: str, bits: int, count: int = FLOATS_IN_A_PIECE) -> float:
    """The largest error of a function at so many neighbouring floats whose absolute values begin with these bits.

    Example:
        >>> measured_error("exp", 0x3F800000, 2**16) <= 1.15
        True
    """
    measured = MEASURED_FUNCTIONS[name]
    first = jnp.uint32(bits | (0x80000000 if measured.sign < 0 else 0))
    with jax.enable_x64(False):  # as users have it
        computed = _values(measured.function, first, count // _FLOATS_IN_A_BLOCK)
    with jax.enable_x64(True):
        return float(_largest_error(measured, first, computed))


def _blocks(function, first, count, *arrays):
    def of_block(number_and_parts):
        number, *parts = number_and_parts
        bits = first + number * jnp.uint32(_FLOATS_IN_A_BLOCK) + lax.iota(jnp.uint32, _FLOATS_IN_A_BLOCK)
        return function(lax.bitcast_convert_type(bits, jnp.float32), *parts)

    return lax.map(of_block, (lax.iota(jnp.uint32, count), *arrays))
