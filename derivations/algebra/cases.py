"""Cases: sets of real inputs on which every comparison that a program makes is decided.

A case is a conjunction of conditions `form < 0`, `form = 0` or `form > 0`, where a form is linear, with rational
coefficients, in the input symbols and in terms that cannot be reduced to them. An equality is solved for a symbol and
substituted, so that tied symbols become the same symbol. Decisions are exact: a sign is known if the other two
contradict the conditions (Fourier-Motzkin).
"""

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

import sympy as sp
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from derivations.algebra.bounds import bounds_of_terms
from derivations.algebra.conditions import SIGNS, Condition, condition
from derivations.algebra.enclosures import sign_within
from derivations.algebra.inequalities import (
    Inequality,
    Row,
    as_inequalities,
    is_feasible,
    known_bounds,
    linear_row,
    scaled,
)
from derivations.algebra.monotone import simpler, simplest
from derivations.algebra.ranges import Range, ranges_of_atoms
from derivations.algebra.signs import (
    as_squares,
    factors_of_sign,
    linear_symbol,
    reduced,
    sign_by_structure,
    solved_for_a_symbol,
)
from derivations.algebra.signs_of_parts import sign_of_function, sign_of_sum, sign_with_root
from derivations.algebra.underflow import settled
from derivations.algebra.zero import vanishes


@functools.lru_cache(maxsize=10_000)
def letters_of(*expressions: sp.Basic) -> frozenset[sp.Symbol]:
    """The free symbols of all these expressions."""
    return frozenset().union(*(expression.free_symbols for expression in expressions))


class UndecidedError(Exception):
    """The case does not decide the sign of `form`; split on it and try again."""

    def __init__(self, form: sp.Expr):
        """Remember the form to split on."""
        super().__init__(f"the sign of {form} is not decided by the assumptions")
        self.form = form


@dataclass(frozen=True)
class Case:
    """A conjunction of conditions, and the substitution that follows from its equalities."""

    conditions: tuple[Condition, ...] = ()
    substitution: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict, hash=False)

    @classmethod
    def where(cls, relations: Iterable[sp.Basic] = ()) -> Self:
        """The case of a user's assumptions: SymPy relations such as `z > 0`, `sp.Eq(y1 + y2, 1)`.

        >>> z1, z2 = sp.symbols("z1 z2", real=True)
        >>> print(Case.where([z1 > z2]).sign(z2 - z1))
        -1
        """
        return cls.within(map(condition, relations))

    @classmethod
    def within(cls, conditions: Iterable[Condition]) -> Self:
        """The case of several conditions; ValueError if they contradict each other."""
        case = cls()
        for item in conditions:
            narrower = case.assume(item)
            if narrower is None:
                raise ValueError(
                    f"the assumptions contradict each other at {item}; give assumptions that some input satisfies"
                )
            case = narrower
        return case

    def __str__(self):
        """The conditions, or "every real input" if there are none."""
        return ", ".join(map(str, self.conditions)) or "every real input"

    def apply(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the case's equalities substituted."""
        return expression.xreplace(self.substitution)

    def assume(self, new: Condition) -> Self | None:
        """The case narrowed by one more condition; None if that contradicts it."""
        substitution = dict(self.substitution)
        if new.sign == 0:
            form = self._simplest(new.form)[1]
            if form.is_number:
                return self if form.is_zero else None
            solved = solved_for_a_symbol(form)
            substitution = {s: sp.expand(e.xreplace(solved)) for s, e in substitution.items()} | solved
        narrower = type(self)((*self.conditions, new), substitution)
        return narrower if is_feasible(narrower._rows) else None

    @functools.lru_cache(maxsize=10_000)  # noqa: B019, cases are few and the same letters return
    def about(self, letters: frozenset[sp.Symbol]) -> Self:
        """The case with only those conditions that are connected to the letters: no other decides a sign of theirs.

        >>> a, b, c = sp.symbols("a b c", real=True)
        >>> print(Case.where([a > 0, b > c, c > 1]).about(frozenset([b])))
        b > c, c > 1
        """
        related = set(letters)
        while more := set().union(*(known for known in self._letters if known & related)) - related:
            related |= more
        if related >= set().union(*self._letters):
            return self
        kept = (item for item, known in zip(self.conditions, self._letters, strict=True) if known & related)
        return type(self)(tuple(kept), {s: value for s, value in self.substitution.items() if s in related})

    @functools.cached_property
    def _letters(self) -> list[frozenset[sp.Symbol]]:
        return [letters_of(item.form) for item in self.conditions]

    def excludes(self, other: Condition) -> bool:
        """Whether one of the conditions gives the form of another a different sign."""
        return any(own.form == other.form and own.sign != other.sign and not own.weak for own in self.conditions)

    def contains(self, form: sp.Expr) -> bool:
        """Whether one of the conditions gives the sign of this very form."""
        return any(own.form == form and not own.weak for own in self.conditions)

    def split(self, form: sp.Expr) -> list[Self]:
        """The narrower cases in which `form` is negative, zero and positive, without those that are contradictory."""
        return [case for sign in SIGNS if (case := self.assume(Condition(form, sign)))]

    def sign(self, expression: sp.Expr) -> int:
        """The sign -1, 0 or 1; UndecidedError if the conditions do not decide it.

        >>> z = sp.Symbol("z", real=True)
        >>> Case().sign(1 - 1 / (1 + sp.exp(-z)))
        1
        """
        return self.about(letters_of(expression))._sign(expression)

    @functools.lru_cache(maxsize=10_000)  # noqa: B019, cases are few and the same denominators return
    def _sign(self, expression: sp.Expr) -> int:
        expression = self.apply(settled(expression))
        if expression.has(HyperbolicFunction):
            if parts := simpler(expression):
                return math.prod(map(self.sign, parts))
            expression = expression.rewrite(sp.exp)
        form = reduced(expression)
        known = sign_by_structure(expression)
        if known is None:
            known = self._sign_of_form(form)
        if known is not None:
            return known
        if parts := simpler(form):
            return math.prod(map(self.sign, parts))
        for decide in (sign_of_function, sign_with_root, sign_of_sum, type(self)._sign_by_bounds):
            known = decide(self, form)
            if known is not None:
                return known
        if known := sign_within(self.ranges, expression):
            return known
        factors = factors_of_sign(expression if form.is_polynomial() is False else form)
        is_linear = linear_symbol(form) and form.is_polynomial()
        if is_linear or all(base.is_number or reduced(base) in (form, -form) for base, _ in factors):
            if (form.is_number or not form.is_polynomial()) and vanishes(form):
                return 0
            raise UndecidedError(form)
        try:
            return math.prod(self.sign(base) ** (2 if power.is_even else 1) for base, power in factors)
        except UndecidedError as undecided:
            raise UndecidedError(form if linear_symbol(form) else undecided.form) from None

    def known_sign(self, expression: sp.Expr) -> int | None:
        """The sign that the conditions decide, or None."""
        try:
            return self.sign(expression)
        except UndecidedError:
            return None

    def _simplest(self, form: sp.Expr) -> tuple[int, sp.Expr]:
        """A sign and the simplest form found: in this case, the sign of `form` is the product of both signs."""
        return simplest(reduced(self.apply(form)))

    def _sign_by_bounds(self, form: sp.Expr) -> int | None:
        """The sign that follows from bounds of the terms that are not linear."""
        bounds = bounds_of_terms(form, self._positive, self.known_sign) if form.is_Add else []
        return self._only_sign(linear_row(form), bounds) if bounds else None

    @functools.cached_property
    def _positive(self) -> list[tuple[sp.Expr, bool]]:
        """The simplest forms that the conditions make positive (True) or not negative (False)."""
        simple = ((item, *self._simplest(item.form)) for item in self.conditions if item.sign)
        return [(item.sign * sign * form, not item.weak) for item, sign, form in simple]

    def _sign_of_form(self, form: sp.Expr) -> int | None:
        known = sign_by_structure(form)
        if known is not None:
            return known
        squares = as_squares(form)
        if squares:
            return squares[0][0] if any(self.sign(base) for _, base in reversed(squares)) else 0
        return self._only_sign(linear_row(form), [])

    def _only_sign(self, row: Row, more: list[Inequality]) -> int | None:
        """The one sign of a linear form that is possible, given more inequalities; None if several are."""
        possible = [
            sign
            for sign, rows in {-1: [(scaled(row, -1), True)], 0: as_inequalities(row), 1: [(row, True)]}.items()
            if is_feasible([*self._rows, *rows, *known_bounds(row), *more])
        ]
        return possible[0] if len(possible) == 1 else None

    @functools.cached_property
    def ranges(self) -> dict[sp.Expr, Range]:
        """Numbers between which the symbols lie.

        >>> z, y = sp.symbols("z y", real=True)
        >>> Case.where([z > 1, y > z]).ranges
        {z: (Fraction(1, 1), None), y: (Fraction(1, 1), None)}
        """
        return ranges_of_atoms(self._rows)

    @functools.cached_property
    def _rows(self) -> list[Inequality]:
        rows = []
        for item in self.conditions:
            sign, form = self._simplest(item.form)
            row = linear_row(form)
            rows += as_inequalities(row) if item.sign == 0 else [(scaled(row, sign * item.sign), not item.weak)]
            rows += known_bounds(row)
        for symbol, value in self.substitution.items():
            rows += [(row, strict) for row, strict in known_bounds({symbol: Fraction(1)})]
            rows += as_inequalities(linear_row(reduced(symbol - value)))
        return rows
