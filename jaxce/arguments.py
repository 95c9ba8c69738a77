"""Numbers that a caller passes as settings: they are checked here, and returned as Python's floats."""

import math
from numbers import Real


def real_number(name: str, value: object) -> float:
    """The number, as a float; it must be concrete, since it is part of what a function is.

    Raises:
        TypeError: the value is not a real number.

    Example:
        >>> real_number("gamma", 2)
        2.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a real number, not {value!r} of type {type(value).__name__}")
    return float(value)


def at_least_0(name: str, value: object) -> float:
    """The number, as a float.

    Raises:
        TypeError: the value is not a real number.
        ValueError: it is negative, infinite or nan.

    Example:
        >>> at_least_0("gamma", 0.5)
        0.5
    """
    number = real_number(name, value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} must be finite and at least 0, not {number}")
    return number
