"""Everything that is checked of one equation: its proof, its mutants, its agreement with jaxce."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from derivations.book import EQUATIONS
from derivations.processes import shared
from derivations.proof.mutants import mutants


class Report(NamedTuple):
    """What was found of one equation."""

    label: str
    proof: str
    links: int
    refused: int
    equivalent: tuple[str, ...]
    undecided: tuple[str, ...]
    disagreement: float | None
    components: int
    agrees: bool
    proved: bool

    @property
    def ok(self) -> bool:
        """Whether the equation is proved, every mutant that is not equivalent refused, and jaxce agrees."""
        return self.proved and self.agrees and not self.undecided


def examine(label: str) -> Report:
    """Prove an equation, refuse its mutants, hold it against jaxce.

    >>> report = examine("79")
    >>> report.ok, report.refused >= 3, report.disagreement
    (True, True, None)
    """
    from derivations.agreement.compare import agreement

    equation = EQUATIONS[label]
    proof = equation.prove()
    copies = mutants(equation)
    accepted = [copy for copy in copies if copy.counterexample is None]
    equivalent = tuple(copy.change for copy in accepted if copy.equation.prove())
    found = agreement(equation)
    return Report(
        label=label,
        proof=str(proof),
        links=proof.links,
        refused=len(copies) - len(accepted),
        equivalent=equivalent,
        undecided=tuple(copy.change for copy in accepted if copy.change not in equivalent),
        disagreement=found.disagreement if found else None,
        components=found.components * found.points if found else 0,
        agrees=found.ok if found else True,
        proved=proof.ok,
    )


def examine_all(labels: Sequence[str]) -> Iterator[Report]:
    """The reports in the order of the labels."""
    return shared(examine, labels, begin=_use_float64)


def _use_float64():
    import jax

    jax.config.update("jax_enable_x64", True)
