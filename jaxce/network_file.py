"""A trained network in a file: an .npz of w1, b1, w2, b2 ... and the names of its cost and its output layer.

NumPy reads and writes it without pickle, so that opening a file from a stranger runs none of the stranger's code.
"""

import itertools
import os
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxce.costs import COSTS
from jaxce.network import Layer
from jaxce.outputs import OUTPUTS


class Network(NamedTuple):
    """A trained network.

    Attributes:
        params: its layers.
        cost: the name, in COSTS, of the cost that it was trained with.
        output: the name, in OUTPUTS, of its output layer.
    """

    params: Sequence[Layer]
    cost: str
    output: str


def check_writable(file: Path) -> None:
    """Raise OSError if `file` cannot be written: now, and not after hours of training.

    Example:
        >>> check_writable(Path("absent/network.npz"))
        Traceback (most recent call last):
        OSError: cannot write absent/network.npz: No such file or directory
    """
    try:
        if file.exists() and not (file.is_file() and os.access(file, os.W_OK)):
            raise OSError(None, "it exists and is not a file that may be written")
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise OSError(f"cannot write {file}: {error.strerror}") from error


def save_network(file: Path, network: Network) -> None:
    """Write a network to a file. A file of the same name is replaced as a whole or not at all.

    Raises:
        OSError: the file cannot be written.

    Example:
        >>> folder = tempfile.TemporaryDirectory()
        >>> file = Path(folder.name) / "network.npz"
        >>> save_network(file, Network([Layer(np.ones((10, 784)), np.zeros(10))], "cross_entropy", "sigmoid"))
        >>> load_network(file).params[0].w.shape
        (10, 784)
        >>> folder.cleanup()
    """
    arrays = {}
    for number, (w, b) in enumerate(network.params, start=1):
        arrays |= {f"w{number}": np.asarray(w), f"b{number}": np.asarray(b)}
    unfinished = file.with_name(f"{file.name}.unfinished")
    with unfinished.open("wb") as stream:
        np.savez(stream, cost=network.cost, output=network.output, **arrays)
    os.replace(unfinished, file)


def load_network(file: Path) -> Network:
    """Read a network that `save_network` wrote.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is damaged, or is not such a network.
    """
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            params = [Layer(arrays[f"w{l}"], arrays[f"b{l}"]) for l in range(1, len(arrays) // 2)]
            network = Network(params, str(arrays["cost"]), str(arrays["output"]))
    except _UNREADABLE as error:
        raise ValueError(f"{file} is not a network saved by jaxce, or is damaged: {error}") from error
    if network.cost not in COSTS or network.output not in OUTPUTS or not _fits(params):
        shapes = ", ".join(f"w {w.dtype}{list(w.shape)} b {b.dtype}{list(b.shape)}" for w, b in params)
        raise ValueError(f"{file} holds no network: {network.cost}, {network.output}, {shapes or 'no layer'}")
    return network


_UNREADABLE = (
    *(AttributeError, EOFError, KeyError, MemoryError, NotImplementedError, TypeError, ValueError),
    *(zipfile.BadZipFile, zlib.error),
)


def _fits(params):
    """Whether every layer is a matrix and a vector of floats, with as many inputs as the layer before has outputs."""
    return (
        len(params) > 0
        and all(np.issubdtype(array.dtype, np.floating) for layer in params for array in layer)
        and all(w.ndim == 2 and b.shape == w.shape[:1] for w, b in params)
        and all(after.w.shape[1] == len(before.b) for before, after in itertools.pairwise(params))
    )
