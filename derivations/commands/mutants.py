"""`python -m derivations mutants`: mutate every operation of jaxce's costs in turn, and report what kills the mutant.

Processes share the mutants; each traces the claims about the unchanged library once.
"""

import argparse
import functools
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import jax
from rich.console import Console
from rich.progress import track

from derivations.commands.processes import shared
from derivations.mutation.by_every_size import EverySizeCertificates
from derivations.mutation.equivalent import EQUIVALENT
from derivations.mutation.examination import (
    KILLERS,
    Examination,
    Finding,
    LibraryMutant,
    faults,
    library_mutants,
    noticed_without_change,
)


def mutate_library(options: argparse.Namespace) -> int:
    """Examine mutants, print counts and faults; exit status 1 if a mutant survives that is not named as equivalent."""
    if options.every < 1:
        sys.exit(f"mutants: --every is 1 for all, or n for one in n, not {options.every}")
    if options.by_every_size:
        return count_by_every_size(options)
    _configure()
    console, start = Console(highlight=False, soft_wrap=True), time.perf_counter()
    with console.status("examining the unchanged library"):
        if wrong := noticed_without_change():
            sys.exit(f"mutants: the unchanged library does not pass: {'; '.join(wrong)}")
    chosen, findings = library_mutants(options.every), []
    disable = not console.is_terminal
    for finding in track(examine_mutants(chosen), "examining", len(chosen), console=console, disable=disable):
        findings.append(finding)
        if options.verbose:
            console.print(finding_line(finding), markup=False)
    wrong = list(faults(findings, complete=options.every == 1))
    console.print(findings_summary(findings), *wrong, f"{time.perf_counter() - start:.0f} s", sep="\n", markup=False)
    return int(bool(wrong))


def count_by_every_size(options: argparse.Namespace) -> int:
    """Print how many of the mutants that the certificates for every size cover are noticed by these alone."""
    _configure()
    console, start = Console(highlight=False, soft_wrap=True), time.perf_counter()
    certificates = _every_size()
    chosen = [m for m in library_mutants() if certificates.cover(m.module, m.change)][:: options.every]
    found = shared(_notice, chosen, begin=_configure)
    disable = not console.is_terminal
    counts: Counter[str] = Counter()
    for mutant, how in zip(
        chosen, track(found, "examining", len(chosen), console=console, disable=disable), strict=True
    ):
        counts[how] += 1
        if options.verbose:
            console.print(f"{how or 'unnoticed'}: {mutant.name}", markup=False)
    console.print(f"{len(chosen)} changes of lines that are certified for every size")
    console.print(f"{counts['not proved']:>6}  a certificate is not proved any more")
    console.print(f"{counts['does not run']:>6}  the library stops with an error")
    console.print(f"{counts['']:>6}  unnoticed by these certificates", f"{time.perf_counter() - start:.0f} s", sep="\n")
    return 0


_every_size = functools.cache(EverySizeCertificates)


def _notice(mutant: LibraryMutant) -> str:
    return _every_size().notice(mutant.module, mutant.change)


def _configure() -> None:
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_numpy_dtype_promotion", "strict")


_examination = functools.cache(Examination)


def _examine(mutant: LibraryMutant) -> Finding:
    return _examination().examine(mutant)


def examine_mutants(chosen: Sequence[LibraryMutant]) -> Iterator[Finding]:
    """What kills each mutant, in the order of the mutants."""
    return shared(_examine, chosen, begin=_configure)


def finding_line(finding: Finding) -> str:
    """What killed a mutant, its name, and the remark."""
    return f"{finding.killed_by}: {finding.name}" + (f" ({finding.remark})" if finding.remark else "")


def findings_summary(findings: Sequence[Finding]) -> str:
    """How many mutants there are of each module, and how many each check killed."""
    modules = Counter(finding.name.partition(".")[0] for finding in findings)
    caught = Counter(finding.killed_by for finding in findings)
    named = sum(finding.killed_by == "survived" and finding.name in EQUIVALENT for finding in findings)
    lines = [f"{len(findings)} changes: {', '.join(f'{count} of {module}.py' for module, count in modules.items())}"]
    lines += [f"{caught[kind]:>6}  {kind}: {meaning}" for kind, meaning in KILLERS.items()]
    lines += [f"{named:>6}  equivalent, each named with the reason", f"{caught['survived'] - named:>6}  survived"]
    return "\n".join(lines)
