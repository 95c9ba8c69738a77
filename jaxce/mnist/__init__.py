"""The MNIST data set, and a reader of any other data set in the same format.

Images are uint8 [n, rows * columns], labels uint8 [n]. MNIST's four files are by Y. LeCun, C. Cortes and C. J. C.
Burges, and are distributed under CC BY-SA 3.0; see LICENSE beside them.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxce.mnist.idx import read_idx

CLASSES = 10


class Split(NamedTuple):
    """Some images and their labels: a pair (x, y) for `fit` and `evaluate`.

    Attributes:
        images: brightness of each pixel from 0 to 255, uint8 [n, rows * columns].
        labels: the class of each image, uint8 [n].
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


def load(path: str | Path | None = None) -> Data:
    """MNIST, which comes with the package, or the data set in another folder.

    The last sixth of the training images (10,000 of MNIST's 60,000) becomes the validation part.

    Args:
        path: a folder of the files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
            t10k-labels-idx1-ubyte, each plain or compressed (with .gz at the end of its name).

    Raises:
        FileNotFoundError: one of the files is missing.
        ValueError: a file is damaged, or does not fit the others.

    Example:
        >>> import jaxce
        >>> data = jaxce.mnist.load()
        >>> data.train.images.shape, data.validation.images.shape, data.test.labels.shape
        ((50000, 784), (10000, 784), (10000,))
    """
    folder = Path(__file__).parent if path is None else Path(path)
    training, test = _read(folder, "train"), _read(folder, "t10k")
    pixels = training.images.shape[1], test.images.shape[1]
    if pixels[0] != pixels[1]:
        raise ValueError(f"{folder}: training images have {pixels[0]} pixels, test images {pixels[1]}")
    end = len(training.labels) - len(training.labels) // 6
    return Data(Split(*(part[:end] for part in training)), Split(*(part[end:] for part in training)), test)


def _read(folder, name):
    image_file = _find(folder, f"{name}-images-idx3-ubyte")
    label_file = _find(folder, f"{name}-labels-idx1-ubyte")
    images = _read_bytes(image_file, rank=3)
    labels = _read_bytes(label_file, rank=1)
    if len(images) != len(labels):
        raise ValueError(f"{image_file} holds {len(images)} images, but {label_file} {len(labels)} labels")
    if images.size == 0:
        raise ValueError(f"{image_file} holds no pixels: its shape is {images.shape}")
    if labels.max() >= CLASSES:
        raise ValueError(f"{label_file} holds the label {labels.max()}; labels are 0 to {CLASSES - 1}")
    return Split(images.reshape(len(images), -1), labels)


def _find(folder, name):
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"{folder} has no file {name} or {name}.gz; MNIST's four IDX files are expected there")


def _read_bytes(file, rank):
    array = read_idx(file)
    if array.dtype != np.uint8 or array.ndim != rank:
        raise ValueError(f"{file} must hold uint8 of rank {rank}; it holds {array.dtype} of rank {array.ndim}")
    return array
