"""The study's images: what may be named as Fashion-MNIST, and which labels are wrong."""

import hashlib

import numpy as np
import pytest
from support.idx_file import encode

import jaxce
from benchmarks.study import images
from benchmarks.study.images import data_sets, images_of, with_wrong_labels
from benchmarks.study.protocol import QUICK_STUDY, STUDY, Block
from jaxce.mnist.file_names import FILES


@pytest.fixture
def folder(tmp_path):
    """A data set of twelve training images of four pixels, and two test images."""
    for (part, kind), name in FILES.items():
        count = 12 if part == "train" else 2
        shape = (count, 2, 2) if kind == "images" else (count,)
        (tmp_path / name).write_bytes(encode(np.arange(np.prod(shape)).reshape(shape).astype("u1") % 10))
    return tmp_path


def test_other_images_are_not_taken_for_fashion_mnist(folder, monkeypatch):
    with pytest.raises(ValueError, match="does not hold the images of Fashion-MNIST"):
        data_sets(STUDY, folder)
    training_images = jaxce.mnist.load(folder).train.images
    monkeypatch.setattr(images, "FASHION_DIGEST", hashlib.sha256(training_images.tobytes()).hexdigest())
    assert data_sets(STUDY, folder)["Fashion-MNIST"].train.images.shape == (10, 4)


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no file"):
        data_sets(QUICK_STUDY, tmp_path)


def test_fashion_mnist_is_left_out_where_it_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "FASHION", tmp_path / "absent")
    assert list(data_sets(STUDY, None)) == ["MNIST"]


def test_a_fifth_of_the_training_and_validation_labels_is_wrong_and_no_test_label(folder):
    data = jaxce.mnist.load()
    block = Block("MNIST", 0.2, 30, "large")
    changed = images_of(block, data, 50_000)
    for part in ("train", "validation"):
        before, after = getattr(data, part), getattr(changed, part)
        assert np.mean(before.labels != after.labels) == 0.2
        assert np.bincount(after.labels[before.labels != after.labels]).min() > 0
        np.testing.assert_array_equal(before.images, after.images)
    np.testing.assert_array_equal(changed.test.labels, data.test.labels)
    right = images_of(block._replace(wrong_labels=0), data, 50_000)
    np.testing.assert_array_equal(right.train.labels, data.train.labels)


def test_wrong_labels_are_the_same_every_time_and_labels_of_classes():
    labels = np.arange(1000) % 10
    one, two = (with_wrong_labels(labels, 0.5) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert 0 <= one.min() <= one.max() <= 9
    assert with_wrong_labels(labels.astype(np.uint8), 0.5).dtype == np.uint8
