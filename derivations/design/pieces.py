"""Functions of z in pieces, such as |z - y|, max(0, z) and a Piecewise: where they change, and what they are between.

A function changes where something that decides its form changes its sign: the argument of an absolute value, the
difference of two arguments of a maximum, of the two sides of a condition. It must be linear in z on each piece.
"""

import functools
import itertools
from collections.abc import Iterator

from sympy import Abs, Expr, Heaviside, Max, Min, Piecewise, Rational, S, Symbol, diff, expand, ordered, sign
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

IN_PIECES = Piecewise, Abs, sign, Max, Min, Heaviside


def pieces(f: Expr, z: Symbol) -> tuple[list[Expr], list[Expr]]:
    """The places where f changes its form, in order, and its forms: one before the first place, one after each.

    Raises ValueError if a place, or the order of two, is not known.

    >>> from sympy import symbols
    >>> z, y = symbols("z y", real=True)
    >>> pieces(Max(-1, Min(1, z - y)), z)
    ([y - 1, y + 1], [-1, -y + z, 1])
    """
    places: list[Expr] = []
    for place in (zero for decisive in _decisive(f, z) for zero in _zeros(decisive, z)):
        if not any(_sign(place - other) == 0 for other in places):
            places.append(place)
    places.sort(key=functools.cmp_to_key(lambda one, two: _sign(one - two)))
    between = [(one + two) * Rational(1, 2) for one, two in itertools.pairwise(places)]
    points = [places[0] - 1, *between, places[-1] + 1] if places else [S.Zero]
    return places, [_form(f, z, point) for point in points]


def _decisive(f: Expr, z: Symbol) -> Iterator[Expr]:
    """What decides, by its sign, which form f has."""
    for part in ordered(f.atoms(*IN_PIECES, Relational)):  # a set of expressions has another order in each process
        if isinstance(part, Abs | sign | Heaviside):
            differences = [part.args[0]]
        elif isinstance(part, Max | Min):
            differences = [one - two for one, two in itertools.combinations(part.args, 2)]
        else:
            differences = [part.lhs - part.rhs] if isinstance(part, Relational) else []
        yield from (difference for difference in differences if difference.has(z))


def _zeros(f: Expr, z: Symbol) -> Iterator[Expr]:
    """Places that include all zeros of f."""
    places, forms = pieces(f, z)
    yield from places
    for form in forms:
        slope = diff(form, z)
        if slope.has(z):
            raise ValueError(f"where {form} is 0 is not known: what decides between pieces must be linear in {z}")
        if slope != 0:
            yield expand(-form.subs(z, 0) / slope)


def _form(f: Expr, z: Symbol, point: Expr) -> Expr:
    """The form that f has around a point, at which nothing that decides it is 0."""
    if not f.has(z) or not f.has(*IN_PIECES, Relational):
        return f

    def sign_at(part):
        return _sign(_form(part, z, point).subs(z, point))

    if isinstance(f, Piecewise):
        return next(_form(branch, z, point) for branch, when in f.args if _form(when, z, point) == S.true)
    if isinstance(f, Relational):
        return f.func(sign_at(f.lhs - f.rhs), 0)
    if isinstance(f, Abs):
        return sign_at(f.args[0]) * _form(f.args[0], z, point)
    if isinstance(f, sign):
        return S(sign_at(f.args[0]))
    if isinstance(f, Heaviside):
        return S(int(sign_at(f.args[0]) > 0))
    arguments = [_form(argument, z, point) for argument in f.args]
    if isinstance(f, Max | Min):
        by_size = sorted(arguments, key=functools.cmp_to_key(lambda one, two: sign_at(one - two)))
        return by_size[-1 if isinstance(f, Max) else 0]
    return f.func(*arguments)


def _sign(number: Expr | BooleanFunction) -> int:
    """The sign of an expression without z."""
    number = expand(number)
    for value, known in ((0, number.is_zero), (1, number.is_positive), (-1, number.is_negative)):
        if known:
            return value
    raise ValueError(f"whether {number} is above 0 or below is not known: declare its symbols as positive, or as real")
