"""What Ctrl-C, a closed terminal and a request to end do to a command: it depends on what there is to lose."""

import os
import signal
import threading
from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interruption:
    """Within `with`, the process ends at once, unless something else is asked for. Ignored signals stay ignored.

    Example:
        >>> with Interruption() as interruption:
        ...     interruption.raises_once()  # what is in training is to be saved
        ...     interruption.is_ignored()  # while it is being saved
        ...     interruption.ends_at_once()
    """

    def __enter__(self) -> "Interruption":
        in_main_thread = threading.current_thread() is threading.main_thread()
        before = {number: signal.getsignal(number) for number in SIGNALS} if in_main_thread else {}
        self.before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
        self.ends_at_once()
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def ends_at_once(self) -> None:
        """Nothing is lost if the process ends; if it were only asked to, JAX could crash in the middle of its start."""
        self._set(_end)

    def raises_once(self) -> None:
        """The first signal raises KeyboardInterrupt, and the next are ignored."""
        self._set(self._raise)

    def is_ignored(self) -> None:
        """What takes a moment, such as writing a file, is not interrupted."""
        self._set(signal.SIG_IGN)

    def _set(self, handler):
        for number in self.before:
            signal.signal(number, handler)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self.is_ignored()
        raise KeyboardInterrupt


def _end(number, frame):
    os.write(2, b"jaxce: interrupted\n")
    os._exit(130)
