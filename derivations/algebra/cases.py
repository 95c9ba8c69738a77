"""Cases: sets of real inputs on which every comparison that a program makes is decided.

A case is a conjunction of conditions `form < 0`, `form = 0` or `form > 0`, where a form is linear, with
rational coefficients, in the input symbols (or in what cannot be reduced to them). An equality is solved
for a symbol and substituted, so that in a case with a tie the tied symbols are one. Decisions are exact:
a sign is known when its opposite contradicts the conditions (Fourier-Motzkin).
"""

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

import sympy as sp
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

SIGNS = {-1: "<", 0: "=", 1: ">"}


class UndecidedError(Exception):
    """The case does not decide the sign of `form`; split on it and try again."""

    def __init__(self, form: sp.Expr):
        """Remember the form to split on."""
        super().__init__(f"the sign of {form} is not decided by the assumptions")
        self.form = form


@dataclass(frozen=True)
class Condition:
    """`form` has this sign: -1, 0, 1; `weak` allows zero as well (an assumption `y >= 0`)."""

    form: sp.Expr
    sign: int
    weak: bool = False

    def __str__(self):
        """As one would write it, z1 < z2 rather than z1 - z2 < 0."""
        terms = sp.Add.make_args(self.form)
        right = [term for term in terms if term.is_number or term.could_extract_minus_sign()]
        left = [term for term in terms if term not in right]
        sign = SIGNS[self.sign] + ("=" if self.weak else "")
        return f"{sp.Add(*left)} {sign} {-sp.Add(*right)}"


@dataclass(frozen=True)
class Case:
    """A conjunction of conditions, and the substitution that its equalities amount to."""

    conditions: tuple[Condition, ...] = ()
    substitution: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict, hash=False)

    @classmethod
    def where(cls, relations: Iterable[sp.Basic] = ()) -> Self:
        """The case of a user's assumptions: SymPy relations such as `z > 0`, `sp.Eq(y1 + y2, 1)`.

        >>> z1, z2 = sp.symbols("z1 z2", real=True)
        >>> print(Case.where([z1 > z2]).sign(z2 - z1))
        -1
        """
        case = cls()
        for relation in relations:
            narrower = case.assume(condition(relation))
            if narrower is None:
                raise ValueError(
                    f"the assumptions contradict each other at {relation}; give assumptions that some input meets"
                )
            case = narrower
        return case

    def __str__(self):
        """The conditions, or that there are none."""
        return ", ".join(map(str, self.conditions)) or "every real input"

    def apply(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the case's equalities substituted."""
        return expression.xreplace(self.substitution)

    def assume(self, new: Condition) -> Self | None:
        """The case narrowed by one condition, or None where they contradict each other."""
        substitution = dict(self.substitution)
        if new.sign == 0:
            form = reduced(self.apply(new.form))
            if form.is_number:
                return self if form == 0 else None
            solved = _solved(form)
            substitution = {s: sp.expand(e.xreplace(solved)) for s, e in substitution.items()} | solved
        narrower = type(self)((*self.conditions, new), substitution)
        return narrower if _feasible(narrower._rows) else None

    def excludes(self, other: Condition) -> bool:
        """Whether one of the conditions gives the form of another a different sign."""
        return any(own.form == other.form and own.sign != other.sign and not own.weak for own in self.conditions)

    def split(self, form: sp.Expr) -> list[Self]:
        """Three narrower cases, of which those that contradict themselves are left out."""
        return [case for sign in SIGNS if (case := self.assume(Condition(form, sign)))]

    @functools.lru_cache(maxsize=10_000)  # noqa: B019, cases are few and the same denominators return
    def sign(self, expression: sp.Expr) -> int:
        """-1, 0 or 1; UndecidedError where the conditions do not decide it.

        >>> z = sp.Symbol("z", real=True)
        >>> Case().sign(1 - 1 / (1 + sp.exp(-z)))
        1
        """
        expression = self.apply(expression)
        if expression.has(HyperbolicFunction):
            expression = expression.rewrite(sp.exp)
        form = reduced(expression)
        known = _sign_by_structure(expression)
        if known is None:
            known = self._sign_of_form(form)
        if known is not None:
            return known
        factors = _factors(expression if form.is_polynomial() is False else form)
        if _linear_symbol(form) or all(base.is_number or reduced(base) in (form, -form) for base, _ in factors):
            raise UndecidedError(form)
        return math.prod(self.sign(base) ** (2 if power.is_even else 1) for base, power in factors)

    def _sign_of_form(self, form: sp.Expr) -> int | None:
        known = _sign_by_structure(form)
        if known is not None:
            return known
        squares = _squares(form)
        if squares:
            return squares[0][0] if any(self.sign(base) for _, base in reversed(squares)) else 0
        row = _row(form)
        possible = [
            sign
            for sign, rows in {-1: [(_scaled(row, -1), True)], 0: _equality(row), 1: [(row, True)]}.items()
            if _feasible([*self._rows, *rows, *_bounds(row)])
        ]
        return possible[0] if len(possible) == 1 else None

    @functools.cached_property
    def _rows(self) -> list["Inequality"]:
        rows = []
        for item in self.conditions:
            row = _row(reduced(self.apply(item.form)))
            rows += _equality(row) if item.sign == 0 else [(_scaled(row, item.sign), not item.weak)]
            rows += _bounds(row)
        for symbol, value in self.substitution.items():
            rows += [(row, strict) for row, strict in _bounds({symbol: Fraction(1)})]
            rows += _equality(_row(reduced(symbol - value)))
        return rows


def condition(relation: sp.Basic) -> Condition:
    """A SymPy relation as a condition; TypeError for anything else."""
    kinds = {sp.StrictLessThan: (-1, False), sp.LessThan: (-1, True), sp.StrictGreaterThan: (1, False)}
    kinds |= {sp.GreaterThan: (1, True), sp.Equality: (0, False)}
    if type(relation) not in kinds:
        raise TypeError(f"an assumption is a relation such as z > 0 or sympy.Eq(y1 + y2, 1), not {relation!r}")
    return Condition(sp.expand(relation.lhs - relation.rhs), *kinds[type(relation)])


def uncovered(region: Case, cases: list[Case]) -> Iterator[Case]:
    """The parts of `region` that lie in none of `cases`: nothing, when the cases are a proof for all of it.

    >>> z = sp.Symbol("z", real=True)
    >>> negative, zero, positive = Case().split(z)
    >>> print(*uncovered(Case(), [negative, positive]))
    z = 0
    """
    if not cases:
        yield region
        return
    first, *rest = cases
    inside = region
    for item in first.conditions:
        if item in region.conditions:
            continue
        for other in (Condition(item.form, sign) for sign in SIGNS if sign != item.sign):
            outside = inside.assume(other)
            if outside:
                yield from uncovered(outside, [case for case in rest if not case.excludes(other)])
        narrower = inside.assume(item)
        if narrower is None:
            return
        inside = narrower


def reduced(expression: sp.Expr) -> sp.Expr:
    """A form of the same sign, as linear as can be: e^p - e^q becomes p - q."""
    form = sp.expand(expression)
    if form.is_Add and len(form.args) == 2 and form.has(sp.exp):
        minus, plus = sorted(form.args, key=lambda term: bool(term.is_positive))
        if plus.is_positive and minus.is_negative:
            logarithms = sp.expand(sp.expand_log(sp.log(plus) - sp.log(-minus), force=True))
            form = form if any(log.free_symbols for log in logarithms.atoms(sp.log)) else logarithms
    return form.primitive()[1] if form.is_Add else form


def _factors(expression: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The bases and exponents of a product that the expression is, a quotient's denominator included."""
    numerator, denominator = sp.together(expression).as_numer_denom()
    numerator = sp.factor(numerator) if numerator.is_polynomial() else sp.factor_terms(numerator)
    return [factor.as_base_exp() for factor in sp.Mul.make_args(numerator * sp.factor_terms(denominator))]


def _sign_by_structure(expression: sp.Expr) -> int | None:
    if expression.is_zero:
        return 0
    if expression.is_positive:
        return 1
    if expression.is_negative:
        return -1
    powers = {power: sp.Dummy(positive=True) for power in expression.atoms(sp.exp)}  # whatever the exponent, if real
    return _sign_by_structure(expression.xreplace(powers)) if powers else None


def _linear_symbol(form: sp.Expr) -> sp.Symbol | None:
    """The last symbol by name that the form is linear in, with a number for its slope."""
    slopes = {symbol: form.diff(symbol) for symbol in sorted(form.free_symbols, key=str, reverse=True)}
    return next((symbol for symbol, slope in slopes.items() if slope.is_number and slope != 0), None)


def _solved(form: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """A symbol and what it equals where `form` is zero; nothing, if it is linear in none."""
    symbol = _linear_symbol(form)
    return {symbol: sp.expand(symbol - form / form.diff(symbol))} if symbol else {}


def _squares(form: sp.Expr) -> list[tuple[int, sp.Expr]]:
    """A definite quadratic as [(sign, base), ...]: one sign, and what is squared; of any other form, nothing."""
    squares, rest = [], form
    while not rest.is_number:
        symbol = min(rest.free_symbols, key=str)
        slope, curvature = rest.diff(symbol), rest.diff(symbol, 2)
        if not (rest.is_polynomial() and curvature.is_number and curvature != 0):
            return []
        squares.append((int(sp.sign(curvature)), slope))
        rest = sp.expand(rest - slope**2 / (2 * curvature))
    squares += [(int(sp.sign(rest)), sp.S.One)] * (rest != 0)
    return squares if len({sign for sign, _ in squares}) == 1 else []


Row = dict[sp.Expr, Fraction]  # the coefficient of each atom; the constant stands at sympy.S.One
Inequality = tuple[Row, bool]  # the row is positive (True) or not negative (False)


def _row(form: sp.Expr) -> Row:
    terms = form.as_coefficients_dict()
    return {atom: Fraction(int(c.p), int(c.q)) for atom, c in ((a, sp.Rational(c)) for a, c in terms.items())}


def _scaled(row: Row, factor: Fraction | int) -> Row:
    return {atom: factor * coefficient for atom, coefficient in row.items()}


def _equality(row: Row) -> list[Inequality]:
    return [(row, False), (_scaled(row, -1), False)]


def _bounds(row: Row) -> list[Inequality]:
    """What is known of the atoms themselves: e^p > 0, a symbol's assumptions, the digits of ln 2."""
    known: list[Inequality] = []
    for atom in row:
        if atom is not sp.S.One and atom.is_number:
            value, margin = sp.Rational(str(sp.N(atom, 30))), sp.Rational(1, 10**20)
            known += [(_row(atom - value + margin), True), (_row(value + margin - atom), True)]
        elif atom is not sp.S.One and (atom.is_positive or atom.is_nonnegative):
            known.append(({atom: Fraction(1)}, bool(atom.is_positive)))
    return known


def _feasible(rows: list[Inequality]) -> bool:
    """Whether some real values of the atoms meet every inequality: Fourier-Motzkin elimination, exact."""
    atoms = {atom for row, _ in rows for atom in row} - {sp.S.One}
    for atom in atoms:
        lower = [(_scaled(row, 1 / row[atom]), strict) for row, strict in rows if row.get(atom, 0) > 0]
        upper = [(_scaled(row, -1 / row[atom]), strict) for row, strict in rows if row.get(atom, 0) < 0]
        rows = [(row, strict) for row, strict in rows if not row.get(atom, 0)]
        rows += [(_sum(below, above), strict or also) for below, strict in lower for above, also in upper]
    return all(row.get(sp.S.One, 0) > 0 or (row.get(sp.S.One, 0) == 0 and not strict) for row, strict in rows)


def _sum(left: Row, right: Row) -> Row:
    return {atom: value for atom in left | right if (value := left.get(atom, Fraction()) + right.get(atom, Fraction()))}
