"""What training tells: measurements after every epoch, and the errors that carry those of the finished epochs."""

from collections.abc import Sequence
from typing import NamedTuple

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


def history_of(rows) -> History:
    """The history, from each epoch's measurements."""
    return History(*np.array(rows, dtype=float).reshape(-1, len(History._fields)).T)
