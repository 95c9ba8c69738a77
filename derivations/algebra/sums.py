"""Sums up to a symbolic size in a form that is the same for equal sums.

The summand is brought to lowest terms and taken apart: constants come forward, a KroneckerDelta picks out its term, the
index is renamed ("1" in an innermost sum, "2" around that, ...). So sum_j (f_j + 2 g_k) becomes sum_1 f_1 + 2 K g_k.
Forms that differ may still be equal: what is not shown to be the same counts as different.
"""

from collections.abc import Callable

from sympy import (
    Add,
    Expr,
    KroneckerDelta,
    Mul,
    Sum,
    Symbol,
    apart,
    cancel,
    expand,
    factor,
    fraction,
)

from derivations.algebra.generators import Generators
from derivations.algebra.letters import as_exponentials


def normal(expression: Expr) -> Expr:
    """The expression with every `Sum` in normal form.

    >>> from sympy import IndexedBase
    >>> from derivations.algebra.letters import K, j
    >>> f = IndexedBase("f", real=True)
    >>> normal(Sum(2 * f[j] + 3, (j, 1, K)))
    3*K + 2*Sum(f[1], (1, 1, K))
    """
    if isinstance(expression, Sum):
        return _normal_sum(expression)
    if not expression.args or not expression.has(Sum):
        return expression
    return expression.func(*(normal(part) for part in expression.args))


def lowest_terms(expression: Expr, form: Callable[[Expr], Expr] = cancel) -> Expr:
    """The expression as a quotient in lowest terms, or, with `factor` for the form, as a product of factors."""
    expression = normal(as_exponentials(expression))
    generators = Generators()
    return form(generators.quotient(expression)).xreplace(generators.meaning)


def _normal_sum(expression):
    *inner, (index, low, high) = expression.limits
    summand = normal(Sum(expression.function, *inner) if inner else expression.function)
    generators = Generators()
    parts = [fraction(part) for part in _parts(cancel(generators.quotient(summand)), generators, index)]
    terms = (
        _sum_of_quotient(_factors(term, generators), _factors(factor(below), generators), index, low, high)
        for above, below in parts
        for term in Add.make_args(expand(above))
    )
    return Add(*terms)


def _parts(quotient, generators, index):
    """Partial fractions in the one symbol of the denominator that has the index: the same for equal summands."""
    denominator = fraction(quotient)[1]
    meaning = generators.meaning
    dependent = [symbol for symbol in denominator.free_symbols if meaning.get(symbol, symbol).has(index)]
    return Add.make_args(apart(quotient, *dependent)) if len(dependent) == 1 and denominator.is_Add else [quotient]


def _factors(product, generators):
    return [part.xreplace(generators.meaning) for part in Mul.make_args(product)]


def _sum_of_quotient(above, below, index, low, high):
    """The sum of a quotient of products: a delta picks out one term, constants come forward, the index is renamed."""
    for delta in above:
        if isinstance(delta, KroneckerDelta) and index in delta.args:
            other = delta.args[1] if delta.args[0] == index else delta.args[0]
            rest = Mul(*(part for part in above if part != delta))
            return normal((rest / Mul(*below)).subs(index, other))
    factors = [*above, *(1 / part for part in below)]
    outside = Mul(*(part for part in factors if not part.has(index)))
    inside = Mul(*(part for part in factors if part.has(index)))
    if inside == 1:
        return outside * (high - low + 1)
    height = 1 + max((int(part.limits[-1][0].name) for part in inside.atoms(Sum)), default=0)
    name = Symbol(str(height), integer=True, positive=True)
    return outside * Sum(inside.xreplace({index: name}), (name, low, high))
