"""What Ctrl-C does depends on what there is to lose, and is as before in the end."""

import signal
import subprocess
import sys
import threading

import pytest

from jaxce.interruption import SIGNALS, Interruption


@pytest.fixture(autouse=True)
def usual():
    """The handlers that a program begins with."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as after nohup
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_raises_and_the_next_are_ignored(number):
    with Interruption() as interruption:
        interruption.raises_once()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)
        signal.raise_signal(signal.SIGINT)


def test_signals_are_ignored_while_a_file_is_written():
    with Interruption() as interruption:
        interruption.is_ignored()
        signal.raise_signal(signal.SIGTERM)


def test_in_the_end_everything_is_as_before_and_what_was_ignored_still_is():
    with Interruption() as interruption:
        interruption.raises_once()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_another_thread_changes_nothing():
    def enter():
        with Interruption() as interruption:
            interruption.raises_once()

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.process
def test_where_nothing_is_to_be_lost_the_process_ends_at_once_in_one_line():
    program = (
        "import signal; from jaxce.interruption import Interruption\n"
        "with Interruption(): signal.raise_signal(signal.SIGTERM)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "jaxce: interrupted\n")
