"""The book's table of costs and deltas, typed by hand in NumPy: an oracle that is independent of jaxce.

The output neurons lie along the last axis. Only sums, products, exp and log occur, so that complex numbers work too.
"""

import numpy as np


def total(x):
    """The sum over the output neurons, kept as an axis."""
    return np.sum(x, -1, keepdims=True)


ACTIVATION = {
    "linear": lambda z, c: z,
    "sigmoid": lambda z, c: 1 / (1 + np.exp(-z)),
    "softmax": lambda z, c: np.exp(c * z) / total(np.exp(c * z)),
}

COST = {
    "quadratic": lambda a, y: np.sum((a - y) ** 2, -1) / 2,
    "cross_entropy": lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a), -1),
    "log_likelihood": lambda a, y: -np.sum(y * np.log(a), -1),
}

TARGET_GRADIENT = {
    "quadratic": lambda a, y: y - a,
    "cross_entropy": lambda a, y: np.log(1 - a) - np.log(a),
    "log_likelihood": lambda a, y: -np.log(a),
}

DELTA = {
    ("quadratic", "linear"): lambda a, y, c: a - y,
    ("quadratic", "sigmoid"): lambda a, y, c: (a - y) * a * (1 - a),
    ("quadratic", "softmax"): lambda a, y, c: c * a * ((a - y) - total(a * (a - y))),
    ("cross_entropy", "linear"): lambda a, y, c: (a - y) / (a * (1 - a)),
    ("cross_entropy", "sigmoid"): lambda a, y, c: a - y,
    ("cross_entropy", "softmax"): lambda a, y, c: c * (a - y) / (1 - a) - c * a * total((a - y) / (1 - a)),
    ("log_likelihood", "linear"): lambda a, y, c: -y / a,
    ("log_likelihood", "sigmoid"): lambda a, y, c: -y * (1 - a),
    ("log_likelihood", "softmax"): lambda a, y, c: c * (a * total(y) - y),
}


def cost(pair, z, y, c=1.0):
    """C of each example."""
    name, output = pair
    return COST[name](ACTIVATION[output](z, c), y)


def delta(pair, z, y, c=1.0):
    """dC/dz of each example."""
    return DELTA[pair](ACTIVATION[pair[1]](z, c), y, c)


def hessian(pair, z, y, c=1.0):
    """d delta_j/dz_k for one example, by a tiny imaginary step in z_k: exact up to rounding."""
    step = 1e-30
    return np.stack([delta(pair, z + 1j * step * e, y, c).imag / step for e in np.eye(len(z))], axis=-1)
