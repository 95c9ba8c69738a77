"""A progress bar for `fit` and `sweep`. It is made with rich, which `import jaxce` does not load."""

import contextlib
from collections.abc import Callable, Iterator

import numpy as np
from rich.console import Console
from rich.progress import Progress, TextColumn

from jaxce.history import History


@contextlib.contextmanager
def bar(epochs: int, console: Console | None = None) -> Iterator[Callable[[History], None]]:
    """A bar over the epochs, with the latest cost and accuracy; for a sweep, their means over the networks.

    Nothing is shown if the output is not a terminal. What is printed meanwhile appears above the bar.

    Args:
        epochs: how many there will be.
        console: where the bar appears; by default, standard output.

    Returns:
        A context manager, whose value is a function to be called with the history after every epoch.

    Example:
        >>> from jaxce.progress import bar
        >>> with bar(epochs=2) as advance:  # fit(..., progress=advance) calls it after every epoch
        ...     advance(History(*np.ones((4, 1))))
    """
    console = console or Console()
    columns = (*Progress.get_default_columns(), TextColumn("{task.fields[reached]}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("epochs", total=epochs, reached="")
        yield lambda history: progress.update(task, completed=history.seconds.shape[-1], reached=_reached(history))


def _reached(history):
    training_cost, evaluation_cost, accuracy = (_mean(column[..., -1]) for column in history[:3])
    if np.isnan(evaluation_cost):
        return f"training cost {training_cost:.4f}"
    return f"cost {evaluation_cost:.4f}, accuracy {accuracy:.2%}"


def _mean(values):
    """The mean over the networks that have not diverged."""
    finite = values[np.isfinite(values)]
    return finite.mean() if finite.size else np.nan
