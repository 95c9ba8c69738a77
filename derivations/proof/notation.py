"""How a derivation is written: definitions, derivatives with respect to a named quantity, and unspecified functions.

A derivation uses names (C, a, z); `where` lists what each name stands for, from the cost down to the weighted input,
and `unfold` substitutes the definitions.
"""

import functools
from collections.abc import Mapping

from sympy import Dummy, Expr, Function, Indexed, Integer, Limit, Sum, Symbol, Tuple, diff, exp, sin, sympify
from sympy.core.function import FunctionClass

from derivations.algebra.letters import base


class Unspecified(Function):
    """A function of which nothing is known but that it can be differentiated; `unspecified` makes such classes."""

    name: str
    by: tuple[int, ...]

    def example(self):
        """A concrete function that takes its place when numbers are computed."""
        places = [Dummy() for _ in self.args]
        some = sin(sum((place + 1) * z for place, z in enumerate(places)) + len(self.name))
        for place in self.by:
            some = diff(some, places[place - 1])
        return some.subs(list(zip(places, self.args, strict=True)))


@functools.cache
def unspecified(name: str, by: tuple[int, ...] = ()) -> type[Unspecified]:
    """The class of f(z), or of its derivative with respect to the arguments in the places `by`, counted from 1."""

    def fdiff(self, argindex=1):
        return unspecified(name, tuple(sorted((*by, argindex))))(*self.args)

    return FunctionClass(name + "'" * len(by), (Unspecified,), {"name": name, "by": by, "fdiff": fdiff})


class Partial(Expr):
    """The derivative of one named quantity with respect to another: Partial(C, z[j]) is the book's dC/dz_j.

    It stays as written until `unfold` has substituted the definitions of the names *above* the second: dC/da is the
    derivative of C as a function of a, though a is in turn a function of z.
    """

    def __new__(cls, quantity, by):
        return Expr.__new__(cls, sympify(quantity), sympify(by))


Definitions = Mapping[Expr, Expr]
"""What each name stands for, from the top down: {C: (a - y)**2 / 2, a: s(z), z: w * x + b}."""


def unfold(expression: Expr, where: Definitions, values: Mapping[Symbol, int] | None = None) -> Expr:
    """The expression with its names replaced by their definitions and every derivative taken by SymPy's `diff`.

    With `values` such as {K: 3, j: 1}, sums up to K are written out before anything is differentiated, so that the
    result does not depend on how SymPy differentiates symbolic sums.
    """
    values = {name: Integer(value) for name, value in (values or {}).items()}
    return _unfold(sympify(expression).subs(values), _for_values(tuple(where.items()), tuple(values.items())))


@functools.cache
def _for_values(where, values):
    return {name: _put(name, sympify(meaning), values) for name, meaning in where}


def _put(name, meaning, values):
    own = name.indices if isinstance(name, Indexed) else ()
    meaning = meaning.subs([(index, value) for index, value in values if index not in own])
    return meaning.replace(Sum, _with_own_indices)


def _with_own_indices(summand, *limits):
    """The sum with fresh indices, so that an index substituted into the summand is not captured."""
    own = {index: Dummy(index.name, integer=True, positive=True) for index, *_ in limits}
    return Sum(summand.xreplace(own), *(limit.xreplace(own) for limit in limits))


def _unfold(expression, where):
    if isinstance(expression, Partial):
        return _differentiate(expression, where)
    if isinstance(expression, Sum):
        return _unfold_sum(expression, where)
    if isinstance(expression, Limit):
        return expression.func(*(_unfold(part, where).rewrite(exp) for part in expression.args)).doit()
    meaning = _meaning(expression, where)
    if meaning is not None:
        return _unfold(meaning, where)
    if not expression.args or isinstance(expression, Indexed):
        return expression
    return expression.func(*(_unfold(part, where) for part in expression.args))


def _differentiate(derivative, where):
    quantity, by = derivative.args
    names = list(where)
    level = next((place for place, name in enumerate(names) if base(name) == base(by)), len(names))
    above = {name: where[name] for name in names[:level]}
    return _unfold(diff(_unfold(quantity, above), by), {name: where[name] for name in names[level:]})


def _unfold_sum(expression, where):
    *inner, (index, low, high) = expression.limits
    summand = Sum(expression.function, *inner) if inner else expression.function
    if isinstance(high, Integer):
        numbers = range(int(low), int(high) + 1)
        return sum((_unfold(summand.xreplace({index: Integer(v)}), where) for v in numbers), Integer(0))
    own = _with_own_indices(summand, Tuple(index, low, high))
    return own.func(_unfold(own.function, where), *own.limits)


def _meaning(expression, where):
    for name, meaning in where.items():
        if expression == name:
            return meaning
        if isinstance(name, Indexed) and isinstance(expression, Indexed) and base(name) == base(expression):
            return meaning.xreplace(dict(zip(name.indices, expression.indices, strict=True)))
    return None
