"""Exact algebra on SymPy expressions: the zero test, cases and signs, and real arithmetic with infinities."""
