"""A trained network in a file: an .npz of w1, b1, w2, b2 ... and the names of its cost and its output layer.

It is read and written without pickle, so that opening a file from a stranger runs none of the stranger's code.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxce import npz
from jaxce.costs import COSTS
from jaxce.files import write_file
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


def save_network(file: Path, network: Network) -> None:
    """Write a network to a file. A file of the same name is replaced as a whole or not at all.

    Weights of a type that NumPy has not, such as bfloat16, are written as float32, with the name of the type.

    Raises:
        OSError: the file cannot be written.

    Example:
        >>> import tempfile
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
    types = [array.dtype.name for array in arrays.values()]
    if not set(types) <= FLOATS:
        arrays = {name: array.astype(np.float32) for name, array in arrays.items()} | {"types": np.array(types)}
    write_file(file, lambda stream: np.savez(stream, cost=network.cost, output=network.output, **arrays))


FLOATS = {"float16", "float32", "float64"}  # NumPy's own


def load_network(file: Path) -> Network:
    """Read a network that `save_network` wrote.

    Raises:
        OSError: the file cannot be read, or is none, such as a pipe.
        ValueError: the file is damaged, is not such a network, or its weights are not finite.
    """
    try:
        with npz.open_archive(file) as archive:
            cost, output = str(archive.texts("cost")), str(archive.texts("output"))
            numbers = range(1, 1 + sum(name.startswith("w") for name in archive.names()))
            headers = [(archive.header(f"w{l}"), archive.header(f"b{l}")) for l in numbers]
            if cost not in COSTS or output not in OUTPUTS or not _fit(headers):
                raise NoNetworkError(cost, output, *(f"w {w} b {b}" for w, b in headers))
            params = [Layer(archive.array(f"w{l}"), archive.array(f"b{l}")) for l in numbers]
            if "types" in archive.names():
                params = _of_types(params, archive.texts("types", (2 * len(params),)))
    except NoNetworkError as error:
        raise ValueError(f"{file} holds no network: {npz.printable(error)}") from None
    except npz.UNREADABLE as error:
        raise ValueError(f"{file} is not a network saved by jaxce, or is damaged: {npz.printable(error)}") from error
    if not all(np.isfinite(array).all() for layer in params for array in layer):
        raise ValueError(f"{file} holds weights that are nan or infinite")
    return Network(params, cost, output)


class NoNetworkError(Exception):
    """The arrays of a file are sound, but they are no network: its cost, its output layer and its layers."""

    def __str__(self):
        cost, output, *layers = self.args
        return f"{cost}, {output}, {', '.join(layers) or 'no layer'}"


def _fit(layers):
    """Whether every layer is a matrix and a vector of floats, with as many inputs as the layer before has outputs."""
    return (
        len(layers) > 0
        and all(array.dtype.isnative and array.dtype.name in FLOATS for layer in layers for array in layer)
        and all(len(w.shape) == 2 and min(w.shape) > 0 and b.shape == w.shape[:1] for w, b in layers)
        and all(after[0].shape[1] == before[0].shape[0] for before, after in itertools.pairwise(layers))
    )


def _of_types(params, types):
    """The layers, with arrays of the types by these names, which NumPy has not."""
    arrays = [array.astype(jnp.dtype(str(name))) for array, name in zip(itertools.chain(*params), types, strict=True)]
    return [Layer(w, b) for w, b in zip(arrays[::2], arrays[1::2], strict=True)]
