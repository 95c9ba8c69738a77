"""What a long measurement has finished: a file that it continues from after an interruption.

The file belongs to the sources and the device that were measured, whose digest it holds; that of others is not used.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import jax

from jaxce.files import write_file


def digest_of_sources(modules: Iterable[ModuleType]) -> str:
    """A fingerprint of the sources of some modules, of JAX's version and of the device."""
    whole = hashlib.sha256(f"{jax.__version__} {jax.devices()[0].device_kind}".encode())
    for module in modules:
        whole.update(Path(str(module.__file__)).read_bytes())
    return whole.hexdigest()


def read_finished(file: Path, of: str) -> dict[str, Any]:
    """What the file says was finished, by its names; nothing if there is no such file, or it belongs to another digest.

    Example:
        >>> read_finished(Path("absent.json"), "")
        {}
    """
    content = json.loads(file.read_text()) if file.exists() else {}
    return content["finished"] if content.get("digest") == of else {}


def write_finished(file: Path, of: str, finished: dict[str, Any]) -> None:
    """Replace the file as a whole, so that an interruption leaves the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"digest": of, "finished": finished}, indent=1)
    write_file(file, lambda stream: stream.write(text.encode()))
