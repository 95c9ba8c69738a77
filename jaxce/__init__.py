"""Output layers and the costs that train them, in JAX."""

from typing import TYPE_CHECKING

from jaxce import mnist
from jaxce.costs import COSTS, cross_entropy, log_likelihood, quadratic
from jaxce.history import Diverged, History, Interrupted
from jaxce.layer_by_blocks import layer_log_likelihood
from jaxce.network import Layer, accuracy, forward, init, loss, weighted_input
from jaxce.output_layer import Output
from jaxce.outputs import OUTPUTS, linear, sigmoid
from jaxce.softmax_layer import softmax, tempered_softmax
from jaxce.sweeps import Sweep, grid, sweep
from jaxce.training import evaluate, fit

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
    "cross_entropy",
    "evaluate",
    "fit",
    "forward",
    "grid",
    "init",
    "layer_log_likelihood",
    "linear",
    "log_likelihood",
    "loss",
    "mnist",
    "quadratic",
    "sigmoid",
    "softmax",
    "sweep",
    "tempered_softmax",
    "weighted_input",
]

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name):
        """`__version__`, read from the installed package's metadata when it is asked for."""
        if name != "__version__":
            raise AttributeError(f"module 'jaxce' has no attribute {name!r}")
        from importlib.metadata import version

        return version("jaxce")
