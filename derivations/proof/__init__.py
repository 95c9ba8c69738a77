"""An equation with its derivation, how each step is checked, and how a derivation is printed."""
