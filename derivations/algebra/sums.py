"""Sums up to a symbolic size in a normal form, so that equal sums are recognised as equal.

The summand is brought to lowest terms and split into its terms: constant factors are moved out of the sum, a
KroneckerDelta picks out its term, and the index is renamed ("1" in an innermost sum, "2" in the one around it, ...). So
sum_j (f_j + 2 g_k) becomes sum_1 f_1 + 2 K g_k. Sums with different forms may still be equal, but count as different.

An empty sum is 0, and ranges are respected: a sum from 1 to K has K terms; one from 3 to K has K - 2 only if K > 1,
which is not known. A delta picks out its term only if its other index is known to be in the range: as the index of an
enclosing sum with the same limits; as a number or an expression that SymPy's assumptions place there; or as a free
index, which by the convention of `letters` runs over 1, ..., size. A free index has one range: `ranges` records the
first that it is given, and no other is accepted.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    KroneckerDelta,
    Mul,
    S,
    Sum,
    Symbol,
    apart,
    cancel,
    expand,
    factor,
    fraction,
    nan,
    oo,
    zoo,
)

from derivations.algebra.generators import Generators
from derivations.algebra.letters import INDICES, as_exponentials

Ranges = dict[Expr, tuple[Expr, Expr]]
"""The first and the last value of an index."""


def normal(expression: Expr, ranges: Ranges | None = None) -> Expr:
    """The expression with every `Sum` in normal form; the ranges that this gives to free indices go into `ranges`.

    >>> from sympy import IndexedBase
    >>> from derivations.algebra.letters import K, j, k
    >>> f = IndexedBase("f", real=True)
    >>> normal(Sum(2 * f[j] + 3, (j, 1, K)))
    3*K + 2*Sum(f[1], (1, 1, K))
    >>> normal(Sum(f[j] * KroneckerDelta(j, k), (j, 2, K)))
    -KroneckerDelta(1, k)*f[1] + f[k]
    """
    return _Scope({} if ranges is None else ranges, {}).normal(expression)


def lowest_terms(expression: Expr, form: Callable[[Expr], Expr] = cancel) -> Expr:
    """The expression as a quotient in lowest terms or, if `form` is SymPy's `factor`, as a product of factors."""
    expression = normal(as_exponentials(expression))
    generators = Generators()
    return form(generators.quotient(expression)).xreplace(generators.meaning)


class _Scope(NamedTuple):
    """The ranges of free indices, which are recorded as they are found, and those of the enclosing sums' indices."""

    free: Ranges
    bound: Ranges

    def normal(self, expression):
        if isinstance(expression, Sum):
            return self.normal_sum(expression) if expression.has(KroneckerDelta) else _of_any_scope(expression)
        if not expression.args or not expression.has(Sum):
            return expression
        return expression.func(*map(self.normal, expression.args))

    def normal_sum(self, expression):
        *inner, (index, low, high) = expression.limits
        summand = Sum(expression.function, *inner) if inner else expression.function
        if low != 1 and low.is_Integer and (high - low + 1).is_nonnegative:
            first = Add(*(summand.subs(index, Integer(place)) for place in range(min(1, low), max(1, low))))
            from_1 = Sum(summand, (index, 1, high))
            return self.normal(from_1 - first if low > 1 else from_1 + first)
        if not (low - Integer(1)).is_nonnegative:  # the letters of indices are assumed positive, which this one is not
            summand, index = summand.xreplace({index: (any_integer := Dummy(integer=True))}), any_integer
        summand = _Scope(self.free, {**self.bound, index: (low, high)}).normal(summand)
        summand = _linear_in_deltas(summand, index)
        generators = Generators()
        parts = [fraction(part) for part in _parts(cancel(generators.quotient(summand)), generators, index)]
        terms = (
            self.sum_of_quotient(_factors(term, generators), _factors(factor(below), generators), index, low, high)
            for above, below in parts
            for term in Add.make_args(expand(above))
        )
        return Add(*terms)

    def sum_of_quotient(self, above, below, index, low, high):
        """The sum of a quotient of products: a delta picks its term, constants move out, the index is renamed."""
        for delta in above:
            if isinstance(delta, KroneckerDelta) and index in delta.args:
                other = delta.args[1] if delta.args[0] == index else delta.args[0]
                if not other.has(index) and self.is_in_range(other, low, high):
                    rest = Mul(*(part for part in above if part != delta))
                    return self.normal((rest / Mul(*below)).subs(index, other))
        factors = [*above, *(1 / part for part in below)]
        outside = Mul(*(part for part in factors if not part.has(index)))
        inside = Mul(*(part for part in factors if part.has(index)))
        if inside == 1 and (high - low + 1).is_nonnegative:
            return outside * (high - low + 1)
        height = 1 + max((int(part.limits[-1][0].name) for part in inside.atoms(Sum)), default=0)
        name = Symbol(str(height), integer=True, positive=index.is_positive)
        sign, inside = _with_one_sign(inside.xreplace({index: name}))
        return sign * outside * Sum(inside, (name, low, high))

    def is_in_range(self, place, low, high):
        """Whether an index or number is known to lie between low and high."""
        if place in self.bound:
            first, last = self.bound[place]
            return (first - low).is_nonnegative and (high - last).is_nonnegative
        if place in self.free or place in INDICES:
            is_size = low == 1 and high.is_Symbol and high not in self.bound
            return is_size and self.free.setdefault(place, (low, high)) == (low, high)
        return (place - low).is_nonnegative and (high - place).is_nonnegative


@functools.lru_cache(maxsize=10_000)
def _of_any_scope(expression):
    """The normal form of a sum without deltas: only these ask for the ranges of indices."""
    return _Scope({}, {}).normal_sum(expression)


def _linear_in_deltas(summand, index):
    """The summand g(delta) as g(0) + (g(1) - g(0)) delta, for each delta of the index that it is not linear in."""
    for delta in summand.atoms(KroneckerDelta):
        value = Dummy()
        of_value = summand.xreplace({delta: value})
        if delta.has(index) and not of_value.is_polynomial(value):
            at_0, at_1 = (of_value.xreplace({value: number}) for number in (S.Zero, S.One))
            if not (at_0 + at_1).has(nan, zoo, oo):
                summand = at_0 + (at_1 - at_0) * delta
    return summand


def _parts(quotient, generators, index):
    """Partial fractions, the same for equal summands, if just one symbol of the denominator depends on the index."""
    denominator = fraction(quotient)[1]
    meaning = generators.meaning
    dependent = [symbol for symbol in denominator.free_symbols if meaning.get(symbol, symbol).has(index)]
    return Add.make_args(apart(quotient, *dependent)) if len(dependent) == 1 and denominator.is_Add else [quotient]


def _with_one_sign(product):
    """A sign and the product without it: its denominators are the same for 1/(p - q) and 1/(q - p)."""
    sign, kept = 1, []
    for part in Mul.make_args(product):
        if part.is_Pow and part.exp.is_Integer and part.base.could_extract_minus_sign():
            sign, part = sign * (-1) ** (part.exp % 2), (-part.base) ** part.exp
        kept.append(part)
    return sign, Mul(*kept)


def _factors(product, generators):
    return [part.xreplace(generators.meaning) for part in Mul.make_args(product)]
