"""Conditions: that a form is negative, zero or positive."""

from dataclasses import dataclass

import sympy as sp

SIGNS = {-1: "<", 0: "=", 1: ">"}


@dataclass(frozen=True)
class Condition:
    """That `form` has this sign, -1, 0 or 1; `weak` allows zero as well, as in an assumption `y >= 0`."""

    form: sp.Expr
    sign: int
    weak: bool = False

    def __str__(self):
        """The condition as one would write it: z1 < z2 rather than z1 - z2 < 0."""
        terms = sp.Add.make_args(self.form)
        right = [term for term in terms if term.is_number or term.could_extract_minus_sign()]
        left = [term for term in terms if term not in right]
        sign = SIGNS[self.sign] + ("=" if self.weak else "")
        return f"{sp.Add(*left)} {sign} {-sp.Add(*right)}"


def condition(relation: sp.Basic) -> Condition:
    """A SymPy relation as a condition; TypeError for anything else."""
    kinds = {sp.StrictLessThan: (-1, False), sp.LessThan: (-1, True), sp.StrictGreaterThan: (1, False)}
    kinds |= {sp.GreaterThan: (1, True), sp.Equality: (0, False)}
    if type(relation) not in kinds:
        raise TypeError(f"an assumption is a relation such as z > 0 or sympy.Eq(y1 + y2, 1), not {relation!r}")
    return Condition(sp.expand(relation.lhs - relation.rhs), *kinds[type(relation)])
