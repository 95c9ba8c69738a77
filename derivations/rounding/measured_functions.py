"""How far XLA's exp, log and log1p of float32 are from the truth, at most, on a CPU: measured at every float.

The errors are in units of 2^-24 of the true value. They are not proved, but assumed by what is proved about programs.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from derivations.rounding.intervals import Intervals

FLOATS_IN_A_GROUP = 2**20  # an eighth of those between two powers of two
_FIRST_NORMAL = 0x0080_0000  # bits of 2^-126
ABOUT_0 = 2.0**-30  # up to this size, floats of the other sign were measured too
_NUMBERS = np.arange(FLOATS_IN_A_GROUP, dtype=np.uint32)


class MeasuredFunction(NamedTuple):
    """A function of float32, and the pieces of |x| in which its error was measured, each with its upper end.

    The first begins at `least`; if that is 0, small numbers of the other sign were measured, too.
    """

    function: Callable
    sign: int
    pieces: tuple[tuple[float, float], ...]
    only_if_1_more_is_exact: bool = False
    least: float = 0.0

    def error(self, x: Intervals) -> np.ndarray:
        """A bound of the error at the floats x, in units of 2^-24; infinite where nothing was measured.

        Example:
            >>> exp = MEASURED_FUNCTIONS["exp"]
            >>> exp.error(Intervals(np.array([-0.95, -1.0]), np.array([-0.9, 0.5]))).tolist()
            [1.1, inf]
        """
        first, last = (-x.high, -x.low) if self.sign < 0 else (x.low, x.high)
        before = self.least or -ABOUT_0
        found = np.where((first < before) | (last > self.pieces[-1][0]), np.inf, 0.0)
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
    "log": MeasuredFunction(jnp.log, 1, ((1.0, 2.03), (1 + 2**-12, 1.0)), least=0.46875),
}


def worst_excess(name: str, every: int = 1) -> float:
    """The largest ratio of an error of the function at a float to the bound of its piece: at most 1 if all are bounds.

    Args:
        name: one of MEASURED_FUNCTIONS.
        every: only one in so many groups of neighbouring floats is measured.

    Example:
        >>> worst_excess("exp", 64) <= 1
        True
    """
    measured = MEASURED_FUNCTIONS[name]
    first, last, about_0 = (
        int(np.float32(x).view(np.uint32)) for x in (measured.least, measured.pieces[-1][0], ABOUT_0)
    )
    negative = measured.sign < 0
    groups = [(bits, negative) for bits in range(first or _FIRST_NORMAL, last, FLOATS_IN_A_GROUP)]
    if not first:
        groups += [(bits, not negative) for bits in range(_FIRST_NORMAL, about_0, FLOATS_IN_A_GROUP)]
    return max(_excess(measured, *group) for group in groups[::-every])  # the last are the largest


def _excess(measured, bits, is_negative):
    """The ratio for FLOATS_IN_A_GROUP neighbours, of which the first has these bits but for its sign."""
    ends = np.array([bits, bits + FLOATS_IN_A_GROUP - 1], np.uint32).view(np.float32).astype(np.float64)
    low, high = (-ends[1], -ends[0]) if is_negative else ends
    last = measured.pieces[-1][0]
    middle = np.clip((low + high) / 2, -last, last)  # inside of one piece: at an end, the larger bound of two counts
    bound = measured.error(Intervals(middle, middle))
    with jax.enable_x64(False):  # as users have it
        x = lax.bitcast_convert_type(jnp.uint32(bits + (is_negative << 31)) + _NUMBERS, jnp.float32)
        computed = jax.jit(measured.function)(x)
    with jax.enable_x64(True):
        return float(_largest_error(measured, x, computed) / bound)


@functools.partial(jax.jit, static_argnums=0)
def _largest_error(measured, x, computed):
    wide = x.astype(jnp.float64)
    true = measured.function(wide)
    difference = jnp.abs(computed.astype(jnp.float64) - true)
    error = jnp.where(difference == 0, 0, difference / jnp.abs(true) * 2.0**24)
    counts = jnp.abs(wide) <= measured.pieces[-1][0]
    if measured.only_if_1_more_is_exact:
        counts &= (x + 1).astype(jnp.float64) == wide + 1
    return jnp.where(counts, jnp.where(jnp.isnan(error), jnp.inf, error), 0).max()


def largest_vanished_exponential() -> float:
    """What exp gives, at most, for arguments from -1024 to -87, or infinity if that is negative or more than e^-87."""
    first, last = (int(np.float32(x).view(np.uint32)) for x in (87.0, 1024.0))
    found = []
    with jax.enable_x64(False):
        for bits in range(first, last, FLOATS_IN_A_GROUP):
            x = lax.bitcast_convert_type(jnp.uint32(bits + (1 << 31)) + _NUMBERS, jnp.float32)
            found.append(jax.jit(jnp.exp)(x))
    computed = np.concatenate(found)
    return float(computed.max()) if (computed >= 0).all() and computed.max() < 1.7e-38 else np.inf
