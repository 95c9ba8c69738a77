"""Print the lower bounds of jaxce's dependencies as constraints for pip: `numpy>=2.0` becomes `numpy==2.0`."""

import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
for requirement in project["dependencies"]:
    name, version = requirement.split(">=")
    print(f"{name}=={version}")
    if name == "jax":
        print(f"jaxlib=={version}")
