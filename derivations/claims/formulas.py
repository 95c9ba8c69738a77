"""The output layers, the costs and the nine deltas as the book writes them: the formulas in the claims.

z, y and a are arrays of SymPy expressions with one element for each output neuron, of one example.
"""

import numpy as np
import sympy as sp

from derivations.certificate.arrays import Array


def linear_of(z: Array) -> Array:
    """a = z."""
    return z


def sigmoid_of(z: Array) -> Array:
    """a = 1 / (1 + e^-z)."""
    return np.array([1 / (1 + sp.exp(-z_j)) for z_j in z])


def softmax_of(z: Array, c: sp.Rational = sp.S.One) -> Array:
    """a_j = e^(c z_j) / sum_k e^(c z_k) (78, 83)."""
    return np.array([sp.exp(c * z_j) / sum(sp.exp(c * z_k) for z_k in z) for z_j in z])


def log_of(a: Array) -> Array:
    """The logarithm of each element."""
    return np.array([sp.log(a_j) for a_j in a])


ACTIVATION_FORMULAS = {"linear": linear_of, "sigmoid": sigmoid_of, "softmax": softmax_of}

COST_FORMULAS = {
    "quadratic": lambda a, y: sum((a - y) ** 2) / 2,  # (54)
    "cross_entropy": lambda a, y: -sum(y * log_of(a) + (1 - y) * log_of(1 - a)),  # (63)
    "log_likelihood": lambda a, y: -sum(y * log_of(a)),  # (80)
}


def softmax_pullback(a: Array, g: Array) -> Array:
    """The sum over k of g_k da_k/dz_j, which is a_j (g_j - sum_k a_k g_k), for c = 1; g is dC/da."""
    return a * (g - sum(a * g))


# delta_j = dC/dz_j for the nine pairs; with softmax, c times that.
DELTA_FORMULAS = {
    ("quadratic", "linear"): lambda a, y: a - y,
    ("quadratic", "sigmoid"): lambda a, y: (a - y) * a * (1 - a),
    ("quadratic", "softmax"): lambda a, y: softmax_pullback(a, a - y),
    ("cross_entropy", "linear"): lambda a, y: (a - y) / (a * (1 - a)),
    ("cross_entropy", "sigmoid"): lambda a, y: a - y,
    ("cross_entropy", "softmax"): lambda a, y: softmax_pullback(a, (a - y) / (a * (1 - a))),
    ("log_likelihood", "linear"): lambda a, y: -y / a,
    ("log_likelihood", "sigmoid"): lambda a, y: -y * (1 - a),
    ("log_likelihood", "softmax"): lambda a, y: a * sum(y) - y,
}
