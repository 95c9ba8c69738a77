"""The IDX format in general: every element type and rank, and every fault that a file can have."""

import gzip

import numpy as np
import pytest
from support.idx_file import CODES, encode

from jaxce.mnist.idx import read_idx


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3), (2, 1, 3, 2)])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_every_element_type_and_rank_is_read(tmp_path, dtype, shape, compress):
    array = np.asarray(100 * np.random.default_rng(0).normal(size=shape), dtype)
    file = tmp_path / "array"
    file.write_bytes(compress(encode(array)))
    result = read_idx(file)
    assert result.dtype == np.dtype(dtype)
    assert result.shape == shape
    np.testing.assert_array_equal(result, array)


GOOD = encode(np.arange(6, dtype=np.int16).reshape(2, 3))


FAULTS = {
    "empty": (b"", "not an IDX file: .*begins with nothing"),
    "another format": (b"\x89PNG....", "not an IDX file: .*begins with 89 50 4e 47"),
    "wrong magic": (b"\0\1" + GOOD[2:], "not an IDX file: .*begins with 00 01 0b 02"),
    "unknown element type": (b"\0\0\x0a" + GOOD[3:], "not an IDX file: .*0x08, 0x09, 0x0b"),
    "a short header": (GOOD[:10], "truncated: a header of rank 2 has 12 bytes; got 10"),
    "too few elements": (GOOD[:-1], r"truncated: shape \(2, 3\) needs 24 bytes; got 23"),
    "too many elements": (GOOD + b"\0", r"too long: shape \(2, 3\) needs 24 bytes; got 25"),
    "a rank beyond NumPy": (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\0", "of rank 255; at most 64"),
    "a truncated .gz": (gzip.compress(GOOD)[:-9], r"damaged \.gz file"),
    "a .gz with one wrong byte": (gzip.compress(GOOD)[:-8] + bytes(8), r"damaged \.gz file: CRC"),
    "a .gz of garbage": (b"\x1f\x8b\x08\0" + bytes(6) + b"\xff" * 20, r"damaged \.gz file"),
    "a .gz with a tail": (gzip.compress(GOOD) + b"tail", r"damaged \.gz file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_files_are_refused(tmp_path, fault):
    content, message = FAULTS[fault]
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(file)
