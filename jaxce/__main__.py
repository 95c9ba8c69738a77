"""`python -m jaxce`, and the installed command `jaxce`: from its beginning it can be ended, with one line."""

import os
import sys
from collections.abc import Sequence

from jaxce.interruption import Interruption


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Bad input ends it with one line on standard error and exit status 2, Ctrl-C with 130."""
    with Interruption() as interruption:
        from jaxce import command_line  # here, since it takes a second to import JAX

        command_line.run(sys.argv[1:] if arguments is None else arguments, interruption)


def program() -> None:
    """Run the command of this process; where it was interrupted, JAX's threads are not waited for, nor JAX's exit."""
    try:
        main()
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(INTERRUPTED)


INTERRUPTED = 130

if __name__ == "__main__":
    program()
