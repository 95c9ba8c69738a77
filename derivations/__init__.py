"""Chapter 3 derived step by step in SymPy, with each step checked, and compared with what `jax.grad` computes."""

import importlib
from typing import TYPE_CHECKING

from derivations.book import EQUATIONS
from derivations.design.cost_from_gradient import cost_from_gradient
from derivations.design.integrability import NotAGradient
from derivations.proof.equation import Equation, Proof, Step

# Names whose modules import JAX; they are imported on first use, since mathematics alone needs no JAX.
_BRIDGE = {
    "Certificate": "certificate.verdict",
    "Imprecision": "certificate.verdict",
    "Refutation": "certificate.verdict",
    "UndecidedError": "algebra.cases",
    "UnprovedError": "certificate.certifier",
    "between": "certificate.expressions",
    "certify": "certificate.certifier",
    "certify_gradient": "certificate.gradient",
    "clip": "certificate.expressions",
    "Labels": "certificate.every_size.inputs",
    "Mask": "certificate.every_size.inputs",
    "exp": "certificate.expressions",
    "log": "certificate.expressions",
    "logsumexp": "certificate.expressions",
    "mean": "certificate.expressions",
    "output_and_cost": "design.output_and_cost",
    "sigmoid": "certificate.expressions",
    "simplex": "certificate.expressions",
    "softmax": "certificate.expressions",
    "symbols": "certificate.program",
    "to_jax": "design.to_jax",
    "trace": "certificate.program",
    "trace_cases": "certificate.program",
    "with_targets": "design.output_and_cost",
}


if TYPE_CHECKING:  # the same names, for type checkers
    from derivations.algebra.cases import UndecidedError
    from derivations.certificate.certifier import UnprovedError, certify
    from derivations.certificate.every_size.inputs import Labels, Mask
    from derivations.certificate.expressions import (
        between,
        clip,
        exp,
        log,
        logsumexp,
        mean,
        sigmoid,
        simplex,
        softmax,
    )
    from derivations.certificate.gradient import certify_gradient
    from derivations.certificate.program import symbols, trace, trace_cases
    from derivations.certificate.verdict import Certificate, Imprecision, Refutation
    from derivations.design.output_and_cost import output_and_cost, with_targets
    from derivations.design.to_jax import to_jax
else:

    def __getattr__(name):
        if name not in _BRIDGE:
            raise AttributeError(f"module 'derivations' has no attribute {name!r}")
        return getattr(importlib.import_module(f"derivations.{_BRIDGE[name]}"), name)


__all__ = [
    "EQUATIONS",
    "Certificate",
    "Equation",
    "Imprecision",
    "Labels",
    "Mask",
    "NotAGradient",
    "Proof",
    "Refutation",
    "Step",
    "UndecidedError",
    "UnprovedError",
    "between",
    "certify",
    "certify_gradient",
    "clip",
    "cost_from_gradient",
    "exp",
    "log",
    "logsumexp",
    "mean",
    "output_and_cost",
    "sigmoid",
    "simplex",
    "softmax",
    "symbols",
    "to_jax",
    "trace",
    "trace_cases",
    "with_targets",
]
