"""The equations that a label, a range of labels or the name of an exercise selects."""

import difflib
import re
import sys

from derivations.book import EQUATIONS


def find(label: str) -> list[str]:
    """The label itself, or those that answer an exercise of that name; else exit with the most similar labels."""
    if label in EQUATIONS:
        return [label]
    answers = [name for name, equation in EQUATIONS.items() if equation.source.startswith(f"000, {label}:")]
    if not answers:
        near = difflib.get_close_matches(label, EQUATIONS, n=5, cutoff=0.4) or list(EQUATIONS)[:5]
        sys.exit(f"no equation {label!r}; near it: {', '.join(near)}; all: python -m derivations list")
    return answers


def selected(only: str | None) -> list[str]:
    """The labels of a range such as 78..84, by number or else in the order of `list`; those of one label; or all."""
    if only is None:
        return list(EQUATIONS)
    first, dots, last = only.partition("..")
    if not dots:
        return find(only)
    if first.isdecimal() and last.isdecimal():
        numbers = {label: int(found[0]) for label in EQUATIONS if (found := re.match(r"\d+", label))}
        chosen = [label for label, number in numbers.items() if int(first) <= number <= int(last)]
        return chosen or sys.exit(f"no equation from {first} to {last}; the numbers go from 54 to 84")
    labels = list(EQUATIONS)
    return labels[labels.index(find(first)[0]) : labels.index(find(last)[-1]) + 1]
