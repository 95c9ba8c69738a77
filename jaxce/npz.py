"""Arrays from an .npz file of a stranger: what a header says is checked before anything is read that it describes."""

import contextlib
import dataclasses
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jaxce.files import open_regular

ALWAYS_READ = 2**26  # bytes that are decompressed from any file
EXPANSION = 20  # more bytes than these are at most so many times those of the file: weights are noise
LONGEST_TEXT = 32  # characters

# What zipfile, zlib and NumPy raise for damaged files.
UNREADABLE = (
    *(ArithmeticError, AttributeError, EOFError, KeyError, MemoryError, RuntimeError, TypeError, ValueError),
    *(struct.error, zipfile.BadZipFile, zlib.error),
)


class Header(NamedTuple):
    """What an array's header says of it."""

    dtype: np.dtype
    shape: tuple[int, ...]

    def __str__(self):
        return f"{self.dtype}{list(self.shape)}"


@contextlib.contextmanager
def open_archive(file: Path) -> Iterator["Archive"]:
    """An .npz file; what is done with it raises one of UNREADABLE if it is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(Path(folder) / "a.npz", w=np.eye(2))
        ...     with open_archive(Path(folder) / "a.npz") as archive:
        ...         archive.names(), str(archive.header("w")), archive.array("w").tolist()
        (['w'], 'float64[2, 2]', [[1.0, 0.0], [0.0, 1.0]])
    """
    with open_regular(file) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                size = os.fstat(stream.fileno()).st_size
                expanded = sum(member.file_size for member in archive.infolist())
                if expanded > max(ALWAYS_READ, EXPANSION * size):
                    raise ValueError(f"it would expand from {size} to {expanded} bytes")
                yield Archive(archive)
        except OSError as error:  # such as a place before the beginning of the file
            raise ValueError(str(error)) from error


@dataclasses.dataclass(frozen=True)
class Archive:
    """The arrays in an open .npz file."""

    archive: zipfile.ZipFile

    def names(self) -> list[str]:
        """The arrays' names."""
        return [name.removesuffix(".npy") for name in self.archive.namelist()]

    def header(self, name: str) -> Header:
        """The header of an array, known to be of as many elements as there are."""
        member = self.archive.getinfo(f"{name}.npy")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} is compressed in a way that NumPy does not use")
        with self.archive.open(member) as stream:
            if np.lib.format.read_magic(stream) != (1, 0):
                raise ValueError(f"{name} has a header of another version")
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
            size = stream.tell() + math.prod(shape) * dtype.itemsize
        if size != member.file_size:
            raise ValueError(f"{name} should have {size} bytes, and has {member.file_size}")
        return Header(dtype, shape)

    def array(self, name: str) -> Any:
        """An array, whose header has been checked."""
        with self.archive.open(f"{name}.npy") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)

    def texts(self, name: str, shape: tuple[int, ...] = ()) -> Any:
        """An array of short texts."""
        header = self.header(name)
        if header.dtype.kind != "U" or header.dtype.itemsize > 4 * LONGEST_TEXT or header.shape != shape:
            raise ValueError(f"{name} should be a text of at most {LONGEST_TEXT} characters, and is {header}")
        return self.array(name)


def printable(text: object) -> str:
    r"""A text from a file, with nothing in it that a terminal would obey, and not too long.

    Example:
        >>> printable("\x1b[2J\n")
        '\\x1b[2J\\n'
    """
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(text))
    return shown if len(shown) <= 300 else f"{shown[:300]}..."
