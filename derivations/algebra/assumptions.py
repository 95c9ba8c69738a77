"""What follows from the assumptions on the letters alone: the sign of an expression, and that it is real."""

from collections.abc import Callable

from sympy import Dummy, Expr, Sum, exp, factor, log, together

from derivations.algebra.multiples import is_simple

Sign = Callable[[Expr], int | None]
"""A function that gives the sign of an expression: 1, -1 or, if it is not known, None."""


def known_sign(expression: Expr) -> int | None:
    """The sign that follows from the assumptions on the letters: 1, -1 or None."""
    if is_positive(expression):
        return 1
    return -1 if is_positive(-expression) else None


def is_positive(expression: Expr) -> bool | None:
    """True or None (unknown): what SymPy knows, and that sums of positive terms and ln x for x > 1 are positive."""
    if isinstance(expression, Sum):
        has_terms = all((high - low).is_nonnegative for _, low, high in expression.limits)
        return (has_terms and is_positive(expression.function)) or None
    if isinstance(expression, log):
        return is_positive(expression.args[0] - 1)
    if isinstance(-expression, log):
        return is_positive(1 / (-expression).args[0] - 1)
    sums = {part: Dummy(positive=is_positive(part)) for part in expression.atoms(Sum)}
    powers = {part: Dummy(positive=True) for part in expression.atoms(exp) if part.is_positive and not is_simple(part)}
    return factor(together(expression.xreplace(sums | powers))).is_positive or expression.is_positive or None


def is_known_real(expression: Expr) -> bool | None:
    """True or None (unknown): what SymPy knows, and that sums of real terms are real."""
    sums = {part: Dummy(real=is_known_real(part.function)) for part in expression.atoms(Sum)}
    return expression.xreplace(sums).is_real or None
