"""Chapter 3 derived step by step in SymPy, each step checked, and held against what `jax.grad` computes."""

import importlib

from derivations import (
    backpropagation,
    desired_gradient,
    distance,
    escape,
    exercises,
    information,
    many_neurons,
    numerics,
    one_neuron,
    pairs,
    probability,
    softmax,
)
from derivations.cost_from_gradient import cost_from_gradient
from derivations.integrability import NotAGradient
from derivations.proof.equation import Equation, Proof, Step

GROUPS = {
    "one neuron": one_neuron,
    "many neurons": many_neurons,
    "the gradient that one would like": desired_gradient,
    "softmax": softmax,
    "back-propagation": backpropagation,
    "the nine pairs": pairs,
    "exercises": exercises,
    "probability models": probability,
    "information theory": information,
    "distances between classes": distance,
    "escape from saturation": escape,
    "numerical identities": numerics,
}
EQUATIONS = {equation.label: equation for group in GROUPS.values() for equation in group.EQUATIONS}

# The bridge to JAX, imported when it is asked for: mathematics alone needs none of it.
_BRIDGE = {
    "Certificate": "certificate",
    "Refutation": "certificate",
    "certify": "certificate",
    "output_and_cost": "designed",
    "symbols": "tracing",
    "to_jax": "jax_function",
    "trace": "tracing",
    "trace_cases": "tracing",
    "with_targets": "designed",
}


def __getattr__(name):
    if name not in _BRIDGE:
        raise AttributeError(f"module 'derivations' has no attribute {name!r}")
    return getattr(importlib.import_module(f"derivations.{_BRIDGE[name]}"), name)


__all__ = [
    "EQUATIONS",
    "Equation",
    "NotAGradient",
    "Proof",
    "Step",
    "cost_from_gradient",
    *_BRIDGE,
]
