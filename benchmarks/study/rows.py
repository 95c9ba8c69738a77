"""The study's file: a first line that says to what its rows belong, and then one line of JSON for each network.

It is replaced as a whole after every task, so that an interruption leaves whole tasks, and rows of another protocol,
version or kind of device are never added to it.
"""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax

import jaxce
from benchmarks.study.protocol import Protocol, Training
from jaxce.files import check_writable, write_file

NetworkRow = dict[str, Any]
KEY = "stage", "data_set", "wrong_labels", "hidden", "start", "cost", "output"


def heading(protocol: Protocol) -> dict[str, Any]:
    """To what the rows belong."""
    device = jax.devices()[0].device_kind
    return {"jaxce": jaxce.__version__, "jax": jax.__version__, "device": device, "protocol": protocol._asdict()}


def key_of(row: NetworkRow) -> tuple:
    """The key of the task to which a row belongs."""
    return tuple(row[name] for name in KEY)


def read_rows(file: Path, protocol: Protocol) -> list[NetworkRow]:
    """The rows of a file; none if there is no file.

    Raises:
        ValueError: the file is no study, or one of another protocol, version or device.
        OSError: it cannot be read.
    """
    if not file.exists():
        return []
    try:
        first, *rows = [json.loads(line) for line in file.read_text().splitlines()]
        differences = [name for name, value in _plain(heading(protocol)).items() if first[name] != value]
        if not all(set(KEY) <= row.keys() for row in rows):
            raise KeyError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is no file of the study: name another with --rows") from error
    if differences:
        raise ValueError(
            f"{file} was begun with another {' and '.join(differences)}, whose rows cannot be mixed with new ones: "
            "name another file with --rows"
        )
    return rows


def _plain(value):
    return json.loads(json.dumps(value))


def write_rows(file: Path, protocol: Protocol, rows: list[NetworkRow]) -> None:
    """Replace the file as a whole."""
    lines = [json.dumps(heading(protocol)), *(json.dumps(row, allow_nan=False) for row in rows)]
    write_file(file, lambda stream: stream.write("".join(f"{line}\n" for line in lines).encode()))


@contextlib.contextmanager
def alone(file: Path) -> Iterator[None]:
    """A context in which this process alone writes the file.

    Raises:
        OSError: the file cannot be written, or another process writes it.
    """
    check_writable(file)
    with (file.parent / f".{file.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OSError(f"another process writes {file}") from error
        yield


def of_task(rows: list[NetworkRow], task: Training) -> list[NetworkRow]:
    """The rows of a task; none if it has not been trained."""
    return [row for row in rows if key_of(row) == task.key]
