"""Output layers and the costs that train them, in JAX."""

import importlib
import importlib.util
from typing import TYPE_CHECKING

# Each module's public names. They are imported on first use: JAX takes a second, in which a command must end on Ctrl-C.
_NAMES = {
    "costs": ["COSTS", "cross_entropy", "log_likelihood", "quadratic"],
    "focal_cost": ["focal"],
    "history": ["Diverged", "History", "Interrupted"],
    "layer_by_blocks": ["layer_log_likelihood"],
    "members": ["grid"],
    "network": ["Layer", "accuracy", "forward", "init", "loss", "weighted_input"],
    "options": ["ignoring", "smoothed", "weighted", "weighted_positives", "with_z_loss"],
    "output_layer": ["Output"],
    "outputs": ["OUTPUTS", "linear", "sigmoid"],
    "scores": ["brier_score", "calibration_error", "negative_log_likelihood", "temperature_scaling"],
    "soft_capping": ["soft_cap"],
    "softmax_layer": ["softmax", "tempered_softmax"],
    "sweeps": ["Sweep", "sweep"],
    "training": ["evaluate", "fit"],
}

if TYPE_CHECKING:  # the same names, for type checkers
    from jaxce import mnist
    from jaxce.costs import COSTS, cross_entropy, log_likelihood, quadratic
    from jaxce.focal_cost import focal
    from jaxce.history import Diverged, History, Interrupted
    from jaxce.layer_by_blocks import layer_log_likelihood
    from jaxce.members import grid
    from jaxce.network import Layer, accuracy, forward, init, loss, weighted_input
    from jaxce.options import ignoring, smoothed, weighted, weighted_positives, with_z_loss
    from jaxce.output_layer import Output
    from jaxce.outputs import OUTPUTS, linear, sigmoid
    from jaxce.scores import brier_score, calibration_error, negative_log_likelihood, temperature_scaling
    from jaxce.soft_capping import soft_cap
    from jaxce.softmax_layer import softmax, tempered_softmax
    from jaxce.sweeps import Sweep, sweep
    from jaxce.training import evaluate, fit

    __version__: str
else:

    def __getattr__(name):
        """A public name, a module, or `__version__`, which is read from the installed package's metadata."""
        if name == "__version__":
            from importlib.metadata import version

            return version("jaxce")
        for module, names in _NAMES.items():
            if name in names:
                return getattr(importlib.import_module(f"jaxce.{module}"), name)
        if not name.startswith("_") and importlib.util.find_spec(f"jaxce.{name}"):
            return importlib.import_module(f"jaxce.{name}")
        raise AttributeError(f"module 'jaxce' has no attribute {name!r}")

    def __dir__():
        return __all__


__all__ = [
    "COSTS",
    "OUTPUTS",
    "Diverged",
    "History",
    "Interrupted",
    "Layer",
    "Output",
    "Sweep",
    "accuracy",
    "brier_score",
    "calibration_error",
    "cross_entropy",
    "evaluate",
    "fit",
    "focal",
    "forward",
    "grid",
    "ignoring",
    "init",
    "layer_log_likelihood",
    "linear",
    "log_likelihood",
    "loss",
    "mnist",
    "negative_log_likelihood",
    "quadratic",
    "sigmoid",
    "smoothed",
    "soft_cap",
    "softmax",
    "sweep",
    "temperature_scaling",
    "tempered_softmax",
    "weighted",
    "weighted_input",
    "weighted_positives",
    "with_z_loss",
]
