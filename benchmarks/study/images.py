"""The study's images: MNIST, and Fashion-MNIST where it is found; and labels some of which are wrong."""

import hashlib
from pathlib import Path

import numpy as np

import jaxce
from benchmarks.study.protocol import Block, Protocol

FASHION = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package dataset-fashion-mnist puts it
# SHA-256 of the images that it is trained on
FASHION_DIGEST = "0a8ba65008484d4904cd260c7f0385a17a7468ab1df51c36368300fa206ac2c8"
SEED_OF_WRONG_LABELS = 0


def data_sets(protocol: Protocol, folder: Path | None) -> dict[str, jaxce.mnist.Data]:
    """The data sets that the protocol names and that can be read.

    Args:
        protocol: of the study.
        folder: where Fashion-MNIST's four IDX files are; by default, where Debian puts them.

    Raises:
        FileNotFoundError: the folder is given and lacks a file.
        ValueError: the folder holds other images than Fashion-MNIST's.
    """
    found = {"MNIST": jaxce.mnist.load()}
    wanted = any(block.data_set == "Fashion-MNIST" for block in protocol.blocks)
    if folder is not None or (wanted and FASHION.is_dir()):
        found["Fashion-MNIST"] = fashion(folder or FASHION)
    return found


def fashion(folder: Path) -> jaxce.mnist.Data:
    """Fashion-MNIST, known to be it."""
    data = jaxce.mnist.load(folder)
    if hashlib.sha256(data.train.images.tobytes()).hexdigest() != FASHION_DIGEST:
        raise ValueError(f"{folder} does not hold the images of Fashion-MNIST, which the study's protocol names")
    return data


def images_of(block: Block, data: jaxce.mnist.Data, examples: int) -> jaxce.mnist.Data:
    """What the networks of a block are trained and chosen on; the test labels are always right."""
    train, validation = (
        jaxce.mnist.Split(part.images[:examples], with_wrong_labels(part.labels[:examples], block.wrong_labels))
        for part in (data.train, data.validation)
    )
    test = jaxce.mnist.Split(*(part[:examples] for part in data.test))
    return data._replace(train=train, validation=validation, test=test)


def with_wrong_labels(labels: np.ndarray, share: float, classes: int = 10) -> np.ndarray:
    """The labels, a share of which are replaced by one of the other classes, always the same.

    Example:
        >>> wrong = with_wrong_labels(np.zeros(100, np.uint8), 0.2)
        >>> int((wrong != 0).sum()), int(wrong.max()) < 10
        (20, True)
    """
    random = np.random.default_rng(SEED_OF_WRONG_LABELS)
    chosen = random.permutation(len(labels))[: round(share * len(labels))]
    changed = labels.copy()
    changed[chosen] = (labels[chosen] + random.integers(1, classes, len(chosen), dtype=labels.dtype)) % classes
    return changed
