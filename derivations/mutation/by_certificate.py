"""Whether certificates kill a mutant: the claims that hold for jaxce are certified for the mutated library.

A claim needs no second proof if the mutation leaves its program as it was. Claims whose programs come from the mutated
lines are examined first, short programs before long ones.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from derivations.algebra.cases import UndecidedError
from derivations.certificate.certifier import UnprovedError, fingerprint
from derivations.certificate.interpreter import Step, steps
from derivations.certificate.program import Program
from derivations.claims.batches import batch_claims
from derivations.claims.blocks import block_claims
from derivations.claims.claim import Claim, Kind, Situation, Targets
from derivations.claims.derivatives import derivative_claims
from derivations.claims.edges import edge_claims
from derivations.claims.options import option_claims
from derivations.claims.pairs import cost_claims, output_claims, output_layers, pair_claims
from derivations.mutation.altered_library import FOLDER, load_library


def gate_claims(library: SimpleNamespace) -> list[Claim]:
    """The claims about a library that are to kill mutants: for two outputs, and for three where that shows more."""
    claims = [
        *pair_claims((2,), library),
        *derivative_claims(library),
        *edge_claims(library),
        *batch_claims(library),
        *block_claims(library),
        *option_claims(library),
    ]
    tempered = output_layers(library)[-1]
    three_outputs = *output_claims(tempered, 3), *cost_claims("cross_entropy", tempered, 3, library)
    return [*filter(_stands_for_others, claims), *filter(_does_not_follow, three_outputs)]


def _stands_for_others(claim: Claim) -> bool:
    """Whether to examine a claim rather than others whose programs the same lines of the library make.

    Of the labels only 0 is examined; of two examples, any targets with axis -1 and labels with axis 0.
    """
    if claim.axis is not None:
        return (claim.axis, claim.targets) in {(-1, Targets.ANY), (0, Targets.LABELS)}
    return claim.situation is not Situation.PLAIN or claim.block is not None or claim.label in (None, 0)


def _does_not_follow(claim: Claim) -> bool:
    """Whether a claim about three outputs can fail where the same claim about two holds."""
    return claim.part is not None or (claim.kind is Kind.GRADIENT and claim.targets is Targets.ANY)


@dataclass(frozen=True)
class Known:
    """The program of a claim about the unchanged library: its fingerprint, its length, and the lines that make it."""

    fingerprint: str
    length: int
    lines: frozenset[tuple[str, int]]


class Certificates:
    """The claims, and the programs that the unchanged library has for them."""

    def __init__(self):
        """Read those programs."""
        self.known = [_known(Program(claim.program, *claim.arguments)) for claim in gate_claims(load_library())]

    def notice(self, library: SimpleNamespace, module: str, lines: range) -> str:
        """How a claim about the mutated library fails, "refuted" or "not proved"; "" if all of them hold."""
        changed, failed = gate_claims(library), ""
        places = {(module, line) for line in lines}
        for number in sorted(range(len(changed)), key=lambda number: self._rank(number, places)):
            found = self._examine(number, changed[number])
            if found == "refuted":
                return found
            failed = failed or found
        return failed

    def _rank(self, number: int, places: set[tuple[str, int]]) -> tuple[bool, int]:
        return places.isdisjoint(self.known[number].lines), self.known[number].length

    def _examine(self, number: int, claim: Claim) -> str:
        if fingerprint(Program(claim.program, *claim.arguments)) == self.known[number].fingerprint:
            return ""
        try:
            return "" if claim.certify() else "refuted"
        except (UnprovedError, UndecidedError, NotImplementedError, ArithmeticError):
            return "not proved"


def false_claims() -> list[str]:
    """The claims that do not hold of the unchanged library."""
    return [str(claim) for claim in gate_claims(load_library()) if not claim.certify()]


def _known(program: Program) -> Known:
    _, needed, _ = steps(program.jaxpr)
    return Known(fingerprint(program), len(needed), frozenset(lines_of(needed)))


def lines_of(needed: list[Step]) -> Iterator[tuple[str, int]]:
    """The modules and line numbers of the library at which a program's steps were written."""
    for step in needed:
        for eqn in (step.eqn, *step.calls):
            traceback = eqn.source_info.traceback
            for frame in traceback.frames if traceback else ():
                if module := _module(frame.file_name):
                    yield module, frame.line_num


@functools.cache
def _module(file: str) -> str:
    """The name of a module of the library; nothing for another file."""
    path = Path(file)
    return path.stem if path.parent == FOLDER else ""
