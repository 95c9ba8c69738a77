"""The structure described in docs/design.md: which package may import which, no circular imports, unique names."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = "jaxce", "derivations", "benchmarks"

# What each package may import besides itself and the standard library. Within derivations, a package may import only
# those above it in this list, so that imports run one way. The mathematics (algebra, proof, book) never imports JAX.
ALLOWED = {
    "derivations.algebra": {"mpmath", "sympy"},
    "derivations.proof": {"derivations.algebra", "mpmath", "sympy"},
    "derivations.book": {"derivations.algebra", "derivations.proof", "sympy"},
    "derivations.certificate": {
        "derivations.algebra",
        "derivations.proof",
        "derivations.book",
        "jax",
        "numpy",
        "sympy",
    },
    "derivations.bug_zoo": {"derivations.certificate", "jax", "numpy", "sympy"},
    "derivations.design": {
        "derivations.algebra",
        "derivations.proof",
        "derivations.certificate",
        "jax",
        "jaxce",
        "numpy",
        "sympy",
    },
    "derivations.agreement": {"derivations.algebra", "derivations.proof", "jax", "jaxce", "mpmath", "numpy", "sympy"},
    "derivations.rounding": {"flint", "jax", "numpy"},
    "derivations.claims": {
        "derivations.algebra",
        "derivations.proof",
        "derivations.book",
        "derivations.certificate",
        "jax",
        "jaxce",
        "numpy",
        "optax",
        "sympy",
    },
    "derivations.mutation": {
        "derivations.algebra",
        "derivations.certificate",
        "derivations.agreement",
        "derivations.claims",
        "jax",
        "jaxce",
        "mpmath",
        "numpy",
        "sympy",
    },
    "derivations.page": {
        "derivations.algebra",
        "derivations.proof",
        "derivations.book",
        "derivations.design",
        "derivations.agreement",
        "sympy",
    },
    "derivations.commands": {
        "derivations.proof",
        "derivations.book",
        "derivations.certificate",
        "derivations.bug_zoo",
        "derivations.agreement",
        "derivations.claims",
        "derivations.mutation",
        "derivations.page",
        "jax",
        "jaxce",
        "rich",
    },
    "derivations": {  # what depends on JAX is imported lazily; only the type checker sees these imports
        "derivations.algebra",
        "derivations.proof",
        "derivations.book",
        "derivations.certificate",
        "derivations.design",
        "derivations.commands",
    },
    "jaxce": {"jax", "jaxtyping", "matplotlib", "numpy", "optax", "orbax", "platformdirs", "rich", "tyro"},
}
TOP_TO_BOTTOM = [package for package in ALLOWED if package.startswith("derivations.")]

# The names that several modules define, and the reason.
DEFINED_OFTEN = {
    "EQUATIONS": "each module of the chapter defines its part; `derivations.EQUATIONS` contains all of them",
    "main": "the function that `python -m` and an installed command call",
    "delta": "a letter of the book, which denotes another layer's error in each module that introduces it",
    "Step": "a step of a derivation, which `derivations` exports, and a step of a program, internal to certificates",
    "read": "of a verdict from its JSON, and of an array from its IDX file: the module's name says which",
    "faulty": "the cost with the bug in each module of the bug zoo",
    "mended": "the cost without it in each module of the bug zoo",
    "examine": "the question that tells them apart in each module of the bug zoo",
    "sigmoid": "an output layer, and its formula for arrays of expressions",
    "softmax": "an output layer, and its formula for arrays of expressions",
    "logsumexp": "the formula for arrays of expressions, and the form in which derived costs are computed",
    "mean": "the formula for arrays of expressions, and a letter of the book",
    "evaluate": "of a network on data, and of a formula in a case",
}


def source_files(root):
    """Each module's name and file."""
    files = (file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py")))
    return {".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def imported(module, modules):
    """The names of the modules that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(modules[module].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else node.module for name in inside)


def package(module):
    first, _, rest = module.partition(".")
    inner = f"{first}.{rest.partition('.')[0]}"
    return inner if inner in ALLOWED else first


def crossings(root):
    """Every import by a module in one of ALLOWED's packages from outside that package and the standard library."""
    modules = source_files(root)
    for module in modules:
        if package(module) in ALLOWED:
            for name in imported(module, modules):
                if package(name) != package(module) and package(name) not in sys.stdlib_module_names:
                    yield module, name


def forbidden_imports(root):
    return [
        f"{module} imports {name}" for module, name in crossings(root) if package(name) not in ALLOWED[package(module)]
    ]


def circle(root):
    """Modules each of which imports the next, and the last of which imports the first; [] if there are none."""
    modules, done = source_files(root), set()

    def visit(module, path):
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        done.add(module)
        inside = filter(modules.__contains__, imported(module, modules))
        return next(filter(None, (visit(name, [*path, module]) for name in inside)), [])

    return next(filter(None, (visit(module, []) for module in modules)), [])


def defined(module):
    """The public names of functions, classes and values that a module defines, except the book's single letters."""
    for statement in ast.parse(module.read_text()).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names = [statement.name]
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        else:
            continue
        yield from (name for name in names if not name.startswith("_") and len(name) > 1)


def defined_twice(root):
    places = defaultdict(set)
    for module, file in source_files(root).items():
        for name in defined(file):
            places[name].add(module)
    return {name: sorted(of) for name, of in places.items() if len(of) > 1 and name not in DEFINED_OFTEN}


def test_every_import_is_allowed():
    assert not forbidden_imports(ROOT)


def test_every_allowed_import_is_used():
    used = {(package(module), package(name)) for module, name in crossings(ROOT)}
    assert used == {(importer, name) for importer, names in ALLOWED.items() for name in names}


def test_imports_run_from_the_top_of_the_list_to_the_bottom():
    for place, importer in enumerate(TOP_TO_BOTTOM):
        assert not ALLOWED[importer] & set(TOP_TO_BOTTOM[place:])


def test_no_files_import_each_other_in_a_circle():
    assert not circle(ROOT)


def test_designing_a_cost_imports_no_jax():
    assert not (ROOT / "derivations/design/__init__.py").read_text()


def test_each_public_name_is_defined_once():
    assert not defined_twice(ROOT)


def test_the_exceptions_are_needed():
    names = [name for file in source_files(ROOT).values() for name in set(defined(file))]
    assert all(names.count(name) > 1 for name in DEFINED_OFTEN)


def house(root, **files):
    """A folder of source files with these contents; two underscores in a name stand for a slash."""
    for name, content in files.items():
        file = root / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return root


@pytest.mark.parametrize(
    ("importer", "line", "fault"),
    [
        ("derivations__algebra__zero", "import jax.numpy as jnp", "derivations.algebra.zero imports jax.numpy"),
        (
            "derivations__proof__equation",
            "def f():\n    from jaxce import softmax",
            "derivations.proof.equation imports jaxce",
        ),
        (
            "derivations__algebra__zero",
            "from derivations.proof import equation",
            "derivations.algebra.zero imports derivations.proof",
        ),
        ("jaxce__costs", "from sympy import log", "jaxce.costs imports sympy"),
        ("jaxce__costs", "import derivations", "jaxce.costs imports derivations"),
    ],
)
def test_a_forbidden_import_and_one_that_runs_upward_are_detected(importer, line, fault, tmp_path):
    assert forbidden_imports(house(tmp_path, **{importer: line})) == [fault]


def test_a_circle_of_imports_is_detected(tmp_path):
    files = {
        "derivations__algebra__a": "from derivations.algebra.b import f",
        "derivations__algebra__b": "from derivations.algebra import c",
        "derivations__algebra__c": "import derivations.algebra.a",
    }
    assert circle(house(tmp_path, **files)) == [f"derivations.algebra.{name}" for name in "abc"]


def test_a_name_that_is_defined_twice_is_detected(tmp_path):
    files = {"jaxce__costs": "def linear(): ...\nx = main = 1", "benchmarks__peers": "a, linear = 1, 2\nx = main = 2"}
    assert defined_twice(house(tmp_path, **files)) == {"linear": ["benchmarks.peers", "jaxce.costs"]}
