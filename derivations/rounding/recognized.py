"""Wholes that are recognized by the operations of which they consist, since more is known of them than of their parts.

A number knows the operation and the operands that it was computed from. Of a number that is nothing but a part of such
a whole, that is all that is known.
"""

import dataclasses
from typing import Any, NamedTuple


@dataclasses.dataclass(frozen=True)
class Unexamined:
    """A number of which only the operation and its operands are known.

    Example:
        >>> Unexamined(("leading half", 3.0)).operation
        ('leading half', 3.0)
    """

    operation: tuple


class TwoSum(NamedTuple):
    """The rounding error of d, which is the rounded a + b or a - b."""

    d: Any
    a: Any
    b: Any


class CorrectedLogarithm(NamedTuple):
    """ln(1 + less_1) + error / total, where less_1 = total - 1, total is the rounded 1 + x, and error what it lost."""

    x: Any
    total: Any
    less_1: Any


class CorrectedQuotient(NamedTuple):
    """x P + x L, where P + L is (h + k R)^power, R is 1 / total, h its leading third, and k is 1 - (1 + rest) h.

    The total is the rounded 1 + rest, and P is h^power.
    """

    x: Any
    total: Any
    rest: Any
    power: int


class CorrectedDistance(NamedTuple):
    """(e - 1) + e (x - ln e), where e is computed as e^x: x is a difference, and e's may be another of the same."""

    e: Any
    x: Any


class SumInParts(NamedTuple):
    """s (sum_k e_k - 1) for the unit s, from the sum of what the s e_k are above integers, and that of these less s."""

    terms: list
    unit: float


def two_sum(name: str, left: Any, right: Any) -> TwoSum | None:
    """Whether left - right or left + right is a rounding error (Knuth, TAOCP volume 2, 4.2.2, theorem B).

    (a - (d + (a - d))) - (b - (a - d)) for d = a - b, and (a - (d - y)) + (b - y), y = d - a, for d = a + b.

    Example:
        >>> d = Unexamined(("add", 1.0, 2.0))
        >>> y = Unexamined(("sub", d, 1.0))
        >>> left, right = Unexamined(("sub", 1.0, Unexamined(("sub", d, y)))), Unexamined(("sub", 2.0, y))
        >>> two_sum("add", left, right) == (d, 1.0, 2.0), two_sum("add", right, left)
        (True, None)
    """
    try:
        a, part_of_left = _operands(left, "sub")
        b, part = _operands(right, "sub")
        if name == "sub":
            d, part_again = _operands(part_of_left, "add")
            is_whole = _operands(d, "sub") == (a, b) and _operands(part, "sub") == (a, d)
        else:
            d, part_again = _operands(part_of_left, "sub")
            is_whole = _operands(d, "add") == (a, b) and _operands(part, "sub") == (d, a)
    except LookupError:
        return None
    return TwoSum(d, a, b) if is_whole and part == part_again else None


def corrected_logarithm(name: str, left: Any, right: Any) -> CorrectedLogarithm | None:
    """Whether left + right is such a logarithm.

    Example:
        >>> corrected_logarithm("add", 1.0, 2.0) is None
        True
    """
    try:
        less_1, _ = _operands(left, "log1p")
        total, one = _operands(less_1, "sub")
        error, total_again = _operands(right, "div")
        one_again, x = _operands(total, "add")
    except LookupError:
        return None
    is_whole = name == "add" and one == one_again == 1.0 and total is total_again and error is total.correction
    return CorrectedLogarithm(x, total, less_1) if is_whole else None


def corrected_quotient(name: str, left: Any, right: Any) -> CorrectedQuotient | None:
    """Whether left + right is such a quotient, with k = (1 - t' h) - (t'' + error) h for the halves t' + t'' of total.

    Example:
        >>> corrected_quotient("add", 1.0, 2.0) is None
        True
    """
    try:
        x, of_power = _operands(left, "mul")
        x_again, left_of_power = _operands(right, "mul")
        power, third = 1, of_power
        while third.operation[0] == "mul":
            third, power = third.operation[1], power + 1
        reciprocal = third.operation[1]
        one, total = _operands(reciprocal, "div")
        one_again, rest = _operands(total, "add")
    except (AttributeError, IndexError, LookupError):
        return None
    leading = Unexamined(("leading half", total))
    lower = Unexamined(("sub", total, leading))
    of_leading = Unexamined(("sub", 1.0, Unexamined(("mul", leading, third))))
    of_lower = Unexamined(("mul", Unexamined(("add", lower, total.correction)), third))
    less = Unexamined(("mul", Unexamined(("sub", of_leading, of_lower)), reciprocal))
    power_of_third, left_of_it = third, less
    for _ in range(power - 1):
        part = Unexamined(("mul", left_of_it, Unexamined(("add", third, less))))
        left_of_it = Unexamined(("add", Unexamined(("mul", power_of_third, less)), part))
        power_of_third = Unexamined(("mul", power_of_third, third))
    is_whole = (
        name == "add"
        and x == x_again
        and one == one_again == 1.0
        and third == Unexamined(("leading third", reciprocal))
        and (of_power, left_of_power) == (power_of_third, left_of_it)
    )
    return CorrectedQuotient(x, total, rest, power) if is_whole else None


def corrected_distance(name: str, left: Any, right: Any) -> CorrectedDistance | None:
    """Whether left + right is such a distance of an exponential from 1.

    Example:
        >>> corrected_distance("add", 1.0, 2.0) is None
        True
    """
    try:
        e, one = _operands(left, "sub")
        e_again, error = _operands(right, "mul")
        x, logarithm = _operands(error, "sub")
        exponential, _ = _operands(e, "add")
        of, _ = _operands(exponential, "exp")
    except LookupError:
        return None
    is_whole = (
        name == "add"
        and one == 1.0
        and e is e_again
        and logarithm == Unexamined(("log", e, None))
        and _difference(x) is not None
        and _difference(x) == _difference(of)
    )
    return CorrectedDistance(e, x) if is_whole else None


def _difference(x):
    """The factor and the operands of a difference that is multiplied by a power of two, or None."""
    try:
        factor, difference = _operands(x, "mul")
        return factor, *_operands(difference, "sub")
    except LookupError:
        return None


def sum_in_parts(name: str, left: Any, right: Any) -> SumInParts | None:
    """Whether left + right is such a sum, where the integers' sum is the floor of unit sum_k e_k - left + 1/2.

    Example:
        >>> sum_in_parts("add", 1.0, 2.0) is None
        True
    """
    try:
        wholes, unit = _operands(right, "sub")
        rounded, _ = _operands(wholes, "floor")
        difference, half = _operands(rounded, "add")
        multiple, parts = _operands(difference, "sub")
        unit_again, total = _operands(multiple, "mul")
        terms = list(total.operation[1:])
    except (AttributeError, LookupError):
        return None
    is_whole = (
        name == "add"
        and half == 0.5
        and unit == unit_again
        and parts == left
        and total.operation[0] in ("add", "total")
        and sorted(map(id, _in_parts(left, unit))) == sorted(id(e) for e in terms if e != 1.0)
    )
    return SumInParts(terms, unit) if is_whole else None


def _in_parts(x, unit):
    """Every e_k of a sum of what the unit e_k are above an integer, and None for any other term."""
    name, *terms = x.operation
    if name in ("add", "total"):
        return [e for term in terms for e in _in_parts(term, unit)]
    multiple, whole = terms if name == "sub" else (None, None)
    name, factor, e = getattr(multiple, "operation", None) or ("", None, None)
    is_part = name == "mul" and factor == unit and whole == Unexamined(("floor", multiple, None))
    return [e if is_part else None]


def _operands(x, name):
    """The two operands of x.

    Raises:
        LookupError: x was not computed by the operation of this name.
    """
    operation = getattr(x, "operation", ())
    if operation[:1] != (name,) or len(operation) != 3:
        raise LookupError
    return operation[1:]
