"""Chapter 3 derived step by step in SymPy, each step checked, and held against what `jax.grad` computes."""

from derivations.equation import Equation, Proof, Step
from derivations.one_neuron import EQUATIONS as _ONE_NEURON

EQUATIONS = {equation.label: equation for equation in [*_ONE_NEURON]}

__all__ = ["EQUATIONS", "Equation", "Proof", "Step"]
