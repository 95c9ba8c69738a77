"""A picture of a training run: cost and accuracy against the epoch."""

import io
from pathlib import Path

import numpy as np

from jaxce.files import write_file
from jaxce.history import History


def check_format(file: Path) -> None:
    """Raise ValueError if `plot_history` could not write `file`: matplotlib is missing, or what the format needs.

    Example:
        >>> check_format(Path("history.svg"))
    """
    try:
        from matplotlib.backend_bases import FigureCanvasBase
    except ImportError as error:
        raise ValueError("a plot needs matplotlib: pip install 'jaxce[plots]'") from error
    formats = FigureCanvasBase.get_supported_filetypes()
    if _format(file) not in formats:
        raise ValueError(f"cannot draw {file}: its name must end in one of {', '.join(sorted(formats))}")
    _draw(History(*np.ones((4, 1))), file, io.BytesIO())


def _format(file):
    return file.suffix.removeprefix(".").lower()


def plot_history(history: History, file: Path) -> None:
    """Write a picture of a training run, in the format that the file's name ends in (png, svg, pdf ...).

    Args:
        history: the measurements of one network's training, as `fit` returns them.
        file: the file to write.

    Example:
        >>> import tempfile
        >>> history = History(*np.ones((4, 3)))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot_history(history, Path(folder) / "history.svg")
    """
    write_file(file, lambda stream: _draw(history, file, stream))


def _draw(history, file, stream):
    from matplotlib.figure import Figure  # imported here: it takes half a second, and only a picture needs it
    from matplotlib.ticker import MaxNLocator

    epochs = np.arange(1, len(history.seconds) + 1)
    figure = Figure(figsize=(7, 6), layout="constrained")
    cost, accuracy = figure.subplots(2, sharex=True)
    cost.plot(epochs, history.training_cost, ".-", label="training")
    cost.plot(epochs, history.evaluation_cost, ".-", label="test")
    cost.set_ylabel("cost")
    cost.legend()
    accuracy.plot(epochs, 100 * history.accuracy, ".-")
    accuracy.set_ylabel("test accuracy, percent")
    accuracy.set_xlabel("epoch")
    accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
    try:
        figure.savefig(stream, format=_format(file))
    except Exception as error:  # some formats need other programs, such as LaTeX, which complain in their own ways
        raise ValueError(f"cannot draw {file}: {error}") from error
