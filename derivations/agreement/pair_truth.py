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
        return _truth(cost, output, exact(z), exact(y), mpf(c))


def pair_curvature(cost: str, output: str, z: np.ndarray, y: np.ndarray, v: np.ndarray, c: float = 1.0) -> np.ndarray:
    """The Hessian of C with respect to z, times the vector v: a central difference of delta, right to 60 digits."""
    with mp.workdps(3 * _working_digits(output, z, c)):
        h = mpf(10) ** -_working_digits(output, z, c)
        z, y, v = exact(z), exact(y), exact(v)
        ahead, behind = (_truth(cost, output, z + step * v, y, mpf(c)).delta for step in (h, -h))
        return (ahead - behind) / (2 * h)


def _working_digits(output, z, c):
    """60 and the digits that cancel in 1 - a and a - y: twice as many for a softmax, where sums of products cancel."""
    cancel = 2 * c * np.ptp(z) if output == "softmax" else np.max(np.abs(z))
    return _DIGITS + int(cancel / np.log(10))


_exp = np.frompyfunc(mpmath.exp, 1, 1)


def _truth(cost, output, z, y, c):
    if output == "linear":
        a, diagonal, ones = z, np.ones_like(z), 0
    elif output == "sigmoid":
        a = 1 / (1 + _exp(-z))
        diagonal, ones = a * (1 - a), 0
    else:
        e = _exp(c * z)
        a = e / sum(e)
        diagonal, ones = c * a, c  # da_j/dz_k = diagonal_j [j = k] - ones a_j a_k
    if cost == "quadratic":
        g, g_scale = a - y, abs(a) + abs(y)
        terms, absolute = [g**2 / 2], abs(g) * g_scale / 2
    elif cost == "log_likelihood":
        terms, g, g_scale = [-_product(y, a)], -y / a, abs(y / a)
        absolute = abs(terms[0])
    else:
        terms = [-_product(y, a), -_product(1 - y, 1 - a)]
        absolute = abs(terms[0]) + abs(terms[1])
        g, g_scale = (a - y) / (a * (1 - a)), (abs(a) + abs(y)) / abs(a * (1 - a))
    return PairTruth(
        sum(sum(term) for term in terms),
        sum(absolute),
        diagonal * g - ones * a * sum(a * g),
        abs(diagonal) * g_scale + ones * a * sum(a * g_scale),
    )


def _product(weight, x):
    return np.array([w * mpmath.log(value) if w else mpf(0) for w, value in zip(weight, x, strict=True)])
