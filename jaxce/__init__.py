"""Output layers and the costs that train them, in JAX."""

from jaxce.costs import COSTS, cross_entropy, log_likelihood, quadratic
from jaxce.outputs import OUTPUTS, Output, linear, sigmoid, softmax, tempered_softmax

__all__ = [
    "COSTS",
    "OUTPUTS",
    "Output",
    "cross_entropy",
    "linear",
    "log_likelihood",
    "quadratic",
    "sigmoid",
    "softmax",
    "tempered_softmax",
]
