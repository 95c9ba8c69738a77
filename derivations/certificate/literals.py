"""Which exact number a float in a program means: one from the formula, a short decimal, a constant, a fraction.

A float stands for every number that rounds to it. It is read as the likeliest of them: as its shortest decimal, if that
has few digits; else as a number that the formula contains; else as a short decimal, a well-known constant, a fraction,
or a product or quotient of two of the formula's numbers; and, if it is none of these, as its exact binary value.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import jax.numpy as jnp
import numpy as np
import sympy as sp

BFLOAT16 = jnp.dtype(jnp.bfloat16).type

# A literal that equals one of these numbers, rounded to the literal's own precision, is read as that number.
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
    *(1 / sp.log(2), 1 / sp.log(10), sp.pi / 180, 180 / sp.pi, sp.EulerGamma, sp.sqrt(3), 1 / sp.sqrt(3)),
)

# By bytes of the type: up to how many digits a decimal certainly, or else probably, is what the programmer wrote.
CERTAIN = {2: 2, 4: 4, 8: 9}
PROBABLE = {2: 3, 4: 6, 8: 12}

LARGE = 10**4  # the least size of a number with which programs mask: -1e4 in float16, -1e9, the least float


class Reading:
    """How a program's floats are read, given the formulas with which it is compared, and what some of them stand for.

    `notes` lists each float that is read as a number other than its exact binary value, and `masks` the large numbers
    with which the program masks.
    """

    def __init__(self, formulas: Iterable[sp.Basic] = (), named: Mapping[float, sp.Expr] = MappingProxyType({})):
        """Collect the numbers that the formulas contain."""
        self.named = {literal: sp.sympify(meaning) for literal, meaning in named.items()}
        self.contained = list(dict.fromkeys(itertools.chain.from_iterable(map(numbers_in, formulas))))
        self.notes: dict[str, str] = {}
        self.masks: set[sp.Rational] = set()
        self._has_large = False

    def read(self, values: np.ndarray) -> np.ndarray:
        """An array of concrete values as SymPy numbers."""
        numbers = np.array([self.number(value) for value in values.ravel()], dtype=object).reshape(values.shape)
        if jnp.issubdtype(values.dtype, jnp.floating) and (np.isfinite(values) & (np.abs(values) >= LARGE)).any():
            self._has_large = True
            self.find_masks(numbers)
        return numbers

    def find_masks(self, values: np.ndarray, *, is_selected: bool = False) -> None:
        """Remember the large numbers in an array that is selected, or that else consists of 0 and one such number."""
        if self._has_large:
            large = {value for value in values.ravel() if value.is_Rational and abs(value) >= LARGE}
            if is_selected or (len(large) == 1 and set(values.ravel()) == large | {sp.S.Zero}):
                self.masks |= large

    def number(self, value: Any) -> sp.Basic:
        """The number for which one concrete value stands."""
        named = (meaning for literal, meaning in self.named.items() if _is_rounded(literal, value))
        meaning = next(named, None) or number(value, self)
        if not isinstance(value, np.bool_ | np.integer) and np.isfinite(value) and not _is_exactly(value, meaning):
            self.notes[str(value)] = str(meaning)
        return meaning

    def exact(self, formula: sp.Basic) -> sp.Basic:
        """A formula with its floats replaced by the numbers for which they stand."""
        return formula.xreplace({part: self.number(np.float64(part)) for part in formula.atoms(sp.Float)})

    @functools.cache  # noqa: B019, a reading lives no longer than its certificate's question
    def rounded(self, kind: type) -> dict[float, sp.Expr]:
        """The formulas' numbers and their reciprocals, keyed by the floats to which they round."""
        reciprocals = [1 / number for number in self.contained]
        return _by_float([*reciprocals[::-1], *self.contained[::-1]], kind)

    @functools.cache  # noqa: B019
    def combined(self, kind: type) -> dict[float, sp.Expr]:
        """The products and quotients of two of the formulas' numbers, keyed by the floats to which they round."""
        few = self.contained[:30]
        pairs = [*itertools.permutations(few, 2)]
        return _by_float([*(p * q for p, q in pairs), *(p / q for p, q in pairs)], kind)


def numbers_in(formula: sp.Basic) -> Iterator[sp.Expr]:
    """The exact numbers in a formula, including the coefficients of products and the constant terms of sums."""
    for part in sp.preorder_traversal(formula):
        if part.is_number and not part.is_Integer:
            yield part
        elif isinstance(part, sp.Add | sp.Mul):
            yield part.as_independent(*part.free_symbols, as_Add=part.is_Add)[0]
        if part.is_Integer and abs(part) > 1000:
            yield part


def _by_float(numbers: Sequence[sp.Expr], kind: type) -> dict[float, sp.Expr]:
    found = {}
    for exact in numbers:
        for number in (-exact, exact):
            if number.is_real and number.is_finite and number != 0:
                found[float(kind(float(number.evalf(20))))] = number
    return found


def number(value: Any, reading: Reading | None = None) -> sp.Basic:
    """The number that a value means: for a float, the likeliest number that rounds to it.

    >>> [number(np.float32(x)) for x in (0.5, 1 / 3, 0.044715, np.pi, 0.7310586)]
    [1/2, 1/3, 8943/200000, pi, 1533141/2097152]
    """
    if isinstance(value, np.bool_):
        return sp.true if value else sp.false
    if jnp.issubdtype(value.dtype, jnp.integer):
        return sp.Integer(int(value))
    if not np.isfinite(value):
        return sp.nan if np.isnan(value) else sp.oo * int(np.sign(value))
    return next(meaning for meaning in _meanings(value, reading or _ALONE) if meaning is not None)


def _meanings(value: Any, reading: Reading) -> Iterator[sp.Expr | None]:
    kind, size, exact = type(value), value.dtype.itemsize, float(value)
    decimal, digits = _decimal(value)
    if value == 0 or digits <= CERTAIN[size]:
        yield decimal
    yield reading.rounded(kind).get(exact)
    if digits <= PROBABLE[size]:
        yield decimal
    yield _stock(kind).get(exact)
    fraction = sp.Rational(Fraction(exact).limit_denominator(100))
    few = abs(fraction.p) * fraction.q <= 10_000
    yield fraction if few and float(kind(float(fraction))) == exact else None
    yield reading.combined(kind).get(exact)
    for narrow in (np.float32, np.float16, BFLOAT16):
        with np.errstate(over="ignore"):
            is_exact = np.dtype(narrow).itemsize < size and float(narrow(exact)) == exact
        if is_exact:
            yield reading.rounded(narrow).get(exact)
    yield sp.Rational(Fraction(exact))


def _decimal(value: Any) -> tuple[sp.Rational, int]:
    """The shortest decimal that rounds to a float, and how many digits it has."""
    written = np.format_float_scientific(value, trim="-") if value.dtype.kind == "f" else repr(float(value))
    return sp.Rational(written), len(written.lower().split("e")[0].replace(".", "").lstrip("-"))


@functools.cache
def _stock(kind: type) -> dict[float, sp.Expr]:
    return _by_float(CONSTANTS[::-1], kind)


def _is_rounded(literal: float, value: Any) -> bool:
    """Whether a value of a floating type is what the literal rounds to there."""
    return jnp.issubdtype(value.dtype, jnp.floating) and float(type(value)(literal)) == float(value)


def _is_exactly(value: Any, meaning: sp.Expr) -> bool:
    return sp.Rational(Fraction(float(value))) == meaning


_ALONE = Reading()
