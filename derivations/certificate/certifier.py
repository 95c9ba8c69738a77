"""Certificates: a JAX function proved to compute a formula, on every real input, or refuted by an example.

What is proved is equality in exact real arithmetic of the formula and the program that the compiler is
handed. Floating point is another matter, and other tests': rounding, overflow and the order of summation
are not seen here.
"""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import jaxpr_as_fun

from derivations.algebra.cases import Case, UndecidedError, uncovered
from derivations.algebra.identity import vanishes
from derivations.algebra.points import points_in
from derivations.certificate.program import Program
from derivations.certificate.verdict import Certificate, Refutation


class UnprovedError(Exception):
    """Neither a proof nor a counterexample was found."""


def certify(
    fn: Callable,
    expected: object,
    *arguments: object,
    assuming: Iterable[sp.Basic] = (),
    name: str = "",
    claim: str = "",
) -> Certificate | Refutation:
    """Prove that `fn(*arguments)` is `expected` for every real input, or find where it is not.

    `arguments` are arrays of SymPy symbols or expressions (`derivations.symbols`) and concrete arrays;
    `expected` has the structure of fn's result, or is a function of the arguments that returns it.
    `assuming` restricts the inputs (`z > 0`). The result is true if it is a Certificate and false if it
    is a Refutation. It speaks of exact real arithmetic, not of rounding. UnprovedError: neither was
    found.

    >>> from derivations import symbols
    >>> z, y = symbols("z"), symbols("y")
    >>> cost = lambda z, y: jnp.logaddexp(0.0, z) - y * z
    >>> delta = 1 / (1 + sp.exp(-z[()])) - y[()]
    >>> print(certify(jax.grad(cost), delta, z, y, name="gradient", claim="a - y"))
    certified: gradient is a - y (1 components, 3 cases)
    >>> bool(certify(jax.grad(cost), -delta, z, y))
    False
    """
    program, start = Program(fn, *arguments), Case.where(assuming)
    names, formulas = _formulas(program, expected(*arguments) if callable(expected) else expected)
    verdict = {
        "function": name or getattr(fn, "__qualname__", repr(fn)),
        "claim": claim or ", ".join(str(formula) for formula in formulas[:4]) + (", ..." if len(formulas) > 4 else ""),
        "arguments": tuple(" ".join(str(leaf.tolist()).split()) for leaf in program.inputs),
        "assumptions": tuple(map(str, start.conditions)),
        "fingerprint": fingerprint(program),
        "jax": jax.__version__,
        "sympy": sp.__version__,
    }
    cases, literals = [], {}
    for case, results, expectations, interpreter in program.interpreted(start, formulas):
        literals |= interpreter.literals
        for component, (computed, wanted) in enumerate(zip(_flat(results), expectations, strict=True)):
            if _equal(case, computed, wanted):
                continue
            found = _counterexample(program, case, computed, wanted, component)
            remark = _remark(program, interpreter, computed)
            return Refutation(
                **verdict,
                literals=_notes(literals),
                case=str(case),
                component=names[component],
                remark=remark,
                **found,
            )
        cases.append(case)
    left = next(uncovered(start, cases), None)
    if left is not None:
        raise UnprovedError(f"the cases leave out {left}")
    return Certificate(**verdict, literals=_notes(literals), cases=tuple(map(str, cases)), components=len(names))


def _equal(case: Case, computed: sp.Expr, wanted: sp.Expr) -> bool:
    """Whether two values are the same in a case: identically, or by one of its equations."""
    if computed == wanted or sp.nan in (computed, wanted):
        return computed == wanted
    if vanishes(computed - wanted):
        return True
    try:
        return any(item.sign == 0 for item in case.conditions) and case.sign(computed - wanted) == 0
    except UndecidedError:
        return False


def fingerprint(program: Program) -> str:
    """A digest of the jaxpr and of the arrays that it contains, the same for the same program."""
    contained = [np.asarray(value).tolist() for value in program.jaxpr.consts]
    text = re.sub(r" at 0x[0-9a-f]+", "", f"{program.jaxpr}{contained}")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _flat(arrays: Iterable[np.ndarray]) -> list[sp.Expr]:
    return [element for array in arrays for element in array.ravel()]


def _notes(literals: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{literal} read as {meaning}" for literal, meaning in sorted(literals.items()))


def _formulas(program: Program, expected: object) -> tuple[list[str], list[sp.Expr]]:
    """The names of the result's components and what is expected of each."""
    names, formulas = [], []
    flat, structure = jax.tree.flatten_with_path(jax.tree.map(lambda leaf: np.asarray(leaf, dtype=object), expected))
    shapes = [aval.shape for aval in program.jaxpr.out_avals]
    if structure != program.structure or [leaf.shape for _, leaf in flat] != shapes:
        raise ValueError(
            f"expected has the structure {structure} with shapes {[leaf.shape for _, leaf in flat]}; "
            f"the function returns {program.structure} with shapes {shapes}: give one formula for each component"
        )
    for path, leaf in flat:
        for index in np.ndindex(leaf.shape):
            names.append(jax.tree_util.keystr(path) + (str(list(index)) if index else ""))
            formulas.append(sp.sympify(leaf[index]))
    return names, formulas


def _counterexample(program, case, computed, wanted, component) -> dict:
    """An input in the case at which the two differ, as simple as can be found."""
    inputs = sorted({s for leaf in program.inputs for e in leaf.ravel() for s in e.free_symbols}, key=str)
    tried = 0
    for point in itertools.islice(points_in(case, inputs), 30):
        tried += 1
        if _differ(computed, wanted, point):
            values = [expression.xreplace(point).evalf(8) for expression in (computed, wanted)]
            return {
                "point": tuple((str(symbol), str(point[symbol])) for symbol in inputs),
                "computed": str(computed),
                "expected": str(wanted),
                "computed_value": str(values[0]),
                "expected_value": str(values[1]),
                "program_value": str(_run(program, point, component)),
            }
    raise UnprovedError(
        f"no proof that {computed} is {wanted} where {case}, and no counterexample among {tried} inputs"
    )


def _differ(left: sp.Expr, right: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether two values differ at a point; False also where too many digits would be needed to tell."""
    if sp.nan in (left, right):
        return left != right
    difference = (left - right).xreplace(point).evalf(20, maxn=1000)
    return bool(difference.is_infinite or (difference.is_comparable and difference != 0))


def _run(program: Program, point: dict, component: int) -> np.generic:
    """The program itself, run at a point in floating point."""
    arguments = [
        jnp.asarray([float(e.xreplace(point)) for e in leaf.ravel()]).reshape(leaf.shape).astype(aval.dtype)
        for leaf, aval in zip(program.inputs, program.jaxpr.in_avals, strict=True)
    ]
    results = jaxpr_as_fun(program.jaxpr)(*arguments)
    return np.concatenate([np.ravel(result) for result in results])[component]


def _remark(program: Program, interpreter, computed: sp.Expr) -> str:
    if computed is not sp.nan or not interpreter.nan_births:
        return ""
    birth = interpreter.nan_births[0]
    trap = (
        "the where trap: a branch that `where` does not select is nan or infinite, and 0 times it is nan; "
        if "select_n" in str(program.jaxpr)
        else ""
    )
    return f"{trap}nan is born in {birth}"
