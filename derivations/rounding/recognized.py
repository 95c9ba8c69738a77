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
    """x h + x (k R), where R is 1 / total, h its leading half, total is 1 + rest, and k is 1 - (1 + rest) h."""

    x: Any
    total: Any
    rest: Any


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
        x, half = _operands(left, "mul")
        x_again, correction = _operands(right, "mul")
        missing, reciprocal = _operands(correction, "mul")
        one, total = _operands(reciprocal, "div")
        one_again, rest = _operands(total, "add")
    except LookupError:
        return None
    leading = Unexamined(("leading half", total))
    lower = Unexamined(("sub", total, leading))
    of_leading = Unexamined(("sub", 1.0, Unexamined(("mul", leading, half))))
    of_lower = Unexamined(("mul", Unexamined(("add", lower, total.correction)), half))
    is_whole = (
        name == "add"
        and x == x_again
        and one == one_again == 1.0
        and half == Unexamined(("leading half", reciprocal))
        and missing == Unexamined(("sub", of_leading, of_lower))
    )
    return CorrectedQuotient(x, total, rest) if is_whole else None


def _operands(x, name):
    """The two operands of x.

    Raises:
        LookupError: x was not computed by the operation of this name.
    """
    operation = getattr(x, "operation", ())
    if operation[:1] != (name,) or len(operation) != 3:
        raise LookupError
    return operation[1:]
