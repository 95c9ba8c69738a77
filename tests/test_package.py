"""The installed package: the wheel contains types, data and licences, its page has no broken link, it has a version."""

import ast
import importlib
import operator
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import derivations
import jaxce
from derivations.__main__ import main as derivations_main
from jaxce.__main__ import main as jaxce_main

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TYPED = {"jaxce/py.typed", "derivations/py.typed"}  # without these files, type checkers treat everything as Any
MNIST = {f"jaxce/mnist/{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")}
PAGE = {str(path.relative_to(ROOT)) for path in (ROOT / "derivations/page/web").iterdir()}
PAGE |= {"derivations/page/findings.json"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    with zipfile.ZipFile(path) as file:
        yield file


def files(wheel):
    return set(wheel.namelist())


def metadata(wheel):
    (name,) = (name for name in files(wheel) if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_holds_all_modules_the_types_and_mnist_and_nothing_else(wheel):
    modules = {str(path.relative_to(ROOT)) for name in ("jaxce", "derivations") for path in (ROOT / name).rglob("*.py")}
    expected = modules | TYPED | MNIST | PAGE | {"jaxce/mnist/LICENSE"}
    assert {name for name in files(wheel) if ".dist-info/" not in name} == expected


def test_the_metadata_name_both_licences(wheel):
    assert metadata(wheel)["License-Expression"] == "Apache-2.0 AND CC-BY-SA-3.0"
    assert set(metadata(wheel).get_all("License-File", [])) == {"LICENSE", "jaxce/mnist/LICENSE"}


def relative_addresses(page):
    return re.findall(r"\]\((?!https?:|#)([^)]*)\)", page)


def test_the_package_page_has_no_relative_link(wheel):
    page = metadata(wheel).get_payload()
    assert "# jaxce" in page
    assert relative_addresses(page) == []
    assert relative_addresses((ROOT / "README.md").read_text()) != []  # so the test can fail


def test_every_dependency_has_a_lower_bound():
    assert all(re.fullmatch(r"[a-z]+>=[\d.]+", requirement) for requirement in PROJECT["dependencies"])


def test_the_version_is_that_of_the_package():
    assert jaxce.__version__ == PROJECT["version"]


def test_an_attribute_that_does_not_exist_is_named():
    with pytest.raises(AttributeError, match="module 'jaxce' has no attribute 'no_such_cost'"):
        operator.attrgetter("no_such_cost")(jaxce)


@pytest.mark.parametrize("main", [jaxce_main, derivations_main], ids=["jaxce", "derivations"])
def test_the_commands_print_the_version(main, capsys):
    main(["--version"])
    assert capsys.readouterr().out.startswith(f"jaxce {PROJECT['version']}")


def test_type_checkers_are_told_the_names_that_derivations_imports_lazily():
    told = typed(derivations)
    assert told == {name: f"derivations.{module}" for name, module in derivations._BRIDGE.items()}
    assert told.keys() < set(derivations.__all__)
    for name, module in told.items():
        assert getattr(derivations, name) is getattr(importlib.import_module(str(module)), name)


def typed(package):
    """The names that a package imports for type checkers, and their modules."""
    tree = ast.parse(Path(package.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_type_checkers_are_told_the_names_that_jaxce_imports_lazily():
    lazy = {name: f"jaxce.{module}" for module, names in jaxce._NAMES.items() for name in names}
    assert typed(jaxce) == lazy | {"mnist": "jaxce"}
    assert set(jaxce.__all__) == set(dir(jaxce)) == {*lazy, "mnist"}
    for name, module in lazy.items():
        assert getattr(jaxce, name) is getattr(importlib.import_module(module), name)


def test_importing_jaxce_imports_no_jax_and_does_not_look_up_its_version():
    program = "import jaxce, sys; assert '__version__' not in vars(jaxce); assert 'jax' not in sys.modules"
    program += "; jaxce.network.Layer, jaxce.mnist.load, jaxce.__version__; from jaxce import *; softmax"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
