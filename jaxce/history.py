"""What training tells: measurements after every epoch, and the errors that carry those of the finished epochs."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxce.network import Layer


class History(NamedTuple):
    """Measurements per epoch: one array per quantity, one entry per epoch, nan where a quantity was not measured.

    Attributes:
        training_cost: the mean over the epoch's examples, each with the weights just before the step on its minibatch.
        evaluation_cost: the mean cost of the evaluation data after the epoch.
        accuracy: the accuracy on the evaluation data after the epoch, from 0 to 1.
        seconds: the wall time of the epoch and its evaluation; that of the first epoch includes compilation.
    """

    training_cost: np.ndarray
    evaluation_cost: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray


class State(NamedTuple):
    """Where a training stands: all that it needs to go on.

    Attributes:
        params: what the optimizer trains: for nearly every one, the network's layers.
        optimizer: the optimizer's own state.
        measurements: those of the epochs so far, [epochs, 4], in the order of a `History`.
    """

    params: Any
    optimizer: Any
    measurements: np.ndarray


class Progress(History):
    """The history so far, and where the training stands after its last epoch.

    Attributes:
        params: the network's layers; of a sweep, with a leading axis of members.
        state: for `fit`, to go on from here; None for a sweep.
    """

    state: State | None
    _params: Callable[[], Any]

    @classmethod
    def of(cls, measurements: np.ndarray, params: Callable[[], Any], state: State | None = None) -> "Progress":
        """Where a training stands.

        Args:
            measurements: those of the epochs so far, [epochs, 4], or [epochs, 4, members].
            params: a function that returns the layers, so that nothing is copied which nobody asks for.
            state: what a training needs to go on.
        """
        progress = cls(*np.moveaxis(measurements, 0, -1))
        progress._params, progress.state = params, state
        return progress

    @functools.cached_property
    def params(self) -> list[Layer]:
        return self._params()

    def __reduce__(self):
        """What it is made from, so that it can be copied, and travel from one process to another."""
        return _progress, (tuple(self), self.params, self.state)


def _progress(columns, params, state):
    return Progress.of(np.moveaxis(np.array(columns), -1, 0), lambda: params, state)


@contextlib.contextmanager
def keeping(results: Callable[[], tuple[Any, History]]) -> Iterator[None]:
    """A context for a training, whatever ends it: StopIteration ends it as planned, Ctrl-C raises Interrupted.

    These results and those of any other error, as its attributes `params` and `history`, are those of the finished
    epochs.

    Example:
        >>> try:
        ...     with keeping(lambda: ([], history_of(np.ones((2, 4))))):
        ...         1 / 0
        ... except ZeroDivisionError as error:
        ...     print(len(error.history.seconds), error.__notes__)
        2 ["training ended after epoch 2: see this error's .params and .history"]
    """
    try:
        yield
    except StopIteration:
        pass
    except KeyboardInterrupt:
        raise Interrupted(*results()) from None
    except Exception as error:
        if not hasattr(error, "history"):
            params, history = results()
            error.__dict__.update(params=params, history=history)
            ended = f"training ended after epoch {history.seconds.shape[-1]}"
            error.add_note(f"{ended}: see this error's .params and .history")
        raise


class Measurements:
    """Rows of measurements, one more after every epoch; adding one takes a constant time on average.

    Example:
        >>> rows = Measurements(np.empty((0, 4)))
        >>> rows.add((0.3, 0.4, 0.9, 0.1))
        >>> rows.array
        array([[0.3, 0.4, 0.9, 0.1]])
    """

    def __init__(self, rows: np.ndarray):
        self._rows, self._count = np.array(rows, dtype=float), len(rows)

    @property
    def array(self) -> np.ndarray:
        """The rows so far. They stay as they are when more are added."""
        return self._rows[: self._count]

    def add(self, row) -> None:
        """Add a row. Where there is no room for it, room is made for twice as many."""
        if self._count == len(self._rows):
            room = np.empty((max(8, self._count), *self._rows.shape[1:]))
            self._rows = np.concatenate([self._rows, room])
        self._rows[self._count] = row
        self._count += 1


class Diverged(ArithmeticError):
    """The cost or the parameters are no longer finite; `.params` and `.history` are those of the epochs before."""

    def __init__(self, params: Sequence[Layer], history: History, cost: float):
        super().__init__(
            f"training diverged in epoch {len(history.seconds) + 1}: its mean cost is {cost}; "
            f"{_last_row(history)}. Try a smaller learning rate, or a cost whose domain holds every output"
        )
        self.params, self.history, self.cost = params, history, cost

    def __reduce__(self):
        """What it was made from, so that it can be copied, and travel from one process to another."""
        return type(self), (self.params, self.history, self.cost)


class Interrupted(KeyboardInterrupt):
    """Training was interrupted from the keyboard; `.params` and `.history` are those of the finished epochs."""

    def __init__(self, params: Sequence[Layer], history: History):
        super().__init__(f"training interrupted after epoch {history.seconds.shape[-1]}")
        self.params, self.history = params, history

    def __reduce__(self):
        """What it was made from, as of `Diverged`."""
        return type(self), (self.params, self.history)


def _last_row(history):
    if len(history.seconds) == 0:
        return "no epoch before it was finite"
    row = ", ".join(f"{name} {column[-1]:.6g}" for name, column in history._asdict().items())
    return f"the last finite epoch was {len(history.seconds)} ({row})"


def history_of(measurements) -> History:
    """The history that rows of measurements make, one row an epoch.

    Example:
        >>> history_of([(0.3, 0.4, 0.9, 0.1), (0.2, 0.3, 0.95, 0.1)]).accuracy
        array([0.9 , 0.95])
    """
    return History(*np.moveaxis(np.asarray(measurements, dtype=float), 0, -1))
