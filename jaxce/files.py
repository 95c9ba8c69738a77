"""Files: a new content replaces the old one as a whole or not at all, and only a regular file is read.

What is written has no name until it is complete and on the disk; then it is moved to its place. A reader meets the old
content or the new one, two writers never mix, and nothing is left over where one of them is killed.
"""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


def write_file(file: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Replace a file by what `write` puts into a stream. A link is followed; the mode of the file is kept.

    Raises:
        OSError: the file cannot be written. Its old content is still there then, and nothing else.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_file(Path(folder) / "a", lambda stream: stream.write(b"content"))
        ...     (Path(folder) / "a").read_bytes()
        b'content'
    """
    target = Path(os.path.realpath(file))
    temporary = target.with_name(f".{secrets.token_hex(8)}.unfinished")
    try:
        with _open_unnamed(temporary) as stream:
            write(stream)
            stream.flush()
            if target.exists():
                os.chmod(stream.fileno(), stat.S_IMODE(target.stat().st_mode))
            os.fsync(stream.fileno())
            if not temporary.exists():
                _give_name(stream, temporary)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open_unnamed(temporary):
    """A new file in the folder of `temporary`, which vanishes with this process; a named one where there is no such."""
    with contextlib.suppress(AttributeError, OSError):
        unnamed = os.O_TMPFILE | os.O_RDWR
        if Path("/proc/self/fd").is_dir():
            return open(temporary.parent, "wb", opener=lambda folder, flags: os.open(folder, unnamed, 0o666))
    return temporary.open("xb")


def _give_name(stream, name):
    descriptor = stream.fileno()
    os.link(f"/proc/self/fd/{descriptor}", name, src_dir_fd=descriptor)  # with it, Python follows the link in /proc


def check_writable(file: Path) -> None:
    """Raise OSError if `write_file` would fail for a reason that is known already: now, and not after the training.

    Example:
        >>> check_writable(Path("absent/network.npz"))
        Traceback (most recent call last):
        OSError: cannot write absent/network.npz: No such file or directory
    """
    target = Path(os.path.realpath(file))
    try:
        if target.exists() and not (target.is_file() and os.access(target, os.W_OK)):
            raise OSError(None, "it exists and is not a file that may be written")
        if target.exists() and not _may_replace(target.stat(), target.parent.stat()):
            raise OSError(None, "it is another user's, in a folder where each may replace only their own files")
        write_file(probe := target.with_name(f".{secrets.token_hex(8)}.probe"), lambda stream: None)
        probe.unlink()
    except OSError as error:
        raise OSError(f"cannot write {file}: {error.strerror}") from error


def _may_replace(file, folder):
    """Whether the sticky bit of the folder, if it has one, lets this user move another file to the place of `file`."""
    return not folder.st_mode & stat.S_ISVTX or os.geteuid() in (0, file.st_uid, folder.st_uid)


def check_space(folder: Path, needed: int) -> None:
    """Raise OSError if the file system of a folder has fewer bytes free than are needed.

    Example:
        >>> check_space(Path("."), 10**18)
        Traceback (most recent call last):
        OSError: 1e+09 GB are needed in ., and ... GB are free there
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(f"{needed / 1e9:.3g} GB are needed in {folder}, and {free / 1e9:.3g} GB are free there")


def open_regular(file: str | Path) -> BinaryIO:
    """Open a file for reading, and do not wait for ever for what another program may write into a pipe.

    Raises:
        OSError: the file cannot be read, or is not a regular file.

    Example:
        >>> open_regular("/dev/null")
        Traceback (most recent call last):
        OSError: /dev/null is not a regular file
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{file} is not a regular file")
    return open(descriptor, "rb")
