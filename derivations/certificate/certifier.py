"""Certificates: a JAX function proved to compute a formula, on every real input, or refuted by an example.

A certificate states that the formula and the program that the compiler receives are equal in exact real arithmetic. It
says nothing about floating point: rounding, overflow and the order of summation are left to other tests.
"""

import functools
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.certificate.budget import Deadline, OutOfCasesError, OutOfTimeError, attempt
from derivations.certificate.every_size.certifying import ForEverySize, NotShownError, certify_every_size
from derivations.certificate.every_size.instances import Statement
from derivations.certificate.every_size.statement import is_about_every_size, proof_of, stated
from derivations.certificate.every_size.tracing import Traced
from derivations.certificate.inquiry import Inquiry, StoppedError
from derivations.certificate.precision import narrowings, own_type
from derivations.certificate.program import Program
from derivations.certificate.question import Question
from derivations.certificate.verdict import Certificate, Imprecision, Refutation


class UnprovedError(Exception):
    """Neither a proof nor a counterexample was found."""


def certify(
    fn: Callable,
    expected: object,
    *arguments: object,
    assuming: Iterable = (),
    name: str = "",
    claim: str = "",
    constants: Iterable[sp.Expr] = (),
    literals: Mapping[float, sp.Expr] = MappingProxyType({}),
    seconds: float = 60,
    cases: int = 10_000,
    precision: Any = None,
) -> Certificate | Refutation:
    """Prove that `fn(*arguments)` is `expected` for every real input, or find an input at which it is not.

    `arguments` are arrays of SymPy symbols or expressions (`derivations.symbols`) and concrete arrays; `expected` has
    the structure of fn's result, or is a function of the arguments that returns it. The result is true if it is a
    Certificate and false if it is a Refutation, whose example has been run in floating point.

    `assuming` restricts the inputs: relations (`z > 0`, `sympy.Ne(z, y)`), conjunctions of them and arrays of them; so
    do the symbols' own assumptions. Inputs at which both sides are undefined or infinite are named in the certificate's
    `undefined`.

    A certificate is about exact real arithmetic, not about rounding: each float in the program is read as a number that
    rounds to it, if possible one that occurs in the formula or in `constants`, and the verdict's `literals` say which.
    With `literals={1e-7: eps}` each float 1e-7 of the program is read as the symbol eps, so that the claim is about
    every value that eps may have by its assumptions; only a counterexample is sought at 1e-7 itself.

    The certificate's `precision` names the lines at which a value comes to have fewer bits than the arguments have;
    given a floating type as `precision`, the result is an Imprecision, which is a Refutation, if a value has fewer
    bits than that type.

    Raises UnprovedError, which says what to try, if neither is found within `seconds` and `cases`; NotImplementedError
    if the program contains something for which there is no rule; ValueError if the question makes no sense, for example
    if a shape or a symbol does not fit.

    >>> import jax.numpy as jnp
    >>> from derivations import symbols
    >>> z, y = symbols("z"), symbols("y")
    >>> cost = lambda z, y: jnp.logaddexp(0.0, z) - y * z
    >>> delta = 1 / (1 + sp.exp(-z[()])) - y[()]
    >>> print(certify(jax.grad(cost), delta, z, y, name="gradient", claim="a - y"))
    certified: gradient is a - y (components: 1, cases: 3)
    >>> bool(certify(jax.grad(cost), -delta, z, y))
    False

    If `expected` is an equation of the book or its label, the arguments are the equation's letters, unless they are
    given, and the claim is about every size; likewise if arguments have sizes such as "K":

    >>> print(certify(jax.grad(lambda z, y: -jnp.sum(y * jax.nn.log_softmax(z))), "84", name="gradient"))
    certified: gradient is equation 84, for every K (components: 1, cases: 2)
    """
    if is_about_every_size(expected, arguments):
        if literals or precision is not None:
            raise ValueError("literals and precision are for arguments of known sizes")
        return _for_every_size(fn, stated(expected, arguments, assuming), name, claim, seconds)
    if precision is not None and not jnp.issubdtype(precision, jnp.floating):
        raise ValueError(f"precision is a floating type such as jax.numpy.float32, not {precision}")
    question = Question.ask(fn, expected, arguments, assuming, constants, literals)
    inquiry = Inquiry(question, cases)
    about = {
        "function": name or getattr(fn, "__qualname__", repr(fn)),
        "claim": claim or listed(question.formulas),
        "arguments": tuple(" ".join(str(leaf.tolist()).split()) for leaf in question.program.inputs),
        "assumptions": question.assumptions,
        "fingerprint": fingerprint(question.program),
        "jax": jax.__version__,
        "sympy": sp.__version__,
    }
    try:
        with Deadline(0.6 * seconds):
            result = inquiry.run()
    except (OutOfTimeError, OutOfCasesError, StoppedError) as stop:
        is_searched = isinstance(stop, StoppedError) and inquiry.search.tried
        result = None if is_searched else attempt(0.2 * seconds, inquiry.counterexample)
        if result is None:
            raise UnprovedError(inquiry.report(stop) + f"\nasked at {_asked_at()}") from None
    except NotImplementedError as refusal:
        raise type(refusal)(f"{refusal}; asked at {_asked_at()}") from refusal
    about["literals"] = _notes(question.reading.notes)
    if "point" in result:
        return Refutation(**about, **result)
    narrow = narrowings(question.program.jaxpr, own_type(question.program) if precision is None else precision)
    if precision is not None and narrow:
        return Imprecision(**about, dtype=str(np.dtype(precision)), precision=narrow, **inquiry.far_off(precision))
    return Certificate(**about, **result, precision=narrow)


def _for_every_size(
    fn: Callable, statement: Statement, name: str, claim: str, seconds: float
) -> Certificate | Refutation:
    name = name or getattr(fn, "__qualname__", repr(fn))
    claim = claim or statement.claim
    of_known_sizes = functools.partial(certify, name=name, seconds=seconds)
    try:
        with Deadline(seconds):
            found = certify_every_size(of_known_sizes, fn, statement, claim)
    except (OutOfTimeError, NotShownError) as stop:
        raise UnprovedError(f"not shown for every size: {stop}\nasked at {_asked_at()}") from None
    if not isinstance(found, ForEverySize):
        return found
    proof = proof_of(statement.equation) if statement.equation else None
    if proof is not None and not proof:
        raise UnprovedError(f"the program is {statement.claim}, but the equation itself is not proved: {proof}")
    return Certificate(
        function=name,
        claim=claim,
        arguments=tuple(map(str, statement.inputs)),
        assumptions=statement.assumptions,
        literals=_notes(found.reading.notes),
        fingerprint=fingerprint(found.program),
        jax=jax.__version__,
        sympy=sp.__version__,
        cases=found.cases,
        components=1,
        precision=narrowings(found.program.jaxpr, np.dtype(jax.dtypes.result_type(float))),
        sizes=statement.sizes,
        derivation=str(proof) if proof else "",
    )


def fingerprint(program: Program | Traced) -> str:
    """A digest of the jaxpr and the arrays that it contains, which is the same for the same program."""
    contained = [np.asarray(value).tolist() for value in program.jaxpr.consts]
    text = re.sub(r" at 0x[0-9a-f]+", "", f"{program.jaxpr}{contained}")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _asked_at() -> str:
    """The innermost line outside this package, which asked the question."""
    frame = sys._getframe()
    while frame.f_back and Path(frame.f_code.co_filename).is_relative_to(Path(__file__).parents[1]):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def listed(formulas: list[sp.Basic]) -> str:
    """The first few formulas, as text."""
    return ", ".join(map(str, formulas[:4])) + (", ..." if len(formulas) > 4 else "")


def _notes(literals: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{literal} read as {meaning}" for literal, meaning in sorted(literals.items()))
