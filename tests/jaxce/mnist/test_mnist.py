"""The embedded files, which equal the published ones, other data sets, and files that do not fit together."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from support.idx_file import encode

import jaxce.mnist
from jaxce.mnist.idx import read_idx

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@pytest.fixture
def folder(tmp_path):
    """A folder with a data set of 12 tiny training images and 5 test images."""
    rng = np.random.default_rng(0)
    for name, n in (("train", 12), ("t10k", 5)):
        images = rng.integers(256, size=(n, 3, 2)).astype(np.uint8)
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(encode(images))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(encode(np.arange(n, dtype=np.uint8) % 10))
    return tmp_path


@pytest.mark.parametrize("name", SHA256)
def test_the_embedded_files_are_the_published_ones(name):
    file = Path(jaxce.mnist.__file__).parent / f"{name}.gz"
    assert hashlib.sha256(gzip.decompress(file.read_bytes())).hexdigest() == SHA256[name]


def test_the_split_is_the_book_s():
    data = jaxce.mnist.load()
    whole = read_idx(Path(jaxce.mnist.__file__).parent / "train-images-idx3-ubyte.gz").reshape(60_000, 784)
    np.testing.assert_array_equal(data.train.images, whole[:50_000])
    np.testing.assert_array_equal(data.validation.images, whole[50_000:])
    assert [split.images.shape for split in data] == [(50_000, 784), (10_000, 784), (10_000, 784)]
    assert [split.labels.shape for split in data] == [(50_000,), (10_000,), (10_000,)]
    assert {array.dtype for split in data for array in split} == {np.dtype(np.uint8)}
    assert data.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_another_data_set_is_split_alike(folder, suffix):
    if suffix:
        for file in list(folder.iterdir()):
            file.with_name(file.name + suffix).write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    data = jaxce.mnist.load(folder)
    assert [split.images.shape for split in data] == [(10, 6), (2, 6), (5, 6)]
    assert data.validation.labels.tolist() == [0, 1]


def test_a_folder_without_the_files_is_named(folder, tmp_path):
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match=r"no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte\.gz"):
        jaxce.mnist.load(folder)
    with pytest.raises(FileNotFoundError, match="absent has no file train-images"):
        jaxce.mnist.load(str(tmp_path / "absent"))


MISFITS = {
    "counts differ": ("train-labels-idx1-ubyte", np.zeros(11, np.uint8), "holds 12 images, but .* 11 labels"),
    "no images": ("t10k-images-idx3-ubyte", np.zeros((0, 3, 2), np.uint8), "holds 0 images, but .* 5 labels"),
    "no pixels": ("t10k-images-idx3-ubyte", np.zeros((5, 0, 2), np.uint8), "holds no pixels"),
    "other pixels": ("t10k-images-idx3-ubyte", np.zeros((5, 2, 2), np.uint8), "have 6 pixels, test images 4"),
    "label out of range": ("t10k-labels-idx1-ubyte", np.full(5, 10, np.uint8), "label 10; labels are 0 to 9"),
    "labels for images": (
        "t10k-images-idx3-ubyte",
        np.zeros(5, np.uint8),
        "uint8 of rank 3; it holds uint8 of rank 1",
    ),
    "wide labels": (
        "t10k-labels-idx1-ubyte",
        np.zeros(5, np.int32),
        "uint8 of rank 1; it holds int32 of rank 1",
    ),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_files_that_do_not_fit_together_are_refused(folder, misfit):
    name, array, message = MISFITS[misfit]
    (folder / name).write_bytes(encode(array))
    with pytest.raises(ValueError, match=message):
        jaxce.mnist.load(folder)
