"""A network's file: what is saved is what is loaded, and what a stranger's file says is not believed."""

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from support.clusters import random_params

from jaxce.network import Layer
from jaxce.network_file import Network, load_network, save_network

PARAMS = random_params((3, 4, 2), np.float32)


@pytest.fixture
def file(tmp_path):
    """A saved network."""
    save_network(tmp_path / "network.npz", Network(PARAMS, "quadratic", "sigmoid"))
    return tmp_path / "network.npz"


@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32, jnp.float16, jnp.bfloat16, jnp.float8_e4m3fn])
def test_weights_of_every_type_come_back_as_they_were(file, dtype):
    params = [Layer(layer.w.astype(dtype), layer.b.astype(jnp.float32)) for layer in PARAMS]
    save_network(file, Network(params, "cross_entropy", "softmax"))
    network = load_network(file)
    assert (network.cost, network.output) == ("cross_entropy", "softmax")
    for one, two in zip(params, network.params, strict=True):
        assert [array.dtype for array in one] == [array.dtype for array in two]
        np.testing.assert_array_equal(one.w.astype(jnp.float32), two.w.astype(jnp.float32))
        np.testing.assert_array_equal(one.b, two.b)


def test_a_compressed_network_is_read_too(file):
    with np.load(file) as arrays:
        np.savez_compressed(file, **arrays)
    np.testing.assert_array_equal(load_network(file).params[0].w, PARAMS[0].w)


def npz(compression: Any = zipfile.ZIP_DEFLATED, **members: Any) -> bytes:
    """An .npz file of arrays, or of bytes for the content of one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content if isinstance(content, bytes) else npy(np.asarray(content)))
    return stream.getvalue()


def npy(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array)
    return stream.getvalue()


def header(shape, dtype="<f4"):
    """The beginning of an .npy file."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue()


NAMES = {"cost": "quadratic", "output": "sigmoid"}
LAYER = {"w1": np.zeros((2, 3), np.float32), "b1": np.zeros(2, np.float32)}
W, B = LAYER["w1"], LAYER["b1"]


def encrypted(content):
    """The file, with the bit set that says that its first member is encrypted."""
    content = bytearray(content)
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


BAD_FILES = {
    "encrypted": (encrypted(npz(**NAMES, **LAYER)), "or is damaged: File .* is encrypted"),
    "another compression": (npz(zipfile.ZIP_LZMA, **NAMES, **LAYER), "compressed in a way that NumPy does not use"),
    "big-endian": (npz(**NAMES, w1=W.astype(">f4"), b1=B), "holds no network: .*w >f4"),
    "a shape of 20 digits": (npz(**NAMES, w1=header((10**19, 10**20)), b1=B), "should have 4\\d+ bytes, and has"),
    "a shape of one element more": (
        npz(**NAMES, w1=header((7,)) + bytes(24), b1=B),
        "should have 156 bytes, and has 152",
    ),
    "a shape below zero": (npz(**NAMES, w1=header((-2, -3)) + bytes(24), b1=B), "holds no network: .*-2, -3"),
    "a long cost": (npz(**NAMES | {"cost": "q" * 10**6}, **LAYER), "cost should be a text of at most 32 characters"),
    "several costs": (npz(**NAMES | {"cost": ["quadratic"] * 2}, **LAYER), "cost should be a text"),
    "escapes": (
        npz(**NAMES | {"cost": "\x1b[2J\x1b]0;x\a"}, **LAYER),
        r"holds no network: \\x1b\[2J\\x1b\]0;x\\x07, sigmoid",
    ),
    "no neurons": (npz(**NAMES, w1=W[:0], b1=B[:0]), r"holds no network: .*float32\[0, 3\]"),
    "no inputs": (npz(**NAMES, w1=W[:, :0], b1=B), r"holds no network: .*float32\[2, 0\]"),
    "nan": (npz(**NAMES, w1=W + np.nan, b1=B), "holds weights that are nan or infinite"),
    "infinity": (npz(**NAMES, w1=W, b1=B + np.inf), "holds weights that are nan or infinite"),
    "complex": (npz(**NAMES, w1=W.astype(complex), b1=B), "holds no network: .*complex128"),
    "a header of another version": (npz(**NAMES, w1=b"\x93NUMPY\2\0" + bytes(99), b1=B), "another version"),
    "no header": (npz(**NAMES, w1=b"", b1=B), "is damaged: EOF"),
    "too few types": (npz(**NAMES, **LAYER, types=["bfloat16"]), "types should be a text"),
    "an unknown type": (npz(**NAMES, **LAYER, types=["posit8"] * 2), "is damaged: .*posit8"),
    "many layers": (npz(**NAMES, **{f"{n}{l}": W for n in "wb" for l in range(1, 99)}), r"\.\.\.$"),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_stranger_s_file_is_refused_in_one_short_line(file, fault):
    content, message = BAD_FILES[fault]
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_network(file)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_a_small_file_of_many_zeros_is_refused_from_its_header(file):
    zeros = header((2**24, 2)) + bytes(2**27)
    file.write_bytes(npz(**NAMES, w1=zeros, b1=B))
    del zeros
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"it would expand from \d{6} to 1\d{8} bytes"):
            load_network(file)
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


def test_a_damaged_file_raises_a_value_error_or_is_a_network(file):
    rng, whole, refused = np.random.default_rng(0), file.read_bytes(), 0
    for _ in range(500):
        content = bytearray(whole)
        for place in rng.integers(len(whole), size=rng.integers(1, 4)):
            content[place] = rng.integers(256)
        file.write_bytes(content)
        try:
            load_network(file)
        except ValueError as error:
            refused += str(file) in str(error)
    assert refused > 300


def test_a_folder_and_a_missing_file_are_errors_of_the_system(tmp_path):
    for name in (tmp_path, tmp_path / "absent", Path("/dev/null")):
        with pytest.raises(OSError, match=str(name)):
            load_network(name)
