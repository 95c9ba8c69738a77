"""The letters of the book: indices and sizes, the sigmoid, and which letters an expression contains.

Examples are numbered i = 1..n (the book's sum over x), neurons of the layer in question j = 1..K, neurons of the
previous layer k = 1..N, and inputs l = 1..M.
"""

from sympy import Dummy, Expr, Function, Indexed, diff, exp, log, symbols
from sympy.functions.elementary.hyperbolic import HyperbolicFunction, InverseHyperbolicFunction

SIZES = n, K, N, M = symbols("n K N M", integer=True, positive=True)
INDICES = i, j, k, l, m, t = symbols("i j k l m t", integer=True, positive=True)


class s(Function):
    """The sigmoid, s(z) = 1 / (1 + e^-z)."""

    nargs = 1
    is_positive = True

    def fdiff(self, argindex=1):
        return s_prime(*self.args)

    def _eval_rewrite_as_exp(self, z, **_):
        return 1 / (1 + exp(-z))


class s_prime(Function):
    """The derivative s'(z) of the sigmoid, which SymPy takes of the definition."""

    nargs = 1

    def fdiff(self, argindex=1):
        return diff(self.rewrite(exp), *self.args)

    def _eval_rewrite_as_exp(self, z, **_):
        t = Dummy()
        return diff(1 / (1 + exp(-t)), t).subs(t, z)


def as_exponentials(expression: Expr) -> Expr:
    """The expression with sigmoids and hyperbolic functions written as exponentials, and their inverses as logarithms.

    >>> from sympy.abc import z
    >>> from sympy import atanh, tanh
    >>> as_exponentials(tanh(z)), as_exponentials(atanh(z))
    ((exp(z) - exp(-z))/(exp(z) + exp(-z)), -log(1 - z)/2 + log(z + 1)/2)
    """
    return expression.replace(_has_exponential_form, _in_exponential_form)


def _has_exponential_form(part):
    return isinstance(part, s | s_prime | HyperbolicFunction | InverseHyperbolicFunction)


def _in_exponential_form(part):
    return part.rewrite(log if isinstance(part, InverseHyperbolicFunction) else exp)


def base(name: Expr) -> Expr:
    """The letter of a name: a for a[j], and for a itself."""
    return name.base if isinstance(name, Indexed) else name


def letters(expression: Expr) -> set[Expr]:
    """The free letters of an expression, without indices and sizes; all elements w[j, k] count as the one letter w."""
    return {part for part in expression.free_symbols if part.is_Symbol} - {*SIZES, *INDICES}


def unknowns(expression: Expr) -> set[Expr]:
    """The letters and elements, such as z and w[1, 2], on which an expression without symbolic sums depends."""
    elements = expression.atoms(Indexed)
    return elements | (expression.free_symbols - {e.base.label for e in elements} - elements)
