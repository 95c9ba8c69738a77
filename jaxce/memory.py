"""How much memory a training would need, and how much is free: asked before it begins, and not found out by a crash."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import jax


def check_memory(what: str, needed: int, advice: Callable[[int], str], *, on_host: bool = False) -> None:
    """Raise MemoryError if `what` needs more bytes of memory than are free; `advice` is asked, given these, what to do.

    Asked is the memory of the device, or `on_host` that of the machine, where files are read.

    Example:
        >>> check_memory("a network", 10**18, lambda free: "use fewer neurons")
        Traceback (most recent call last):
        MemoryError: a network needs about 1e+09 GB of memory, and ... GB are free: use fewer neurons
    """
    free = free_memory_of_host() if on_host else free_memory()
    if free is not None and needed > free:
        raise MemoryError(
            f"{what} needs about {needed / 1e9:.3g} GB of memory, and {free / 1e9:.3g} GB are free: {advice(free)}"
        )


def size(tree: Any) -> int:
    """The bytes of all arrays in a tree, or of those that its shapes and types describe."""
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))


def workspace(program: Any) -> int:
    """The bytes that a compiled program takes for its intermediate and final results, as XLA plans them.

    Args:
        program: what `jax.jit(f).lower(...).compile()` returned.
    """
    plan = program.memory_analysis()
    return 0 if plan is None else plan.temp_size_in_bytes + plan.output_size_in_bytes


def free_memory() -> int | None:
    """How many bytes of memory the device has free, within the limits of this process, or None if nothing says so."""
    statistics = jax.local_devices()[0].memory_stats()
    if statistics and "bytes_limit" in statistics:
        return statistics["bytes_limit"] - statistics["bytes_in_use"]
    return free_memory_of_host()


def free_memory_of_host() -> int | None:
    """How many bytes the machine has free, within the limits of this process, or None if nothing says so."""
    return min([*_available_to_the_machine(), *_available_to_the_control_groups()], default=None)


def _available_to_the_machine() -> Iterator[int]:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        yield 1024 * _entry(meminfo.read_text(), "MemAvailable:")


def _available_to_the_control_groups(root: Path = Path("/")) -> Iterator[int]:
    """What is left of the limit of this process's control group, and of each group that contains it.

    Such limits are those of containers and of job schedulers. There are two versions of them. A file that was read and
    can be read again does not count as used.
    """
    membership = root / "proc/self/cgroup"
    for line in membership.read_text().splitlines() if membership.exists() else ():
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            folder, limit, usage, file_cache = root / "sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            folder, limit, usage = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            file_cache = "total_inactive_file"
        else:
            continue
        inner = PurePosixPath(group.lstrip("/"))
        for path in (folder / inner, *(folder / parent for parent in inner.parents)):
            bound = _read(path / limit)
            if bound.strip().isdecimal():
                yield int(bound) - int(_read(path / usage)) + _entry(_read(path / "memory.stat"), file_cache)


def _read(file):
    return file.read_text() if file.exists() else ""


def _entry(text, name):
    """The number that follows a name at the beginning of a line."""
    return next((int(line.split()[1]) for line in text.splitlines() if line.split()[:1] == [name]), 0)
