"""The progress bar: what it shows on a terminal for one network or many, and that it is silent elsewhere."""

import io

import numpy as np
from rich.console import Console

from jaxce.history import History
from jaxce.progress import bar


def shown(history, terminal=True):
    """The text that a bar prints for a history."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=120, legacy_windows=False)
    with bar(2, console) as advance:
        advance(history)
    return stream.getvalue()


def test_a_bar_shows_cost_and_accuracy():
    assert "cost 0.2500, accuracy 93.00%" in shown(History(*np.array([[0.5], [0.25], [0.93], [1.0]])))


def test_without_evaluation_data_it_shows_the_training_cost():
    assert "training cost 0.5000" in shown(History(*np.array([[0.5], [np.nan], [np.nan], [1.0]])))


def test_of_a_sweep_it_shows_the_mean_of_the_networks_that_have_not_diverged():
    columns = np.array([[[0.5], [np.nan], [0.7]], [[0.2], [np.nan], [0.4]], [[0.9], [np.nan], [0.8]], [[1], [1], [1]]])
    assert "cost 0.3000, accuracy 85.00%" in shown(History(*columns))


def test_it_is_silent_where_output_is_piped():
    assert shown(History(*np.ones((4, 1))), terminal=False).strip() == ""
