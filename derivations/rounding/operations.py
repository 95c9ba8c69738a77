"""The rules of elementary operations: what is known of a float32 result, given what is known of its operands.

XLA may give a sum the product of two floats before it is rounded, and compute quotients by a divisor that several share
from its rounded reciprocal: the rules hold in either case. An operation that is done twice gives the same bits twice.
Differences of neighbouring floats are exact; and `derivations.rounding.recognized` has more that is known exactly.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from derivations.rounding.boxes import Boxes, DividedBoxesError, HopelessError
from derivations.rounding.intervals import Intervals
from derivations.rounding.measured_functions import ABOUT_0, MEASURED_FUNCTIONS
from derivations.rounding.recognized import (
    Unexamined,
    corrected_distance,
    corrected_logarithm,
    corrected_quotient,
    sum_in_parts,
    two_sum,
)
from derivations.rounding.rounded import (
    ONE,
    ROUNDOFF,
    SLOP,
    SMALLEST_NORMAL_FLOAT,
    Rounded,
    function_value,
    half_ulp,
    known_number,
    rounded_off,
    scaled_sum,
    unrounded_product,
    unrounded_quotient,
    with_error,
    with_vanishing,
)

SMALLEST_NORMAL_LOGARITHM = -87.0  # exp of what is below may vanish
HIGHEST_CLAMP = -100.0  # a number that is clamped there, or lower, is for exp, which vanishes in either case
LOWEST_CLAMP = -500.0
MOST_WAYS = 4  # integers to which a number may be rounded down: of boxes in which it has more, nothing is said


@dataclasses.dataclass(frozen=True)
class Logit:
    """A weighted input z_j times a power of two, plus a number."""

    index: int
    factor: float = 1.0
    shift: float = 0.0


class Operations:
    """What a program's operations give in the same way in all boxes, where it is undecided as `decisions` have it."""

    def __init__(self, boxes: Boxes, decisions: tuple = ()):
        self.boxes = boxes
        self.decisions = decisions
        self._decided = 0
        self._roundings = 0
        self._done: dict[tuple, tuple] = {}

    def once(self, function: Callable, *operands: Any) -> Any:
        """The function of operands, which is computed once for the same ones."""
        key = (function.__name__, *((type(x), x) if isinstance(x, bool | int | float) else id(x) for x in operands))
        if key not in self._done:
            self._done[key] = function(*operands), operands  # kept, so that no other operand gets its id
        return self._done[key][0]

    def decide(self, *ways: tuple[Any, np.ndarray]) -> Any:
        """The way that the program goes on in all boxes, of those with masks of the boxes in which they are possible.

        Raises:
            DividedBoxesError: there are several.
        """
        if self._decided == len(self.decisions):
            masks = [(way, np.broadcast_to(mask, len(self.boxes))) for way, mask in ways]
            possible = [(way, mask) for way, mask in masks if mask.any()]
            if not possible:  # of nan
                raise HopelessError
            if len(possible) > 1:
                raise DividedBoxesError([((*self.decisions, way), mask) for way, mask in possible])
            self.decisions += (possible[0][0],)
        self._decided += 1
        return self.decisions[self._decided - 1]

    def add(self, x: Any, y: Any) -> Any:
        """X + y."""
        return self._sum(1.0, x, y, "add")

    def sub(self, x: Any, y: Any) -> Any:
        """X - y."""
        if x is y and not getattr(x, "unrounded", None):
            return 0.0
        return self._sum(-1.0, x, y, "sub")

    def _sum(self, sign, x, y, name):
        operation = (name, x, y)
        if isinstance(x, float) and isinstance(y, float):
            return _exactly(x + sign * y, operation)
        if isinstance(y, float) and (y == 0 or (isinstance(x, Logit) and not x.shift)):
            return Logit(x.index, x.factor, sign * y) if y else x
        if isinstance(x, float) and x in (0, -math.inf):
            return x if x else y if sign > 0 else self.once(self.neg, y)
        if isinstance(x, Logit) and isinstance(y, Logit) and not x.shift and not y.shift:
            return self._difference_of_logits(x, y, operation)
        rules = self._rounding_error, self._quotient, self._logarithm, self._distance, self._sum_in_parts
        for recognized in rules:
            if (whole := recognized(*operation)) is not None:
                return whole
        if not (_is_examined(x) and _is_examined(y)):
            return Unexamined(operation)
        x, y = _lifted(x), _lifted(y)
        if name == "add" and not x.unrounded and (share := self._share_of(operation[1], y)) is not None:
            return self._slightly_more(x, share, operation)
        found = scaled_sum([(1.0, self._as_summand(x)), (sign, self._as_summand(y))])
        found.computed &= _range_as_summand(x) + _range_as_summand(y) * Intervals(sign, sign)
        exact = False
        if name == "sub" and not x.unrounded and not y.unrounded:
            exact = _are_neighbours(x.computed, y.computed) | (
                (operation[2] == 1.0) & (x.computed.low >= 0.5) & (x.computed.high <= 2.0**24)
            )
        rounded = rounded_off(found, self._new_rounding(), exact)
        rounded.operation = operation
        return _in_rounded_range(rounded, found.computed)

    def _share_of(self, x, y):
        """The p of a product y = p x or y = p (2 x), with any power of two, of numbers that are not known; or None."""
        name, *factors = y.operation or ("",)
        if name != "mul" or not all(isinstance(factor, Rounded) for factor in factors):
            return None
        multiple, share = factors
        if multiple is x:
            return share
        name, factor, of = multiple.operation or ("", None, None)
        return self._scaled(share, factor) if name == "mul" and of is x and isinstance(factor, float) else None

    def _slightly_more(self, x, y, operation):
        """x + x y, which is x (1 + y) but for the rounding of x y, if that is rounded; it has x's sign if |y| < 1."""
        self._only_where(y.computed.size() < 1)
        found = unrounded_product(x, scaled_sum([(1.0, known_number(1.0)), (1.0, y)]))
        relative = SLOP * ROUNDOFF * y.computed.size()
        found = with_error(found, self._new_rounding(), relative * x.computed.size(), 2 * relative)
        found = with_vanishing(found, SMALLEST_NORMAL_FLOAT)  # x y, which is smaller than x
        found = rounded_off(found, self._new_rounding())
        found.operation = operation
        low, high = np.where(x.computed.low >= 0, 0.0, -np.inf), np.where(x.computed.high <= 0, 0.0, np.inf)
        return _in_rounded_range(found, Intervals(low, high))

    def _difference_of_logits(self, x, y, operation):
        if x.factor != y.factor:
            return Unexamined(operation)
        if x.index == y.index:
            return 0.0
        factor = Intervals(x.factor, x.factor)
        exact = self.boxes.difference(x.index, y.index) * factor
        # Errors of what exp is taken of, and TwoSum corrects, cancel exactly with the scale 1.
        found = Rounded(exact, absolute=exact.size() < -SMALLEST_NORMAL_LOGARITHM)
        # A logit times the factor may have vanished.
        found = rounded_off(with_vanishing(found, 2 * SMALLEST_NORMAL_FLOAT), self._new_rounding())
        found.operation = operation
        return found

    def _as_summand(self, x):
        """x, of which a product may be rounded here although it is not elsewhere, or the other way round."""
        return x if x.unrounded is None else rounded_off(x.unrounded, self._new_rounding())

    def _new_rounding(self):
        self._roundings += 1
        return self._roundings

    def total(self, *terms: Any) -> Any:
        """The sum of terms, in any order."""
        nonzero = [x for x in terms if not (isinstance(x, float) and x == 0)]
        if len(nonzero) < 3:
            return self.once(self.add, *nonzero) if len(nonzero) == 2 else nonzero[0] if nonzero else 0.0
        if not all(map(_is_examined, nonzero)):
            return Unexamined(("total", *nonzero))
        summands = [self._as_summand(_lifted(x)) for x in nonzero]
        found = summands[0]
        for x in summands[1:]:
            found = scaled_sum([(1.0, found), (1.0, x)])
        sizes = functools.reduce(np.add, (x.computed.size() for x in summands))
        n = len(summands)
        bound = (n - 1) * ROUNDOFF * (1 + n * ROUNDOFF) * sizes + n * SMALLEST_NORMAL_FLOAT
        found = with_error(found, self._new_rounding(), SLOP * bound)
        found.operation = ("total", *nonzero)
        return found

    def neg(self, x: Any) -> Any:
        """Minus x."""
        return self._scaled(x, -1.0)

    def mul(self, x: Any, y: Any) -> Any:
        """X y."""
        if isinstance(y, float):
            x, y = y, x
        if isinstance(x, float):
            if isinstance(y, float):
                return _exactly(x * y, ("mul", x, y))
            if x == 0 or math.frexp(abs(x))[0] == 0.5:
                return self._scaled(y, x)
        if not (_is_examined(x) and _is_examined(y)):
            return Unexamined(("mul", x, y))
        unrounded = unrounded_product(_lifted(x), _lifted(y))
        unrounded.computed &= _lifted(x).computed * _lifted(y).computed
        return self._rounded_product(unrounded, ("mul", x, y))

    def _rounded_product(self, unrounded, operation):
        found = rounded_off(unrounded, self._new_rounding())
        found.operation, found.unrounded = operation, unrounded
        return _in_rounded_range(found, unrounded.computed)

    def _scaled(self, x, factor):
        """x times 0, or plus or minus a power of two: exact, unless it is so small that it may vanish."""
        if isinstance(x, float) or factor == 0:
            return x * factor if isinstance(x, float) else 0.0
        if isinstance(x, Unexamined):
            return Unexamined(("mul", factor, x))
        if factor == 1:
            return x
        if isinstance(x, Logit):
            return Logit(x.index, x.factor * factor, x.shift * factor)
        c = Intervals(factor, factor)
        found = scaled_sum([(factor, x)])
        vanishing = np.where(found.computed.distance_from_0() < 2 * SMALLEST_NORMAL_FLOAT, SMALLEST_NORMAL_FLOAT, 0.0)
        found = with_vanishing(found, vanishing)
        found.computed &= x.computed.widened(vanishing) * c
        found.operation = ("mul", factor, x)
        found.unrounded = None if x.unrounded is None else self._scaled(x.unrounded, factor)
        return found

    def quotient_by_shared(self, x: Any, y: Any) -> Any:
        """X / y, perhaps as the product of x with the rounded 1 / y."""
        if isinstance(y, float) or (isinstance(x, float) and x in (0.0, 1.0)):
            return self.once(self.div, x, y)
        if not (_is_examined(x) and _is_examined(y)):
            return Unexamined(("div", x, y))
        by_reciprocal = self._with_relative_error(unrounded_quotient(_lifted(x), y), ROUNDOFF)
        return self._rounded_product(by_reciprocal, ("div", x, y))

    def div(self, x: Any, y: Any) -> Any:
        """X / y, rounded once."""
        if isinstance(y, float) and math.frexp(abs(y))[0] == 0.5:
            return self._scaled(x, 1 / y)
        if isinstance(x, float) and x == 0:
            return 0.0
        if not (_is_examined(x) and _is_examined(y)):
            return Unexamined(("div", x, y))
        unrounded = unrounded_quotient(_lifted(x), _lifted(y))
        unrounded.computed &= _lifted(x).computed / _lifted(y).computed
        found = rounded_off(unrounded, self._new_rounding())
        found.operation = ("div", x, y)
        return _in_rounded_range(found, unrounded.computed)

    def max(self, x: Any, y: Any) -> Any:
        """The larger of x and y, where the first may be clamped at the second, a number or a shifted logit."""
        if isinstance(x, float) and isinstance(y, float):
            return max(x, y)
        if isinstance(x, float) and x == -math.inf:
            return y
        if isinstance(x, Logit) and isinstance(y, Logit) and y.shift <= HIGHEST_CLAMP:
            # Rounding keeps order: where z_j is not below the shifted number, it is not below the rounded one.
            if x.index == y.index:
                return x
            above = self.boxes.difference(x.index, y.index).low * x.factor >= y.shift
            return x if self.decide((True, above), (False, ~above)) else Unexamined(("max", x, y))
        if isinstance(x, Rounded) and isinstance(y, float) and y <= HIGHEST_CLAMP:
            above = x.computed.low >= y
            return x if self.decide((True, above), (False, ~above)) else _clamped(x, y)
        raise HopelessError

    def floor(self, x: Any) -> Any:
        """The largest integer up to x; a multiple of a number is kept to be recognized in a whole."""
        if isinstance(x, float):
            return float(math.floor(x))
        if not _is_examined(x) or (x.operation[:1] == ("mul",) and isinstance(x.operation[1], float)):
            return Unexamined(("floor", x, None))
        low, high = np.floor(_lifted(x).computed.low), np.floor(_lifted(x).computed.high)
        few = high - low < MOST_WAYS
        integers = range(int(np.min(low[few])), int(np.max(high[few])) + 1) if np.any(few) else ()
        ways = [(float(n), few & (low <= n) & (n <= high)) for n in integers]
        found = self.decide(*ways, (None, ~few))
        if found is None:
            raise HopelessError
        return found

    def exp(self, x: Any) -> Any:
        """e^x."""
        if isinstance(x, float) and x == 0:
            return 1.0
        x = _lifted(x)
        exact = x.exact.image(arb.exp)
        is_normal = x.computed.low >= SMALLEST_NORMAL_LOGARITHM
        if self.decide((True, is_normal), (False, ~is_normal)):
            error = x.absolute_bound()
            remainder = SLOP * exact.high * np.exp(error) * error**2 / 2
            found = self._measured("exp", x, function_value(x, exact, (exact, ONE, x.exact), remainder))
            found.operation = ("exp", x, None)
            return found
        # Between 0 and the largest exponential, both what is exact and what is computed.
        largest = np.maximum(exact.high, x.computed.image(arb.exp).high) * (1 + 2.0**-20) + SMALLEST_NORMAL_FLOAT
        largest = np.where(x.computed.high <= ABOUT_0, largest, np.inf)
        exact = Intervals(np.zeros_like(largest), exact.high)
        return Rounded(exact, {}, largest, Intervals(np.zeros_like(largest), largest))

    def log1p(self, x: Any) -> Any:
        """ln(1 + x)."""
        if isinstance(x, float) and x == 0:
            return 0.0
        x = _lifted(x)
        found = self._logarithm_of_1_and(x)
        found = self._measured("log1p of total - 1" if _is_total_less_1(x) else "log1p", x, found)
        found.operation = ("log1p", x, None)
        return found

    def _logarithm_of_1_and(self, x):
        least = np.minimum(x.computed.low, x.exact.low)
        self._only_where(least > -0.5)
        slope = ONE / (ONE + x.exact)
        remainder = SLOP * (x.absolute_bound() / (1 + least)) ** 2 / 2
        exact = x.exact.image(arb.log1p)
        condition = -x.exact.image(_minus_condition_of_log1p)
        return function_value(x, exact, (slope, slope / exact, condition), remainder)

    def log(self, x: Any) -> Any:
        """The logarithm of a number, which is kept to be recognized in a whole."""
        return 0.0 if isinstance(x, float) and x == 1 else Unexamined(("log", x, None))

    def _measured(self, name, x, found):
        return self._with_relative_error(found, MEASURED_FUNCTIONS[name].error(x.computed) * ROUNDOFF)

    def _with_relative_error(self, x, relative):
        return with_error(x, self._new_rounding(), SLOP * relative * x.computed.size(), relative)

    def _only_where(self, mask):
        if not self.decide((True, mask), (False, ~mask)):
            raise HopelessError

    def is_less(self, x: Any, y: Any) -> bool:
        """Whether x < y."""
        if isinstance(x, float) and isinstance(y, float):
            return x < y
        x, y = _lifted(x).computed, _lifted(y).computed
        return self.decide((True, ~(x.low >= y.high)), (False, ~(x.high < y.low)))

    def is_equal(self, x: Any, y: Any) -> bool:
        """Whether x = y, of two numbers that are known, or one and the same, or one of them infinite."""
        known = bool | int | float
        if isinstance(x, known) and isinstance(y, known):
            return x == y
        if x is y:
            return True
        if any(isinstance(z, float) and math.isinf(z) for z in (x, y)):
            return False
        raise HopelessError

    def is_finite(self, x: Any) -> bool:
        """Whether x is finite, as everything is that is computed from finite numbers here."""
        return math.isfinite(x) if isinstance(x, float) else True

    def highest(self, *logits: Any) -> Any:
        """The largest of logits and -inf."""
        finite = [z for z in logits if not (isinstance(z, float) and z == -math.inf)]
        if all(isinstance(z, float) for z in finite):
            return max(finite, default=-math.inf)
        if not all(isinstance(z, Logit) and z.factor == finite[0].factor and not z.shift for z in finite):
            raise HopelessError
        return min(finite, key=lambda z: self.boxes.order.index(z.index))

    def leading_half(self, x: Any) -> Unexamined:
        """x rounded to half of its digits."""
        return Unexamined(("leading half", x))

    def leading_third(self, x: Any) -> Unexamined:
        """x rounded to a third of its digits."""
        return Unexamined(("leading third", x))

    def _rounding_error(self, *operation):
        """The rounding error of a sum of floats, exactly."""
        if (found := two_sum(*operation)) is None or _is_product(found.a) or _is_product(found.b):
            return None
        if isinstance(found.d, Rounded):
            return found.d.correction
        if not self._is_near(found.a, found.b):
            return None
        zero = np.zeros(len(self.boxes))
        return Rounded(Intervals(zero, zero), {}, half_ulp(2 * -LOWEST_CLAMP) + 8 * SMALLEST_NORMAL_FLOAT)

    def _is_near(self, clamped, largest):
        """Whether the first is a logit that is clamped at the other and a shift, and is not above the other.

        Then it is at most twice the shift below: rounded, the shifted number is no farther from itself than the other.
        """
        name, *logits = getattr(clamped, "operation", None) or ("",)
        if isinstance(clamped, Logit):
            clamp, is_below = clamped, True
        elif name == "max" and all(isinstance(z, Logit) for z in logits):
            z, clamp = logits
            is_below = z.factor == clamp.factor and np.all(self.boxes.difference(z.index, clamp.index).high <= 0)
        else:
            return False
        return is_below and clamp.shift >= LOWEST_CLAMP and largest == dataclasses.replace(clamp, shift=0.0)

    def _logarithm(self, *operation):
        """ln(1 + x) from ln(1 + (t - 1)) + error / t, where t is the rounded 1 + x and `error` what it lost.

        That is ln(1 + x) but for q^2 / (2 - 2 q), where q = |error / t| is at most |x| / t and half an ulp of 1 + x.
        Below 2^-25, t is 1. The errors of the logarithm and of the quotient are relative to these.
        """
        if (found := corrected_logarithm(*operation)) is None or _is_product(found.x):
            return None
        x, total, less_1 = found
        self._only_where(x.computed.low >= 0)
        found = self._logarithm_of_1_and(x)
        low, high = found.computed.low, found.computed.high
        # x / (1 + x) is at most ln(1 + x).
        q = np.minimum(high, SLOP * half_ulp(total.computed.high) / total.computed.low)
        share = np.minimum(1.0, q / low)  # of q in ln(1 + x)
        is_small = x.computed.high < 2.0**-25  # the total is 1
        measured = MEASURED_FUNCTIONS["log1p of total - 1"].error(less_1.computed)
        of_logarithm = np.where(is_small, 0.0, measured * ROUNDOFF)
        absolute = (high + (1 + ROUNDOFF) ** 2 * q) * of_logarithm + q * (ROUNDOFF + q)
        relative = (1 + (1 + ROUNDOFF) ** 2 * share) * of_logarithm + share * (ROUNDOFF + q)
        found = with_error(found, self._new_rounding(), SLOP * absolute, SLOP * relative)
        return rounded_off(found, self._new_rounding())

    def _quotient(self, *operation):
        """x / (1 + r)^n from x P + x L, for n up to 3.

        R is the rounded reciprocal of t, the rounded 1 + r, and h its leading third; P = h^n, and P + L = (h + k R)^n.
        With R = (1 + e) / (1 + r) and h = R (1 + f), |e| <= 2.01 u and |f| <= 2^-8, the product k = 1 - (1 + r) h
        would make h + k R = (1 - e (e + f + e f)) / (1 + r). Of k = (1 - t' h) - (t'' + error) h, where t' + t''
        are t's halves and `error` is what 1 + r lost, t' h and 1 - t' h are exact. All else of which L consists is
        rounded, but at most n 2^-7 as large as P: P + L is right to 2^-29, 2^-28 or 2^-27, but for the rounding of x P.
        """
        if (found := corrected_quotient(*operation)) is None or _is_product(found.rest) or found.power > 3:
            return None
        x, rest, power = _lifted(found.x), found.rest, found.power
        self._only_where((rest.computed.low >= -(2.0**-30)) & (rest.computed.high <= 2.0**10))
        found, divisor = x, scaled_sum([(1.0, known_number(1.0)), (1.0, rest)])
        for _ in range(power):
            found = unrounded_quotient(found, divisor)
        found = self._with_relative_error(found, ROUNDOFF * (1 + power * 2.0**-7))
        found = self._with_relative_error(found, 2.0 ** (power - 30))
        # x P and x L may vanish. If k does, the quotient differs by a share of 2^-126.
        return rounded_off(with_vanishing(found, 2 * SMALLEST_NORMAL_FLOAT), self._new_rounding())

    def _distance(self, *operation):
        """e^x - 1 from (e - 1) + e (x - ln e), where e is the computed e^x: that is e (1 + d) - 1 for d = x - ln e.

        It differs from e^x - 1 = e e^d - 1 by less than e d^2, since |d| < 1. The logarithm's error is relative to
        e |ln e|, which is |e - 1| at most, or hardly more if e is above 1. From 1/2 on, e - 1 is exact (Sterbenz).
        """
        if (found := corrected_distance(*operation)) is None:
            return None
        e, x = found
        self._only_where((e.computed.low >= 0.48) & (e.computed.high <= 1 + 2.0**-12))
        d = SLOP * (-np.log1p(-e.bound) + x.absolute_bound())
        self._only_where(d < 2.0**-10)
        exact, slope = x.exact.image(arb.expm1), x.exact.image(arb.exp)
        slopes = slope, slope / exact, x.exact.image(_condition_of_expm1)
        found = function_value(x, exact, slopes, SLOP * x.absolute_bound() ** 2 + d**2 + 4 * ROUNDOFF * d)
        of_logarithm = MEASURED_FUNCTIONS["log"].error(e.computed) * ROUNDOFF * (1 + 2.0**-10)
        found = self._with_relative_error(found, of_logarithm)
        found = self._with_relative_error(found, np.where(e.computed.low < 0.5, ROUNDOFF, 0.0))
        return rounded_off(found, self._new_rounding())

    def _sum_in_parts(self, *operation):
        """s (sum_k e_k - 1) from sum_k (s e_k - w_k) + (sum_k w_k - s), where w_k is s e_k, rounded down to an integer.

        The integers' sum is exact, since it is found from sums that err by less than 1/2; only the other sum is
        rounded, as is the result.
        """
        if (found := sum_in_parts(*operation)) is None:
            return None
        terms, unit = found
        ones = sum(isinstance(e, float) for e in terms)
        numbers = [e for e in terms if not isinstance(e, float)]
        are_not_negative = (e.computed.low > -(2.0**-150) for e in numbers)  # a float above that is 0 or more
        self._only_where(functools.reduce(np.logical_and, are_not_negative))
        parts = [self._scaled(e, unit) for e in numbers]
        n, found = len(parts), functools.reduce(lambda x, y: scaled_sum([(1.0, x), (1.0, y)]), parts)
        sizes = SLOP * functools.reduce(np.add, (x.computed.size() for x in parts))
        if not ones or unit * (n + ones) > 2.0**16:
            raise HopelessError
        if n > 1:
            of_parts = (n - 1) * ROUNDOFF * (1 + n * ROUNDOFF)
            found = with_error(found, self._new_rounding(), of_parts * np.minimum(n, sizes), of_parts)
        if ones > 1:
            found = scaled_sum([(1.0, found), (1.0, known_number(unit * (ones - 1)))])
        # The sum of the parts of a single number is that number.
        return rounded_off(found, self._new_rounding(), exact=n == ones == 1)


def _is_product(x):
    """Whether XLA may add x before it is rounded."""
    return getattr(x, "unrounded", None) is not None


def _is_examined(x):
    return isinstance(x, float | Rounded)


def _lifted(x):
    if isinstance(x, Rounded):
        return x
    if isinstance(x, float):
        return known_number(x)
    raise HopelessError


def _exactly(x, operation):
    """The number x, which an operation of known numbers gives; it must not need rounding."""
    if float(np.float32(x)) != x:
        return Unexamined(operation)
    return x


def _in_rounded_range(rounded, before):
    """A number that lay in this range before it was rounded: rounding keeps order; what is small may vanish."""
    low, high = (np.float32(end).astype(np.float64) for end in (before.low, before.high))
    low = np.where((low > 0) & (low < 2 * SMALLEST_NORMAL_FLOAT), 0.0, low)
    high = np.where((high < 0) & (high > -2 * SMALLEST_NORMAL_FLOAT), 0.0, high)
    rounded.computed &= Intervals(low, high)
    return rounded


def _range_as_summand(x):
    """Where x lies, if it is rounded or, as a product, perhaps not."""
    if x.unrounded is None:
        return x.computed
    return x.unrounded.computed.widened(half_ulp(x.unrounded.computed.size()))


def _are_neighbours(x, y):
    """Where each is at most twice the other: then x - y is a float (Sterbenz)."""
    return (x.low > 0) & (y.low > 0) & (2 * x.low >= y.high) & (2 * y.low >= x.high)


def _clamped(x, y):
    """max(x, y) where x may be below y: as an approximation of x itself."""
    high = np.maximum(x.computed.high, y)
    error = np.where(x.relative, np.maximum(1.0, x.bound), np.inf)
    return Rounded(x.exact, {}, error, Intervals(np.full_like(high, y), high))


def _is_total_less_1(x):
    """Whether 1 + x is a float, since x is one float less 1, without rounding."""
    name, total, one = x.operation or ("", None, None)
    return name == "sub" and one == 1.0 and isinstance(total, Rounded) and not _is_product(total)


def _minus_condition_of_log1p(x):
    """-x / ((1 + x) ln(1 + x)), which increases."""
    return -x / ((1 + x) * x.log1p()) if x != 0 else arb(-1)


def _condition_of_expm1(x):
    """x e^x / (e^x - 1), which increases."""
    return x * x.exp() / x.expm1() if x != 0 else arb(1)
