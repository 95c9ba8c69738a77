"""Points that satisfy linear inequalities, found by elimination and back-substitution of one symbol after another."""

import math
import random
from collections.abc import Sequence
from fractions import Fraction

import sympy as sp

Halfspace = tuple[dict[sp.Symbol, Fraction], Fraction]  # slopes and a constant: sum of slope * symbol + constant > 0
MOST_ROWS = 400


def as_row(form: sp.Expr, sign: int) -> Halfspace | None:
    """The inequality that a form has this sign, its numbers rounded to rational ones; None if it is not linear."""
    slopes = {symbol: form.diff(symbol) for symbol in form.free_symbols}
    if not all(slope.is_number for slope in slopes.values()):
        return None
    constant = form.xreplace(dict.fromkeys(slopes, sp.S.Zero))
    rounded = [_rounded(sign * number) for number in (*slopes.values(), constant)]
    numbers = [number for number in rounded if number is not None]
    return (dict(zip(slopes, numbers, strict=False)), numbers[-1]) if len(numbers) == len(rounded) else None


def _rounded(number: sp.Expr) -> Fraction | None:
    value = number.evalf(40)
    return Fraction(str(value)) if value.is_Float or value.is_Rational else None


def interior_point(
    rows: Sequence[Halfspace], symbols: Sequence[sp.Symbol], nice: Sequence[sp.Rational], rng: random.Random
) -> dict[sp.Symbol, sp.Rational] | None:
    """A random point at which every row is positive, with nice coordinates where possible; None if none is found.

    >>> x, y = sp.symbols("x y", real=True)
    >>> rows = [as_row(x - 20, 1), as_row(y - x, 1), as_row(21 - y, 1)]
    >>> point = interior_point(rows, [x, y], [sp.S.One], random.Random(0))
    >>> bool(20 < point[x] < point[y] < 21)
    True
    """
    left, stages = list(rows), []
    for symbol in rng.sample(list(symbols), len(symbols)):
        lower = [row for row in left if row[0].get(symbol, 0) > 0]
        upper = [row for row in left if row[0].get(symbol, 0) < 0]
        left = [row for row in left if not row[0].get(symbol, 0)]
        left += [_without(symbol, below, above) for below in lower for above in upper]
        if len(left) > MOST_ROWS:
            return None
        stages.append((symbol, lower, upper))
    point: dict[sp.Symbol, Fraction] = {}
    for symbol, lower, upper in reversed(stages):
        low = max((_bound(row, symbol, point) for row in lower), default=None)
        high = min((_bound(row, symbol, point) for row in upper), default=None)
        if low is not None and high is not None and low >= high:
            return None
        point[symbol] = _between(low, high, nice, rng)
    return {symbol: sp.Rational(value) for symbol, value in point.items()}


def _without(symbol: sp.Symbol, below: Halfspace, above: Halfspace) -> Halfspace:
    """The sum of two rows, scaled so that the symbol cancels."""
    up, down = below[0][symbol], -above[0][symbol]
    slopes = {s: below[0].get(s, Fraction()) / up + above[0].get(s, Fraction()) / down for s in below[0] | above[0]}
    return {s: slope for s, slope in slopes.items() if slope and s != symbol}, below[1] / up + above[1] / down


def _bound(row: Halfspace, symbol: sp.Symbol, point: dict[sp.Symbol, Fraction]) -> Fraction:
    rest = row[1] + sum(slope * point[s] for s, slope in row[0].items() if s != symbol)
    return -rest / row[0][symbol]


def _between(low: Fraction | None, high: Fraction | None, nice: Sequence[sp.Rational], rng: random.Random) -> Fraction:
    inside = [n for n in nice if (low is None or n > low) and (high is None or n < high)]
    if inside and rng.random() < 0.8:
        return _fraction(rng.choice(inside))
    if low is not None and high is not None:
        exact = low + (high - low) * Fraction(rng.randint(1, 7), 8)
        short = exact.limit_denominator(max(4, int(4 / min(high - low, 1))))
        return short if low < short < high else exact
    start, side = (low, 1) if low is not None else (high, -1) if high is not None else (Fraction(), 1)
    return Fraction(math.floor(start)) + side * Fraction(rng.choice((1, 2, 3, 5, 8))) + (side < 0)


def _fraction(number: sp.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))
