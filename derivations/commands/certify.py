"""`python -m derivations certify`: certificates of jaxce and optax.losses, of another library, or of a user's function.

Processes share the work: each builds the list of claims and is told which of them to examine. It gets a few neighbours
at a time, since these contain the same expressions, for which SymPy's cache then has results.
"""

import argparse
import functools
import itertools
import os
import sys
import sysconfig
import time
import traceback
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from derivations.certificate.certifier import UnprovedError
from derivations.certificate.verdict import Certificate, Refutation
from derivations.claims.batches import batch_claims
from derivations.claims.blocks import block_claims
from derivations.claims.claim import Claim
from derivations.claims.derivatives import derivative_claims
from derivations.claims.edges import edge_claims
from derivations.claims.every_size import every_size_claims
from derivations.claims.libraries import LIBRARIES
from derivations.claims.networks import network_claims
from derivations.claims.optax_losses import optax_claims
from derivations.claims.options import option_claims
from derivations.claims.pairs import pair_claims
from derivations.claims.user_function import user_claims
from derivations.commands.libraries_page import Examined, Section, page_of_libraries
from derivations.commands.processes import shared

NEIGHBOURS = 8


def claims_about_jaxce() -> list[Claim]:
    """The claims about jaxce."""
    of_jaxce = (
        pair_claims(),
        batch_claims(),
        derivative_claims(),
        edge_claims(),
        block_claims(),
        option_claims(),
        network_claims(),
    )
    return list(itertools.chain(*of_jaxce))


def every_claim() -> list[Claim]:
    """All claims, about jaxce first; about optax, which are quick, last, so that no process waits long for another."""
    return [*claims_about_jaxce(), *every_size_claims(), *optax_claims()]


def claims_about(package: str) -> list[Claim]:
    """The claims about one package, or those that the command examines by default."""
    if package in LIBRARIES:
        return list(LIBRARIES[package].claims())
    return claims_about_jaxce() if package == "jaxce" else every_claim()


def certify_all(options: argparse.Namespace) -> int:
    """Certify claims, print a table and every refutation; exit status 1 unless exactly those fail that should."""
    if bool(options.function) != bool(options.equation):
        sys.exit("certify: --function and --equation go together, as in --function module:name --equation 84")
    if options.function and options.package:
        sys.exit("certify: --package is for other people's functions, --function for your own")
    if options.json:
        _make_folder(options.json)
    if options.markdown:
        return _print_libraries()
    console, start = Console(highlight=False), time.perf_counter()
    try:
        if options.function:
            chosen = list(user_claims(options.function, options.equation))
            verdicts = [_timed(claim) for claim in chosen]
        else:
            chosen = _claims(options.package)
            verdicts = _examined(options.package, console)
    except ImportError as error:
        sys.exit(f"certify: {LIBRARIES[options.package].distribution} cannot be imported: {error}")
    except Exception as error:
        if not options.function and not isinstance(error, ValueError):
            raise
        sys.exit(f"certify: {_in_one_line(error, options.function)}")
    _print(console, chosen, verdicts)
    if options.json:
        _write(options.json, [verdict for verdict, _ in verdicts])
    wrong = [verdict for claim, (verdict, _) in zip(chosen, verdicts, strict=True) if bool(verdict) != claim.holds]
    done = sum(isinstance(verdict, Certificate) for verdict, _ in verdicts)
    seconds = time.perf_counter() - start
    console.print(
        f"{done} certified, {len(verdicts) - done} refuted, {len(wrong)} of them unexpectedly, {seconds:.0f} s"
    )
    return int(bool(wrong))


def _print_libraries() -> int:
    """Print the page about other people's libraries; exit status 1 unless exactly those claims fail that should."""
    console, sections = Console(stderr=True), []
    for library in LIBRARIES.values():
        absence = library.absence
        verdicts = [] if absence else [Examined(*found) for found in _examined(library.package, console)]
        sections.append(Section(library, [] if absence else _claims(library.package), verdicts, absence))
    print(page_of_libraries(sections), end="")
    return int(not all(section.is_right for section in sections))


def _in_one_line(error: Exception, function: str) -> str:
    """What went wrong: for an error in the user's function, its first line, and the user's line."""
    frames = [f"{frame.f_code.co_filename}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)]
    inside = "<", f"{Path(__file__).parents[1]}/", sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")
    theirs = [frame for frame in frames if not frame.startswith(inside)]
    if not theirs or not function:
        return str(error)
    return f"{function} stops with {type(error).__name__}: {str(error).partition(chr(10))[0]}, at {theirs[-1]}"


def _print(console: Console, chosen: list[Claim], verdicts: list) -> None:
    table = Table("function", "claim", "cases", "assuming", "seconds")
    for claim, (verdict, seconds) in zip(chosen, verdicts, strict=True):
        cases = str(len(verdict.cases)) if verdict else "REFUTED"
        table.add_row(claim.name, claim.says, cases, "; ".join(verdict.assumptions), f"{seconds:.1f}")
    console.print(table, markup=False)
    for verdict, _ in verdicts:
        if not verdict:
            console.print(str(verdict), markup=False)


def _make_folder(folder: Path) -> None:
    """Make the folder for the verdicts before they are worked out, which takes minutes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"certify: --json {folder} cannot be made a folder: {error.strerror}")
    if not os.access(folder, os.W_OK):
        sys.exit(f"certify: --json {folder} cannot be written to")


def _write(folder: Path, verdicts: list[Certificate | Refutation]) -> None:
    for number, verdict in enumerate(verdicts, start=1):
        (folder / f"{number:03}.json").write_text(verdict.to_json() + "\n")


_claims = functools.cache(claims_about)


def _examined(package: str, console: Console) -> list[tuple[Certificate | Refutation, float]]:
    """The verdict on each claim about a package and its seconds, found by several processes, with a bar of progress."""
    places = [(package, number) for number in range(len(_claims(package)))]
    found = shared(_examine, places, neighbours=NEIGHBOURS)
    return list(track(found, f"certifying {package}".rstrip(), len(places), console=console, transient=True))


def _examine(place: tuple[str, int]) -> tuple[Certificate | Refutation, float]:
    package, number = place
    return _timed(_claims(package)[number])


def _timed(claim: Claim) -> tuple[Certificate | Refutation, float]:
    start = time.perf_counter()
    try:
        return claim.certify(), time.perf_counter() - start
    except (UnprovedError, NotImplementedError) as error:
        raise ValueError(f"{claim}: {error}") from error
