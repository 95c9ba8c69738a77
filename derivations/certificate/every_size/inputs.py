"""The inputs of a program for every size: arrays over axes such as K, whose elements have index letters, and labels.

Indices count from 1, as in the book; a program's labels count from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from derivations.algebra.letters import SIZES

LEAST = 2  # the size from which on a symbolic trace counts; JAX's own functions treat axes of size 1 separately
SIZE = {str(size): size for size in SIZES}


Size = str | int  # of an axis: a letter or a number


def size_of(dimension: object) -> sp.Expr:
    """A dimension, "K" or 3 or one of JAX's symbolic dimensions, as a SymPy number or letter.

    >>> size_of("K"), size_of(3)
    (K, 3)
    """
    text = str(dimension)
    if text.isdigit():
        return sp.Integer(text)
    if not text.isidentifier():
        raise NotImplementedError(f"an axis of size {text}: an axis has a number or one letter as its size")
    return SIZE.get(text) or sp.Symbol(text, integer=True, positive=True)


@dataclass(frozen=True)
class SymbolArray:
    """An array of real symbols of any size along some axes: `symbols("z", "K")`; z[j] is its element.

    >>> from derivations.algebra.letters import j
    >>> SymbolArray("z", ("K",))[j]
    z[j]
    """

    name: str
    shape: tuple[Size, ...]

    def __str__(self):
        return f"{self.name}[{', '.join(map(str, self.shape))}]" if self.shape else self.name

    @property
    def sizes(self) -> set[str]:
        """The letters of its sizes."""
        return {size for size in self.shape if isinstance(size, str)}

    @property
    def base(self) -> sp.IndexedBase:
        """The letter with which formulas name the elements."""
        return sp.IndexedBase(self.name, real=True)

    def __getitem__(self, index: object) -> sp.Expr:
        """An element."""
        return self.base[index]


@dataclass(frozen=True)
class Labels:
    """Class labels, integers from 0 to K - 1; in formulas, label t stands for the target 1 at the class t, else 0."""

    name: str = "t"
    shape: tuple[Size, ...] = ()
    classes: Size = "K"

    def __str__(self):
        shape = f"[{', '.join(map(str, self.shape))}]" if self.shape else ""
        return f"labels {self.name}{shape} of {self.classes} classes"

    @property
    def sizes(self) -> set[str]:
        """The letters of its sizes and of the number of classes."""
        return {size for size in (*self.shape, self.classes) if isinstance(size, str)}

    def at(self, indices: tuple[sp.Expr, ...]) -> sp.Expr:
        """The class of one example, counted from 1, as an index: a letter, or a function of the example's indices."""
        if self.classes == 1:
            return sp.S.One
        make = sp.Function if indices else sp.Symbol
        letter = make(self.name, integer=True, positive=True)
        return letter(*indices) if indices else letter


@dataclass(frozen=True)
class Mask:
    """An array of booleans, true for what takes part: in formulas, w[j] is 1 where it is true, and else 0.

    >>> from derivations.algebra.letters import j
    >>> Mask("w", ("K",))[j]
    w[j]
    """

    name: str
    shape: tuple[Size, ...]

    def __str__(self):
        return f"mask {self.name}[{', '.join(map(str, self.shape))}]"

    @property
    def sizes(self) -> set[str]:
        """The letters of its sizes."""
        return {size for size in self.shape if isinstance(size, str)}

    @property
    def base(self) -> sp.IndexedBase:
        """The letter with which formulas name the elements."""
        return sp.IndexedBase(self.name, integer=True, nonnegative=True)

    def __getitem__(self, index: object) -> sp.Expr:
        """An element, 1 or 0."""
        return self.base[index]


Input = SymbolArray | Labels | Mask


@dataclass(frozen=True)
class Domain:
    """What is assumed of inputs: a set of numbers for each letter, and relations that hold for all of their indices."""

    sets: Mapping[sp.Expr, sp.Set] = field(default_factory=dict)
    relations: tuple[sp.Rel, ...] = ()
