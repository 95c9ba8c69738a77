"""A problem that small networks learn in a few epochs."""

import numpy as np


def problem(n=50, n_in=6, classes=3):
    """Separable clusters: examples [n, n_in] and labels [n].

    The default n makes five whole minibatches of 10; a shorter last one would be compiled separately.
    """
    rng = np.random.default_rng(0)
    labels = rng.integers(classes, size=n)
    x = np.eye(classes, n_in)[labels] + 0.1 * rng.normal(size=(n, n_in))
    return x, labels
