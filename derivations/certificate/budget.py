"""Limits for a question: a number of cases, and a time after which whatever is running is stopped."""

import _weakrefset
import ctypes
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

Answer = TypeVar("Answer")

WEAK_REFERENCES = {weakref.__file__, _weakrefset.__file__}


class OutOfTimeError(Exception):
    """A block ran longer than it was allowed."""


class OutOfCasesError(Exception):
    """More cases were distinguished than was allowed."""


class Deadline:
    """A context that raises OutOfTimeError in its block after some seconds, whatever Python code is running there.

    SymPy's functions cannot be asked to stop, so the exception is raised in their thread by another; unlike a signal,
    that works in every thread and leaves the user's alarms alone.

    >>> with Deadline(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
    derivations.certificate.budget.OutOfTimeError: more than 0.01 seconds
    """

    def __init__(self, seconds: float):
        """Set the time; the clock starts when the block is entered."""
        self.seconds, self.passed, self.over = seconds, False, False
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        """Start the clock."""
        self.thread = threading.get_ident()
        self.timer = threading.Timer(self.seconds, self._interrupt)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop the clock; an exception that has been sent and not yet raised is withdrawn."""
        with self.lock:
            self.over = True
            if self.passed and kind is not OutOfTimeError:
                _put_into(self.thread, None)
        self.timer.cancel()
        if self.passed:
            raise OutOfTimeError(f"more than {self.seconds} seconds") from None

    def _interrupt(self) -> None:
        while not self._is_settled():
            time.sleep(0.001)

    def _is_settled(self) -> bool:
        """Send the exception, unless it would do harm just now; True if it is sent or too late."""
        with self.lock:
            if not self.over and not _must_not_be_stopped(self.thread):
                self.passed = True
                _put_into(self.thread, OutOfTimeError)
            return self.over or self.passed


def _must_not_be_stopped(thread: int) -> bool:
    """Whether a thread is in a function that an exception would harm, or that would swallow it.

    The first set and end a deadline, whose clock would be left half started. Python calls the others when an object
    dies or the garbage collector works.
    """
    undisturbed = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    undisturbed |= {Deadline.__enter__.__code__, Deadline.__exit__.__code__}
    frame = sys._current_frames().get(thread)
    while frame:
        code = frame.f_code
        if code.co_name == "__del__" or code.co_filename in WEAK_REFERENCES or code in undisturbed:
            return True
        frame = frame.f_back
    return False


def _put_into(thread: int, error: type | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def attempt(seconds: float, question: Callable[..., Answer], *arguments: object) -> Answer | None:
    """What a function returns, or None if it takes longer than `seconds`."""
    deadline = Deadline(seconds)
    try:
        with deadline:
            return question(*arguments)
    except OutOfTimeError:
        if deadline.passed:
            return None
        raise
