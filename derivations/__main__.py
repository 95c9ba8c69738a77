"""The command line: its options, and the commands that they run.

    python -m derivations [--only 78..84]
    python -m derivations list
    python -m derivations show 76 [--latex]
    python -m derivations errata
    python -m derivations certify [--function module:name --equation 84] [--package NAME]
    python -m derivations mutants
    python -m derivations zoo
    python -m derivations page FILE.html
    python -m derivations --version

A further command is a file in `derivations.commands` whose function takes the parsed options and returns the exit
status, and a few lines in `parser`.
"""

import argparse
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable
from pathlib import Path

from derivations.commands.plain_text import use_plain_characters


def parser() -> argparse.ArgumentParser:
    """The options of `python -m derivations`."""
    whole = argparse.ArgumentParser(prog="python -m derivations", description="Chapter 3, derived and checked.")
    whole.set_defaults(run=_command("prove", "check_equations"))
    whole.add_argument("--only", metavar="78..84", help="check one equation or a range")
    whole.add_argument("--version", dest="run", action="store_const", const=_version, help="print the version")
    commands = whole.add_subparsers(metavar="command")
    commands.add_parser("list", help="list the equations").set_defaults(run=_command("show", "list_equations"))
    _add_show(commands)
    commands.add_parser("errata", help="list the errors of the sources").set_defaults(
        run=_command("errata", "list_errata")
    )
    _add_certify(commands)
    _add_mutants(commands)
    _add_zoo(commands)
    _add_page(commands)
    return whole


def _command(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A command, imported when it runs: JAX takes longer to import than `show` to run."""

    def run(options: argparse.Namespace) -> int:
        return getattr(importlib.import_module(f"derivations.commands.{module}"), function)(options)

    return run


def _version(options: argparse.Namespace) -> int:
    print(f"jaxce {importlib.metadata.version('jaxce')}, of which derivations is a part")
    return 0


def _add_show(commands) -> None:
    show = commands.add_parser("show", help="show one derivation step by step")
    show.add_argument("label", help="its number or name, as `list` prints it")
    show.add_argument("--latex", action="store_true", help="as LaTeX")
    show.set_defaults(run=_command("show", "show_equation"))


def _add_certify(commands) -> None:
    certify = commands.add_parser(
        "certify",
        help="certify the programs of jaxce and optax, or a function of yours",
        epilog="`python -m derivations mutants` shows that an error in jaxce would be noticed.",
    )
    certify.add_argument("--function", metavar="MODULE:NAME", help="a function of your own, of z (or a) and y")
    certify.add_argument(
        "--equation",
        metavar="LABEL",
        help="what it should be: a number such as 84, or a pair such as 'cross-entropy + sigmoid'",
    )
    certify.add_argument(
        "--package",
        metavar="NAME",
        default="",
        choices=("jaxce", "jax.nn", "optax.losses", "keras.losses", "numpyro.distributions", "rlax"),
        help="the claims about one package: jaxce, jax.nn, optax.losses, keras.losses, numpyro.distributions or rlax",
    )
    certify.add_argument("--markdown", action="store_true", help="the page docs/other-libraries.md")
    certify.add_argument("--json", metavar="FOLDER", type=Path, help="write each verdict to this folder")
    certify.set_defaults(run=_command("certify", "certify_all"))


def _add_mutants(commands) -> None:
    mutants = commands.add_parser(
        "mutants",
        help="change every operation of jaxce's costs in turn, and see that it is noticed",
        description="Change every operation of jaxce's costs in turn: certificates, or else floating point or the "
        "refusal of bad input, must notice. Exit status 1 if a change survives that is not named as equivalent.",
    )
    mutants.add_argument("--every", metavar="N", type=int, default=1, help="only one change in N")
    mutants.add_argument("--verbose", action="store_true", help="a line for each change")
    mutants.add_argument(
        "--by-every-size", action="store_true", help="count those that the certificates for every size notice alone"
    )
    mutants.set_defaults(run=_command("mutants", "mutate_library"))


def _add_zoo(commands) -> None:
    zoo = commands.add_parser("zoo", help="refute costs with bugs that were shipped, and certify the mended ones")
    zoo.add_argument("--markdown", action="store_true", help="the page docs/bug-zoo.md")
    zoo.set_defaults(run=_command("zoo", "show_zoo"))


def _add_page(commands) -> None:
    page = commands.add_parser("page", help="write the chapter as one page of HTML to play with")
    page.add_argument("file", metavar="FILE.html", type=Path, help="the file to write; it needs no other")
    page.add_argument(
        "--findings",
        metavar="FILE.json",
        type=Path,
        help="keep what is found out about the equations here; if there is no such file, all are examined",
    )
    page.set_defaults(run=_command("page", "write_page"))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    use_plain_characters()
    options = parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as in `list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where the rest goes at exit
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
