"""Questions end in time: what is stopped, when an answer is still found, and what the error says if there is none."""

import gc
import threading
import time

import jax
import jax.numpy as jnp
import pytest
import sympy as sp

from derivations import UnprovedError, certify, symbols
from derivations.certificate.budget import Deadline, OutOfTimeError, attempt

z = sp.Symbol("z", real=True)


def forever():
    while True:
        pass


def test_a_call_that_runs_too_long_is_stopped_in_every_thread():
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(attempt(0.05, forever)))
    thread.start()
    thread.join(60)
    assert outcome == [None]
    assert attempt(60, int, "7") == 7


class Slow:
    """An object whose finalizer takes a while."""

    def __del__(self):
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            pass


def test_a_running_finalizer_does_not_swallow_the_deadline():
    def end_of_objects():
        Slow()  # dies at once; its finalizer is running when the time is up
        forever()

    assert attempt(20, lambda: [attempt(0.05, end_of_objects)]) == [None]


def test_a_garbage_collection_does_not_swallow_the_deadline():
    gc.callbacks.append(slow_callback)

    def collection():
        gc.collect()
        forever()

    try:
        assert attempt(20, lambda: [attempt(0.05, collection)]) == [None]
    finally:
        gc.callbacks.remove(slow_callback)


def slow_callback(phase, info):
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        pass


def test_an_outer_deadline_is_not_mistaken_for_an_inner_one():
    with pytest.raises(OutOfTimeError, match=r"0\.05"), Deadline(0.05):
        attempt(600, forever)


def test_a_deadline_that_has_not_passed_leaves_nothing_behind():
    assert {attempt(0.001, int, "7") for _ in range(100)} <= {7, None}  # None if the machine is busy
    time.sleep(0.01)


def test_a_loop_that_does_not_end_is_reported_as_out_of_time():
    def endless(z):
        return jax.lax.while_loop(lambda x: x == x, lambda x: x + 1, z)

    with pytest.raises(UnprovedError, match=r"(?s)no verdict: more than .* seconds.*test_budget\.py"):
        certify(endless, z, z, seconds=2)


def test_values_that_are_too_large_to_be_evaluated_are_not_waited_for():
    tower = sp.exp(sp.exp(sp.exp(z)))
    with pytest.raises(UnprovedError, match="z = 51 the values are too large to be compared"):
        certify(lambda z: jnp.exp(jnp.exp(jnp.exp(z))), tower + sp.Max(0, z - 50), z, seconds=20)


def test_too_many_cases_give_no_proof_but_a_counterexample_is_still_found():
    v = symbols("v", 4)
    with pytest.raises(UnprovedError, match="more than 5 cases"):
        certify(lambda v: jnp.sort(v)[0], sp.Min(*v), v, cases=5)
    assert not certify(lambda v: jnp.sort(v)[0], sp.Max(*v), v, cases=5)


@pytest.mark.parametrize(
    ("program", "formula"),
    [
        (lambda z: jnp.maximum(jnp.pi * z, z), sp.Max(sp.pi * z, z)),
        (lambda z: jnp.maximum(jnp.exp(jnp.exp(z)), 2.0), sp.Max(sp.exp(sp.exp(z)), 2)),
        (lambda z: jnp.where(jax.lax.erf(z) > 1, 1.0, 0.0), sp.S.Zero),
    ],
)
def test_comparisons_of_monotone_functions_are_decided(program, formula):
    assert certify(program, formula, z)


def test_a_deadline_does_not_stop_another_one_while_that_is_set(monkeypatch):
    started = []

    class SlowTimer(threading.Timer):
        def start(self):
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                pass
            super().start()
            started.append(self)

    def set_another():
        monkeypatch.setattr(threading, "Timer", SlowTimer)
        with Deadline(60):
            forever()

    assert attempt(0.05, set_another) is None
    assert len(started) == 1
