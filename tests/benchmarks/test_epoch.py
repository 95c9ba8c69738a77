"""The benchmark of an epoch: contestants must learn, and the time that arithmetic alone would take."""

import numpy as np
import pytest

import jaxce
from benchmarks import epoch, peers


def test_a_contestant_that_does_not_learn_is_refused(monkeypatch):
    data = jaxce.mnist.load()
    few = data._replace(train=jaxce.mnist.Split(*(part[:500] for part in data.train)))

    def lazy(task):
        return peers.Contestant(train=lambda: None, predict=lambda pixels: np.zeros(len(pixels), int))

    monkeypatch.setitem(peers.CONTESTANTS, "lazy", ("numpy", lazy))
    with pytest.raises(RuntimeError, match=r"lazy did not learn: accuracy 9\.80%"):
        epoch.race(epoch.task(few, hidden=30, batch_size=10), {"lazy": "0"}, repeats=1)


def test_the_floor_is_arithmetic_and_memory_traffic(monkeypatch):
    monkeypatch.setattr(epoch, "rates", lambda: (1e9, 1e9))
    forward_and_gradient, back, traffic = 4 * 10 * 794 * 30, 2 * 10 * 10 * 30, 8 * 794 * 30 + 10 * 784
    assert epoch.arithmetic_floor(30, 10) == pytest.approx(1e-9 * (forward_and_gradient + back + traffic))
