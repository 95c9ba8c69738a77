"""Arguments that options of costs must refuse, and how the message begins; what masks and axes must be refused."""

from collections.abc import Callable

import numpy as np

Refused = dict[str, tuple[type[Exception], str, Callable]]

BATCH = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)

BAD_OPTIONS: Refused = {
    "epsilon of 1": (ValueError, "epsilon must be from 0 to below 1", lambda it: it.smoothed(it.quadratic, 1)),
    "a negative epsilon": (ValueError, "epsilon must be", lambda it: it.smoothed(it.quadratic, -0.1)),
    "epsilon of nan": (ValueError, "epsilon must be", lambda it: it.smoothed(it.quadratic, np.nan)),
    "epsilon in words": (TypeError, "epsilon must be a real number", lambda it: it.smoothed(it.quadratic, "0.1")),
    "a true epsilon": (TypeError, "epsilon must be a real number", lambda it: it.smoothed(it.quadratic, True)),
    "no cost": (TypeError, "an option takes a cost", lambda it: it.smoothed("quadratic", 0.1)),
    "a negative weight": (ValueError, "weights must be finite", lambda it: it.weighted(it.quadratic, (1.0, -1.0))),
    "a weight of nan": (ValueError, "weights must be finite", lambda it: it.weighted(it.quadratic, (1.0, np.nan))),
    "an infinite weight": (ValueError, "weights must be finite", lambda it: it.weighted(it.quadratic, (1.0, np.inf))),
    "no weights": (TypeError, "weights must be real numbers", lambda it: it.weighted(it.quadratic, ())),
    "complex weights": (TypeError, "weights must be real numbers", lambda it: it.weighted(it.quadratic, (1j, 1.0))),
    "weights in words": (TypeError, "weights must be real numbers", lambda it: it.weighted(it.quadratic, ("1", "2"))),
    "one weight alone": (TypeError, "weights must be real numbers", lambda it: it.weighted(it.quadratic, 2.0)),
    "weights of another length": (
        ValueError,
        "2 weights do not fit 4 outputs",
        lambda it: it.weighted(it.quadratic, (1.0, 2.0))(it.sigmoid, BATCH, BATCH),
    ),
    "weights of two lengths": (
        ValueError,
        "3 weights do not fit the 2",
        lambda it: it.weighted(it.weighted(it.quadratic, (1.0, 2.0)), (1.0, 2.0, 3.0)),
    ),
    "weights of an unknown cost": (
        TypeError,
        "weighted takes one of quadratic, cross_entropy, log_likelihood and",
        lambda it: it.weighted(max, (1.0, 2.0)),
    ),
    "positives of a square": (
        TypeError,
        "weighted_positives takes one of cross_entropy, log_likelihood and",
        lambda it: it.weighted_positives(it.quadratic, 2),
    ),
    "a label of a half": (TypeError, "label must be an integer", lambda it: it.ignoring(it.quadratic, 0.5)),
    "a true label": (TypeError, "label must be an integer", lambda it: it.ignoring(it.quadratic, True)),
    "a negative coefficient": (ValueError, "coefficient must be", lambda it: it.with_z_loss(it.quadratic, -1)),
    "a z-loss of sigmoid": (
        ValueError,
        "a z-loss needs a softmax",
        lambda it: it.with_z_loss(it.cross_entropy, 1)(it.sigmoid, BATCH, BATCH),
    ),
    "a negative gamma": (ValueError, "gamma must be finite", lambda it: it.focal(-1)),
    "an infinite gamma": (ValueError, "gamma must be finite", lambda it: it.focal(np.inf)),
    "a limit of 0": (ValueError, "limit must be finite and above 0", lambda it: it.soft_cap(BATCH, 0)),
    "an infinite limit": (ValueError, "limit must be finite and above 0", lambda it: it.soft_cap(BATCH, np.inf)),
    "integers under a soft cap": (TypeError, "z must hold floats", lambda it: it.soft_cap(BATCH.astype(int), 1)),
}
BAD_MASKS: Refused = {
    "a mask of numbers": (
        TypeError,
        "where must hold booleans",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, where=BATCH),
    ),
    "a mask of one axis": (
        ValueError,
        "where of shape (4,) does not fit",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, where=np.ones(4, bool)),
    ),
    "a mask of another size": (
        ValueError,
        "where of shape (2, 4) does not fit",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, where=np.ones((2, 4), bool)),
    ),
    "a mask of one axis, beside the first of all": (
        ValueError,
        "where of shape (4,) does not fit",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=-3, where=np.ones(4, bool)),
    ),
    "a mask, and an axis beyond the last": (
        ValueError,
        "axis 3 does not exist",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=3, where=np.ones((2, 3, 5), bool)),
    ),
    "an axis named twice": (
        ValueError,
        "axis (0, -3) must",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=(0, -3)),
    ),
    "no axis in a tuple": (ValueError, "axis () must", lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=())),
    "an axis of a tuple beyond the last": (
        ValueError,
        "axis (1, 3) must",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=(1, 3)),
    ),
    "an axis of a tuple before the first": (
        ValueError,
        "axis (0, -4) must",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH, axis=(0, -4)),
    ),
    "targets of joined axes": (
        ValueError,
        "y of shape (3, 8) does not fit",
        lambda it: it.quadratic(it.sigmoid, BATCH, BATCH.reshape(3, 8), axis=(0, 2)),
    ),
}
