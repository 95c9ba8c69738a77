"""Chapter 3 derived step by step in SymPy, each step checked, and held against what `jax.grad` computes."""

from derivations.cost_from_gradient import cost_from_gradient
from derivations.equation import Equation, Proof, Step
from derivations.integrability import NotAGradient
from derivations.one_neuron import EQUATIONS as _ONE_NEURON

EQUATIONS = {equation.label: equation for equation in [*_ONE_NEURON]}

__all__ = ["EQUATIONS", "Equation", "NotAGradient", "Proof", "Step", "cost_from_gradient"]
