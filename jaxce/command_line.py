"""The command line: `python -m jaxce train`, `python -m jaxce evaluate FILE` and `python -m jaxce --version`.

A command prints with `show`, which never fails: a network is trained and saved also if nobody reads what is printed.
"""

import contextlib
import dataclasses
import functools
import math
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import jax
import numpy as np
import optax
import platformdirs
import tyro

import jaxce
from jaxce import curves, network_file
from jaxce.data import check_counts
from jaxce.files import check_space, check_writable
from jaxce.interruption import Interruption
from jaxce.memory import size
from jaxce.network import SCHEMES, classify
from jaxce.progress import bar
from jaxce.training import check_training_memory

OPTIMIZERS = {
    "sgd": optax.sgd,
    "momentum": functools.partial(optax.sgd, momentum=0.9),
    "nesterov": functools.partial(optax.sgd, momentum=0.9, nesterov=True),
    "adam": optax.adam,
    "adamw": optax.adamw,
}

Choice = TypeVar("Choice")


def _choice(registry):
    return tyro.conf.arg(metavar="|".join(registry))


def _chosen(kind: str, name: str, registry: dict[str, Choice]) -> Choice:
    if name not in registry:
        raise ValueError(f"unknown {kind} {name!r}: choose one of {', '.join(registry)}")
    return registry[name]


@dataclasses.dataclass(frozen=True)
class Train:
    """Train a network with hidden layers of sigmoid neurons, on MNIST or another data set in the same format."""

    hidden: tuple[int, ...] = (30,)
    """Number of neurons in each hidden layer."""
    cost: Annotated[str, _choice(jaxce.COSTS)] = "cross_entropy"
    """Cost to minimise."""
    output: Annotated[str, _choice(jaxce.OUTPUTS)] = "sigmoid"
    """Output layer."""
    learning_rate: float = 0.5
    """Learning rate eta, the size of a step."""
    optimizer: Annotated[str, _choice(OPTIMIZERS)] = "sgd"
    """Rule that turns gradients into steps; momentum and nesterov have the coefficient 0.9."""
    epochs: int = 30
    """Passes over the training images."""
    batch_size: int = 10
    """Images per minibatch."""
    init: Annotated[str, _choice(SCHEMES)] = "large"
    """Distribution of the initial weights: large is N(0, 1), scaled is N(0, 1/inputs)."""
    seed: int = 0
    """Seed of the initial weights and of the shuffling; the same seed gives the same result."""
    data: Path | None = None
    """Folder of another data set's four IDX files, plain or .gz."""
    save: Path | None = None
    """File to write the trained network to (.npz)."""
    plot: Path | None = None
    """File to draw cost and accuracy against the epoch in (.png, .svg, .pdf ...)."""
    checkpoint: Path | None = None
    """Folder to save the training in after every epoch; the same command with the same folder goes on from there."""
    cache: bool = True
    """Use the compilation cache, in the user's cache directory, so that the next start compiles nothing."""

    def run(self, interruption: Interruption) -> None:
        """Train, print a row for each epoch, and write the files that were asked for."""
        cost = _chosen("cost", self.cost, jaxce.COSTS)
        output = _chosen("output", self.output, jaxce.OUTPUTS)
        make_optimizer = _chosen("optimizer", self.optimizer, OPTIMIZERS)
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning rate must be positive and finite; got {self.learning_rate}")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed must be from 0 to {2**32 - 1}; got {self.seed}")
        for file in filter(None, (self.save, self.plot)):
            check_writable(file)
        if self.save and self.plot and os.path.realpath(self.save) == os.path.realpath(self.plot):
            raise ValueError(f"--save and --plot would write the same file {self.save}")
        if self.plot:
            curves.check_format(self.plot)
        if self.cache:
            _use_compilation_cache()

        data = jaxce.mnist.load(self.data)
        key_init, key_fit = jax.random.split(jax.random.key(self.seed))
        sizes = (data.train.images.shape[1], *self.hidden, data.classes)
        start = functools.partial(jaxce.init, key_init, sizes, scheme=self.init)
        how: dict[str, Any] = {
            "cost": cost,
            "output": output,
            "optimizer": make_optimizer(self.learning_rate),
            "batch_size": self.batch_size,
            "key": key_fit,
            "evaluation": data.test,
        }
        check_counts(len(data.train.images), self.epochs, self.batch_size)
        network = jax.eval_shape(start)
        check_training_memory(network, data.train, **how)
        if self.save:
            check_space(Path(os.path.realpath(self.save)).parent, size(network))
        params = start()
        show(f"{'-'.join(map(str, sizes))} network, {self.cost} cost, {self.output} outputs, {self._rule()}")
        show(HEADING)
        interruption.raises_once()
        try:
            with bar(self.epochs) as advance:
                params, history = jaxce.fit(
                    params,
                    data.train,
                    epochs=self.epochs,
                    progress=lambda history: (show(_row(history, -1)), advance(history)),
                    checkpoint=self.checkpoint,
                    **how,
                )
        except BaseException as stop:
            if hasattr(stop, "history"):  # of whatever stopped it after the first epoch
                params, history = (getattr(stop, name) for name in ("params", "history"))
                self._finish(params, history, interruption)
            raise
        self._finish(params, history, interruption)

    def _rule(self):
        return f"{self.optimizer} of rate {self.learning_rate:g} on minibatches of {self.batch_size}"

    def _finish(self, params, history, interruption):
        """Save the network before anything else can go wrong."""
        interruption.is_ignored()
        if len(history.seconds) == 0:
            return
        if self.save:
            network_file.save_network(self.save, network_file.Network(params, self.cost, self.output))
        interruption.ends_at_once()
        best = int(history.accuracy.argmax())
        show(f"\n{'':9}{HEADING}")
        show(f"{'best':9}{_row(history, best)}")
        show(f"{'last':9}{_row(history, -1)}")
        show(f"\n{len(history.seconds)} epochs in {history.seconds.sum():.2f} s, compilation included")
        if self.save:
            show(f"parameters saved in {self.save}")
        if self.plot:
            curves.plot_history(history, self.plot)
            show(f"cost and accuracy drawn in {self.plot}")


@dataclasses.dataclass(frozen=True)
class Evaluate:
    """Print the accuracy of a saved network on the test images, and how often it takes each digit for each."""

    file: tyro.conf.Positional[Path]
    """File that was written by `train --save`."""
    data: Path | None = None
    """Folder of another data set's four IDX files, plain or .gz."""

    def run(self, interruption: Interruption) -> None:
        """Load the network and the images, and print the table."""
        network = network_file.load_network(self.file)
        images, labels = jaxce.mnist.load(self.data).test
        cost, output = jaxce.COSTS[network.cost], jaxce.OUTPUTS[network.output]
        result = jaxce.evaluate(network.params, (images, labels), cost=cost, output=output)
        show(f"{len(labels)} test images: accuracy {result.accuracy:.2%}, {network.cost} {result.cost:.4f}\n")
        classes = np.asarray(classify(network.params, images, output=output))
        counts = np.zeros((max(len(network.params[-1].b), 2),) * 2, dtype=int)
        np.add.at(counts, (labels, classes), 1)
        show("a row for each label, a column for each largest output")
        show(" " * 6 + "".join(f"{digit:6}" for digit in range(len(counts))))
        for digit, row in enumerate(counts):
            show(f"{digit:6}" + "".join(f"{count:6}" for count in row))


HEADING = "epoch  training cost  test cost  test accuracy  seconds"


def _row(history, index):
    epoch = range(1, len(history.seconds) + 1)[index]
    training_cost, test_cost, accuracy, seconds = (column[index] for column in history)
    return f"{epoch:5}  {training_cost:13.6f}  {test_cost:9.6f}  {accuracy:13.2%}  {seconds:7.2f}"


def show(text: str) -> None:
    """Print a line; where nobody reads it any more, as in `train | head`, this and what follows is given up."""
    try:
        print(text, flush=True)
    except UnicodeEncodeError:
        show(ascii(text)[1:-1])
    except OSError:
        _discard_output()


def _discard_output():
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _use_compilation_cache():
    """Turn on JAX's compilation cache, so that the next start compiles nothing: in its own directory if it has one.

    An entry of no bytes, which a full disk leaves, is never read nor written again by JAX; it is removed.
    """
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")  # it is compiled then
    folder = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if not folder:
        try:
            folder = platformdirs.user_cache_path("jaxce")
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError):
            return  # the user has no such directory, and it cannot be made: there is no cache then
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    for entry in Path(folder).glob("*-cache"):
        with contextlib.suppress(OSError):
            if entry.stat().st_size == 0:
                entry.unlink()


def run(arguments: Sequence[str], interruption: Interruption) -> None:
    """Run a command. Bad input ends it with one line on standard error and exit status 2, Ctrl-C with 130."""
    if list(arguments) == ["--version"]:  # tyro's commands have options, but the whole has none
        show(f"jaxce {jaxce.__version__}")
        return
    description = f"{jaxce.__doc__} `--version` prints the version."
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            command = tyro.cli(Train | Evaluate, prog="jaxce", description=description, args=arguments)
            _check_device()
            command.run(interruption)
    except KeyboardInterrupt as interrupted:
        sys.exit(_complain(interrupted, 130))
    except BrokenPipeError:  # of the help, which tyro prints
        _discard_output()
        sys.exit(2)
    except (ArithmeticError, ImportError, MemoryError, OSError, ValueError, jax.errors.JaxRuntimeError) as error:
        sys.exit(_complain(error, 2))


def _check_device():
    try:
        jax.devices()
    except (AssertionError, RuntimeError) as error:  # such as JAX_PLATFORMS=cuda without a GPU
        platforms = os.environ.get("JAX_PLATFORMS")
        raise ValueError(f"JAX finds no device, with JAX_PLATFORMS={platforms}: {error}") from error


def _warn(message, category, filename, lineno, file=None, line=None):
    print(f"jaxce: warning: {message}", file=sys.stderr)


def _complain(error, status):
    print(f"jaxce: {' '.join(str(error).split()) or 'interrupted'}", file=sys.stderr)
    return status
