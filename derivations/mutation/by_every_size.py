"""Whether the certificates for every size alone notice a mutant: their claims are proved anew for the mutated library.

Only sizes from 2 on are proved, by one proof for all of them, and no counterexample is sought at single sizes: a mutant
is noticed if a proof that the library has is not found any more, or the library does not run.
"""

from dataclasses import dataclass
from types import SimpleNamespace

from derivations.algebra.cases import UndecidedError
from derivations.certificate.budget import Deadline, OutOfTimeError
from derivations.certificate.certifier import fingerprint
from derivations.certificate.every_size.certifying import NotShownError, proved_worlds
from derivations.certificate.every_size.statement import stated
from derivations.certificate.every_size.tracing import Traced, TracingError, traced
from derivations.certificate.interpreter import steps
from derivations.certificate.literals import Reading
from derivations.claims.claim import Claim
from derivations.claims.every_size import every_size_claims
from derivations.mutation.altered_library import load_library
from derivations.mutation.by_certificate import lines_of
from derivations.mutation.operators import Change

SECONDS = 60.0  # the library's own claims take less than ten


def own_claims(library: SimpleNamespace) -> list[Claim]:
    """The claims for every size about a library, and not about those of others."""
    return [claim for claim in every_size_claims(library) if not claim.function]


@dataclass(frozen=True)
class Certified:
    """The program of a claim about the unchanged library: its fingerprint, and the lines that make it."""

    fingerprint: str
    lines: frozenset[tuple[str, int]]


class EverySizeCertificates:
    """The claims, and the programs that the unchanged library has for them."""

    def __init__(self):
        """Read those programs."""
        self.known = []
        for claim in own_claims(load_library()):
            program = _traced(claim)
            _, needed, _ = steps(program.jaxpr)
            self.known.append(Certified(fingerprint(program), frozenset(lines_of(needed))))

    def cover(self, module: str, change: Change) -> bool:
        """Whether a changed line makes a step of a program that is certified."""
        places = {(module, line) for line in change.lines}
        return any(not places.isdisjoint(known.lines) for known in self.known)

    def notice(self, module: str, change: Change) -> str:
        """How a claim about the mutated library fails, "not proved" or "does not run"; "" if all of them hold."""
        places = {(module, line) for line in change.lines}
        try:
            changed = own_claims(load_library({module: change.tree}))
            for claim, known in zip(changed, self.known, strict=True):
                if not places.isdisjoint(known.lines) and not _is_proved(claim, known.fingerprint):
                    return "not proved"
        except Exception:  # whatever a mutated library does
            return "does not run"
        return ""


def _is_proved(claim: Claim, fingerprint_before: str = "") -> bool:
    """Whether a claim is proved for all sizes from 2 on; it is, if its program has not changed."""
    try:
        program = _traced(claim)
        if fingerprint(program) == fingerprint_before:
            return True
        statement = stated(claim.formula, claim.arguments, claim.assuming)
        with Deadline(SECONDS):
            return bool(proved_worlds(program, statement, Reading([statement.formula])))
    except (NotShownError, TracingError, UndecidedError, OutOfTimeError, NotImplementedError, ArithmeticError):
        return False


def _traced(claim: Claim) -> Traced:
    return traced(claim.program, stated(claim.formula, claim.arguments, claim.assuming).inputs)
