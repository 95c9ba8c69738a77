"""A copy of the part of jaxce that certificates are about, with one of its modules mutated."""

import ast
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import jaxce

FOLDER = Path(jaxce.__file__).parent
OF_COSTS = ("outputs", "costs", "options", "soft_capping", "layer_by_blocks")


def sources() -> dict[str, str]:
    """The source of each module of jaxce that the costs need, each after the modules that it imports.

    Example:
        >>> "costs" in sources(), "network" in sources()
        (True, False)
    """
    found: dict[str, str] = {}
    for name in OF_COSTS:
        found |= _with_imports(name, found)
    return found


def _with_imports(name: str, known: Mapping[str, str]) -> dict[str, str]:
    source, found = (FOLDER / f"{name}.py").read_text(), dict(known)
    for imported in _imports(source):
        if imported not in found:
            found |= _with_imports(imported, found)
    return found | {name: source}


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("jaxce."):
            yield node.module.removeprefix("jaxce.")


def load_library(changed: Mapping[str, ast.Module] | None = None) -> types.SimpleNamespace:
    """Everything that those modules define, executed anew, some from a changed tree; the imported jaxce is unaffected.

    Example:
        >>> changed = {"soft_capping": ast.parse("soft_cap = None")}
        >>> load_library(changed).soft_cap, jaxce.soft_cap is None
        (None, False)
    """
    trees = {name: ast.parse(source) for name, source in sources().items()} | dict(changed or {})
    defined = {}
    with mock.patch.dict(sys.modules):
        for name, tree in trees.items():
            module = sys.modules[f"jaxce.{name}"] = types.ModuleType(f"jaxce.{name}")
            exec(compile(tree, FOLDER / f"{name}.py", "exec"), vars(module))
            defined |= vars(module)
    return types.SimpleNamespace(**defined)
