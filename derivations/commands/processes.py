"""Work shared by as many processes as there are processors."""

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
    with ProcessPoolExecutor(processes, mp_context=context, initializer=begin) as pool:
        yield from pool.map(function, items, chunksize=neighbours)
