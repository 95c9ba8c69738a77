"""Exponents that stand for -oo: if a program replaces -oo by at most -1000, the exponential counts as 0."""

from typing import Self

import sympy as sp

# e^-1000 = 5e-435 rounds to 0 in every floating type.
UNDERFLOW = -1000


class Floor(sp.Symbol):
    """The maximum of -oo and a negative number: equal to that number, but standing for -oo in an exponential."""

    __slots__ = ("value",)

    def __new__(cls, value: sp.Expr) -> Self:
        """The floor at a value."""
        floor = super().__new__(cls, f"max(-oo, {value})", real=True)
        floor.value = value
        return floor


def settled(x: sp.Basic) -> sp.Basic:
    """A value with its floors replaced by the numbers that they equal."""
    floors = x.atoms(Floor)
    return x.xreplace({floor: floor.value for floor in floors}) if floors else x


def is_underflow(x: sp.Expr) -> bool:
    """Whether an exponent is a multiple of a floor and at most UNDERFLOW; any other exponent, however low, is not."""
    return isinstance(x.as_coeff_Mul()[1], Floor) and settled(x) <= UNDERFLOW
