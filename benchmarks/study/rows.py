"""The study's file: a first line that says to what its rows belong, and then one line of JSON for each network.

It is replaced as a whole after every task, so that an interruption leaves whole tasks, and rows of another protocol,
version or kind of device are never added to it. A file whose name ends in .gz is compressed.
"""

import contextlib
import fcntl
import gzip
import json
import zlib
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
    """To what the rows belong, as a file has it."""
    device = jax.devices()[0].device_kind
    about = {"jaxce": jaxce.__version__, "jax": jax.__version__, "device": device, "protocol": protocol._asdict()}
    return json.loads(json.dumps(about))  # no tuples


def key_of(row: NetworkRow) -> tuple:
    """The key of the task to which a row belongs."""
    return tuple(row[name] for name in KEY)


def read_study(file: Path, protocol: Protocol) -> tuple[dict[str, Any], list[NetworkRow]]:
    """To what the rows of a file belong, and the rows, wherever they were trained; none if there is no file.

    Raises:
        ValueError: the file is no study, or one of another protocol.
        OSError: it cannot be read.
    """
    if not file.exists():
        return heading(protocol), []
    try:
        content = file.read_bytes()
        content = gzip.decompress(content) if file.suffix == ".gz" else content
        first, *rows = [json.loads(line) for line in content.decode().splitlines()]
        if not (heading(protocol).keys() <= first.keys() and all(set(KEY) <= row.keys() for row in rows)):
            raise KeyError
    except (gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is no file of the study: name another with --rows") from error
    _check_same(file, first, protocol, ["protocol"])
    return first, rows


def read_rows(file: Path, protocol: Protocol) -> list[NetworkRow]:
    """The rows of a file, to go on with them here; none if there is no file.

    Raises:
        ValueError: the file is no study, or one of another protocol, version or device.
        OSError: it cannot be read.
    """
    first, rows = read_study(file, protocol)
    _check_same(file, first, protocol, heading(protocol))
    return rows


def _check_same(file, first, protocol, names):
    here = heading(protocol)
    if differences := [name for name in names if first[name] != here[name]]:
        raise ValueError(
            f"{file} was begun with another {' and '.join(differences)}, whose rows cannot be mixed with new ones: "
            "name another file with --rows"
        )


def write_rows(file: Path, protocol: Protocol, rows: list[NetworkRow]) -> None:
    """Replace the file as a whole."""
    lines = [json.dumps(heading(protocol)), *(json.dumps(row, allow_nan=False) for row in rows)]
    content = "".join(f"{line}\n" for line in lines).encode()
    content = gzip.compress(content, mtime=0) if file.suffix == ".gz" else content
    write_file(file, lambda stream: stream.write(content))


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
