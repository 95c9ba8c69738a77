"""The library's tests start no other process unless they are marked `process`; `make quick` leaves those out."""

import sys

import jax
import pytest

STARTING = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"}
_refusing = False


def _refuse(event, arguments):
    if _refusing and event in STARTING:
        raise RuntimeError(f"a test that is not marked `process` starts a process: {event}")


sys.addaudithook(_refuse)


@pytest.fixture(autouse=True)
def process(request):
    """Raise an error when a test without the mark starts a process."""
    global _refusing
    _refusing = request.node.get_closest_marker("process") is None
    yield
    _refusing = False


@pytest.fixture
def unoptimized():
    """Programs compiled in half the time: for tests of what is computed, whatever its speed and its last bits."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
