"""The nine pairs in mpmath: cost, gradient and curvature, right to 60 digits after all cancellation.

Written from the definitions, in the textbook form that floating point cannot afford, and independent of jaxce.
"""

from typing import NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf

from derivations.agreement.ulps import exact

_DIGITS = 60

# The pairs whose gradient's components are differences between contributions of all neurons. Such a difference loses
# digits to cancellation, so that its error is given in ulps of the largest component.
COUPLED = {("quadratic", "softmax"), ("cross_entropy", "softmax")}


class PairTruth(NamedTuple):
    """A cost C and its delta = dC/dz, each with its scale: the sum of the absolute values of its formula's terms.

    For (a - y)^2 / 2 the scale is |a - y| (|a| + |y|) / 2, since rounding a alone causes an error of that order.
    """

    C: mpf
    C_scale: mpf
    delta: np.ndarray
    delta_scale: np.ndarray


def pair_truth(cost: str, output: str, z: np.ndarray, y: np.ndarray, c: float = 1.0) -> PairTruth:
    """C and delta of one example, for vectors z and y of floats, as arrays of mpmath numbers.

    Example:
        >>> C, _, delta, _ = pair_truth("log_likelihood", "softmax", np.array([50.0, 0.0]), np.array([1.0, 0.0]))
        >>> mpmath.nstr(C, 10), mpmath.nstr(delta[0], 10)
        ('1.928749848e-22', '-1.928749848e-22')
    """
    with mp.workdps(_working_digits(output, z, c)):
        layer, y = _layer(output, exact(z), mpf(c)), exact(y)
        return PairTruth(*_cost(cost, layer.a, y), *_delta(cost, layer, y))


def pair_curvature(cost: str, output: str, z: np.ndarray, y: np.ndarray, v: np.ndarray, c: float = 1.0) -> np.ndarray:
    """The Hessian of C with respect to z, times the vector v: a central difference of delta, right to 60 digits."""
    with mp.workdps(3 * _working_digits(output, z, c)):
        h = mpf(10) ** -_working_digits(output, z, c)
        z, y, v = exact(z), exact(y), exact(v)
        (ahead, _), (behind, _) = (_delta(cost, _layer(output, z + step * v, mpf(c)), y) for step in (h, -h))
        return (ahead - behind) / (2 * h)


def _working_digits(output, z, c):
    """60 and the digits that cancel in 1 - a and a - y: twice as many for a softmax, where sums of products cancel."""
    cancel = 2 * c * np.ptp(z) if output == "softmax" else np.max(np.abs(z))
    return _DIGITS + int(cancel / np.log(10))


_exp = np.frompyfunc(mpmath.exp, 1, 1)


class _Layer(NamedTuple):
    """The activations a, and their derivatives da_j/dz_k = diagonal_j [j = k] - ones a_j a_k."""

    a: np.ndarray
    diagonal: np.ndarray
    ones: mpf | int


def _layer(output, z, c):
    if output == "linear":
        return _Layer(z, np.ones_like(z), 0)
    if output == "sigmoid":
        a = 1 / (1 + _exp(-z))
        return _Layer(a, a * (1 - a), 0)
    e = _exp(c * z)
    a = e / sum(e)
    return _Layer(a, c * a, c)


def _cost(cost, a, y):
    """C and its scale."""
    if cost == "quadratic":
        return sum((a - y) ** 2 / 2), sum(abs(a - y) * (abs(a) + abs(y)) / 2)
    terms = -_product(y, a)
    if cost == "log_likelihood":
        return sum(terms), sum(abs(terms))
    complementary = -_product(1 - y, 1 - a)
    return sum(terms) + sum(complementary), sum(abs(terms) + abs(complementary))


def _delta(cost, layer, y):
    """dC/dz and its scale."""
    a, diagonal, ones = layer
    if cost == "quadratic":
        g, g_scale = a - y, abs(a) + abs(y)
    elif cost == "log_likelihood":
        g, g_scale = -y / a, abs(y / a)
    else:
        g, g_scale = (a - y) / (a * (1 - a)), (abs(a) + abs(y)) / abs(a * (1 - a))
    return diagonal * g - ones * a * sum(a * g), abs(diagonal) * g_scale + ones * a * sum(a * g_scale)


def _product(weight, x):
    """The terms w ln x, with digits enough for C; mpmath rounds the logarithm, not x, which may be near 1."""
    with mp.workdps(_DIGITS + 10):
        logarithms = [mpmath.log(value) if w else mpf(0) for w, value in zip(weight, x, strict=True)]
    return weight * np.array(logarithms, dtype=object)
