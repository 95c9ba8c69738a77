"""The IDX format in general: every element type and rank, and every fault that a file can have."""

import gzip
import os
import tracemalloc
import warnings

import numpy as np
import pytest
from support.idx_file import CODES, encode

from jaxce import memory
from jaxce.mnist import idx
from jaxce.mnist.idx import read


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3), (2, 1, 3, 2)])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_every_element_type_and_rank_is_read(tmp_path, dtype, shape, compress):
    array = np.asarray(100 * np.random.default_rng(0).normal(size=shape), dtype)
    file = tmp_path / "array"
    file.write_bytes(compress(encode(array)))
    result = read(file)
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
    "too many elements": (GOOD + b"\0", r"too long: shape \(2, 3\) needs 24 bytes; more follow"),
    "sizes of 20 digits": (b"\0\0\x08\x03" + b"\xff" * 12 + b"\0", r"truncated: .* needs 79\d{27} bytes; got 17"),
    "a rank beyond NumPy": (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\0", "of rank 255; at most 64"),
    "a truncated .gz": (gzip.compress(GOOD)[:-9], r"damaged \.gz file"),
    "a .gz with one wrong byte": (gzip.compress(GOOD)[:-8] + bytes(8), r"damaged \.gz file: .*incorrect data check"),
    "a .gz of garbage": (b"\x1f\x8b\x08\0" + bytes(6) + b"\xff" * 20, r"damaged \.gz file"),
    "a .gz whose second member is garbage": (gzip.compress(GOOD[:-1]) + b"\x1f\x8b garbage", r"damaged \.gz file"),
    "a .gz that ends with a member too early": (gzip.compress(GOOD[:-1]), "truncated: .*; got 23"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_files_are_refused(tmp_path, fault):
    content, message = FAULTS[fault]
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read(file)


@pytest.mark.parametrize("tail", [b"\r\n", b"tail" * 10_000, bytes(3) + b"\x1f"])
def test_what_follows_a_compressed_file_is_ignored_with_a_warning(tmp_path, tail):
    file = tmp_path / "array.gz"
    file.write_bytes(gzip.compress(GOOD) + tail)
    with pytest.warns(UserWarning, match=r"array\.gz goes on after the end of its compressed content"):
        assert read(file).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_zeros_after_a_compressed_file_and_several_members_are_part_of_the_format(tmp_path):
    file = tmp_path / "array.gz"
    file.write_bytes(b"".join(gzip.compress(GOOD[n : n + 1]) for n in range(len(GOOD))) + bytes(100_000))
    assert read(file).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_elements_are_read_right_whatever_pieces_they_come_in(tmp_path, monkeypatch):
    array, file = np.random.default_rng(0).integers(256, size=(70, 5)).astype(np.uint8), tmp_path / "array.gz"
    file.write_bytes(gzip.compress(encode(array)))
    for piece, compressed_piece in ((1, 1), (3, 2), (1, 10**6), (10**6, 1)):
        monkeypatch.setattr(idx, "PIECE", piece)
        monkeypatch.setattr(idx, "COMPRESSED_PIECE", max(compressed_piece, 2))
        np.testing.assert_array_equal(read(file), array)


def peak_memory(function, *arguments):
    """The most memory, in bytes, that was allocated during the call, and the error that it raised."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"too long|truncated") as caught:
            function(*arguments)
        return tracemalloc.get_traced_memory()[1], caught.value
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_no_more_is_read_than_the_header_says(tmp_path, compress):
    file = tmp_path / "bomb"
    file.write_bytes(compress(encode(np.zeros((26, 28), np.uint8)) + bytes(10**8)))
    memory, error = peak_memory(read, file)
    assert "too long: shape (26, 28) needs 740 bytes" in str(error)
    assert memory < 10**7


def test_a_header_of_more_than_there_is_takes_no_memory(tmp_path):
    file = tmp_path / "bomb"
    file.write_bytes(b"\0\0\x0e\x02" + b"\x7f" * 8 + bytes(100))
    memory, _ = peak_memory(read, file)
    assert memory < 10**7


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_an_honest_file_that_does_not_fit_into_memory_is_refused_before_it_is_read(tmp_path, monkeypatch, compress):
    file = tmp_path / "large"
    file.write_bytes(compress(encode(np.zeros((1000, 1000), np.uint8))))
    monkeypatch.setattr(memory, "free_memory_of_host", lambda: 10**6)
    with pytest.raises(MemoryError, match=r"reading .*large needs about 0\.00\d+ GB of memory, and 0\.001 GB are free"):
        read(file)
    monkeypatch.setattr(memory, "free_memory_of_host", lambda: 2 * 10**6)
    monkeypatch.setattr(memory, "free_memory", lambda: 0)  # of the device, which holds none of it yet
    assert read(file).shape == (1000, 1000)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is not a regular file"):
        read(tmp_path / "pipe")


def mutated(content, rng):
    """The content with a few random bytes changed, cut off, inserted or repeated."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place = int(rng.integers(len(content) + 1))
        match rng.integers(4):
            case 0:
                content[place : place + 1] = rng.bytes(1)
            case 1:
                del content[place:]
            case 2:
                content[place:place] = rng.bytes(int(rng.integers(1, 9)))
            case 3:
                content[place:place] = content[:place]
    return bytes(content)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_damaged_file_raises_a_value_error_or_is_an_array(tmp_path, compress):
    rng, file, refused = np.random.default_rng(0), tmp_path / "file", 0
    for _ in range(500):
        file.write_bytes(mutated(compress(GOOD), rng))
        with warnings.catch_warnings(action="ignore"):
            try:
                read(file)
            except ValueError as error:
                refused += str(file) in str(error)
    assert refused > 300
