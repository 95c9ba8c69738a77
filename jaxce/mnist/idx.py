"""The IDX file format: two zero bytes, element type, rank, sizes as big-endian 32-bit integers, then the elements.

Source: the description of the format on MNIST's own page, Y. LeCun, C. Cortes and C. J. C. Burges.
"""

import functools
import math
import os
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from jaxce.files import open_regular
from jaxce.memory import check_memory

ELEMENT_TYPES = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}

MAXIMUM_RANK = 64  # NumPy's own limit
GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORMAT = 16 + zlib.MAX_WBITS
PIECE = 2**20  # bytes of content that are read at once
COMPRESSED_PIECE = 2**13  # bytes of a .gz file that are read at once, of which each member copies what is left

LARGEST_EXPANSION = 1032  # bytes from one compressed byte, which deflate cannot exceed
GROWTH = 9 / 8  # of a bytearray that is made longer, beyond what it holds


def read(path: str | Path) -> np.ndarray:
    """The array in an IDX file, plain or compressed with gzip, of any element type and rank.

    No more is read, or decompressed, than the header says. What follows a compressed file's end is ignored with a
    warning, as gunzip does.

    Returns:
        The array, in the byte order of this machine.

    Raises:
        MemoryError: the machine has less memory free than the header says that the array takes.
        OSError: the file cannot be read, or is none, such as a pipe; FileNotFoundError if there is nothing.
        ValueError: the file is not IDX, is shorter or longer than its header says, or its compression is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as file:
        ...     _ = file.write(bytes([0, 0, 0x08, 2]) + bytes([0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6)))
        ...     file.flush()
        ...     read(file.name)
        array([[0, 1, 2],
               [3, 4, 5]], dtype=uint8)
    """
    with open_regular(path) as file:
        content = _Content(file, path)
        start = content.until(4)
        if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in ELEMENT_TYPES:
            types = ", ".join(f"{code:#04x}" for code in ELEMENT_TYPES)
            raise ValueError(
                f"{path} is not an IDX file: expected two zero bytes, an element type of {types} and the rank; "
                f"it begins with {start[:4].hex(' ') or 'nothing'}"
            )
        element, rank = ELEMENT_TYPES[start[2]], start[3]
        if rank > MAXIMUM_RANK:
            raise ValueError(f"{path} is an array of rank {rank}; at most {MAXIMUM_RANK} can be read")
        offset = 4 + 4 * rank
        if len(start := content.until(offset)) < offset:
            raise ValueError(f"{path} is truncated: a header of rank {rank} has {offset} bytes; got {len(start)}")
        shape = tuple(np.frombuffer(start, ">u4", rank, 4).tolist())
        expected = offset + math.prod(shape) * element.itemsize
        needed = math.ceil(GROWTH * min(expected, content.at_most))
        check_memory(f"reading {path}", needed, lambda free: "use fewer examples", on_host=True)
        whole = content.until(expected + 1)
    if len(whole) != expected:
        got = f"got {len(whole)}" if len(whole) < expected else "more follow"
        fault = "truncated" if len(whole) < expected else "too long"
        raise ValueError(f"{path} is {fault}: shape {shape} needs {expected} bytes; {got}")
    elements = np.frombuffer(whole, element, offset=offset).reshape(shape)
    return elements.astype(element.newbyteorder("="), copy=False)


class _Content:
    """What a file holds, decompressed, as far as it has been asked for."""

    def __init__(self, file: BinaryIO, path: str | Path):
        is_compressed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        self.at_most = os.fstat(file.fileno()).st_size * (LARGEST_EXPANSION if is_compressed else 1)
        self.pieces = _decompressed(file, path) if is_compressed else iter(functools.partial(file.read, PIECE), b"")
        self.content = bytearray()

    def until(self, end: int) -> bytearray:
        """The content from its beginning, with at least `end` bytes if it has them."""
        while len(self.content) < end and (piece := next(self.pieces, b"")):
            self.content += piece
        return self.content


def _decompressed(file: BinaryIO, path: str | Path) -> Iterator[bytes]:
    """What a .gz file holds, in pieces of at most PIECE bytes; it may consist of several members."""
    compressed = file.read(COMPRESSED_PIECE)
    while compressed.startswith(GZIP_MAGIC):
        member = zlib.decompressobj(GZIP_FORMAT)
        while not member.eof:
            try:
                piece = member.decompress(compressed, PIECE)
            except zlib.error as error:
                raise ValueError(f"{path} is a damaged .gz file: {error}; fetch it again") from error
            if piece:
                yield piece
            compressed = member.unconsumed_tail
            if not (piece or compressed or member.eof):
                compressed = file.read(COMPRESSED_PIECE)
                if not compressed:
                    raise ValueError(f"{path} is a damaged .gz file: it ends too early; fetch it again")
        compressed = member.unused_data
        if len(compressed) < len(GZIP_MAGIC):
            compressed += file.read(COMPRESSED_PIECE)
    if compressed.strip(b"\0"):
        warnings.warn(f"{path} goes on after the end of its compressed content: what follows is ignored", stacklevel=2)
