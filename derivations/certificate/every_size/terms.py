"""Terms: the elements, sums and counts of which a generic element consists, each with a plain symbol in its place.

Cases decide signs of expressions in plain symbols, so a[j] or a sum over an axis is one symbol there. A term that
contains the letter of an axis is generic: it stands for a term of each index.
"""

import functools
from collections.abc import Iterable, Mapping

import sympy as sp

from derivations.algebra.assumptions import is_positive
from derivations.algebra.sums import normal

AXES = tuple(sp.Symbol(f"axis{place}", integer=True, positive=True) for place in range(24))
_SUMMED = sp.Dummy("k", integer=True, positive=True)  # the same for all sums, so that equal ones are one in caches
INDICATOR = "is0["  # begins the name of an indicator, an element that is 1 where a form is zero, and else 0
TIE = "tie["  # likewise, of a form that is zero for some index: the distance to the largest element


class Term(sp.Symbol):
    """A symbol that stands for an element or a sum; those of generic terms come last in alphabetical order."""

    __slots__ = ("meaning",)

    def __new__(cls, meaning: sp.Expr, **assumptions: bool) -> "Term":
        """The symbol for a meaning."""
        generic = bool(meaning.free_symbols & set(AXES))
        term = super().__new__(cls, ("~" if generic else "") + str(meaning), **assumptions)
        term.meaning = meaning
        return term


@functools.cache
def term(meaning: sp.Expr) -> Term:
    """The one symbol for an element or a sum, with the assumptions that follow from what it stands for.

    A program's sum is a real number, since a summand that is not is refused, and a formula is claimed to be one.
    """
    if isinstance(meaning, sp.Sum):
        if is_count(meaning):
            return Term(meaning, integer=True, positive=True)
        if is_positive(meaning):
            return Term(meaning, positive=True)
        return Term(meaning, **({"integer": True} if meaning.function.is_integer else {"real": True}))
    return Term(meaning, **(meaning.base.assumptions0 if isinstance(meaning, sp.Indexed) else {"real": True}))


def is_of_mask(part: sp.Basic) -> bool:
    """Whether a term is an element of a mask, 1 or 0: no other input's elements are integers."""
    return isinstance(part, Term) and isinstance(part.meaning, sp.Indexed) and _is_kept(part.meaning)


def _is_kept(element: sp.Indexed) -> bool:
    return bool(element.base.is_integer) and not str(element.base).startswith((INDICATOR, TIE))


def is_sum_over_mask(meaning: sp.Sum) -> bool:
    """Whether a sum counts or adds, of positive summands, those that a mask keeps."""
    if len(meaning.limits) != 1 or meaning.limits[0][1] != 1:
        return False
    bound = meaning.limits[0][0]
    kept = [part for part in sp.Mul.make_args(meaning.function) if isinstance(part, sp.Indexed) and _is_kept(part)]
    others = meaning.function.xreplace(dict.fromkeys(kept, sp.S.One))
    return len(kept) == 1 and bound in kept[0].indices and bool(_anywhere(others, bound).is_positive)


def _anywhere(summand: sp.Expr, bound: sp.Symbol) -> sp.Expr:
    return summand.xreplace({bound: sp.Dummy(integer=True, positive=True)})


def is_count(meaning: sp.Sum) -> bool:
    """Whether a sum counts the zeros of a form that is zero somewhere: a sum of one indicator over its whole axis."""
    summand = meaning.function
    if not (isinstance(summand, sp.Indexed) and str(summand.base).startswith(TIE)):
        return False
    return len(meaning.limits) == 1 and meaning.limits[0][0] == summand.indices[0] and meaning.limits[0][1] == 1


@functools.lru_cache(maxsize=10_000)
def closed(expression: sp.Expr) -> sp.Expr:
    """The expression with a term in place of each outermost sum and each element."""
    if isinstance(expression, sp.Sum | sp.Indexed):
        return term(expression)
    if not expression.args:
        return expression
    return expression.func(*map(closed, expression.args))


@functools.lru_cache(maxsize=10_000)
def spelled_out(expression: sp.Basic) -> sp.Basic:
    """The expression with what each term stands for."""
    terms = {part: part.meaning for part in expression.free_symbols if isinstance(part, Term)}
    return expression.xreplace(terms) if terms else expression


def reindexed(expression: sp.Basic, new: Mapping[sp.Expr, sp.Expr]) -> sp.Basic:
    """The expression with other indices, also in what its terms stand for."""
    if not new:
        return expression
    return _reindexed(expression, tuple(new.items()))


@functools.lru_cache(maxsize=10_000)
def _reindexed(expression: sp.Basic, new: tuple[tuple[sp.Expr, sp.Expr], ...]) -> sp.Basic:
    replaced: dict[sp.Basic, sp.Basic] = dict(new)
    old = replaced.keys()
    for part in expression.free_symbols:
        if isinstance(part, Term) and any(part.meaning.has(index) for index in old):
            replaced[part] = closed(with_plain_letters(part.meaning.xreplace(dict(new))))
    return with_plain_letters(expression.xreplace(replaced))


def with_plain_letters(expression: sp.Basic) -> sp.Basic:
    """The expression with a letter for each index that is a function of numbers only, as the label of example 1."""
    known = {part for part in expression.atoms(sp.core.function.AppliedUndef) if not part.free_symbols}
    return expression.xreplace({part: sp.Symbol(str(part), integer=True, positive=True) for part in known})


def axes_in(expression: sp.Basic) -> set[sp.Symbol]:
    """The letters of axes on which an expression depends."""
    return set(spelled_out(expression).free_symbols) & set(AXES)


def summed(summand: sp.Expr, axis: sp.Symbol, size: sp.Expr, ranges: dict) -> sp.Expr:
    """The sum of a generic summand over an axis, in normal form."""
    of_index = spelled_out(summand).xreplace({axis: _SUMMED})  # where an inner sum has a letter of its own
    return closed(normal_of_reals(sp.Sum(of_index, (_SUMMED, 1, size)), ranges))


def normal_of_reals(expression: sp.Expr, ranges: dict) -> sp.Expr:
    """The normal form, where all logarithms are known to be of positive numbers: ln(1/p) is -ln p."""
    found = normal(expression, ranges)
    quotients = {log: sp.fraction(log.args[0]) for log in found.atoms(sp.log)}
    logs = {log: -sp.log(sp.expand(below / above)) for log, (above, below) in quotients.items() if above in (1, -1)}
    return normal(found.xreplace(logs), ranges) if logs else found


def indices_in(expressions: Iterable[sp.Basic]) -> set[sp.Expr]:
    """The free indices of the elements in some expressions."""
    found: set[sp.Expr] = set()
    for expression in expressions:
        meaning = spelled_out(expression)
        bound = {limit[0] for part in meaning.atoms(sp.Sum) for limit in part.limits}
        for element in meaning.atoms(sp.Indexed):
            found |= {index for index in element.indices if not index.free_symbols & bound and not index.is_number}
    return found
