"""The study's file: only whole tasks, only of one protocol, only one process at a time."""

import gzip
import json

import pytest

from benchmarks.study import rows
from benchmarks.study.protocol import QUICK_STUDY, STUDY, tasks
from benchmarks.study.rows import KEY, alone, of_task, read_rows, read_study, write_rows

TASKS = tasks(QUICK_STUDY)


def row_of(task, seed=0):
    return dict(zip(KEY, task.key, strict=True)) | {"seed": seed, "learning_rate": 0.5, "accuracies": [0.5, None]}


@pytest.mark.parametrize("name", ["study.jsonl", "study.jsonl.gz"])
def test_rows_are_read_as_they_were_written(name, tmp_path):
    file = tmp_path / name
    assert read_rows(file, QUICK_STUDY) == []
    written = [row_of(task, seed) for task in TASKS[:2] for seed in range(2)]
    write_rows(file, QUICK_STUDY, written)
    assert read_rows(file, QUICK_STUDY) == written
    assert [len(of_task(written, task)) for task in TASKS[:3]] == [2, 2, 0]


def test_rows_of_another_protocol_version_or_device_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "study.jsonl"
    write_rows(file, QUICK_STUDY, [row_of(TASKS[0])])
    for protocol in (STUDY, QUICK_STUDY._replace(version=2), QUICK_STUDY._replace(final_epochs=3)):
        with pytest.raises(ValueError, match="begun with another protocol, whose rows cannot be mixed"):
            read_rows(file, protocol)
    heading = rows.heading(QUICK_STUDY)
    assert read_study(file, QUICK_STUDY) == (heading, [row_of(TASKS[0])])
    for name in ("jax", "jaxce", "device"):
        monkeypatch.setattr(rows, "heading", lambda protocol, name=name: heading | {name: "another"})
        with pytest.raises(ValueError, match=f"begun with another {name}, "):
            read_rows(file, QUICK_STUDY)
        assert read_study(file, QUICK_STUDY)[1] == [row_of(TASKS[0])]  # to report them


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"{}\n", b"[1]\n", b"\x00", b"\xff", gzip.compress(b"{}")[:-9]])
@pytest.mark.parametrize("name", ["study.jsonl", "study.jsonl.gz"])
def test_a_file_that_is_no_study_is_refused(name, content, tmp_path):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ValueError, match="is no file of the study"):
        read_rows(file, QUICK_STUDY)


def test_a_row_without_a_key_is_refused(tmp_path):
    file = tmp_path / "study.jsonl"
    write_rows(file, QUICK_STUDY, [row_of(TASKS[0])])
    file.write_text(file.read_text() + json.dumps({"stage": "final"}) + "\n")
    with pytest.raises(ValueError, match="is no file of the study"):
        read_rows(file, QUICK_STUDY)


def test_no_two_write_the_file(tmp_path):
    file = tmp_path / "study.jsonl"
    with alone(file), pytest.raises(OSError, match="another process writes"), alone(file):
        pass
    with alone(file):
        pass


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(OSError, match="cannot write"), alone(tmp_path):
        pass
