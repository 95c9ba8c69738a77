"""Tracing for symbolic sizes: the program that JAX makes of a function whose arguments have axes such as K.

A Python function may ask whether K is 3, and JAX says no while K is symbolic. So every number with which a size is
compared while the program is traced is noted, and so are two sizes that are compared with each other: the program says
nothing about these sizes. A function that looks a size up, in a set or a dictionary, is refused.
"""

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import sympy as sp
from jax.extend.core import ClosedJaxpr

from derivations.certificate.every_size.inputs import LEAST, Input, Labels, Mask, Size
from derivations.certificate.interpreter import is_jaxs_file

# JAX's caches compare sizes whose hashes are alike. The hashes change with the names of the sizes, so that what is
# compared under each of three names was not compared by chance.
OTHER_NAMES = "_again", "_once_more"


class Traced(NamedTuple):
    """A program for symbolic sizes; the numbers from LEAST on, and the pairs, with which its sizes were compared."""

    jaxpr: ClosedJaxpr
    numbers: tuple[int, ...]
    pairs: tuple[tuple[str, ...], ...]


class TracingError(Exception):
    """A function cannot be traced for symbolic sizes, or its program would not hold for all of them."""


def traced(fn: Callable, inputs: Sequence[Input]) -> Traced:
    """The program of a function of arrays of symbolic sizes, each of them at least LEAST."""
    jaxpr, found = _with_comparisons(fn, inputs)
    for suffix in OTHER_NAMES:
        if found.matter():
            _, again = _with_comparisons(fn, inputs, suffix)
            found.sides &= again.sides
    return Traced(jaxpr, tuple(sorted(found.numbers())), tuple(sorted(found.pairs())))


def _with_comparisons(fn: Callable, inputs: Sequence[Input], suffix: str = "") -> tuple[ClosedJaxpr, "Comparisons"]:
    """The program, with a suffix on the name of each size, and the comparisons, without it."""
    names = sorted({size for given in inputs for size in given.sizes})
    spelled = [f"{name}{suffix}" for name in names]
    constraints = [f"{name} >= {LEAST}" for name in spelled]
    sizes: dict[Size, Any] = {}
    sizes |= zip(names, jax.export.symbolic_shape(", ".join(spelled), constraints=constraints), strict=True)
    arguments = [
        jax.ShapeDtypeStruct(
            tuple(sizes.get(size, size) for size in given.shape),
            jnp.int32 if isinstance(given, Labels) else bool if isinstance(given, Mask) else jnp.result_type(float),
        )
        for given in inputs
    ]
    with _compared(type(sizes[names[0]]), suffix) as found:
        try:
            jaxpr = jax.make_jaxpr(functools.partial(fn))(*arguments)
        except Exception as error:  # whatever a function does with a size that is no number
            reason = str(error).partition("\n")[0]
            raise TracingError(f"JAX does not trace the function for symbolic sizes: {reason}") from None
    if found.looked_up:
        raise TracingError(f"a size is looked up in a set, a dictionary or a cache at {found.looked_up[0]}")
    return jaxpr, found


@dataclass
class Comparisons:
    """What sizes were compared with, and the lines of code that looked one up by its hash."""

    sides: set[tuple[str, object]] = field(default_factory=set)
    looked_up: list[str] = field(default_factory=list)

    def matter(self) -> bool:
        """Whether the program may be another for some sizes."""
        try:
            return bool(self.numbers() or self.pairs())
        except TracingError:
            return True

    def numbers(self) -> set[int]:
        """The numbers, from LEAST on, at which a comparison with a number has another outcome than for other sizes."""
        found = set()
        for own, other in self.sides:
            if isinstance(other, int):
                root = int(other) if own.isidentifier() else _root(own, int(other))
                found |= {root} if root is not None and root >= LEAST else set()
        return found

    def pairs(self) -> set[tuple[str, ...]]:
        """The sizes that were compared with each other."""
        sides = {tuple(sorted((own, other))) for own, other in self.sides if isinstance(other, str)}
        sides = {names for names in sides if names[0] != names[1]}
        both = {names for names in sides if _form("-".join(f"({name})" for name in names)).is_zero is None}
        for names in both:
            if not all(map(str.isidentifier, names)):
                raise TracingError(f"the sizes {' and '.join(names)} are compared")
        return both


def _root(own: str, number: int) -> int | None:
    """The size at which an expression such as 2*K - 6 equals a number; None if it equals it at none."""
    form = _form(own) - number
    (size, *others) = form.free_symbols
    if others or not form.is_polynomial() or sp.degree(form, size) != 1:
        raise TracingError(f"the size {own} is compared with {number}")
    (root,) = sp.roots(form, size)
    return int(root) if root.is_Integer else None


def _form(text: str) -> sp.Expr:
    """JAX's text for a size as an expression, in which every name is a letter, even N and S."""
    return sp.sympify(
        text, locals={name: sp.Symbol(name, integer=True, positive=True) for name in re.findall(r"[A-Za-z_]\w*", text)}
    )


def _asking(frame: FrameType) -> FrameType:
    """The frame that asks for a hash; for one of a method that Python wrote for a dataclass of JAX, its caller."""
    while frame.f_code.co_filename == "<string>" and is_jaxs_file(frame.f_globals.get("__file__")) and frame.f_back:
        frame = frame.f_back
    return frame


def _is_interning(frame: FrameType) -> bool:
    """Whether sizes are compared because JAX looks for a shape that it has already made, among any others."""
    return frame.f_code.co_name == "__new__" and is_jaxs_file(frame.f_code.co_filename)


@contextlib.contextmanager
def _compared(kind: Any, suffix: str) -> Iterator[Comparisons]:
    """What symbolic dimensions, objects of a class of JAX's own, are compared with within the context.

    The suffix of their names is left out.
    """
    found, equals, hashed = Comparisons(), kind.__eq__, kind.__hash__

    def plain(size: object) -> str:
        return str(size).replace(suffix, "")

    def compare(own: Any, other: object) -> bool:
        if isinstance(other, int):
            found.sides.add((plain(own), other))
        elif not _is_interning(sys._getframe(1)):
            found.sides.add(min((plain(own), plain(other)), (plain(other), plain(own))))
        return equals(own, other)

    def hash_of(own: Any) -> int:
        frame = _asking(sys._getframe(1))
        if not is_jaxs_file(frame.f_code.co_filename):
            found.looked_up.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        return hashed(own)

    kind.__eq__, kind.__hash__ = compare, hash_of
    try:
        yield found
    finally:
        kind.__eq__, kind.__hash__ = equals, hashed
