"""The embedded files, which equal the published ones, other data sets, and files that do not fit together."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from support.idx_file import encode

import jaxce.mnist
from jaxce.mnist import idx

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
    whole = idx.read(Path(jaxce.mnist.__file__).parent / "train-images-idx3-ubyte.gz").reshape(60_000, 784)
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


NAMES = {
    "dots": lambda name: name.replace("-idx", ".idx"),
    "EMNIST": lambda name: "emnist-letters-" + name.replace("t10k", "test"),
    "EMNIST's archive": lambda name: "gzip/emnist-letters-" + name.replace("t10k", "test"),
    "QMNIST": lambda name: "qmnist-" + name.replace("t10k", "test").replace("labels-idx1-ubyte", "labels-idx2-int"),
    "Kaggle": lambda name: f"{name}/{name}",
    "torchvision": lambda name: f"MNIST/raw/{name}",
}


def rename(folder, how):
    for file in list(folder.iterdir()):
        to = folder / how(file.name)
        content = file.read_bytes()
        file.unlink()
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)


@pytest.mark.parametrize("names", NAMES)
def test_files_are_found_under_other_names(folder, names):
    expected = jaxce.mnist.load(folder)
    rename(folder, NAMES[names])
    for part, found in zip(expected, jaxce.mnist.load(folder), strict=True):
        np.testing.assert_array_equal(part.images, found.images)
        np.testing.assert_array_equal(part.labels, found.labels)


def test_mnist_s_own_names_come_first_and_other_data_sets_are_not_chosen_among(folder):
    for file in list(folder.iterdir()):
        for data_set in ("emnist-letters", "emnist-digits"):
            (folder / f"{data_set}-{file.name}").write_bytes(b"")
    assert len(jaxce.mnist.load(folder).test.labels) == 5
    for file in folder.glob("t*"):
        file.unlink()
    with pytest.raises(ValueError, match="several data sets: emnist-digits, emnist-letters; leave one of them"):
        jaxce.mnist.load(folder)


def test_the_message_about_a_missing_file_lists_what_is_there(folder):
    (folder / "train-images-idx3-ubyte").rename(folder / "train-images.bin")
    with pytest.raises(FileNotFoundError, match=r"no file train-images-idx3-ubyte .*'train-images.bin'"):
        jaxce.mnist.load(folder)
    for number in range(40):
        (folder / f"a{number}").touch()
    with pytest.raises(FileNotFoundError, match=r"'a0', .* and 24 more"):
        jaxce.mnist.load(folder)


@pytest.mark.parametrize(("labels", "classes"), [(np.arange(1, 27), 27), (np.arange(47), 47), (np.arange(2), 2)])
def test_classes_are_counted_from_the_labels(folder, labels, classes):
    for name, n in (("train", 94), ("t10k", 60)):
        (folder / f"{name}-images-idx3-ubyte").write_bytes(encode(np.zeros((n, 2, 2), np.uint8)))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(encode(np.resize(labels, n).astype(np.uint8)))
    data = jaxce.mnist.load(folder)
    assert data.classes == classes
    assert data.train.labels[:2].tolist() == labels[:2].tolist()


def test_of_labels_with_further_columns_the_first_is_the_class(folder):
    columns = np.stack([np.arange(5), np.full(5, 7)], axis=1).astype(np.int32)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(encode(columns))
    assert jaxce.mnist.load(folder).test.labels.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("labels", "alone"),
    [(np.repeat(np.arange(10), 60), 9), (np.repeat(np.arange(10), 60)[::-1], 0), (np.repeat([1, 0], 300), 1)],
)
def test_sorted_images_are_noticed(folder, labels, alone):
    (folder / "train-images-idx3-ubyte").write_bytes(encode(np.zeros((len(labels), 3, 2), np.uint8)))
    (folder / "train-labels-idx1-ubyte").write_bytes(encode(labels.astype(np.uint8)))
    with pytest.warns(UserWarning, match=f"the class {alone} is in one of the two alone"):
        jaxce.mnist.load(folder)


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
    "a negative label": ("t10k-labels-idx1-ubyte", np.full(5, -1, np.int8), "labels from -1 to -1, of 5 images"),
    "a wild label": ("t10k-labels-idx1-ubyte", np.arange(5, dtype=np.int32) * 100, "from 0 to 400, of 5 images"),
    "labels for images": (
        "t10k-images-idx3-ubyte",
        np.zeros(5, np.uint8),
        "uint8 of rank 3; it holds uint8 of rank 1",
    ),
    "labels that are no integers": (
        "t10k-labels-idx1-ubyte",
        np.zeros(5, np.float32),
        "integers of rank 1; it holds float32 of rank 1",
    ),
    "labels of rank 3": (
        "t10k-labels-idx1-ubyte",
        np.zeros((5, 2, 2), np.int32),
        "integers of rank 1; it holds int32 of rank 3",
    ),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_files_that_do_not_fit_together_are_refused(folder, misfit):
    name, array, message = MISFITS[misfit]
    (folder / name).write_bytes(encode(array))
    with pytest.raises(ValueError, match=message):
        jaxce.mnist.load(folder)
