"""The IDX file format: two zero bytes, element type, rank, sizes as big-endian 32-bit integers, then the elements.

Source: the description of the format on MNIST's own page, Y. LeCun, C. Cortes and C. J. C. Burges.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

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


def read_idx(path: str | Path) -> np.ndarray:
    """The array in an IDX file, plain or compressed with gzip, of any element type and rank.

    Returns:
        The array, in the byte order of this machine.

    Raises:
        OSError: the file cannot be read; FileNotFoundError if there is none.
        ValueError: the file is not IDX, is shorter or longer than its header says, or its compression is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as file:
        ...     _ = file.write(bytes([0, 0, 0x08, 2]) + bytes([0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6)))
        ...     file.flush()
        ...     read_idx(file.name)
        array([[0, 1, 2],
               [3, 4, 5]], dtype=uint8)
    """
    content = _decompressed(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in ELEMENT_TYPES:
        types = ", ".join(f"{code:#04x}" for code in ELEMENT_TYPES)
        raise ValueError(
            f"{path} is not an IDX file: expected two zero bytes, an element type of {types} and the rank; "
            f"it begins with {content[:4].hex(' ') or 'nothing'}"
        )
    element, rank = ELEMENT_TYPES[content[2]], content[3]
    if rank > MAXIMUM_RANK:
        raise ValueError(f"{path} is an array of rank {rank}; at most {MAXIMUM_RANK} can be read")
    start = 4 + 4 * rank
    if len(content) < start:
        raise ValueError(f"{path} is truncated: a header of rank {rank} has {start} bytes; got {len(content)}")
    shape = tuple(np.frombuffer(content, ">u4", rank, 4).tolist())
    expected = start + math.prod(shape) * element.itemsize
    if len(content) != expected:
        fault = "truncated" if len(content) < expected else "too long"
        raise ValueError(f"{path} is {fault}: shape {shape} needs {expected} bytes; got {len(content)}")
    return np.frombuffer(content, element, offset=start).reshape(shape).astype(element.newbyteorder("="))


def _decompressed(path):
    content = Path(path).read_bytes()
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is a damaged .gz file: {error}; fetch it again") from error
