"""Work shared by as many processes as there are processors."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def shared(
    function: Callable, items: Sequence[Any], *, begin: Callable | None = None, neighbours: int = 1
) -> Iterator[Any]:
    """The function's result for each item, in order. A process calls `begin`, then takes `neighbours` items at once.

    >>> list(shared(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    context = multiprocessing.get_context("spawn")  # JAX's threads do not survive a fork
    processes = min(os.cpu_count() or 1, len(items))
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(begin,)) as pool:
        yield from pool.map(function, items, chunksize=neighbours)


def _begin(begin: Callable | None) -> None:
    collect_rarely()
    if begin:
        begin()


def collect_rarely() -> None:
    """Look for garbage less often: expressions are many and in no cycles, and looking takes a tenth of the time."""
    gc.set_threshold(50_000, 10, 10)
