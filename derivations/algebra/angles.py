"""Sines, cosines and tangents in terms of the sines and cosines of few angles, by the addition theorems.

With sin(z / 2) and cos(z) in one expression, both are written with the sine and cosine of z / 2.
"""

import functools
import math
from collections.abc import Iterable

import sympy as sp

CIRCULAR = (sp.sin, sp.cos, sp.tan)
LARGEST_MULTIPLE = 6  # of an angle
MOST_TERMS = 3  # of a sum of angles

Multiples = dict[sp.Expr, sp.Rational]


def with_few_angles(expression: sp.Expr) -> sp.Expr:
    """The expression with its sines, cosines and tangents expanded; those of long sums or large multiples stay.

    >>> x, y = sp.symbols("x y", real=True)
    >>> with_few_angles(sp.sin(x + y)), with_few_angles(sp.sin(x / 2) + sp.cos(x))
    (sin(x)*cos(y) + sin(y)*cos(x), sin(x/2) + 2*cos(x/2)**2 - 1)
    """
    found = expression.atoms(*CIRCULAR)
    if not found:
        return expression
    units = _units(_multiples(part.args[0]) for part in found)
    return expression.replace(lambda part: isinstance(part, CIRCULAR), functools.partial(_expanded, units))


def _multiples(angle: sp.Expr) -> Multiples:
    """An angle as rational multiples of terms."""
    terms = (term.as_coeff_Mul(rational=True) for term in sp.Add.make_args(sp.expand(angle)))
    return {term: multiple for multiple, term in terms}


def _units(angles: Iterable[Multiples]) -> Multiples:
    """For each term, the greatest number of which all of its multiples are whole multiples."""
    units: Multiples = {}
    for angle in angles:
        for term, multiple in angle.items():
            other = units.get(term, sp.S.Zero)
            units[term] = sp.Rational(math.gcd(multiple.p * other.q, other.p * multiple.q), multiple.q * other.q)
    return units


def _expanded(units: Multiples, part: sp.Expr) -> sp.Expr:
    multiples = _multiples(part.args[0])
    if len(multiples) > MOST_TERMS or not multiples.keys() <= units.keys():  # those of an expanded part are unknown
        return part
    whole = {term: multiple / units[term] for term, multiple in multiples.items()}
    if any(abs(n) > LARGEST_MULTIPLE for n in whole.values()):
        return part
    sine, cosine = sp.S.Zero, sp.S.One
    for term, n in whole.items():
        other_sine, other_cosine = _of_multiple(units[term] * term, int(n))
        sine, cosine = sine * other_cosine + cosine * other_sine, cosine * other_cosine - sine * other_sine
    return {sp.sin: sine, sp.cos: cosine, sp.tan: sine / cosine}[part.func]


def _of_multiple(angle: sp.Expr, n: int) -> tuple[sp.Expr, sp.Expr]:
    """The sine and the cosine of n times an angle, by Chebyshev's polynomials in its cosine."""
    cosine, sign = sp.cos(angle), -1 if n < 0 else 1
    return sign * sp.sin(angle) * sp.chebyshevu(abs(n) - 1, cosine), sp.chebyshevt(abs(n), cosine)
