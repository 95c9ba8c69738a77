"""The sign of a function, of a form with a root and of a sum, from the signs of their parts in a case."""

from typing import Protocol

import sympy as sp

from derivations.algebra.signs import half_waves, parts_of_root, sign_where_positive


class Signs(Protocol):
    """What decides signs: a case."""

    def sign(self, expression: sp.Expr) -> int:
        """The sign -1, 0 or 1; UndecidedError if it is not decided."""
        ...

    def known_sign(self, expression: sp.Expr) -> int | None:
        """The sign, or None if it is not decided."""
        ...


def sign_of_function(case: Signs, form: sp.Expr) -> int | None:
    """The sign of a function such as Gamma where its arguments are positive."""
    sign, arguments = sign_where_positive(form)
    if sign and all(case.sign(argument) > 0 for argument in arguments):
        return sign
    ends = half_waves(form)
    return next((sign for sign, inside in ends if all(case.known_sign(part) == 1 for part in inside)), None)


def sign_with_root(case: Signs, form: sp.Expr) -> int | None:
    """The sign of c sqrt(p) + q: that of c if c^2 p > q^2, that of q if c^2 p < q^2, if the case decides these."""
    c, p, q = parts_of_root(form)
    sign = case.known_sign(c)
    larger = case.known_sign(c**2 * p - q**2) if sign else None
    if not larger:
        return None
    return sign if larger > 0 else case.sign(q)


def sign_of_sum(case: Signs, form: sp.Expr) -> int | None:
    """The sign of a sum that is not linear, if all of its terms have that sign or are zero."""
    if not form.is_Add or all(term.is_number or term.as_coeff_Mul()[1].is_Symbol for term in form.args):
        return None
    signs = set()
    for term in form.args:
        signs.add(case.known_sign(term))
        if None in signs or {-1, 1} <= signs:
            return None
    return next((sign for sign in signs if sign), 0)
