"""How a question is examined: in each case, for each component, by a quick proof, a counterexample, a long proof."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.coverage import uncovered
from derivations.algebra.digits import UnknownDigitsError, digits_of
from derivations.algebra.formulas import Truth
from derivations.algebra.points import Point, points_in
from derivations.algebra.zero import vanishes
from derivations.certificate.budget import attempt
from derivations.certificate.counterexample import MOST_POINTS, Found, Search
from derivations.certificate.interpreter import Interpreter
from derivations.certificate.masks import is_negligible, masked
from derivations.certificate.program import Interpretation
from derivations.certificate.question import Question
from derivations.certificate.trial import as_float

NEGLECTED = "0, which changes the result by less than exp(-1000)"
QUICK = 3.0  # seconds for a first attempt at a proof, before a counterexample is sought


class StoppedError(Exception):
    """The inquiry ended without a verdict; the message says why, and what to try."""


@dataclass
class Inquiry:
    """The inquiry into one question, and how far it has come."""

    question: Question
    most_cases: int
    cases: list[Case] = field(default_factory=list)
    undefined: dict[str, list[str]] = field(default_factory=dict)
    at: str = "the first case"

    def __post_init__(self):
        self.search = Search(self.question)
        self.nowhere = {place for place, formula in enumerate(self.question.formulas) if real.is_finite(formula)}

    def run(self) -> dict[str, Any]:
        """The fields of a verdict: of a certificate if every case is proved, else of a refutation."""
        for start in self.question.starts:
            if counterexample := self._examine_from(start):
                return counterexample
        if self.nowhere:
            name = self.question.names[min(self.nowhere)] or str(self.question.formulas[0])
            raise StoppedError(f"{name} is undefined or infinite in every case: nothing is left to prove")
        undefined = (case + (f" in {', '.join(names)}" if any(names) else "") for case, names in self.undefined.items())
        return {
            "cases": tuple(map(str, self.cases)),
            "components": len(self.question.formulas),
            "undefined": tuple(undefined),
        }

    def far_off(self, dtype: Any) -> dict[str, Any]:
        """The fields of an imprecision that say where the program's value, as certified, is farthest from the formula.

        There are none if it is nowhere farther than a few roundings in that type.
        """
        worst, found = 8 * float(jnp.finfo(dtype).eps), {}
        points = (point for case in self.question.runnable for point in points_in(case, self.question.inputs))
        for point in itertools.islice(points, MOST_POINTS):
            values = attempt(30.0, self.search.trials.as_certified, point)
            for component, value in enumerate(() if values is None else values):
                exact = as_float(self.question.formulas[component].xreplace(point))
                error = abs(value - exact) / abs(exact) if exact else 0.0
                if np.isfinite(error) and error > worst:
                    worst, place = error, tuple((str(symbol), str(point[symbol])) for symbol in self.question.inputs)
                    texts = f"{value:.8g}", f"{exact:.8g}"
                    found = dict(zip(("program_value", "expected_value"), texts, strict=True), point=place)
                    found["component"] = self.question.names[component]
        return found

    def _examine_from(self, start: Case) -> dict[str, Any] | None:
        """The fields of a refutation of one of the cases that are asked about; None if all of it is proved."""
        proved, formulas = [], self.question.formulas
        for found in self.question.program.interpreted(start, formulas, self.question.reading, self.most_cases):
            self.at = f"the case {found.case}"
            for component, (computed, wanted) in enumerate(zip(found.elements, found.formulas, strict=True)):
                if counterexample := self._examined(found.case, component, computed, wanted):
                    return self._refutation(found, counterexample)
            proved.append(found.case)
            self.cases.append(found.case)
        if (left := next(uncovered(start, proved), None)) is not None:
            raise StoppedError(f"the cases leave out {left}")
        return None

    def counterexample(self) -> dict[str, Any] | None:
        """The fields of a refutation at single inputs, sought without distinguishing cases."""
        found = self.search.anywhere()
        return self._refutation(None, found) if found else None

    def _examined(self, case: Case, component: int, computed: sp.Basic, wanted: sp.Basic) -> Found | None:
        """A counterexample, or None if both sides are proved equal or are undefined in the same way."""
        if self._undefined_alike(case, component, computed, wanted):
            return None
        finite = real.is_finite(computed) and real.is_finite(wanted)
        quick = finite and (computed == wanted or attempt(QUICK, are_equal, case, computed, wanted))
        if not quick and not (finite and self._equal_without_mask(case, computed, wanted)):
            if found := self.search.in_case(case, component, computed, wanted):
                return found
            if quick is not None or not are_equal(case, computed, wanted):
                raise StoppedError(self._unproved(case, computed, wanted))
        self.nowhere.discard(component)
        return None

    def _equal_without_mask(self, case: Case, computed: sp.Expr, wanted: sp.Expr) -> bool:
        """Whether they are equal but for less than e^-1000, because the program masks with a large number."""
        if not self.question.reading.masks:
            return False
        part = masked(computed, case.ranges)
        if (
            not part.powers
            or part.limit.has(sp.nan, *real.INFINITIES, sp.zoo)
            or not are_equal(case, part.limit, wanted)
        ):
            return False
        if not is_negligible(part, case.ranges):
            return False
        self.question.reading.notes |= {str(power): NEGLECTED for power in part.powers.values()}
        return True

    def _undefined_alike(self, case: Case, component: int, computed: sp.Basic, wanted: sp.Basic) -> bool:
        """Whether neither side is a real number, for the same reason as far as exact numbers tell.

        The case is recorded in `undefined`, unless the formula itself claims a value that is not a real number.
        """
        if real.is_finite(computed) or real.is_finite(wanted):
            return False
        if computed != wanted and not {computed, wanted} & {real.UNSIGNED, real.UNKNOWN}:
            return False
        if computed != wanted and not self.question.inputs:
            return self.search.trials.is_at(wanted, component)
        if real.is_finite(self.question.formulas[component]) or computed != wanted:
            self.undefined.setdefault(str(case), []).append(self.question.names[component])
        return True

    def _refutation(self, where: Interpretation | None, found: Found) -> dict[str, Any]:
        values = dict(zip(("computed", "expected", "program"), printed(found), strict=True))
        return {
            "case": str(where.case if where else self.question.start),
            "component": self.question.names[found.component],
            "computed": str(found.computed),
            "expected": str(found.expected),
            "point": tuple((str(symbol), str(found.point[symbol])) for symbol in self.question.inputs),
            **{f"{side}_value": value for side, value in values.items()},
            "remark": self._remark(where.interpreter, found.computed) if where else "",
        }

    def _remark(self, interpreter: Interpreter, computed: sp.Basic) -> str:
        if computed is not sp.nan or not interpreter.nan_births:
            return ""
        trap = (
            "the where trap: a branch that `where` does not select is nan or infinite, and 0 times it is nan; "
            if "select_n" in str(self.question.program.jaxpr)
            else ""
        )
        return f"{trap}nan is born in {interpreter.nan_births[0]}"

    def _unproved(self, case: Case, computed: sp.Basic, wanted: sp.Basic) -> str:
        what = f"neither proved nor refuted: {computed} is {wanted} where {case}"
        if self.question.reading.masks:
            numbers = ", ".join(map(str, sorted(self.question.reading.masks)))
            what += (
                f"\nThe program masks with {numbers}, which counts as infinite only where the inputs are known to be "
                "much smaller: assume bounds for them, such as z > -100 and z < 100, or mask with -jnp.inf or `where=`"
            )
        if not self.search.tried and self.search.beyond:
            return (
                f"{what}\nAt {_written(self.search.beyond[0])} the values are too large to be compared: assume bounds"
            )
        if not self.search.tried:
            return (
                f"{what}\nNo input was found in this case: it may be impossible. If so, assume what excludes it; "
                "if not, narrow the assumptions to a region in which it lies"
            )
        if self.search.hidden:
            where = _written(self.search.hidden[0])
            return (
                f"{what}\nAt {where} the two differ, but a run of the program does not show it: they differ by no more "
                "than the rounding of its floats, underflow or overflow. Give in `constants` "
                "the exact numbers that its literals stand for; they were read as "
                f"{self.question.reading.notes or 'their exact values'}"
            )
        return (
            f"{what}\nNo difference was seen at {self.search.tried} inputs, so it is probably true: try another form "
            "of the formula, an assumption that decides the signs in it, or fewer elements"
        )

    def report(self, stop: Exception) -> str:
        """The message for a question without a verdict."""
        if isinstance(stop, StoppedError):
            return str(stop)
        return (
            f"no verdict: {stop}. {len(self.cases)} cases were proved; it came to {self.at}\n"
            "Try an assumption that decides a comparison, fewer elements, another form of the formula, or more seconds"
        )


def are_equal(case: Case, computed: sp.Expr, wanted: sp.Expr) -> bool:
    """Whether two values are equal in a case: identically, or by one of its equations."""
    if vanishes(computed - wanted, case.known_sign):
        return True
    try:
        return any(item.sign == 0 for item in case.conditions) and case.sign(computed - wanted) == 0
    except UndecidedError:
        return False


def _written(point: Point) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items())


def printed(found: Found) -> list[str]:
    """The computed, the expected and the program's value, with enough digits to tell the first two apart."""
    exact = found.computed_there, found.expected_there
    for digits in (8, 12, 17, 30):
        texts = [_text(value, digits) for value in exact]
        if texts[0] != texts[1]:
            break
    return [*texts, f"{found.program_value:.{max(digits, 8)}g}"]


def _text(value: sp.Basic, digits: int) -> str:
    try:
        return str(value if isinstance(value, Truth) or value in real.SPECIAL else digits_of(value, digits))
    except UnknownDigitsError:
        return str(value.evalf(digits))
