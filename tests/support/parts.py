"""A part of a long list, whose neighbours differ little."""

from collections.abc import Iterable

import pytest


def one_in(count: int, items: Iterable) -> list:
    """The items as parameters of a test: `make test` examines one in `count`, and `make test-whole` the others."""
    return [
        pytest.param(item, id=str(item), marks=[pytest.mark.whole] if number % count else [])
        for number, item in enumerate(items)
    ]
