"""Verdicts: a certificate, a refutation or an imprecision, as text that can be written, read and compared."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What was examined, as text."""

    function: str
    claim: str
    arguments: tuple[str, ...]
    assumptions: tuple[str, ...]
    literals: tuple[str, ...]
    fingerprint: str
    jax: str
    sympy: str

    def to_json(self) -> str:
        """The verdict as JSON; `read` is the inverse."""
        return json.dumps({"verdict": type(self).__name__} | dataclasses.asdict(self), indent=2)


@dataclass(frozen=True)
class Certificate(Verdict):
    """The function computes the claim in each of the cases, which cover all inputs that satisfy the assumptions.

    `undefined` names the inputs at which both are undefined or infinite, so that there is nothing to compare.
    `sizes` says for which sizes of the arguments, if not for one: "every K"; if the claim is an equation of the book,
    `derivation` says that the equation too is proved.
    `precision` names the steps at which a value comes to have fewer bits than the arguments have, and their lines.
    """

    cases: tuple[str, ...] = ()
    components: int = 0
    undefined: tuple[str, ...] = ()
    precision: tuple[str, ...] = ()
    sizes: str = ""
    derivation: str = ""

    def __bool__(self):
        """A certificate is true."""
        return True

    def __str__(self):
        """The certificate in one line."""
        left_out = (
            f", except where both are undefined or infinite: {'; '.join(self.undefined)}" if self.undefined else ""
        )
        claim = self.claim + (f", for {self.sizes}" if self.sizes else "")
        return (
            f"certified: {self.function} is {claim} (components: {self.components}, cases: {len(self.cases)})"
            + left_out
            + (f"; precision is dropped: {'; '.join(self.precision)}" if self.precision else "")
        )


@dataclass(frozen=True)
class Refutation(Verdict):
    """A case and an input at which the function does not compute the claim."""

    case: str = ""
    component: str = ""
    computed: str = ""
    expected: str = ""
    point: tuple[tuple[str, str], ...] = ()
    computed_value: str = ""
    expected_value: str = ""
    program_value: str = ""
    remark: str = ""

    def __bool__(self):
        """A refutation is false."""
        return False

    def __str__(self):
        """The claim, the case, the point, and both sides there."""
        where = ", ".join(f"{name} = {value}" for name, value in self.point)
        lines = [
            f"refuted: {self.function} is not {self.claim}",
            f"  component {self.component or 'itself'}, case {self.case}, at {where or 'every input'}:",
            f"  computed {self.computed} = {self.computed_value} (the program run there: {self.program_value})",
            f"  expected {self.expected} = {self.expected_value}",
            *([f"  {self.remark}"] if self.remark else []),
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Imprecision(Refutation):
    """The function computes the claim in exact arithmetic, but in fewer bits than the type `dtype` has.

    `precision` names the steps and their lines; the point, if there is one, shows how far off the program is there.
    """

    dtype: str = ""
    precision: tuple[str, ...] = ()

    def __str__(self):
        """The claim, the steps, and the point."""
        where = ", ".join(f"{name} = {value}" for name, value in self.point)
        lines = [
            f"imprecise: {self.function} is {self.claim} in exact arithmetic, but is not computed in {self.dtype}:",
            *(f"  {step}" for step in self.precision),
        ]
        if self.program_value:
            lines += [
                f"  component {self.component or 'itself'}, at {where or 'every input'}:",
                f"  computed {self.program_value}",
                f"  expected {self.expected_value}",
            ]
        return "\n".join(lines)


def read(text: str) -> Certificate | Refutation:
    """A verdict from its JSON."""
    fields: dict[str, Any] = {key: _tuples(value) for key, value in json.loads(text).items()}
    kinds = {kind.__name__: kind for kind in (Certificate, Refutation, Imprecision)}
    kind = fields.pop("verdict", None)
    if kind not in kinds:
        raise ValueError(f"the JSON of a verdict names {' or '.join(kinds)} as its 'verdict', not {kind!r}")
    return kinds[kind](**fields)


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
