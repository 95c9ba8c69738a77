"""What is meant by the floats of a program: a fraction, a short decimal, a constant such as pi, or the float itself."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import numpy as np
import sympy as sp

# Floats that no fraction is meant by; a literal equal to one of these, in its own precision, is read as it.
CONSTANTS = (
    *(
        sp.pi,
        2 * sp.pi,
        sp.pi / 2,
        sp.E,
        sp.log(2),
        sp.log(10),
        sp.log(sp.pi),
        sp.log(2 * sp.pi),
        sp.sqrt(2),
        1 / sp.sqrt(2),
    ),
    *(
        sp.sqrt(sp.pi),
        2 / sp.sqrt(sp.pi),
        sp.sqrt(2 / sp.pi),
        1 / sp.sqrt(2 * sp.pi),
        sp.log(2) / 2,
        sp.log(2 * sp.pi) / 2,
    ),
)


def number(value: np.generic) -> sp.Basic:
    """A float is the fraction, short decimal or constant that rounds to it, or else its exact binary value.

    >>> [number(np.float32(x)) for x in (0.5, 1 / 3, 0.044715, np.pi, 0.7310586)]
    [1/2, 1/3, 8943/200000, pi, 1533141/2097152]
    """
    if isinstance(value, np.bool_):
        return sp.true if value else sp.false
    if jnp.issubdtype(value.dtype, jnp.integer):
        return sp.Integer(int(value))
    if not np.isfinite(value):
        return sp.nan if np.isnan(value) else sp.oo * int(np.sign(value))
    return next(candidate for candidate in _candidates(value) if type(value)(float(candidate)) == value)


def _candidates(value: Any) -> Iterator[sp.Expr]:
    yield sp.Rational(Fraction(float(value)).limit_denominator(100))
    digits = np.format_float_scientific(value, trim="-")
    if len(digits.split("e")[0]) <= (7 if value.dtype.itemsize < 8 else 13):
        yield sp.Rational(digits)
    yield from (sign * constant for constant in CONSTANTS for sign in (1, -1))
    yield sp.Rational(Fraction(float(value)))
