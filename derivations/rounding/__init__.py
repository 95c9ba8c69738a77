"""Rounding errors of a program, bounded at all of its inputs: a jaxpr followed from one operation to the next."""
