"""`python -m derivations page`: the chapter as one file of HTML."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from derivations.commands.processes import shared
from derivations.page.document import document
from derivations.page.findings import FINDINGS, Findings, find_out, findings_as_json, outdated, read_findings, updated
from jaxce.files import check_writable, write_file


def write_page(options: argparse.Namespace) -> int:
    """Write the page, after examining what has changed since it was examined; exit status 2 if it cannot be written."""
    files = [options.file, *([options.findings] if options.findings else [])]
    try:
        for file in files:
            check_writable(file)
        findings = _examined(_known(options.findings or FINDINGS))
        contents = [document(findings), findings_as_json(findings)]
        for file, content in zip(files, contents, strict=False):
            write_file(file, lambda stream, content=content: stream.write(content.encode()))
    except OSError as error:
        print(f"page: {error}", file=sys.stderr)
        return 2
    print(f"{options.file}: {len(contents[0].encode()) / 1e6:.2f} MB, {len(findings.equations)} equations")
    return 0


def _known(file: Path) -> Findings:
    return read_findings(file.read_text(encoding="utf-8")) if file.exists() else Findings()


def _examined(known: Findings) -> Findings:
    """The findings with those that are missing or out of date."""
    todo = outdated(known)
    if not todo:
        return known
    console = Console(stderr=True)
    found = track(shared(find_out, todo, begin=use_float64), "examining", len(todo), console=console, transient=True)
    return updated(known, zip(todo, found, strict=True))


def use_float64() -> None:
    """In a process that examines equations, jaxce computes in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
