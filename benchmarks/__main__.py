"""The front end: `python -m benchmarks` lists the benchmarks, `python -m benchmarks NAME ...` runs some."""

import argparse
import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

import benchmarks
from benchmarks import report


def modules() -> dict[str, ModuleType]:
    """Every benchmark by its name: the modules of this package that have a `measure`."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    found = {name: importlib.import_module(f"benchmarks.{name}") for name in sorted(names)}
    return {name: module for name, module in found.items() if hasattr(module, "measure")}


def main(arguments: Sequence[str] | None = None) -> None:
    """List the benchmarks with their claims, or run those named, each with the same options."""
    found = modules()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(found)}")
    report.add_options(parser)
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {*found, "all"}:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}: choose all, or some of {', '.join(found)}")
    if not options.names:
        report.print_table("", [{"benchmark": name, "claim": report.claim(module)} for name, module in found.items()])
    for name in found if "all" in options.names else options.names:
        found[name].main(["--results", str(options.results), *["--quick"] * options.quick])


if __name__ == "__main__":
    main()
