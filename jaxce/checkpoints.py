"""Trainings that go on where they were stopped: their state is kept in a folder, by Orbax, after every epoch.

Orbax writes a step under another name and gives it its own when it is complete, so that whatever stops the writing,
the step before is whole. Beside the state, a step holds the description of its run, so that no other run goes on from
it, and a digest of the state, so that a damaged one is not taken for a sound one.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils

from jaxce.files import check_space
from jaxce.history import State
from jaxce.memory import size

KEPT = 2  # steps: the last, and the one before it in case the last is damaged

Description = Mapping[str, str]  # what makes a run what it is, by its names in messages
PROGRAM = "program"  # the name of what no words describe
DIGEST = " with the digest "


def describe_run(
    functions: Mapping[str, Any], counts: Mapping[str, Any], arrays: Mapping[str, Any], program: str
) -> Description:
    """What makes a run what it is: two runs of equal descriptions give the same result, bit for bit.

    Args:
        functions: the cost and the like, by their names in messages.
        counts: the number of examples in a minibatch and the like.
        arrays: trees of arrays: the initial parameters, the data, the key.
        program: the text of the program of an epoch, in which all else is written that has an effect.
    """
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("jaxce", "jax", "jaxlib", "optax"))
    devices = jax.devices()
    return {
        **{name: _words(value) for name, value in {**functions, **counts}.items()},
        **{name: f"{_shapes(tree)}{DIGEST}{digest(tree)[:16]}" for name, tree in arrays.items()},
        "versions": libraries,
        "devices": f"{len(devices)} {devices[0].device_kind}",
        PROGRAM: _short(program),
    }


def digest(tree: Any) -> str:
    """A digest of all arrays in a tree: of their places, shapes, types and bits.

    Example:
        >>> digest([np.zeros(2)]) == digest([np.zeros(2)]), digest([np.zeros(2)]) == digest([np.zeros(3)])
        (True, False)
    """
    total = hashlib.sha256()
    for place, leaf in _leaves(tree).items():
        total.update(f"{place} {leaf.dtype} {leaf.shape}".encode())
        total.update(_bits(leaf))
    return total.hexdigest()


@contextlib.contextmanager
def checkpoints(folder: str | Path, run: Description) -> Iterator["Checkpoints"]:
    """The checkpoints of a run in a folder, which no other process may use meanwhile.

    Raises:
        ImportError: Orbax is not installed.
        OSError: the folder cannot be written, or is in use.
        ValueError: the folder holds something else.
    """
    try:
        from orbax import checkpoint as orbax  # imported here: it takes a second, and is an extra
    except ImportError as error:
        raise ImportError("checkpoints need Orbax: pip install 'jaxce[checkpoints]'") from error
    folder = Path(folder).absolute()
    with _locked(folder):
        options = orbax.CheckpointManagerOptions(
            max_to_keep=KEPT, enable_async_checkpointing=False, cleanup_tmp_directories=True
        )
        with orbax.CheckpointManager(folder, options=options) as manager:
            yield Checkpoints(folder, run, manager, orbax.args)


class Checkpoints:
    """Steps in a folder, one after each epoch; `checkpoints` opens them."""

    def __init__(self, folder: Path, run: Description, manager: Any, args: Any):
        self._folder, self._run, self._manager, self._args = folder, run, manager, args

    def latest(self, first: State) -> State:
        """The state after the last epoch that was saved whole; `first`, the state before the first epoch, if none was.

        Raises:
            ValueError: the steps are those of another run, or all are damaged.
            OSError: there is no step yet, and no space for one.
        """
        damaged = None
        for step in sorted(self._manager.all_steps(), reverse=True):
            try:
                description = self._restore(step, run=self._args.JsonRestore()).run
                if description["seal"] != _seal(description["run"], description["digest"]):
                    raise ValueError("its description is not what was saved")
                self._check_same_run(description["run"])
                return self._state(step, first, description["digest"])
            except _AnotherRunError:
                raise
            except Exception as error:
                reason = " ".join(str(error).split())[:200]
                warnings.warn(
                    f"{self._folder}: the step of epoch {step} is damaged and left out: {reason}", stacklevel=4
                )
                damaged = error
                self._manager.delete(step)
        if damaged:
            raise ValueError(
                f"no step in {self._folder} can be read; to begin anew, choose another folder"
            ) from damaged
        check_space(self._folder, size(_leaves(first)))
        return first

    def save(self, state: State) -> None:
        """Save the state after an epoch.

        Raises:
            OSError: it cannot be saved; the steps before it stay.
        """
        epochs, leaves = len(state.measurements), _leaves(state)
        run, digest_now = dict(self._run), digest(state)
        description = {"run": run, "digest": digest_now, "seal": _seal(run, digest_now)}
        save = {"state": self._args.StandardSave(leaves), "run": self._args.JsonSave(description)}
        try:
            self._manager.save(epochs, args=self._args.Composite(**save), force=True)
        except Exception as error:  # as above
            raise OSError(
                f"cannot save epoch {epochs} in {self._folder}: {_line(error)}; the epoch before it stays saved"
            ) from error

    def _restore(self, step, **items):
        return self._manager.restore(step, args=self._args.Composite(**items))

    def _check_same_run(self, other):
        named = [name for name in {**self._run, **other} if name != PROGRAM]
        differences = [
            _difference(name, other.get(name, "unknown"), self._run.get(name, "unknown"))
            for name in named
            if self._run.get(name) != other.get(name)
        ]
        if not differences and self._run[PROGRAM] != other[PROGRAM]:
            differences = ["other hyperparameters of the optimizer, or other functions of the same names"]
        if differences:
            raise _AnotherRunError(f"{self._folder} holds another run: it has {'; '.join(differences)}")

    def _state(self, step, first, digest_then):
        """The state of a step, with arrays of the types and on the devices of the first state."""
        measurements = np.empty((step, *first.measurements.shape[1:]))
        like = first._replace(measurements=measurements)
        restored = self._restore(step, state=self._args.StandardRestore(jax.tree.map(_template, _leaves(like)))).state
        leaves, structure = jax.tree.flatten(like)
        values = [_as(old, restored[place]) for old, place in zip(leaves, _leaves(like), strict=True)]
        state = jax.tree.unflatten(structure, values)
        if digest(state) != digest_then:
            raise ValueError("it is not what was saved")
        return state


def _difference(name, other, own):
    if other.split(DIGEST)[0] == own.split(DIGEST)[0]:
        return f"another {name}"
    return f"{name} {other.split(DIGEST)[0]}, not {own.split(DIGEST)[0]}"


class _AnotherRunError(ValueError):
    """The folder holds the steps of another run."""


@contextlib.contextmanager
def _locked(folder):
    """Hold a lock on the folder, which is made if need be. The lock of a process ends with it, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strange = [
            file.name for file in folder.iterdir() if file.name != LOCK and not file.name.split(".")[0].isdigit()
        ]
        if strange:
            raise ValueError(
                f"{folder} holds other files, such as {strange[0]!r}: choose a folder for checkpoints alone"
            )
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise OSError(f"cannot write checkpoints into {folder}: {error.strerror}") from error
    with lock:
        try:
            if jax.process_index() == 0:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError(f"{folder} is in use by another training") from error
        yield


LOCK = "lock"


def _leaves(tree):
    """The arrays of a tree by their places in it, random keys as the integers that they are made of."""
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    return {jax.tree_util.keystr(path): _integers(leaf) if _is_key(leaf) else leaf for path, leaf in leaves}


def _is_key(leaf):
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _integers(key):
    return jax.random.key_data(key)


def _template(leaf):
    """What Orbax is to restore: an array on all processes' devices, or else NumPy's."""
    if isinstance(leaf, jax.Array) and not leaf.is_fully_addressable:
        return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding)
    return np.empty(leaf.shape, leaf.dtype)


def _as(old, new):
    """A restored array as the old one is: of JAX or NumPy, a key or not, weakly typed or not, on the same devices."""
    if not isinstance(old, jax.Array) or (isinstance(new, jax.Array) and not new.is_fully_addressable):
        return new
    if _is_key(old):
        return jax.random.wrap_key_data(jnp.asarray(new), impl=jax.random.key_impl(old))
    if old.weak_type:
        return jnp.asarray(new.item())
    return jax.device_put(new, old.sharding) if old.committed else jnp.asarray(new)


def _bits(array):
    """The bits of an array; of one on several processes, the digests of their parts."""
    if not isinstance(array, jax.Array) or array.is_fully_addressable:
        return np.ascontiguousarray(array).tobytes()
    parts = sorted((str(shard.index), np.asarray(shard.data).tobytes()) for shard in array.addressable_shards)
    own = hashlib.sha256(repr(parts).encode()).digest()
    return np.asarray(multihost_utils.process_allgather(np.frombuffer(own, np.uint8))).tobytes()


def _line(error):
    """The beginning of an error's message, in one line."""
    return " ".join(str(error).split())[:200]


def _words(value):
    """A value in words that are the same in every process; of many words, the first and a digest of all."""
    words = getattr(value, "__qualname__", None) or re.sub(" at 0x[0-9a-f]+", "", repr(value))
    return words if len(words) < 200 else f"{words[:100]} ...{DIGEST}{_short(words)}"


def _seal(run, digest_of_state):
    return _short(json.dumps([run, digest_of_state], sort_keys=True))


def _short(words):
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _shapes(tree):
    return ", ".join(f"{leaf.dtype}{list(leaf.shape)}" for leaf in jax.tree.leaves(tree))
