"""A jaxpr read as exact mathematics, and proved to be a formula or refuted by an example."""

from derivations.certificate.certifier import UnprovedError, certify
from derivations.certificate.gradient import certify_gradient
from derivations.certificate.program import symbols, trace, trace_cases
from derivations.certificate.verdict import Certificate, Imprecision, Refutation, read

__all__ = [
    "Certificate",
    "Imprecision",
    "Refutation",
    "UnprovedError",
    "certify",
    "certify_gradient",
    "read",
    "symbols",
    "trace",
    "trace_cases",
]
