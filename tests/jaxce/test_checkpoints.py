"""A training that was stopped, by whatever, goes on to the bits of one that was not."""

import fcntl
import functools
import hashlib
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.clusters import problem, random_params

import jaxce

pytestmark = [pytest.mark.usefixtures("unoptimized"), pytest.mark.thorough]

DATA, ADAM = problem(), optax.adam(0.05)
KILLS = int(os.environ.get("KILLS", "5"))  # `make test-kills` asks for 50


@pytest.fixture(autouse=True)
def implicit_promotion():
    """Allow implicit promotion of dtypes, for optax's bias corrections."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def train(epochs, folder=None, params=None, data=DATA, **changes):
    """Fit a small network."""
    how: dict[str, Any] = {
        "cost": jaxce.cross_entropy, "output": jaxce.sigmoid, "optimizer": ADAM, "batch_size": 10,
        "key": jax.random.key(1), "evaluation": DATA,
    } | changes  # fmt: skip
    return jaxce.fit(params or random_params((6, 5, 3)), data, epochs=epochs, checkpoint=folder, **how)


def sweep(epochs, folder=None, **changes):
    """Train a few small networks by two programs: with momentum and without."""
    members = jaxce.grid(seed=[3, 4], momentum=[None, 0.9])
    how: dict[str, Any] = {
        "cost": jaxce.cross_entropy, "output": jaxce.sigmoid, "batch_size": 10, "evaluation": DATA, "members": members,
        "optimizer": _sgd,
    } | changes  # fmt: skip
    return jaxce.sweep((6, 5, 3), DATA, epochs=epochs, checkpoint=folder, **how)


def _sgd(momentum):
    return optax.sgd(0.3, momentum)


@functools.cache
def whole(epochs):
    """The training that nothing stops."""
    return train(epochs)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """A folder with the checkpoint of one epoch."""
    folder = tmp_path_factory.mktemp("run")
    with jax.numpy_dtype_promotion("standard"):
        train(1, folder)
    return folder


def assert_same(one, two):
    """Both trainings gave the same bits: parameters, optimizer's state and history, but for the seconds."""
    leaves = (jax.tree.leaves((params, history.state[:2])) for params, history in (one, two))
    for left, right in zip(*leaves, strict=True):
        if jnp.issubdtype(left.dtype, jax.dtypes.prng_key):
            left, right = jax.random.key_data(left), jax.random.key_data(right)
        np.testing.assert_array_equal(left, right, strict=True)
    np.testing.assert_array_equal(one[1][:3], two[1][:3])


def test_a_second_call_goes_on_to_the_bits_of_one_that_was_not_stopped(tmp_path):
    train(2, tmp_path)
    assert_same(train(4, tmp_path), whole(4))
    assert_same(train(4, tmp_path), whole(4))  # nothing is left to do


OPTIMIZERS = {
    "none to speak of": optax.sgd(0.3),
    "pairs of parameters": optax.lookahead(optax.sgd(0.3), 5, 0.5),
    "parameters for evaluation": optax.contrib.schedule_free_sgd(1.0),
    "a random key": optax.chain(optax.add_noise(0.01, 0.5, jax.random.key(3)), optax.sgd(0.3)),
    "weakly typed numbers": optax.inject_hyperparams(optax.sgd)(0.3),
    "a line search": optax.lbfgs(),
}


@pytest.mark.parametrize("state", OPTIMIZERS)
def test_the_state_of_every_optimizer_is_kept(state, tmp_path):
    optimizer = OPTIMIZERS[state]
    train(1, tmp_path, optimizer=optimizer)
    assert_same(train(2, tmp_path, optimizer=optimizer), train(2, optimizer=optimizer))


def _rate_as_state(rate):
    """Descent whose state is a weakly typed rate: it promotes no bfloat16 to float32, as a strongly typed one would."""

    def update(updates, state, params=None):
        return jax.tree.map(lambda gradient: -state * gradient, updates), state

    return optax.GradientTransformation(lambda params: jnp.asarray(rate), update)


@pytest.mark.parametrize("optimizer", [ADAM, _rate_as_state(0.3)], ids=["adam", "weakly typed"])
def test_bfloat16_is_kept(optimizer, tmp_path):
    params, data = random_params((6, 5, 3), jnp.bfloat16), (DATA[0].astype(jnp.bfloat16), DATA[1])
    how = {"params": params, "data": data, "optimizer": optimizer}
    train(1, tmp_path, **how)
    assert_same(train(2, tmp_path, **how), train(2, **how))


@pytest.mark.parametrize("stopped", ["by an error", "by the program", "from the keyboard"])
def test_what_stops_a_training_loses_no_finished_epoch(stopped, tmp_path):
    errors = {"by an error": ZeroDivisionError, "by the program": StopIteration, "from the keyboard": KeyboardInterrupt}

    def stop(history):
        assert history.params[0].w.shape == (5, 6)
        if len(history.seconds) == 2:
            raise errors[stopped]

    if stopped == "by the program":
        params, history = train(4, tmp_path, progress=stop)
    else:
        kind = jaxce.Interrupted if stopped == "from the keyboard" else ZeroDivisionError
        with pytest.raises(kind) as caught:
            train(4, tmp_path, progress=stop)
        params, history = (getattr(caught.value, name) for name in ("params", "history"))
    assert_same((params, history), whole(2))
    assert_same(train(4, state=history.state), whole(4))
    assert_same(train(4, tmp_path), whole(4))


@pytest.mark.parametrize(
    ("difference", "message"),
    [
        ({"cost": jaxce.quadratic}, "cost cross_entropy, not quadratic"),
        ({"output": jaxce.linear, "cost": jaxce.cross_entropy}, "output jaxce.sigmoid, not jaxce.linear"),
        ({"optimizer": optax.adam(0.06)}, "other hyperparameters of the optimizer"),
        ({"optimizer": optax.sgd(0.05)}, "initial state .*, not "),
        ({"batch_size": 25}, "minibatches of 10, not 25"),
        ({"key": jax.random.key(2)}, "another key"),
        ({"data": (DATA[0] + 1e-9, DATA[1])}, "another data"),
        ({"data": tuple(part[:-10] for part in DATA)}, r"data float64\[50, 6\], int64\[50\], not float64\[40, 6\]"),
        ({"evaluation": (DATA[0] + 1e-9, DATA[1])}, "another evaluation data"),
        ({"params": random_params((6, 7, 3))}, r"initial state .*float64\[5, 6\].*, not .*float64\[7, 6\]"),
    ],
)
def test_the_folder_of_another_run_is_refused_and_the_difference_named(difference, message, trained_once):
    with pytest.raises(ValueError, match=f"holds another run: it has .*{message}"):
        train(1, trained_once, **difference)


def test_fewer_epochs_than_were_trained_are_refused(tmp_path):
    train(2, tmp_path)
    with pytest.raises(ValueError, match="epochs must be at least the 2 that have been trained already; got 1"):
        train(1, tmp_path)


def test_versions_are_part_of_a_run(tmp_path, monkeypatch):
    train(1, tmp_path)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    with pytest.raises(ValueError, match=r"versions jaxce .*, not jaxce 9\.9"):
        train(1, tmp_path)


def _damage(folder, how):
    for file in [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 100]:
        content = bytearray(file.read_bytes())
        if how == "changed":
            content[len(content) // 2] ^= 1
        file.write_bytes(content if how == "changed" else b"" if how == "emptied" else content[: len(content) // 2])


@pytest.mark.parametrize("how", ["changed", "cut", "emptied"])
def test_of_a_damaged_step_the_one_before_is_used_and_that_is_said(how, tmp_path):
    train(3, tmp_path)
    _damage(tmp_path / "3", how)
    with pytest.warns(UserWarning, match="the step of epoch 3 is damaged and left out"):
        assert_same(train(4, tmp_path), whole(4))


def test_a_changed_number_is_damage_too(tmp_path, monkeypatch):
    train(2, tmp_path)
    monkeypatch.setattr(jaxce.checkpoints, "_as", lambda old, new: new * (1 + 2**-52) if new.dtype == float else new)
    with (
        pytest.warns(UserWarning, match="damaged and left out: it is not what was saved"),
        pytest.raises(ValueError, match=r"no step .* can be read"),
    ):
        train(3, tmp_path)


def test_a_folder_that_is_in_use_is_refused(tmp_path):
    train(1, tmp_path)
    with (tmp_path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OSError, match="is in use by another training"):
            train(2, tmp_path)
    assert_same(train(2, tmp_path), whole(2))


def test_a_folder_with_other_files_and_a_file_are_refused(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match=r"holds other files, such as 'thesis\.tex'"):
        train(1, tmp_path)
    with pytest.raises(OSError, match=r"cannot write checkpoints into .*thesis.tex: File exists"):
        train(1, tmp_path / "thesis.tex")


def test_without_orbax_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "orbax", None)
    with pytest.raises(ImportError, match=r"pip install 'jaxce\[checkpoints\]'"):
        train(1, tmp_path)


def test_where_a_step_cannot_be_written_the_epochs_before_it_are_kept(tmp_path):
    train(1, tmp_path)

    def full_disk(history):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with pytest.raises(OSError, match=r"cannot save epoch 3 in .*; the epoch before it stays saved") as caught:
            train(4, tmp_path, progress=full_disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    (history,) = (getattr(caught.value, name) for name in ("history",))
    assert len(history.seconds) == 3  # the third is trained, though it is not saved
    assert_same(train(4, tmp_path), whole(4))


@pytest.mark.parametrize("start", [train, sweep])
def test_without_space_for_a_step_nothing_is_trained(start, tmp_path, monkeypatch):
    def trained(*_):
        raise AssertionError("an epoch was trained")

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(OSError, match=r"GB are needed in .*, and 1e-07 GB are free there"):
        start(1, tmp_path, progress=trained)


def test_a_sweep_goes_on_too(tmp_path):
    sweep(1, tmp_path)
    found, wanted = sweep(3, tmp_path), sweep(3)
    for left, right in zip(jax.tree.leaves(found.params), jax.tree.leaves(wanted.params), strict=True):
        np.testing.assert_array_equal(left, right, strict=True)
    np.testing.assert_array_equal(found.history[:3], wanted.history[:3])
    with pytest.raises(ValueError, match="holds another run: it has members"):
        sweep(3, tmp_path, members=jaxce.grid(seed=[3, 5], momentum=[None, 0.9]))


PROGRAM = """
import hashlib, sys
import jax, numpy as np, optax, jaxce
from support.clusters import problem, random_params
params, history = jaxce.fit(
    random_params((6, 5, 3), np.float32), problem(), cost=jaxce.cross_entropy, output=jaxce.sigmoid,
    optimizer=optax.adam(0.05), epochs=int(sys.argv[2]), batch_size=10, key=jax.random.key(1),
    checkpoint=sys.argv[1] or None, progress=lambda history: print(len(history.seconds), flush=True),
)
bits = b"".join(np.asarray(leaf).tobytes() for leaf in (*jax.tree.leaves(params), *history[:3]))
print(hashlib.sha256(bits).hexdigest())
"""


def _start(folder):
    root = pathlib.Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": f"{root}:{root / 'tests'}"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, folder, str(8 * KILLS)], stdout=subprocess.PIPE, text=True, env=environment
    )


@pytest.mark.process
def test_a_training_that_is_killed_again_and_again_ends_with_the_same_bits(tmp_path):
    """Most of an epoch of so small a network is its saving, and most kills meet it there."""
    with _start("") as process:
        wanted = process.communicate()[0].split()[-1]
    assert len(wanted) == len(hashlib.sha256().hexdigest())
    chance, kills, reached = random.Random(0), 0, [0]
    while kills < KILLS:
        with _start(str(tmp_path)) as process:
            assert process.stdout is not None
            first = process.stdout.readline().strip()
            assert int(first) in (reached[-1], reached[-1] + 1, reached[-1] + 2)
            try:
                process.wait(chance.uniform(0, 0.4))
                break
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
                reached.append(int(([first, *process.stdout.read().split()])[-1]))
    with _start(str(tmp_path)) as process:
        assert process.communicate()[0].split()[-1] == wanted
    assert kills == KILLS, f"the training ended after {kills} kills: it must have more epochs"
