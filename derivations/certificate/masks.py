"""Large numbers with which programs mask: -1e9 in place of -oo, in exponentials that hardly count.

Where a mask puts -1e9, e^-1e9 stands for 0. It is not 0 in exact arithmetic, so a result R(u), in which u is such an
exponential, is shown to equal the formula in two steps: R(0) is the formula, and the largest u times the greatest
|dR/du| anywhere is less than e^-1000, which is 0 in every floating type. Both are bounded by interval arithmetic, for
all inputs in the bounds that the case has for them.
"""

from collections.abc import Mapping
from typing import NamedTuple

import sympy as sp

from derivations.algebra.enclosures import Interval, enclosure, intervals, intervals_of
from derivations.algebra.ranges import Range
from derivations.algebra.underflow import UNDERFLOW

NEGLIGIBLE = intervals.exp(UNDERFLOW).a


class Masked(NamedTuple):
    """A result with a symbol in place of each exponential that vanishes; the exponentials, and intervals for them."""

    result: sp.Expr
    powers: dict[sp.Symbol, sp.exp]
    sizes: dict[sp.Symbol, Interval]

    @property
    def limit(self) -> sp.Expr:
        """The result if every one of them is 0."""
        return self.result.xreplace(dict.fromkeys(self.powers, sp.S.Zero))


def masked(result: sp.Expr, ranges: Mapping[sp.Expr, Range]) -> Masked:
    """The result with a symbol for each exponential that a large number makes less than e^-1000 in these ranges."""
    known = intervals_of(ranges)
    powers: dict[sp.Symbol, sp.exp] = {}
    replacements: dict[sp.Expr, sp.Expr] = {}
    for power in result.atoms(sp.exp):
        for side in (1, -1):
            if _vanishes(side * power.as_base_exp()[1], known):
                symbol = sp.Dummy("u", positive=True)
                powers[symbol], replacements[power] = power**side, symbol**side
    replaced = result.xreplace(replacements)
    sizes = {symbol: intervals.mpf([0, enclosure(power, known).b]) for symbol, power in powers.items()}
    return Masked(replaced if replaced.is_polynomial(*powers) else sp.together(replaced), powers, sizes)


def _vanishes(exponent: sp.Expr, known: Mapping[sp.Expr, Interval]) -> bool:
    """Whether an exponent with a large number in it is at most -1000."""
    if not any(abs(number) >= abs(UNDERFLOW) for number in exponent.atoms(sp.Rational)):
        return False
    return bool(enclosure(exponent, known).b <= UNDERFLOW)


def is_negligible(part: Masked, ranges: Mapping[sp.Expr, Range]) -> bool:
    """Whether the symbols of the exponentials change the result by less than e^-1000 anywhere in these ranges."""
    known = intervals_of(ranges) | part.sizes
    whole = enclosure(part.result, known)
    is_real = bool(whole.a > -intervals.inf and whole.b < intervals.inf)  # for all of them
    changes = (abs(enclosure(part.result.diff(u), known)) * size for u, size in part.sizes.items())
    return is_real and bool(sum(changes, intervals.mpf(0)).b < NEGLIGIBLE)
