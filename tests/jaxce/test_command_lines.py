"""Random command lines end with a result or one line that says what is wrong; COMMAND_LINES=800 tries so many."""

import contextlib
import io
import os
import random

import numpy as np
import pytest
from support.idx_file import encode

from jaxce.__main__ import main

COUNT = int(os.environ.get("COMMAND_LINES", "40"))
INTEGERS = ["0", "1", "3", "5", "10", "-1", "007", "1e3", "1.5", "nan", "2" * 20, "½", "١٢", "0x10", "", " ", "None"]
NUMBERS = ["0.5", "0", "-1", "1e-300", "1e308", "1e400", "nan", "-inf", "0,5", "abc", "1_0", ""]
WORDS = [
    "quadratic",
    "sigmoid",
    "softmax",
    "log_likelihood",
    "adam",
    "large",
    "ReLU",
    "",
    "é",
    "\udce9",
    "a\nb",
    "x" * 300,
]
PATHS = [
    "file",
    "empty",
    "data",
    "a.npz",
    "a.png",
    ".",
    "",
    "file/x",
    "/dev/null",
    "/dev/full",
    "a\0b",
    "\udcff",
    "x" * 300,
]
OPTIONS = {
    **dict.fromkeys(["--hidden", "--batch-size", "--seed"], INTEGERS),
    "--epochs": ["0", "1", "-1", "x", "1.5", "9" * 20, ""],
    "--learning-rate": NUMBERS,
    **dict.fromkeys(["--cost", "--output", "--optimizer", "--init"], WORDS),
    **dict.fromkeys(["--data", "--save", "--plot", "--checkpoint"], PATHS),
}


def random_line(rng):
    """The arguments of `train` or `evaluate`, some of them right."""
    if rng.random() < 0.2:
        return ["evaluate", *rng.choices(PATHS, k=rng.randrange(3)), "--data", rng.choice(["data", *PATHS])]
    chosen = [(name, rng.choice(OPTIONS[name])) for name in rng.choices(list(OPTIONS), k=rng.choice([1, 1, 2, 3]))]
    return ["train", "--epochs", "1", "--data", "data", "--no-cache", *(word for pair in chosen for word in pair)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, n in (("train", 60), ("t10k", 20)):
        (tmp_path / "data").mkdir(exist_ok=True)
        images = np.random.default_rng(n).integers(256, size=(n, 4, 4)).astype(np.uint8)
        (tmp_path / f"data/{name}-images-idx3-ubyte").write_bytes(encode(images))
        (tmp_path / f"data/{name}-labels-idx1-ubyte").write_bytes(encode((np.arange(n) % 10).astype(np.uint8)))
    (tmp_path / "file").write_text("no network")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.whole
@pytest.mark.usefixtures("unoptimized")
def test_every_command_line_ends_with_a_result_or_one_line(folder):
    rng, statuses = random.Random(0), []
    for _ in range(COUNT):
        line = random_line(rng)
        error = io.StringIO()  # it takes every character, as the real one does
        with contextlib.redirect_stderr(error):
            try:
                main(line)
                statuses.append(0)
            except SystemExit as end:
                statuses.append(end.code)
        told = error.getvalue()
        assert statuses[-1] in (0, 2), (line, told)
        assert "Traceback" not in told, line
        if statuses[-1] == 2 and not told.startswith("╭─"):  # a frame says what no option takes, in more lines
            complaints = [text for text in told.splitlines() if not text.startswith("jaxce: warning")]
            assert len(complaints) == 1, (line, told)
            assert complaints[0].startswith("jaxce: "), line
    assert {0, 2} == set(statuses)
    assert not [file for file in folder.rglob("*") if ".tmp" in file.name]
