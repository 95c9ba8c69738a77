"""A jaxpr read as exact mathematics, and proved to be a formula or refuted by an example."""

from derivations.certificate.certifier import UnprovedError, certify
from derivations.certificate.program import symbols, trace, trace_cases
from derivations.certificate.verdict import Certificate, Refutation, read

__all__ = ["Certificate", "Refutation", "UnprovedError", "certify", "read", "symbols", "trace", "trace_cases"]
