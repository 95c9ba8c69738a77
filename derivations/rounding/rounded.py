"""A number that a program computes: its exact value, and bounds of its rounding errors, in many boxes of inputs.

In each box, what is computed is exact + scale (sum_i c_i eta_i + rest). Each eta_i, between -1 and 1, stands for one
rounding: the c_i of an error that goes several ways add up, with their signs, where the ways meet. `rest` bounds what
is not of first order. The scale is the exact value itself, with which a bound holds whatever the size of the number, or
1 where the number may be 0.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from derivations.rounding.intervals import EVERYTHING, Intervals

ROUNDOFF = 2.0**-24  # the relative error of a rounded operation
SMALLEST_NORMAL_FLOAT = 2.0**-126  # smaller results may be set to 0
SMALLEST_SCALE = 2.0**-120  # numbers that may be smaller have the scale 1
TOO_LARGE = 2.0**-12  # an error relative to the exact value; where it is larger, the scale is 1
SLOP = 1 + 2.0**-40  # more than what the roundings of a bound in float64 amount to
ONE = Intervals(1.0, 1.0)


@dataclasses.dataclass(eq=False)
class Rounded:
    """What is known of a computed number.

    Attributes:
        exact: where its exact value lies.
        errors: the c_i, by the numbers of their roundings.
        rest: a bound of all other errors, in units of the scale.
        computed: where the computed number lies; if nothing else is known, what the error allows.
        operation: the primitive and the operands that it was computed from.
        unrounded: a product of two floats before it is rounded; XLA may add it to another number so.
        correction: what its last rounding took away, exactly: that is what TwoSum computes.
        absolute: where the scale is 1 in any case.

    Example:
        >>> x = Rounded(Intervals(2.0, 4.0), {1: Intervals(ROUNDOFF, ROUNDOFF)})
        >>> float(x.bound / ROUNDOFF), float(x.absolute_bound() / ROUNDOFF)
        (1.0..., 4.0...)
    """

    exact: Intervals
    errors: dict[int, Intervals] = dataclasses.field(default_factory=dict)
    rest: np.ndarray | float = 0.0
    computed: Intervals = EVERYTHING
    operation: tuple = ()
    unrounded: "Rounded | None" = None
    correction: "Rounded | None" = None
    absolute: np.ndarray | bool = False

    def __post_init__(self):
        """The scale; the bound of the error, in its units; and where the computed number lies."""
        self.relative = has_own_scale(self.exact) & ~np.asarray(self.absolute)
        self.scale = self.exact.where(self.relative, ONE)
        bound = SLOP * sum((c.size() for c in self.errors.values()), np.asarray(self.rest, float))
        self.bound = np.where(np.isnan(bound), np.inf, bound)
        of_1 = ONE.widened(self.bound)
        allowed = (self.exact * of_1).where(self.relative, self.exact.widened(self.absolute_bound()))
        self.computed = self.computed & allowed

    def absolute_bound(self) -> np.ndarray:
        """A bound of the error itself."""
        return SLOP * np.where(self.bound == 0, 0.0, self.scale.size() * self.bound)


def has_own_scale(exact: Intervals) -> np.ndarray:
    """Where numbers are so far from 0 that they are their own scale."""
    return exact.distance_from_0() >= SMALLEST_SCALE


def known_number(x: float) -> Rounded:
    """A float that is known."""
    return Rounded(Intervals(np.float64(x), np.float64(x)))


def combined(
    exact: Intervals,
    terms: Sequence[tuple[Rounded, Intervals]],
    rest: np.ndarray | float = 0.0,
    absolute: np.ndarray | bool = False,
) -> Rounded:
    """A function of computed numbers, not rounded: each with the factor by which the function scales its error."""
    errors: dict[int, Intervals] = {}
    for x, factor in terms:
        rest = rest + np.where(np.equal(x.rest, 0), 0.0, x.rest * factor.size())
        for eta, c in x.errors.items():
            errors[eta] = errors[eta] + c * factor if eta in errors else c * factor
    return Rounded(exact, errors, SLOP * rest, absolute=absolute)


def with_error(x: Rounded, eta: int, absolute: np.ndarray, relative: np.ndarray | float = np.inf) -> Rounded:
    """x with one more error: at most `absolute`, and at most `relative` times the size of the computed number.

    What is below the normal floats may vanish.
    """
    least = x.scale.distance_from_0()
    size = np.minimum(absolute / least, np.where(x.relative, relative * (1 + x.bound), np.inf)) * SLOP
    vanishing = np.where(x.computed.distance_from_0() < 2 * SMALLEST_NORMAL_FLOAT, SMALLEST_NORMAL_FLOAT, 0) / least
    error = Intervals(size, size)
    rounded = Rounded(x.exact, x.errors | {eta: error}, x.rest + vanishing, absolute=x.absolute)
    zero = Intervals(np.zeros_like(size), np.zeros_like(size))
    rounded.correction = Rounded(zero, {eta: -error * x.scale}, 8 * SMALLEST_NORMAL_FLOAT)
    return rounded


def with_vanishing(x: Rounded, absolute: np.ndarray | float) -> Rounded:
    """x with what may have vanished of it."""
    rest = x.rest + SLOP * absolute / x.scale.distance_from_0()
    return Rounded(x.exact, x.errors, rest, absolute=x.absolute)


def half_ulp(size: Any) -> np.ndarray:
    """Half the distance of neighbouring float32 numbers up to this size, or that to the next power of two below it.

    Example:
        >>> half_ulp(np.array([1.5, 4.0])).tolist() == [2.0**-24, 2.0**-23]
        True
    """
    _, exponent = np.frexp(size * (1 - 2.0**-41))
    return np.where(np.isfinite(size), np.ldexp(1.0, np.maximum(exponent, -125) - 25), np.inf)


def rounded_off(x: Rounded, eta: int, exact: np.ndarray | bool = False) -> Rounded:
    """x rounded to the nearest float32, except where it is one already."""
    absolute = np.where(exact, 0.0, half_ulp(x.computed.size()))
    return with_error(x, eta, absolute, ROUNDOFF)


def _in_a_good_scale(function):
    """The function, with scale 1 where a result's error is large with its own: the error of 1 - e where e is almost 1.

    Its factors would vary much in a box, and cancel badly when 1 - e is added to something large.
    """

    @functools.wraps(function)
    def with_scale(*operands):
        found = function(*operands)
        is_large = found.relative & (found.bound > TOO_LARGE)
        return function(*operands, absolute=is_large) if is_large.any() else found

    return with_scale


@_in_a_good_scale
def scaled_sum(terms: Sequence[tuple[float, Rounded]], absolute: np.ndarray | bool = False) -> Rounded:
    """sum_i k_i x_i of one or two computed numbers x_i, not rounded."""
    parts = [Intervals(k, k) * x.exact for k, x in terms]
    exact = parts[0] if len(parts) == 1 else parts[0] + parts[1]
    if len(terms) == 1:
        absolute = absolute | np.asarray(terms[0][1].absolute)
    own = has_own_scale(exact) & ~np.asarray(absolute)
    scale = exact.where(own, ONE)
    factors = []
    for place, (k, x) in enumerate(terms):
        factor = Intervals(k, k) * x.scale / scale
        # x / (x + y) = 1 / (1 + y / x), in which y may be of any size.
        share = ONE if len(terms) == 1 else ONE / (ONE + parts[1 - place] / parts[place]) & factor
        factors.append((x, share.where(own & x.relative, factor)))
    return combined(exact, factors, absolute=absolute)


@_in_a_good_scale
def unrounded_product(x: Rounded, y: Rounded, absolute: np.ndarray | bool = False) -> Rounded:
    """X y, not rounded."""
    exact = x.exact * y.exact
    is_own = has_own_scale(exact) & ~np.asarray(absolute)
    own = is_own & x.relative & y.relative
    scale = exact.where(is_own, ONE)
    of_x, of_y = (ONE.where(own, x.scale * y.exact / scale), ONE.where(own, y.scale * x.exact / scale))
    second = np.where(own, 1.0, (x.scale * y.scale / scale).size()) * x.bound * y.bound
    return combined(exact, [(x, of_x), (y, of_y)], _or_infinite(second), absolute)


@_in_a_good_scale
def unrounded_quotient(x: Rounded, y: Rounded, absolute: np.ndarray | bool = False) -> Rounded:
    """X / y, not rounded. Of 1 / (1 + e) = 1 - e + e^2 / (1 + e), the last term is not of first order."""
    exact = x.exact / y.exact
    is_own = has_own_scale(exact) & ~np.asarray(absolute)
    scale = exact.where(is_own, ONE)
    of_x = ONE.where(is_own & x.relative, x.scale / y.exact / scale)
    of_y = -(ONE.where(is_own, exact / scale))
    e = np.where(y.relative & (y.bound < 0.5), y.bound, np.inf)
    second = (of_x.size() * x.bound + of_y.size() * e) * np.where(e < 0.5, e / (1 - e), np.inf)
    return combined(exact, [(x, of_x), (y, of_y)], _or_infinite(second), absolute)


def function_value(
    x: Rounded, exact: Intervals, slopes: tuple[Intervals, Intervals, Intervals], remainder: np.ndarray
) -> Rounded:
    """f(x), not rounded, given f'(x), f'(x) / f(x) and x f'(x) / f(x), and how far f is from its tangent."""
    slope, relative_slope, condition = slopes
    own = has_own_scale(exact)
    factor = condition.where(own & x.relative, relative_slope.where(own, slope) * x.scale)
    rest = remainder / exact.where(own, ONE).distance_from_0()
    return combined(exact, [(x, factor)], _or_infinite(rest))


def _or_infinite(bound):
    return SLOP * np.where(np.isnan(bound), np.inf, bound)
