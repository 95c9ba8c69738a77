"""Arguments that `layer_log_likelihood` must refuse: each with the error and how its message begins."""

from types import SimpleNamespace
from typing import Any

import numpy as np

GOOD_LAYER: dict[str, Any] = {
    "w": np.ones((3, 2), np.float32),
    "b": np.zeros(3, np.float32),
    "a": np.ones((4, 2), np.float32),
    "y": np.zeros(4, int),
}
BAD_LAYERS: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
    "weights of one axis": (ValueError, "layer.w must be [classes, inputs]", {"w": np.ones(2)}),
    "no class": (ValueError, "layer.w must be [classes, inputs] with at least one class", {"w": np.ones((0, 2))}),
    "integers as weights": (TypeError, "layer.w must hold floats, not int", {"w": np.ones((3, 2), int)}),
    "integers as biases": (TypeError, "layer.b must hold floats", {"b": np.zeros(3, int)}),
    "integers as inputs": (TypeError, "a must hold floats", {"a": np.ones((4, 2), int)}),
    "too many biases": (ValueError, "layer.b must be of shape (3,)", {"b": np.zeros(4)}),
    "too few inputs": (ValueError, "a must be of shape [..., 2]", {"a": np.ones((4, 1))}),
    "a number as input": (ValueError, "a must be of shape [..., 2]", {"a": np.float32(1)}),
    "too few labels": (ValueError, "y must hold integer class labels of shape (4,)", {"y": np.zeros(3, int)}),
    "labels that are floats": (ValueError, "y must hold integer class labels", {"y": np.zeros(4)}),
    "targets that are integers": (ValueError, "y must hold integer class labels", {"y": np.ones((4, 3), int)}),
    "too many targets": (ValueError, "y must hold integer class labels", {"y": np.ones((4, 4))}),
    "a mask of numbers": (TypeError, "where must hold booleans", {"where": np.ones(4)}),
    "a mask of classes alone": (ValueError, "where must be of shape", {"where": np.ones(3, bool)}),
    "half a block": (TypeError, "block must be an integer, a number of classes, not 0.5", {"block": 0.5}),
    "a true block": (TypeError, "block must be an integer", {"block": True}),
    "a block of 0": (ValueError, "block must be at least 1 class, not 0", {"block": 0}),
    "a layer's c of 0": (ValueError, "c must be finite and above 0", {"c": 0}),
    "a layer's c beyond the floats": (ValueError, "c must be between", {"c": 1e308}),
}


def try_layer(library: SimpleNamespace, changes: dict[str, Any]) -> Any:
    """The costs of the good arguments with these changes.

    Example:
        >>> import jaxce
        >>> try_layer(jaxce, {}).shape
        (4,)
    """
    w, b, a, y = ({**GOOD_LAYER, **changes}[name] for name in "wbay")
    options = {name: value for name, value in changes.items() if name not in GOOD_LAYER}
    return library.layer_log_likelihood((w, b), a, y, **options)
