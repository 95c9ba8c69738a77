"""Tracing: the program that JAX makes of a function, interpreted over arrays of SymPy expressions.

`jax.make_jaxpr` gives the program that the compiler receives, derivatives and custom rules included; here each of its
primitives is applied to exact expressions instead of floats. A comparison is decided by the case's conditions or not
at all.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr

from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.formulas import evaluate, holds
from derivations.algebra.underflow import settled
from derivations.certificate.application import fits
from derivations.certificate.arrays import Array, Symbols, Truth, array, map_elements
from derivations.certificate.budget import OutOfCasesError
from derivations.certificate.every_size.inputs import SymbolArray
from derivations.certificate.interpreter import Interpreter
from derivations.certificate.literals import Reading

# What symbols may be assumed to be; `assuming` takes all else.
ASSUMPTIONS = {"positive", "negative", "nonnegative", "nonpositive", "integer"}


@overload
def symbols(name: str, *shape: int, dtype: Any = None, **assumptions: bool) -> Symbols: ...


@overload
def symbols(name: str, *shape: str | int) -> SymbolArray: ...


def symbols(name: str, *shape: Any, dtype: Any = None, **assumptions: bool) -> Symbols | SymbolArray:
    """An array of real symbols, numbered from 1; without a shape, a single symbol, which formulas take as it is.

    `assumptions` are SymPy's `positive`, `negative`, `nonnegative`, `nonpositive` and `integer`. JAX takes the array
    for one of the floating type `dtype`, by default its own default type. A comparison is one of each element, for
    `assuming`.

    >>> symbols("w", 2, 2)
    Symbols([[w11, w12],
             [w21, w22]], dtype=object)
    >>> symbols("w", 11, 11)[0, 9]
    w1_10
    >>> symbols("p", 2, positive=True) < 1
    Symbols([p1 < 1, p2 < 1], dtype=object)
    >>> sp.exp(-symbols("z"))
    exp(-z)

    With letters as sizes, it is an array of every size, whose elements formulas name by indices:

    >>> from derivations.algebra.letters import j
    >>> symbols("z", "K")[j]
    z[j]
    """
    if any(isinstance(size, str) for size in shape):
        if dtype is not None or assumptions:
            raise ValueError(f"of the elements of an array of every size, assume relations: assuming=[{name}[j] > 0]")
        return SymbolArray(name, shape)
    if unknown := assumptions.keys() - ASSUMPTIONS:
        raise ValueError(f"symbols are assumed {', '.join(sorted(ASSUMPTIONS))}, not {', '.join(sorted(unknown))}")
    if dtype is not None and not jnp.issubdtype(dtype, jnp.floating):
        raise ValueError(f"symbols stand for real numbers: dtype is a floating type, not {dtype}")
    apart = "_" if len(shape) > 1 and max(shape) > 9 else ""  # else w111 would name elements of row 1 and of row 11
    names = [apart.join(str(i + 1) for i in index) for index in np.ndindex(*shape)]
    elements = [sp.Symbol(name + digits, real=True, **assumptions) for digits in names]
    result = array(elements, shape).view(Symbols)
    result.traced_as = dtype
    return result


def trace(fn: Callable, *arguments: object, assuming: Iterable[sp.Basic] = ()) -> Any:
    """What `fn` computes, as SymPy expressions, in exact real arithmetic.

    `arguments` are SymPy expressions, object arrays of them (which JAX takes for floats), concrete numbers and integer
    arrays, or containers of these. The result has the structure of fn's result. `assuming` (relations such as `z > 0`)
    must decide every comparison: UndecidedError names the one that it does not; `trace_cases` distinguishes cases
    instead. NotImplementedError names a primitive that has no rule.

    >>> z = symbols("z")
    >>> trace(jax.grad(jax.nn.softplus), z, assuming=[z[()] > 0])
    array(1/(1 + exp(-z)), dtype=object)
    """
    return Program(fn, *arguments).run(Case.where(assuming))


def trace_cases(fn: Callable, *arguments: object, assuming: Iterable[sp.Basic] = ()) -> list[tuple[Case, Any]]:
    """Every case that the program's comparisons distinguish, with what `fn` computes there.

    >>> for case, value in trace_cases(jax.nn.relu, symbols("z")):
    ...     print(case, "->", value)
    z < 0 -> 0
    z = 0 -> 0
    z > 0 -> z
    """
    return list(Program(fn, *arguments).cases(Case.where(assuming)))


class Interpretation(NamedTuple):
    """What a program computes in one case: its results, the formulas' values there, and the interpreter used."""

    case: Case
    results: list[Array]
    formulas: list[sp.Basic]
    interpreter: Interpreter

    @property
    def elements(self) -> list[sp.Basic]:
        """The results' components, one after the other."""
        return [element for result in self.results for element in result.ravel()]


class Program:
    """A function's jaxpr for arguments of given shapes, and the symbolic arguments to run it on."""

    def __init__(self, fn: Callable, *arguments: object):
        """Trace `fn` with JAX for the arguments' shapes."""
        leaves, self._arguments = jax.tree.flatten(arguments)
        self._fn, self._leaves = fn, leaves
        self.inputs = self._read(Reading())
        self.jaxpr, shapes = self._traced(None)
        self.structure = jax.tree.structure(shapes)

    def retraced(self, dtype: jax.typing.DTypeLike) -> ClosedJaxpr:
        """The jaxpr for symbolic arguments of another floating type."""
        return self._traced(dtype)[0]

    @property
    def floating_types(self) -> list[Any]:
        """The types of the symbolic arguments."""
        leaves = zip(self._leaves, self.jaxpr.in_avals, strict=True)
        return [aval.dtype for leaf, aval in leaves if np.asarray(leaf).dtype == object]

    def run(self, case: Case) -> Any:
        """The result in one case."""
        return jax.tree.unflatten(self.structure, self._results(Interpreter(case)))

    def cases(self, start: Case) -> Iterator[tuple[Case, Any]]:
        """Each case in which every comparison is decided, with the result."""
        for found in self.interpreted(start):
            yield found.case, jax.tree.unflatten(self.structure, found.results)

    def interpreted(
        self, start: Case, formulas: Sequence[sp.Basic] = (), reading: Reading | None = None, most: int = 10_000
    ) -> Iterator[Interpretation]:
        """What is computed in each case that the comparisons of the program and of the formulas distinguish.

        OutOfCasesError if `most` runs do not suffice.
        """
        waiting = [Interpreter(start, reading or Reading())]
        for _ in range(most):
            if not waiting:
                return
            interpreter = waiting.pop()
            try:
                results, values = self.values(interpreter, formulas)
            except UndecidedError as undecided:
                if interpreter.case.contains(undecided.form):
                    raise RuntimeError(f"{undecided}, although they contain it: {interpreter.case}") from None
                waiting.extend(map(interpreter.narrowed, reversed(interpreter.case.split(undecided.form))))
            else:
                yield Interpretation(interpreter.case, results, values, interpreter)
        if waiting:
            raise OutOfCasesError(f"more than {most} cases")

    def values(self, interpreter: Interpreter, formulas: Sequence[sp.Basic]) -> tuple[list[Array], list[sp.Expr]]:
        """The results and the formulas' values in an interpreter's case, with truth values as 1 and 0."""
        number = functools.partial(_as_number, interpreter.case)
        results = [map_elements(number, result) for result in self._results(interpreter)]
        return results, [number(evaluate(interpreter.case, formula)) for formula in formulas]

    def _results(self, interpreter: Interpreter) -> list[Array]:
        read = functools.partial(evaluate, interpreter.case)
        inputs = [map_elements(read, leaf) for leaf in self._read(interpreter.reading)]
        return [map_elements(settled, result) for result in interpreter.run(self.jaxpr, inputs)]

    def _traced(self, dtype: jax.typing.DTypeLike | None) -> tuple[ClosedJaxpr, Any]:
        avals = jax.tree.unflatten(self._arguments, [_abstract(leaf, dtype) for leaf in self._leaves])
        afresh = functools.partial(self._fn)  # JAX caches the program of a function, which may have changed since
        return jax.make_jaxpr(afresh, return_shape=True)(*avals)

    def _read(self, reading: Reading) -> list[Array]:
        return [_symbolic(leaf, reading) for leaf in self._leaves]


def _as_number(case: Case, value: sp.Basic) -> sp.Expr:
    """A truth value is decided and becomes 1 or 0, so that all results are compared as numbers."""
    return sp.Integer(holds(case, value)) if isinstance(value, Truth) else value


def _symbolic(leaf: object, reading: Reading) -> Array:
    if isinstance(leaf, sp.MatrixBase):
        raise TypeError("give a NumPy object array, not a SymPy Matrix: numpy.array(matrix)")
    values = np.asarray(leaf)
    if values.dtype != object:
        return reading.read(np.asarray(jnp.asarray(leaf)) if jnp.issubdtype(values.dtype, jnp.integer) else values)
    return map_elements(functools.partial(_expression, reading), values)


def _expression(reading: Reading, element: object) -> sp.Expr:
    """An element of an object array as an expression; a float is read like those of a program."""
    value = reading.number(np.float64(element)) if isinstance(element, float | sp.Float) else sp.sympify(element)
    if not fits(value, np.float64):
        raise TypeError(f"an argument consists of real expressions and numbers, not of {element!r}")
    return value


def _abstract(leaf: object, dtype: jax.typing.DTypeLike | None) -> jax.ShapeDtypeStruct:
    """The shape and type that JAX traces; `dtype` is the type of expressions, by default their own or JAX's default."""
    values = np.asarray(leaf)
    if values.dtype == object:
        own = getattr(leaf, "traced_as", None)
        return jax.ShapeDtypeStruct(values.shape, dtype or own or jnp.result_type(float))
    aval = jax.typeof(jnp.asarray(leaf))  # weakly typed for a Python number, which adopts the type of other operands
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=aval.weak_type)
