"""An equation with its derivation, and the checker that follows the derivation link by link.

    left side  =  step 1  =  step 2  =  ...  =  right side

The left side follows from the definitions in `where` (SymPy takes the derivatives); the right side is typed from the
book. A link is an equals sign. `prove` first evaluates both ends of each link at random points, with 50 digits and with
every sum written out, in search of a counterexample; then it shows that their difference is zero, exactly and for
symbolic sizes.
"""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sympy import Eq, Expr, Integral, Set, sympify

from derivations.algebra.letters import SIZES, letters
from derivations.algebra.signs import has_sign
from derivations.algebra.sums import Ranges
from derivations.algebra.zero import is_zero
from derivations.proof.notation import Definitions, Partial, unfold
from derivations.proof.sampling import Counterexample, counterexamples


@dataclass(frozen=True)
class Step:
    """One expression of a derivation and the reason why it equals the one before."""

    expression: Expr
    reason: str


@dataclass(frozen=True)
class Equation:
    """An equation of the book: what it states, in which letters, for which sizes, and how it is derived.

    `where` defines the names (C, a, z); `letters` describes the symbols that have no definition (x, w, b, y); `domain`
    says which values a letter may take, if not every real number; `given` lists the equations that are assumed. If the
    equation also claims a sign of its right side, `sign` is that: "positive", "negative" or "nonzero".
    """

    label: str
    title: str
    statement: Eq
    steps: tuple[Step, ...]
    letters: Mapping[Expr, str]
    where: Definitions = field(default_factory=dict)
    given: tuple[Eq, ...] = ()
    domain: Mapping[Expr, Set] = field(default_factory=dict)
    sign: str = ""
    sizes: str = ""
    source: str = ""

    def __post_init__(self):
        expressions = [
            *self.statement.args,
            *(step.expression for step in self.steps),
            *self.where.values(),
            *self.given,
        ]
        declared = set().union(*(letters(name) for name in (*self.where, *self.letters)))
        undeclared = sorted({str(letter) for e in expressions for letter in letters(e) - declared})
        if undeclared:
            raise ValueError(
                f"equation {self.label}: {', '.join(undeclared)} not declared; "
                "give a definition in `where` or a meaning in `letters`"
            )

    @property
    def holds_for(self) -> str:
        """The sizes for which the derivation proves the equation."""
        symbolic = [size for size in SIZES if any(e.has(size) for e in (*self.statement.args, *self.where.values()))]
        return self.sizes or ("every " + ", ".join(map(str, symbolic)) if symbolic else "all values")

    def unfolded(self) -> Eq:
        """The statement in its letters alone: names replaced by their definitions, derivatives taken."""
        return Eq(*(unfold(side, self.where) for side in self.statement.args), evaluate=False)

    def prove(self) -> "Proof":
        """Check every link, and the sign if one is claimed; the first that fails is reported."""
        return prove(self)


@dataclass(frozen=True)
class Proof:
    """The outcome of `prove`: true if every link holds, else false, with the first link that does not."""

    equation: Equation
    ok: bool
    links: int
    left: Expr | None = None
    right: Expr | None = None
    reason: str = ""
    counterexample: Counterexample | None = None

    def __bool__(self):
        return self.ok

    def __str__(self):
        if self.ok:
            return f"{self.equation.label}: proved (steps: {self.links})"
        why = f"false: {self.counterexample}" if self.counterexample else "not decided"
        return f"{self.equation.label}: {self.left} = {self.right} ({self.reason}) is {why}"


def derive(label: str, title: str, left: Expr, *steps: tuple[Expr, str], where=None, **rest) -> Equation:
    """An equation from its left side and its steps, the last of which is the book's right side.

    >>> from sympy import symbols
    >>> z = symbols("z", real=True)
    >>> from derivations.algebra.letters import s, s_prime
    >>> square = derive("example", "a square", Partial(z**2, z), (2 * z, "power rule"), letters={z: "any number"})
    >>> print(square.prove())
    example: proved (steps: 1)
    >>> from dataclasses import replace
    >>> print(replace(square, statement=Eq(Partial(z**2, z), 3 * z)).prove())
    example: 2*z = 3*z (the statement) is false: left is ... and right is ... at z = ...
    """
    chain = tuple(Step(sympify(expression), reason) for expression, reason in steps)
    where = {name: sympify(meaning) for name, meaning in (where or {}).items()}
    return Equation(label, title, Eq(left, chain[-1].expression, evaluate=False), chain, where=where, **rest)


class _Link(NamedTuple):
    """Two neighbouring expressions of a derivation, the reason given, and one equation to be shown: left = right."""

    before: Expr
    after: Expr
    reason: str
    left: Expr
    right: Expr


def prove(equation: Equation) -> Proof:
    """Check every link of an equation's derivation, and the sign of its right side if one is claimed.

    First all links are evaluated at random points, in search of a counterexample; then each is proved.
    """
    chain = [Step(equation.statement.lhs, ""), *equation.steps]
    if chain[-1].expression != equation.statement.rhs:
        chain.append(Step(equation.statement.rhs, "the statement"))
    links = [
        _Link(before.expression, after.expression, after.reason, left, right)
        for before, after in itertools.pairwise(chain)
        for left, right in obligations(before.expression, after.expression, equation)
    ]
    outcome = functools.partial(Proof, equation, links=len(chain) - 1)

    refuted = counterexamples([(link.left, link.right) for link in links], equation)
    if refuted:
        first = min(refuted)
        before, after, reason, *_ = links[first]
        return outcome(ok=False, left=before, right=after, reason=reason, counterexample=refuted[first])

    known = functools.cache(lambda expression: unfold(expression, equation.where))
    ranges: Ranges = {}  # of free indices, which must be the same in every link
    for before, after, reason, left, right in links:
        if not _equal(known(left), known(right), equation, ranges):
            return outcome(ok=False, left=before, right=after, reason=reason)

    end = equation.statement.rhs
    if equation.sign and not has_sign(known(end), equation.sign, equation.domain):
        return outcome(ok=False, left=end, right=end, reason=f"not shown to be {equation.sign}")
    return outcome(ok=True)


def _equal(left: Expr, right: Expr, equation: Equation, ranges: Ranges) -> bool:
    return left == right or is_zero(left - right, equation.given, equation.domain, ranges)


def obligations(left: Expr, right: Expr, equation: Equation) -> list[tuple[Expr, Expr]]:
    """The equations to be shown: left = right itself, or, for integrals, those that imply it up to a constant.

    An integral without limits is determined up to a constant: the two sides must have the same derivative. One with
    limits is determined by its derivative with respect to the upper limit and by its value where the limits coincide.
    """
    if not any(part.has(Integral) for part in (left, right, *equation.where.values())):
        return [(left, right)]
    left, right = unfold(left, equation.where), unfold(right, equation.where)
    limits = [limit for side in (left, right) for part in side.atoms(Integral) for limit in part.limits]
    if all(limit[-1].is_number for limit in limits):
        return [(left.doit(), right.doit())]
    upper = limits[0][-1]
    same_slope = Partial(left, upper), Partial(right, upper)
    if len(limits[0]) == 1:
        return [same_slope]
    return [same_slope, tuple(side.subs(upper, limits[0][1]).doit() for side in (left, right))]
