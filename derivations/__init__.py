"""Chapter 3 derived step by step in SymPy, each step checked, and held against what `jax.grad` computes."""

from derivations.certificate import Certificate, Refutation, certify
from derivations.cost_from_gradient import cost_from_gradient
from derivations.equation import Equation, Proof, Step
from derivations.integrability import NotAGradient
from derivations.one_neuron import EQUATIONS as _ONE_NEURON
from derivations.tracing import symbols, trace, trace_cases

EQUATIONS = {equation.label: equation for equation in [*_ONE_NEURON]}

__all__ = [
    "EQUATIONS",
    "Certificate",
    "Equation",
    "NotAGradient",
    "Proof",
    "Refutation",
    "Step",
    "certify",
    "cost_from_gradient",
    "symbols",
    "trace",
    "trace_cases",
]
