"""Files are replaced as a whole or not at all, whatever happens; and what cannot be written is known before."""

import contextlib
import errno
import multiprocessing
import os
import shutil
import stat
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from jaxce import files
from jaxce.files import check_space, check_writable, open_regular, write_file

NAMED_AND_UNNAMED = ["as it is", "without unnamed files"]


@pytest.fixture(params=NAMED_AND_UNNAMED)
def folder(request, tmp_path, monkeypatch):
    """A folder, on a system that has files without a name and on one that has not."""
    if request.param == NAMED_AND_UNNAMED[1]:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return tmp_path


def write(file, content):
    write_file(file, lambda stream: stream.write(content))


def test_a_file_is_written_and_replaced_and_nothing_else(folder):
    for content in (b"first", b"", b"second" * 100_000):
        write(folder / "file", content)
        assert (folder / "file").read_bytes() == content
    assert [file.name for file in folder.iterdir()] == ["file"]


def test_a_new_file_has_the_mode_of_new_files_and_an_old_one_keeps_its_own(folder):
    (folder / "usual").touch()
    write(folder / "file", b"1")
    assert (folder / "file").stat().st_mode == (folder / "usual").stat().st_mode
    for mode in (0o600, 0o640, 0o666):
        (folder / "file").chmod(mode)
        write(folder / "file", b"2")
        assert stat.S_IMODE((folder / "file").stat().st_mode) == mode


def test_a_link_is_followed(folder):
    (folder / "there").mkdir()
    (folder / "there" / "target").write_bytes(b"old")
    (folder / "link").symlink_to("there/target")
    (folder / "dangling").symlink_to("there/new")
    for link, target in (("link", "target"), ("dangling", "new")):
        check_writable(folder / link)
        write(folder / link, b"new")
        assert (folder / link).is_symlink()
        assert (folder / "there" / target).read_bytes() == b"new"
    assert len(list((folder / "there").iterdir())) == 2


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), SystemExit()])
def test_whatever_happens_while_a_file_is_written_the_old_content_stays_and_nothing_is_left_over(folder, fault):
    def fail(stream):
        stream.write(b"half")
        stream.flush()
        raise fault

    (folder / "file").write_bytes(b"old")
    with pytest.raises(type(fault)):
        write_file(folder / "file", fail)
    with pytest.raises(type(fault)):
        write_file(folder / "new", fail)
    assert [file.name for file in folder.iterdir()] == ["file"]
    assert (folder / "file").read_bytes() == b"old"


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_nothing_is_left_over_if_the_last_steps_fail(folder, step, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files.os, step, fail)
    with pytest.raises(OSError, match="Input/output error"):
        write(folder / "file", b"new")
    assert not list(folder.iterdir())


def test_a_file_s_content_is_on_the_disk_before_it_replaces_another(folder, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(files.os, "fsync", lambda descriptor: (steps.append("sync"), fsync(descriptor)))
    monkeypatch.setattr(files.os, "replace", lambda *names: (steps.append("move"), replace(*names)))
    write(folder / "file", b"content")
    assert steps == ["sync", "move"]


def _write_again_and_again(file, byte):
    for _ in range(100):
        write_file(file, lambda stream: [stream.write(byte) for _ in range(1000)])


@pytest.mark.process
def test_writers_never_mix_and_readers_see_whole_files(tmp_path):
    file = tmp_path / "file"
    write(file, b"a" * 1000)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_again_and_again, args=(file, byte)) for byte in (b"a", b"b")]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        content = file.read_bytes()
        assert content in (b"a" * 1000, b"b" * 1000)
        seen.add(content)
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def _write_slowly(file):
    write_file(file, lambda stream: [(stream.write(b"new"), stream.flush(), time.sleep(0.1)) for _ in range(600)])


@pytest.mark.process
def test_a_killed_writer_leaves_nothing_behind(tmp_path):
    file = tmp_path / "file"
    write(file, b"old")
    writer = multiprocessing.get_context("spawn").Process(target=_write_slowly, args=(file,))
    writer.start()
    folder = Path(f"/proc/{writer.pid}/fd")
    while not any(str(tmp_path) in name for name in _open_files(folder)):
        time.sleep(0.01)
    writer.kill()
    writer.join()
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
    assert file.read_bytes() == b"old"


def _open_files(descriptors):
    """The names of the files that another process has open."""
    for link in descriptors.iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            yield os.readlink(link)


def test_a_folder_that_has_the_name_of_a_temporary_file_is_no_hindrance(folder):
    for name in ("file.unfinished", ".file.unfinished"):
        (folder / name).mkdir()
    (folder / "precious").write_bytes(b"precious")
    (folder / "file.npz.unfinished").symlink_to(folder / "precious")
    write(folder / "file", b"new")
    write(folder / "file.npz", b"new")
    assert (folder / "precious").read_bytes() == b"precious"


def test_what_can_be_written_is_checked_without_a_trace(folder):
    (folder / "file").write_bytes(b"old")
    check_writable(folder / "file")
    check_writable(folder / "new")
    assert [file.name for file in folder.iterdir()] == ["file"]
    assert (folder / "file").read_bytes() == b"old"


def test_a_folder_and_a_missing_folder_are_refused(folder):
    with pytest.raises(OSError, match="exists and is not a file that may be written"):
        check_writable(folder)
    with pytest.raises(OSError, match=r"cannot write .*: No such file or directory"):
        check_writable(folder / "absent" / "file")


def test_too_little_space_is_said(folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=2_000_000))
    check_space(folder, 2_000_000)
    with pytest.raises(OSError, match=r"^0.003 GB are needed in .*, and 0.002 GB are free there$"):
        check_space(folder, 3_000_000)


@pytest.mark.parametrize(
    ("user", "owner", "folder_s_owner", "mode", "may"),
    [
        (1000, 1001, 1002, 0o1777, False),
        (1000, 1001, 1002, 0o777, True),
        (1000, 1000, 1002, 0o1777, True),
        (1000, 1001, 1000, 0o1777, True),
        (0, 1001, 1002, 0o1777, True),
    ],
)
def test_in_a_sticky_folder_each_may_replace_only_their_own_files(user, owner, folder_s_owner, mode, may, monkeypatch):
    def status(mode, owner):
        return os.stat_result([mode, 0, 0, 1, owner, 0, 0, 0, 0, 0])

    monkeypatch.setattr(files.os, "geteuid", lambda: user)
    assert files._may_replace(status(0o100666, owner), status(0o40000 | mode, folder_s_owner)) is may


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is not a regular file"):
        open_regular(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"content")
    with open_regular(tmp_path / "file") as stream:
        assert stream.read() == b"content"
