"""What kills a mutant: a certificate, else floating point, else the library's contract; or why nothing can.

`EQUIVALENT` names the mutants that behave as the library does. The gate is red for a mutant that survives without being
named there, for one that is named there but killed, and for a name that no mutant has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from derivations.mutation import by_contract, by_rounding
from derivations.mutation.altered_library import load_library, sources
from derivations.mutation.by_certificate import Certificates, false_claims
from derivations.mutation.equivalent import EQUIVALENT
from derivations.mutation.operators import Change, changes

KILLERS = {
    "refuted": "a certificate is refuted, with a counterexample",
    "not proved": "a certificate can neither be made nor refuted",
    "does not run": "the library or a cost stops with an error",
    "floating point": "a cost or gradient in float32 is wrong by more than its few ulps",
    "contract": "bad input is accepted, or a result has another type",
}


class LibraryMutant(NamedTuple):
    """The library with one change to one of its modules."""

    module: str
    change: Change

    @property
    def name(self) -> str:
        """A unique name: module, function, the code that was changed and its replacement."""
        return f"{self.module}.{self.change.description}"


@dataclass(frozen=True)
class Finding:
    """What killed a mutant, one of KILLERS, or "survived"; and a remark."""

    name: str
    killed_by: str
    remark: str = ""


def library_mutants(every: int = 1) -> list[LibraryMutant]:
    """Every mutant of the modules on which the costs depend, or one in `every`."""
    found = [LibraryMutant(module, change) for module, source in sources().items() for change in changes(source)]
    return found[::every]


class Examination:
    """The claims, the true values and the contract by which mutants are examined."""

    def __init__(self):
        """Read the programs of the unchanged library."""
        self.certificates = Certificates()

    def examine(self, mutant: LibraryMutant) -> Finding:
        """What kills a mutant."""
        try:
            library = load_library({mutant.module: mutant.change.tree})
            found = self.certificates.notice(library, mutant.module, mutant.change.lines)
            if found:
                return Finding(mutant.name, found)
            if found := by_rounding.lost_digits(library):
                return Finding(mutant.name, "floating point", found)
            if found := by_contract.broken_promise(library):
                return Finding(mutant.name, "contract", found)
        except Exception as error:
            return Finding(mutant.name, "does not run", f"{type(error).__name__}: {error}".partition("\n")[0])
        return Finding(mutant.name, "survived", EQUIVALENT.get(mutant.name, ""))


def noticed_without_change() -> list[str]:
    """What the checks find wrong with the unchanged library; if they find anything, they say nothing about mutants."""
    library = load_library()
    return [*false_claims(), *filter(None, (by_rounding.lost_digits(library), by_contract.broken_promise(library)))]


def faults(findings: Sequence[Finding], complete: bool) -> Iterator[str]:
    """Why the gate is red, one line for each reason; names without a mutant are known only if all were examined."""
    for finding in findings:
        if finding.killed_by == "survived" and finding.name not in EQUIVALENT:
            yield f"survives, and is not named as equivalent: {finding.name}"
        if finding.killed_by != "survived" and finding.name in EQUIVALENT:
            yield f"is named as equivalent, but {finding.killed_by}: {finding.name}"
    if complete:
        for name in EQUIVALENT.keys() - {finding.name for finding in findings}:
            yield f"is named as equivalent, but no change is called that: {name}"
