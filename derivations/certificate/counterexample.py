"""Counterexamples: inputs at which a program, when run, does not return the formula's value."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case, UndecidedError
from derivations.algebra.conditions import Condition
from derivations.algebra.digits import NotRealError, UnknownDigitsError, digits_of
from derivations.algebra.formulas import Truth
from derivations.algebra.points import Point, points_in
from derivations.algebra.signs import is_evaluable
from derivations.certificate.budget import attempt
from derivations.certificate.interpreter import Interpreter
from derivations.certificate.question import Question, narrowed
from derivations.certificate.trial import Trials

MOST_POINTS = 30
FEW = 5  # of the points at which both sides differ, among which the simplest is shown
BothSides = tuple[sp.Basic, sp.Basic]  # the computed and the expected expression
BEYOND = ()
_SECONDS_PER_POINT = 2.0


@dataclass(frozen=True)
class Found:
    """An input at which a component of the result is not the formula's value, and both sides there."""

    point: Point
    component: int
    computed: sp.Basic
    expected: sp.Basic
    computed_there: sp.Basic
    expected_there: sp.Basic
    program_value: float


@dataclass
class Search:
    """Looks for counterexamples to one question.

    `tried` counts the inputs; `hidden` keeps those at which a run does not show the difference for its rounding, and
    `beyond` those at which the values are too large to be evaluated, which do not count.
    """

    question: Question
    tried: int = 0
    hidden: list[Point] = field(default_factory=list)
    beyond: list[Point] = field(default_factory=list)

    def __post_init__(self):
        self.trials = Trials(self.question.program)

    def in_case(self, case: Case, component: int, computed: sp.Basic, wanted: sp.Basic) -> Found | None:
        """A counterexample in a case, given the program's and the formula's expressions there.

        If the two differ, but at simple inputs by no more than rounding explains, inputs near 0 are tried.
        """
        hidden, runnable = len(self.hidden), narrowed(case, self.question.pins)
        if runnable is None:
            return None
        for is_tiny in (False, True):
            points = itertools.islice(points_in(runnable, self.question.inputs, is_tiny=is_tiny), MOST_POINTS)
            while differing := self._differing(points, computed, wanted):
                for point, there in differing:
                    if found := self._found(point, component, (computed, wanted), there):
                        return found
            if len(self.hidden) == hidden:
                break
        return None

    def _differing(
        self, points: Iterator[Point], computed: sp.Basic, wanted: sp.Basic
    ) -> list[tuple[Point, BothSides]]:
        """The next few points at which both sides differ, those of the smallest coordinates first."""
        differing: list[tuple[Point, BothSides]] = []
        for point in points:
            there = attempt(_SECONDS_PER_POINT, _both_at, computed, wanted, point)
            if there == BEYOND:
                self.beyond.append(point)
                continue
            self.tried += 1
            if there:
                differing.append((point, there))
            if len(differing) == FEW:
                break
        return sorted(differing, key=lambda item: _size(item[0]))

    def anywhere(self) -> Found | None:
        """A counterexample among single inputs, each of which is interpreted as a case of its own."""
        points = (point for case in self.question.runnable for point in points_in(case, self.question.inputs))
        for point in itertools.islice(points, MOST_POINTS):
            self.tried += 1
            for component, there in enumerate(attempt(_SECONDS_PER_POINT, self._interpreted_at, point) or ()):
                if _differ(*there) and (found := self._found(point, component, there, there)):
                    return found
        return None

    def _found(self, point: Point, component: int, forms: BothSides, there: BothSides) -> Found | None:
        value = attempt(30.0, self.trials.disagrees, point, component, *there)
        if value is None:
            self.hidden.append(point)
            return None
        return Found(point, component, *forms, *there, value)

    def _interpreted_at(self, point: Point) -> list[BothSides]:
        case = Case.within(Condition(symbol - value, 0) for symbol, value in point.items())
        try:
            interpreter = Interpreter(case, self.question.reading)
            results, wanted = self.question.program.values(interpreter, self.question.formulas)
        except (UndecidedError, NotImplementedError):
            return []
        return list(zip((element for array in results for element in array.ravel()), wanted, strict=True))


def _size(point: Point) -> float:
    """How much there is to read in the coordinates."""
    return sum(abs(value.p) + value.q if isinstance(value, sp.Rational) else 1000 for value in point.values())


def _both_at(computed: sp.Basic, wanted: sp.Basic, point: Point) -> BothSides | tuple[()] | None:
    """The values of both sides at a point if they differ there, else None; BEYOND if they are too large to tell."""
    there = computed.xreplace(point), wanted.xreplace(point)
    if not all(map(is_evaluable, there)):
        return BEYOND
    return there if _differ(*there) else None


def _differ(left: sp.Basic, right: sp.Basic) -> bool:
    """Whether two values differ; if a thousand digits do not tell their difference from 0, they do not."""
    if isinstance(left, Truth) or isinstance(right, Truth) or {left, right} & real.SPECIAL:
        return left != right
    try:
        digits_of(left - right, 3)
    except NotRealError:
        return True
    except UnknownDigitsError:
        return False
    return True
