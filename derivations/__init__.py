"""SymPy derivations of chapter 3."""
