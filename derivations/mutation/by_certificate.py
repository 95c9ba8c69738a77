"""Whether certificates notice a changed library: claims that are certified of jaxce as it is, and then of the change.

A claim whose program the change leaves as it was needs no second proof; those that come from the changed lines are
examined first, short ones before long ones.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from derivations.algebra.cases import UndecidedError
from derivations.certificate.certifier import UnprovedError, fingerprint
from derivations.certificate.interpreter import Value, steps
from derivations.certificate.program import Program
from derivations.claims import batches, derivatives, edges, pairs
from derivations.claims.pairs import Claim
from derivations.mutation.altered_library import FOLDER, load


def claims(library: SimpleNamespace) -> list[Claim]:
    """What is claimed of a library: for two outputs, and for three what does not follow from that."""
    layers, costs = pairs.layers(library), library.COSTS
    plain = [claim for layer in layers for claim in pairs.output_claims(layer, 2)]
    for layer, cost in itertools.product(layers, costs):
        plain += itertools.islice(pairs.cost_claims(cost, layer, 2, library), 4)  # by targets, and by a label
    kinds = "axis -1, targets", "axis 0, labels"
    two_examples = (claim for claim in batches.claims(library) if claim.says.endswith(kinds))
    others = *derivatives.claims(library), *edges.claims(library), *two_examples
    _, gradient, *_ = pairs.cost_claims("cross_entropy", layers[-1], 3, library)
    return [*plain, *others, *pairs.output_claims(layers[-1], 3), gradient]


@dataclass(frozen=True)
class Known:
    """A claim about the library as it is: its program, how long that is, and the library's lines that it is made on."""

    fingerprint: str
    length: int
    lines: frozenset[tuple[str, int]]


class Certificates:
    """The claims, and the programs that they are about in the library as it is."""

    def __init__(self):
        """Read those programs."""
        self.known = [_known(Program(claim.program, *claim.arguments)) for claim in claims(load())]

    def notice(self, library: SimpleNamespace, module: str, lines: range) -> str:
        """How the claims about a changed library fail, or "" if they hold."""
        changed, failed = claims(library), ""
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
    """The claims that do not hold of the library as it is."""
    return [f"{claim.name}, {claim.says}" for claim in claims(load()) if not claim.certify()]


def _known(program: Program) -> Known:
    return Known(fingerprint(program), len(str(program.jaxpr)), frozenset(_lines(program)))


def _lines(program: Program) -> Iterator[tuple[str, int]]:
    """The modules and lines of the library that a program was made on."""
    needed, _ = steps(program.jaxpr, [Value() for _ in program.inputs])
    for step in needed:
        for eqn in (step.eqn, *step.calls):
            traceback = eqn.source_info.traceback
            for frame in traceback.frames if traceback else ():
                path = Path(frame.file_name)
                if path.parent == FOLDER:
                    yield path.stem, frame.line_num
