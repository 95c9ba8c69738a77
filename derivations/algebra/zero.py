"""The one zero test: whether an expression is zero whatever the values of its letters.

It is decided exactly, in steps each of which is an identity:

1. sigmoids and hyperbolic functions are written as exponentials, gamma functions by their recurrences, sines and
   cosines by the addition theorems (`angles`), and sums are brought to their normal form (`sums`);
2. each `given` equation is solved for a letter or a sum, and the solution is substituted;
3. two free indices are either equal or not: each KroneckerDelta that is left is 1 or 0, and the expression must vanish
   in both cases;
4. the terms are grouped by the letters that they share; each group must vanish, or else the sum of all groups;
5. the expression becomes a rational function of independent generators (`generators`);
6. the numerator of that function, expanded, must be 0.

True is a proof. False only says that no proof was found in this way.
"""

import functools
import itertools
from collections.abc import Iterable, Mapping

from sympy import (
    Add,
    Eq,
    Expr,
    Indexed,
    Integer,
    KroneckerDelta,
    Poly,
    S,
    Set,
    Sum,
    Symbol,
    log,
    nan,
    oo,
    roots,
    sympify,
    zoo,
)
from sympy.utilities.iterables import connected_components

from derivations.algebra.angles import with_few_angles
from derivations.algebra.assumptions import Sign, known_sign
from derivations.algebra.generators import Generators
from derivations.algebra.letters import as_exponentials, unknowns
from derivations.algebra.recurrences import with_recurrences
from derivations.algebra.signs import onto_the_half_line
from derivations.algebra.sums import Ranges, normal


def is_zero(
    expression: Expr,
    given: Iterable[Eq] = (),
    domain: Mapping[Expr, Set] | None = None,
    ranges: Ranges | None = None,
) -> bool:
    """Whether the expression vanishes identically, for indices in their ranges, where the `given` equations hold.

    Free indices keep the ranges that `ranges` already records; those found for other free indices are added to it.

    >>> from sympy.abc import z
    >>> from derivations.algebra.letters import s
    >>> is_zero(s(z) + s(-z) - 1), is_zero(s(z) - s(-z))
    (True, False)
    """
    expression = sympify(expression)
    put_in = onto_the_half_line(domain or {} if expression.has(log) or given else {})
    ranges = {} if ranges is None else ranges
    expression = normal(as_exponentials(put_in(with_recurrences(with_few_angles(expression)))), ranges)
    cases = itertools.chain.from_iterable(map(_delta_cases, _where_given(expression, tuple(given), put_in, ranges)))
    return all(_vanishes_in_parts(normal(case, ranges), known_sign, False) for case in cases)


def vanishes(expression: Expr, sign: Sign = known_sign) -> bool:
    """Whether the expression is zero in a case in which the arguments of its logarithms and roots are positive.

    >>> from sympy import exp, symbols, tanh
    >>> y, z = symbols("y z", real=True)
    >>> vanishes(log(1 + exp(z)) - z - log(1 + exp(-z))), vanishes(tanh(z) - 2 / (1 + exp(-2 * z)) + 1)
    (True, True)
    >>> vanishes(log(y * z) - log(y) - log(z)), is_zero(log(y * z) - log(y) - log(z))
    (True, False)
    """
    return _vanishes_in_parts(as_exponentials(with_recurrences(with_few_angles(expression))), sign, True)


def _where_given(expression, given, put_in, ranges):
    """The expression with the given equations substituted, once for each solution; those not solved are not used."""
    if not given:
        return [expression]
    first, *rest = given
    return [
        case
        for unknown, value in _solutions(first, put_in, ranges) or [(S.Zero, S.Zero)]
        for case in _where_given(
            normal(expression.subs(put_in(unknown), put_in(value)), ranges),
            [Eq(other.lhs.subs(unknown, value), other.rhs.subs(unknown, value), evaluate=False) for other in rest],
            put_in,
            ranges,
        )
    ]


def _solutions(equation, put_in, ranges):
    """The sum or letter that a given equation determines, paired with each value that it may have."""
    left = normal(equation.lhs, ranges)
    if isinstance(left, Sum | KroneckerDelta | Indexed | Symbol):
        return [(left, equation.rhs)]
    difference = left - equation.rhs
    for unknown in sorted(unknowns(left), key=str, reverse=True):
        polynomial = Poly(difference, unknown) if difference.is_polynomial(unknown) else None
        if polynomial and polynomial.degree() in (1, 2) and known_sign(put_in(polynomial.LC())):
            return [(unknown, value) for value in roots(polynomial)]
    return []


def _delta_cases(expression):
    """The expression for every choice of which free indices are equal, one choice for each delta of two of them."""
    summed = {index for part in expression.atoms(Sum) for index in part.variables}
    deltas = [delta for delta in expression.atoms(KroneckerDelta) if not delta.free_symbols & summed]
    if not deltas:
        return [expression]
    delta = min(deltas, key=str)
    first, second = sorted(delta.args, key=lambda index: not index.is_Symbol)
    equal = expression.xreplace({delta: Integer(1)})
    unequal = expression.xreplace({delta: Integer(0)})
    return _delta_cases(equal.subs(first, second) if first.is_Symbol else equal) + _delta_cases(unequal)


def _vanishes_in_parts(expression, sign, real):
    if expression == 0:
        return True
    if expression.has(nan, zoo, oo, -oo):
        return False
    parts = _parts(expression)
    return (len(parts) > 1 and all(_vanishes(part, sign, real) for part in parts)) or _vanishes(expression, sign, real)


def _vanishes(expression, sign, real):
    """Try the assumptions on the letters alone, whose answer is cached; then, if signs matter, those of the case."""
    shown, signs_matter = _by_assumptions(expression, known_sign, real)
    return shown or (sign != known_sign and signs_matter and Generators(sign, real=real).vanish(expression))


@functools.lru_cache(maxsize=10_000)
def _by_assumptions(expression, sign, real):
    generators = Generators(sign, real=real)
    return generators.vanish(expression), generators.signs_matter


def _parts(expression: Expr) -> list[Expr]:
    """The sums of terms that share letters, such as those of each neuron in a cost, which vanish one by one."""
    terms = dict.fromkeys(Add.make_args(expression))
    vertices = list(terms | dict.fromkeys(expression.free_symbols))
    shared = [(term, symbol) for term in terms for symbol in term.free_symbols]
    return [Add(*filter(terms.__contains__, part)) for part in connected_components((vertices, shared))]
