"""The command line: what it prints and writes, and one clear line for every bad input."""

import gzip
import io
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest
from support.idx_file import encode

from jaxce import command_line, curves, network_file
from jaxce.__main__ import main

pytestmark = pytest.mark.usefixtures("unoptimized")
ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^ +(\d+) +\d+\.\d{6} +\d+\.\d{6} +(\d+\.\d\d)% +\d+\.\d\d$", re.MULTILINE)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with 60 training and 20 test images in ten classes that are easy to tell apart."""
    folder = tmp_path_factory.mktemp("data")
    kinds = np.random.default_rng(0).integers(256, size=(10, 4, 3)).astype(np.uint8)
    for name, n in (("train", 60), ("t10k", 20)):
        labels = (np.arange(n) % 10).astype(np.uint8)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(encode(kinds[labels]))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(encode(labels)))
    return folder


def train(data, *options):
    """Train in this process; of an option that is given twice, the last value counts."""
    main(["train", "--data", str(data), "--no-cache", "--epochs", "2", "--hidden", "5", *options])


def run(*arguments, environment=None):
    """Run the command line in a new process, with its output piped."""
    command = [sys.executable, "-m", "jaxce", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | (environment or {}))


def test_train_prints_a_row_for_each_epoch_and_evaluate_agrees_with_the_last(data, tmp_path, capsys):
    file = tmp_path / "network.npz"
    train(data, "--epochs", "40", "--save", str(file), "--plot", str(tmp_path / "history.png"))
    printed = capsys.readouterr().out
    rows, (best, last) = ROW.findall(printed)[:40], re.findall(r"^(?:best|last) .*", printed, re.MULTILINE)
    assert [int(epoch) for epoch, _ in rows] == list(range(1, 41))
    assert rows[-1][1] in last
    assert f"{max(float(accuracy) for _, accuracy in rows):.2f}%" in best
    assert float(rows[-1][1]) > 50
    assert re.search(r"40 epochs in \d+\.\d\d s", printed)
    assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")

    main(["evaluate", str(file), "--data", str(data)])
    printed = capsys.readouterr().out
    assert f"20 test images: accuracy {rows[-1][1]}%" in printed
    confusion = np.array([line.split()[1:] for line in printed.splitlines()[-10:]], dtype=int)
    np.testing.assert_array_equal(confusion.sum(axis=1), np.full(10, 2))
    assert 100 * np.trace(confusion) / 20 == pytest.approx(float(rows[-1][1]))


def test_the_seed_decides_everything(data, capsys):
    for seed in (1, 1, 2):
        train(data, "--seed", str(seed), "--epochs", "1")
    costs = re.findall(r"^ +1 +(\d+\.\d{6})", capsys.readouterr().out, re.MULTILINE)
    assert costs[0] == costs[1] != costs[2]


@pytest.mark.parametrize(
    ("options", "heading"),
    [
        (
            ("--cost", "log_likelihood", "--output", "softmax", "--hidden", "5", "5"),
            "12-5-5-10 network, log_likelihood cost, softmax outputs, sgd of rate 0.5 on minibatches of 10",
        ),
        (
            ("--cost", "quadratic", "--output", "linear", "--learning-rate", "0.1", "--optimizer", "momentum"),
            "12-5-10 network, quadratic cost, linear outputs, momentum of rate 0.1 on minibatches of 10",
        ),
        (
            ("--batch-size", "50", "--optimizer", "nesterov"),
            "12-5-10 network, cross_entropy cost, sigmoid outputs, nesterov of rate 0.5 on minibatches of 50",
        ),
    ],
)
def test_the_heading_describes_the_network_that_is_trained_and_saved(data, options, heading, tmp_path, capsys):
    train(data, *options, "--save", str(tmp_path / "network.npz"))
    assert capsys.readouterr().out.splitlines()[0] == heading
    saved = network_file.load_network(tmp_path / "network.npz")
    assert f"{saved.cost} cost, {saved.output} outputs" in heading
    assert "-".join(str(layer.w.shape[1]) for layer in saved.params) == heading.partition("-10 ")[0]


def test_the_options_change_what_is_trained(data, tmp_path):
    """Each option by itself leads to other parameters than the defaults and than every other option."""
    changes = ("--init", "scaled"), ("--batch-size", "50"), ("--learning-rate", "0.1"), ("--optimizer", "nesterov")
    weights = []
    for options in ((), *changes):
        train(data, *options, "--save", str(tmp_path / "network.npz"))
        weights.append(network_file.load_network(tmp_path / "network.npz").params[-1].w)
    for index, one in enumerate(weights):
        assert not any(np.array_equal(one, other) for other in weights[:index])


@pytest.mark.process
def test_piped_output_is_plain_and_later_starts_find_compiled_programs_or_compile_what_is_damaged(data, tmp_path):
    arguments = ("train", "--data", data, "--optimizer", "adam", "--learning-rate", "0.01", "--epochs", "2")
    environment = {"XDG_CACHE_HOME": str(tmp_path), "LC_ALL": "C"}
    first = run(*arguments, environment=environment)
    assert (first.returncode, first.stderr) == (0, "")
    assert re.fullmatch(r"[\n -~]*", first.stdout)
    assert len(ROW.findall(first.stdout)) == 2
    compiled = set(tmp_path.rglob("*-cache"))
    assert compiled
    second = run(*arguments, environment=environment)
    assert ROW.findall(second.stdout) == ROW.findall(first.stdout)
    assert set(tmp_path.rglob("*-cache")) == compiled
    for number, entry in enumerate(sorted(compiled)):
        content = bytearray(entry.read_bytes())
        content[len(content) // 2] ^= 0xFF
        entry.write_bytes(content if number % 2 else content[: len(content) // 2])
    third = run(*arguments, environment=environment)
    assert (third.returncode, third.stderr) == (0, "")
    assert ROW.findall(third.stdout) == ROW.findall(first.stdout)


@pytest.mark.process
def test_a_terminal_shows_a_bar_with_cost_and_accuracy(data):
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "jaxce", "train", "--data", str(data), "--epochs", "3", "--no-cache"]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, cwd=ROOT, env=environment):
        os.close(terminal)
        shown = b""
        while chunk := _read(controller):
            shown += chunk
    assert re.search(r"━.*cost \d\.\d{4}, accuracy \d+\.\d\d%", shown.decode())


def _read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # on Linux, the other end of the terminal is closed
        return b""


@pytest.fixture
def interruptible():
    """Let child processes receive Ctrl-C and the end of a terminal, which jobs in the background and `nohup` ignore."""
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.process
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_cleanly_and_keeps_the_last_finished_epoch(data, tmp_path, number):
    file = tmp_path / "network.npz"
    command = [sys.executable, "-m", "jaxce", "train", "--data", str(data), "--no-cache"]
    command += ["--epochs", "1000000", "--save", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        while not ROW.match(process.stdout.readline()):
            pass
        process.send_signal(number)
        process.send_signal(number)
        printed, complaint = process.communicate()
    assert process.returncode == 130
    assert re.fullmatch(r"jaxce: training interrupted after epoch \d+\n", complaint)
    assert f"parameters saved in {file}" in printed
    assert network_file.load_network(file).params[0].w.shape == (30, 12)


@pytest.mark.process
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_jax_is_being_imported_is_one_line_too():
    command = [sys.executable, "-v", "-m", "jaxce", "train", "--epochs", "1000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        while "import 'jaxce.command_line'" not in (line := process.stderr.readline()) and "jax/_src" not in line:
            pass
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == 130
    assert "jaxce: interrupted" in complaint
    assert "Traceback" not in complaint


@pytest.mark.process
def test_a_network_is_saved_also_if_nobody_reads_what_is_printed(data, tmp_path):
    file = tmp_path / "network.npz"
    command = [sys.executable, "-m", "jaxce", "train", "--data", str(data), "--no-cache"]
    command += ["--epochs", "300", "--save", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0
    closed = tmp_path / "closed.npz"
    command[-3:] = ["2", "--save", str(closed)]
    subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], cwd=ROOT, check=True)
    for network in (file, closed):
        assert network_file.load_network(network).params[0].w.shape == (30, 12)


@pytest.mark.process
def test_a_device_that_does_not_exist_is_one_line(data):
    refused = run("train", "--data", data, environment={"JAX_PLATFORMS": "abacus"})
    assert refused.returncode == 2
    assert re.fullmatch(r"jaxce: JAX finds no device, with JAX_PLATFORMS=abacus: .*\n", refused.stderr)


def test_the_network_is_saved_before_anything_else_can_fail(data, tmp_path, monkeypatch, capsys):
    def fail(*arguments):
        raise ValueError("no ink")

    monkeypatch.setattr(curves, "plot_history", fail)
    with pytest.raises(SystemExit) as exit_:
        train(data, "--save", str(tmp_path / "network.npz"), "--plot", str(tmp_path / "history.png"))
    assert exit_.value.code == 2
    assert capsys.readouterr().err == "jaxce: no ink\n"
    assert network_file.load_network(tmp_path / "network.npz").params


def test_a_format_that_needs_a_missing_program_is_refused_before_training(data, tmp_path, monkeypatch, capsys):
    from matplotlib.figure import Figure

    def fail(*arguments, **options):
        raise RuntimeError("xelatex not found\nand nothing else")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(SystemExit):
        train(data, "--plot", str(tmp_path / "history.pgf"))
    printed, complaint = capsys.readouterr()
    assert printed == ""
    assert complaint == f"jaxce: cannot draw {tmp_path}/history.pgf: xelatex not found and nothing else\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_a_terminal_cannot_show_is_written_otherwise(encoding, monkeypatch):
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding))
    command_line.show("saved in \u212b.npz")
    assert content.getvalue() == rb"saved in \u212b.npz" + os.linesep.encode()


def test_too_little_space_for_the_network_is_said_before_training(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(SystemExit) as exit_:
        train(data, "--save", str(tmp_path / "network.npz"))
    printed, complaint = capsys.readouterr()
    assert (exit_.value.code, printed) == (2, "")
    assert re.fullmatch(r"jaxce: \S+ GB are needed in .*, and 1e-07 GB are free there\n", complaint)


def test_an_error_without_a_text_is_an_interruption(capsys):
    assert command_line._complain(KeyboardInterrupt(), 130) == 130
    assert capsys.readouterr().err == "jaxce: interrupted\n"


def test_the_compilation_cache_is_where_jax_is_told_and_loses_its_empty_entries(tmp_path, monkeypatch):
    for name, content in (("full-cache", b"1"), ("empty-cache", b""), ("other", b"")):
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    before = jax.config.values["jax_compilation_cache_dir"]
    with warnings.catch_warnings():
        command_line._use_compilation_cache()
    assert jax.config.values["jax_compilation_cache_dir"] == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["full-cache", "other"]


def test_a_user_without_a_home_has_no_compilation_cache(monkeypatch):
    def fail(name):
        raise RuntimeError("no home")

    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    monkeypatch.setattr(command_line.platformdirs, "user_cache_path", fail)
    before = jax.config.values["jax_compilation_cache_dir"]
    with warnings.catch_warnings():
        command_line._use_compilation_cache()
    assert jax.config.values["jax_compilation_cache_dir"] == before


@pytest.mark.thorough
def test_other_numbers_of_classes_are_trained_and_evaluated(tmp_path, capsys):
    for name, n in (("train", 60), ("t10k", 24)):
        labels = (np.arange(n) % 12).astype(np.uint8)
        (tmp_path / f"emnist-{name}-images-idx3-ubyte").write_bytes(encode(np.repeat(labels, 12).reshape(n, 4, 3)))
        (tmp_path / f"emnist-{name}-labels-idx1-ubyte").write_bytes(encode(labels))
    train(tmp_path, "--save", str(tmp_path / "network.npz"))
    assert capsys.readouterr().out.startswith("12-5-12 network")
    main(["evaluate", str(tmp_path / "network.npz"), "--data", str(tmp_path)])
    table = [line.split() for line in capsys.readouterr().out.splitlines()[-12:]]
    assert [int(row[0]) for row in table] == list(range(12))
    assert {len(row) for row in table} == {13}


def test_a_warning_is_one_line(tmp_path, capsys):
    for name, n in (("train", 60), ("t10k", 20)):
        labels = np.sort(np.arange(n) % 10).astype(np.uint8)
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(encode(np.zeros((n, 4, 3), np.uint8)))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(encode(labels))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        train(tmp_path, "--epochs", "1")
    complaint = capsys.readouterr().err
    assert re.fullmatch(r"jaxce: warning: .* the class 9 is in one of the two alone: .*\n", complaint)


def test_divergence_prints_the_finite_epochs_and_saves_them(data, tmp_path, capsys):
    file = tmp_path / "network.npz"
    options = ("--cost", "quadratic", "--output", "linear", "--learning-rate", "5", "--epochs", "1000")
    with pytest.raises(SystemExit) as exit_:
        train(data, *options, "--save", str(file))
    printed, complaint = capsys.readouterr()
    finite = len(re.findall(r"^ +\d+ +\d+\.\d{6} ", printed, re.MULTILINE))  # the last test cost may be inf
    assert exit_.value.code == 2
    assert finite > 0
    assert f"diverged in epoch {finite + 1}" in complaint
    assert f"the last finite epoch was {finite} (training_cost" in complaint
    assert all(np.all(np.isfinite(array)) for layer in network_file.load_network(file).params for array in layer)


@pytest.mark.thorough
def test_a_checkpoint_is_gone_on_from_and_another_run_is_refused(data, tmp_path, capsys):
    with jax.numpy_dtype_promotion("standard"):
        train(data, "--epochs", "3")
        whole = [row[1] for row in ROW.findall(capsys.readouterr().out)]
        train(data, "--checkpoint", str(tmp_path))
        capsys.readouterr()
        train(data, "--epochs", "3", "--checkpoint", str(tmp_path))
        rows = ROW.findall(capsys.readouterr().out)
        assert [int(row[0]) for row in rows[:1]] == [3]
        assert rows[0][1] == whole[2]
        with pytest.raises(SystemExit) as exit_:
            train(data, "--epochs", "3", "--learning-rate", "0.6", "--checkpoint", str(tmp_path))
    assert exit_.value.code == 2
    assert "holds another run: it has other hyperparameters of the optimizer" in capsys.readouterr().err


def test_a_network_that_is_too_large_is_refused_before_its_weights_are_drawn(data, capsys):
    with pytest.raises(SystemExit) as exit_:
        train(data, "--hidden", "2000000000")
    assert exit_.value.code == 2
    assert "training a 12-2000000000-10 network needs about" in capsys.readouterr().err


BAD_OPTIONS = {
    "cost": (("--cost", "hinge"), "unknown cost 'hinge': choose one of quadratic, cross_entropy, log_likelihood"),
    "output": (("--output", "relu"), "unknown output 'relu': choose one of linear, sigmoid, softmax"),
    "optimizer": (("--optimizer", "lion"), "unknown optimizer 'lion': choose one of sgd, momentum"),
    "scheme": (("--init", "zero"), "unknown scheme 'zero': choose one of large, scaled"),
    "epochs": (("--epochs", "0"), "epochs must be from 1 to 4294967296; got 0"),
    "batch size": (("--batch-size", "0"), "batch_size must be from 1 to the number of examples, 50; got 0"),
    "too large a batch": (("--batch-size", "51"), "from 1 to the number of examples, 50; got 51"),
    "hidden": (("--hidden", "5", "0"), "each at least 1; got (12, 5, 0, 10)"),
    "too large a layer": (("--hidden", "1" + "0" * 20), "sizes must be below 2^31; got (12, 1"),
    "one file for both": (
        ("--save", "x.png", "--plot", "./x.png"),
        "--save and --plot would write the same file x.png",
    ),
    "learning rate": (("--learning-rate", "nan"), "learning rate must be positive and finite; got nan"),
    "seed": (("--seed", "4294967296"), "seed must be from 0 to 4294967295; got 4294967296"),
    "folder": (("--data", "absent"), "absent has no file train-images-idx3-ubyte"),
    "place to save": (("--save", "absent/x.npz"), "cannot write absent/x.npz: No such file or directory"),
    "folder to save": (("--save", "."), "cannot write .: it exists and is not a file that may be written"),
    "place to plot": (("--plot", "absent/x.png"), "cannot write absent/x.png: No such file or directory"),
    "format of a plot": (("--plot", "x.doc"), "cannot draw x.doc: its name must end in one of "),
    "nan from the start": (("--output", "linear"), "diverged in epoch 1: its mean cost is nan; no epoch before"),
}


@pytest.mark.parametrize("fault", BAD_OPTIONS)
def test_bad_options_are_refused_in_one_clear_line(data, fault, tmp_path, monkeypatch, capsys):
    options, message = BAD_OPTIONS[fault]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        train(data, *options)
    printed, complaint = capsys.readouterr()
    assert exit_.value.code == 2
    assert complaint.startswith("jaxce: ")
    assert complaint.count("\n") == 1
    assert message in complaint
    assert not ROW.search(printed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments", [(), ("train", "--hiden", "3"), ("train", "--epochs", "many"), ("evaluate",), ("fly",)]
)
def test_arguments_that_cannot_be_parsed_end_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "Traceback" not in "".join(capsys.readouterr())


def archive(**arrays: Any) -> bytes:
    """The bytes of an .npz file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def network(*layers, cost="quadratic"):
    """The bytes of an .npz file with layers of zeros, each given by the shapes of w and b."""
    ws = {f"w{number}": np.zeros(w) for number, (w, _) in enumerate(layers, start=1)}
    bs = {f"b{number}": np.zeros(b) for number, (_, b) in enumerate(layers, start=1)}
    return archive(cost=cost, output="sigmoid", **ws, **bs)


FOREIGN = "is not a network saved by jaxce, or is damaged"

BAD_FILES = {
    "empty": (b"", FOREIGN),
    "text": (b"hello", FOREIGN),
    "a pickle": (archive(cost=np.array([{}])), FOREIGN),
    "no names": (archive(w1=np.zeros((10, 12)), b1=np.zeros(10)), FOREIGN),
    "no layers": (network(), "holds no network: quadratic, sigmoid, no layer"),
    "no such cost": (network(((10, 12), 10), cost="hinge"), "holds no network: hinge"),
    "a bias too many": (network(((10, 12), 11)), "w float64[10, 12] b float64[11]"),
    "layers that do not fit": (network(((5, 12), 5), ((10, 6), 10)), "holds no network"),
    "integers": (
        archive(cost="quadratic", output="sigmoid", w1=np.zeros((10, 12), int), b1=np.zeros(10, int)),
        "holds no network: quadratic, sigmoid, w int64[10, 12] b int64[10]",
    ),
    "other inputs": (network(((10, 9), 10)), "layer 1 takes 9 inputs"),
    "other outputs": (network(((4, 12), 4)), "labels must be from 0 to 3"),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_files_that_contain_no_network_are_refused_in_one_clear_line(data, fault, tmp_path, capsys):
    content, message = BAD_FILES[fault]
    file = tmp_path / "network.npz"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as exit_:
        main(["evaluate", str(file), "--data", str(data)])
    complaint = capsys.readouterr().err
    assert exit_.value.code == 2
    assert message in complaint
    assert complaint.count("\n") == 1


def test_a_truncated_network_is_refused_wherever_it_ends(data, tmp_path):
    whole, part = tmp_path / "whole.npz", tmp_path / "part.npz"
    train(data, "--save", str(whole), "--epochs", "1")
    content = whole.read_bytes()
    for end in range(0, len(content), 97):
        part.write_bytes(content[:end])
        with pytest.raises(ValueError, match="not a network saved by jaxce, or is damaged"):
            network_file.load_network(part)


def test_a_process_is_refused_to_a_test_without_the_mark():
    with pytest.raises(RuntimeError, match="not marked `process`"):
        subprocess.run([sys.executable, "-c", ""], check=True)
