"""The commands of `python -m derivations`, one file each."""
