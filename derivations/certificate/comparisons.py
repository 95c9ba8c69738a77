"""Rules for comparisons, for truth values, and for selection by them."""

from collections.abc import Callable

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra import formulas
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.zero import vanishes
from derivations.certificate.application import Rule, element_by_element, elementwise
from derivations.certificate.arrays import Array, Truth, array, map_elements


def comparison(relation: type[sp.Rel], of_nan: bool = False) -> Callable[..., Array]:
    """A rule for a comparison: its truth value or, if the case does not decide it, the relation itself."""

    def compared(case: Case, x: sp.Basic, y: sp.Basic) -> sp.Basic:
        x, y = as_number(case, x), as_number(case, y)
        try:
            order = real.compare(case, x, y)
        except UndecidedError:
            return relation(x - y, 0)
        return relation(order, 0) if order is not sp.nan else sp.S(of_nan)

    by_element = element_by_element(compared)
    return lambda interpreter, x, y: by_element(interpreter.case, x, y)


def total_comparison(relation: type[sp.Rel]) -> Rule:
    """A rule for a comparison in the total order, in which nan comes last and equals itself.

    Zeros and nan count as positive: JAX, which has no public function for this order, makes them so before.
    """
    of_numbers = comparison(relation)

    def compared(interpreter, x, y):
        nans = [map_elements(lambda v: sp.Integer(v is sp.nan), operand) for operand in (x, y)]
        ordered = [map_elements(lambda v: sp.S.Zero if v is sp.nan else v, operand) for operand in (x, y)]
        return map_elements(
            lambda p, q, both: both if p == q == 0 else relation(p, q), *nans, of_numbers(interpreter, *ordered)
        )

    return compared


def as_number(case: Case, value: sp.Basic) -> sp.Expr:
    """A truth value as 0 or 1."""
    return sp.Integer(formulas.holds(case, value)) if isinstance(value, Truth) else value


def select_n(interpreter, which, *choices):
    """Each element from the choice that `which` names; if all choices are equal, `which` need not be decided."""

    def chosen(index: sp.Basic, *values: sp.Basic) -> sp.Basic:
        if len(set(values)) == 1:
            return values[0]
        try:
            return values[min(max(int(as_number(interpreter.case, index)), 0), len(values) - 1)]
        except UndecidedError:
            if len(values) > 2 or any(isinstance(value, Truth) for value in values):
                raise
            if sp.nan in values or not vanishes(values[0] - values[1], interpreter.case.known_sign):
                raise
            return values[0]

    return map_elements(chosen, which, *choices)


RELATIONS: dict[str, Rule] = {
    "eq": comparison(sp.Eq),
    "ne": comparison(sp.Ne, of_nan=True),
    "lt": comparison(sp.Lt),
    "le": comparison(sp.Le),
    "gt": comparison(sp.Gt),
    "ge": comparison(sp.Ge),
    "eq_to": total_comparison(sp.Eq),
    "lt_to": total_comparison(sp.Lt),
    "le_to": total_comparison(sp.Le),
    "and": elementwise(lambda case, x, y: sp.And(x, y)),
    "or": elementwise(lambda case, x, y: sp.Or(x, y)),
    "xor": elementwise(lambda case, x, y: sp.Xor(x, y)),
    "not": elementwise(lambda case, x: sp.Not(x)),
    "unvmap_any": lambda interpreter, x: array(sp.Or(*x.ravel()), ()),  # Equinox's: any element, over the batch too
    "unvmap_all": lambda interpreter, x: array(sp.And(*x.ravel()), ()),
    "select_n": select_n,
}
