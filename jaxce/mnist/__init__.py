"""The MNIST data set, and a reader of any other data set in the same format.

Images are uint8 [n, rows * columns], labels integers [n]. MNIST's four files are by Y. LeCun, C. Cortes and C. J. C.
Burges, and are distributed under CC BY-SA 3.0; see LICENSE beside them.
"""

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxce.mnist import idx
from jaxce.mnist.file_names import find_files


class Split(NamedTuple):
    """Some images and their labels: a pair (x, y) for `fit` and `evaluate`.

    Attributes:
        images: brightness of each pixel from 0 to 255, uint8 [n, rows * columns].
        labels: the class of each image, integers [n] from 0; uint8 of MNIST.
    """

    images: np.ndarray
    labels: np.ndarray


class Data(NamedTuple):
    """A data set in the book's three parts.

    Attributes:
        train: the images to train on; 50,000 of MNIST.
        validation: the images to choose hyperparameters by; 10,000 of MNIST.
        test: the images to report the accuracy on; 10,000 of MNIST.
    """

    train: Split
    validation: Split
    test: Split

    @property
    def classes(self) -> int:
        """One more than the largest label: 10 of MNIST, 47 of EMNIST Balanced, 27 of EMNIST Letters (1 to 26)."""
        return 1 + max(int(part.labels.max(initial=0)) for part in self)


def load(path: str | Path | None = None) -> Data:
    """MNIST, which comes with the package, or the data set in another folder.

    The last sixth of the training images (10,000 of MNIST's 60,000) becomes the validation part.

    Args:
        path: a folder of the files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
            t10k-labels-idx1-ubyte, each plain or compressed (with .gz at the end of its name). The names may also be
            those of EMNIST and QMNIST (emnist-letters-test-images-idx3-ubyte), have a dot in place of a dash
            (train-images.idx3-ubyte), and the files may lie in folders within this folder. Of labels with further
            columns, such as QMNIST's, the first is the class.

    Raises:
        FileNotFoundError: one of the files is missing.
        MemoryError: the machine has not enough memory free for one of them.
        ValueError: a file is damaged, or does not fit the others, or there are several data sets.

    Warns:
        UserWarning: a class is only in the training or only in the validation part, as if the images were sorted.

    Example:
        >>> import jaxce
        >>> data = jaxce.mnist.load()
        >>> data.train.images.shape, data.validation.images.shape, data.test.labels.shape
        ((50000, 784), (10000, 784), (10000,))
    """
    folder = Path(__file__).parent if path is None else Path(path)
    files = find_files(folder)
    training, test = _read(files, "train"), _read(files, "test")
    pixels = training.images.shape[1], test.images.shape[1]
    if pixels[0] != pixels[1]:
        raise ValueError(f"{folder}: training images have {pixels[0]} pixels, test images {pixels[1]}")
    end = len(training.labels) - len(training.labels) // 6
    _check_mixture(folder, training.labels, end)
    return Data(Split(*(part[:end] for part in training)), Split(*(part[end:] for part in training)), test)


def _read(files, part):
    image_file, label_file = files[part, "images"], files[part, "labels"]
    images, labels = idx.read(image_file), idx.read(label_file)
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(f"{image_file} must hold uint8 of rank 3; it holds {images.dtype} of rank {images.ndim}")
    if labels.ndim == 2 and labels.shape[1] > 0:
        labels = np.ascontiguousarray(labels[:, 0])
    if not np.issubdtype(labels.dtype, np.integer) or labels.ndim != 1:
        raise ValueError(f"{label_file} must hold integers of rank 1; it holds {labels.dtype} of rank {labels.ndim}")
    if len(images) != len(labels):
        raise ValueError(f"{image_file} holds {len(images)} images, but {label_file} {len(labels)} labels")
    if images.size == 0:
        raise ValueError(f"{image_file} holds no pixels: its shape is {images.shape}")
    if labels.min() < 0 or labels.max() >= max(len(labels), 256):
        raise ValueError(f"{label_file} holds labels from {labels.min()} to {labels.max()}, of {len(labels)} images")
    return Split(images.reshape(len(images), -1), labels)


def _check_mixture(folder, labels, end):
    """Warn if a class is in one part alone, although so many images in random order would be in both."""
    of_training, of_validation = (
        np.bincount(part, minlength=labels.max() + 1) for part in (labels[:end], labels[end:])
    )
    alone = (of_training == 0) & (of_validation > 0) | (of_validation == 0) & (of_training >= MANY)
    if alone.any():
        warnings.warn(
            f"{folder}: the last sixth of the training images is the validation part, and the class "
            f"{np.argmax(alone)} is in one of the two alone: if the images are sorted, shuffle them",
            stacklevel=3,
        )


MANY = 100  # images of a class: that a random sixth has none of them happens once in 10^8
