"""Chapter 3 derived step by step in SymPy, each step checked, and held against what `jax.grad` computes."""

import importlib

from derivations.book import EQUATIONS
from derivations.design.cost_from_gradient import cost_from_gradient
from derivations.design.integrability import NotAGradient
from derivations.proof.equation import Equation, Proof, Step

# The bridge to JAX, imported when it is asked for: mathematics alone needs none of it.
_BRIDGE = {
    "Certificate": "certificate.verdict",
    "Refutation": "certificate.verdict",
    "UndecidedError": "algebra.cases",
    "UnprovedError": "certificate.certifier",
    "certify": "certificate.certifier",
    "output_and_cost": "design.output_and_cost",
    "symbols": "certificate.program",
    "to_jax": "design.to_jax",
    "trace": "certificate.program",
    "trace_cases": "certificate.program",
    "with_targets": "design.output_and_cost",
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
