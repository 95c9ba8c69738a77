"""A problem that small networks learn in a few epochs."""

import numpy as np


def problem(n=50, n_in=6, classes=3):
    """Separable clusters: examples [n, n_in], labels [n]; five whole minibatches, for a short one is compiled apart."""
    rng = np.random.default_rng(0)
    labels = rng.integers(classes, size=n)
    x = np.eye(classes, n_in)[labels] + 0.1 * rng.normal(size=(n, n_in))
    return x, labels
