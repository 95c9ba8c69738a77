"""What a training needs is predicted and refused where it is not free; limits of containers count."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.clusters import problem, random_params

import jaxce
from jaxce import memory
from jaxce.training import check_training_memory

HOW = {"cost": jaxce.cross_entropy, "output": jaxce.sigmoid, "optimizer": optax.sgd(0.5), "batch_size": 10}


def test_a_training_that_does_not_fit_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(MemoryError, match=r"training a 6-5-3 network needs about .* GB are free: use fewer neurons"):
        jaxce.fit(random_params((6, 5, 3)), problem(), epochs=1, key=jax.random.key(0), **HOW)


def needed(monkeypatch, sizes, batch_size=10, n=50):
    """The bytes that a training is predicted to need, of a network that is not there yet."""
    told = []
    monkeypatch.setattr("jaxce.training.check_memory", lambda what, needed, advice: told.append(needed))
    params = jax.eval_shape(functools.partial(jaxce.init, sizes=sizes), jax.random.key(0))
    data = jax.ShapeDtypeStruct((n, sizes[0]), float), jax.ShapeDtypeStruct((n,), jnp.int32)
    check_training_memory(params, data, key=jax.random.key(0), **HOW | {"batch_size": batch_size})
    return told[0]


@pytest.mark.thorough
def test_weights_and_activations_are_counted(monkeypatch):
    small = needed(monkeypatch, (6, 5, 3))
    weights = 8 * 6 * 100_000
    assert needed(monkeypatch, (6, 100_000, 3)) - small > 2 * weights  # before and after a step
    activations = 8 * 50 * 100_000
    wide = [needed(monkeypatch, (6, 100_000, 3), batch_size) for batch_size in (10, 50)]
    assert wide[1] - wide[0] > activations / 2


def test_what_the_library_says_of_a_plan_is_the_plan_of_xla():
    program = jax.jit(lambda x: jnp.sort(x) + 1).lower(jax.ShapeDtypeStruct((1000,), jnp.float32)).compile()
    assert memory.workspace(program) >= 4000
    assert memory.size([np.zeros((2, 3)), jnp.zeros(5, jnp.float32)]) == 68


LIMITS = {
    "version 2": {
        "proc/self/cgroup": "0::/box/inner\n",
        "sys/fs/cgroup/box/inner/memory.max": "max\n",
        "sys/fs/cgroup/box/inner/memory.current": "300\n",
        "sys/fs/cgroup/box/memory.max": "1000\n",
        "sys/fs/cgroup/box/memory.current": "600\n",
        "sys/fs/cgroup/box/memory.stat": "anon 500\ninactive_file 100\n",
    },
    "version 1": {
        "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/box\n",
        "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/box/memory.usage_in_bytes": "600\n",
        "sys/fs/cgroup/memory/box/memory.stat": "inactive_file 7\ntotal_inactive_file 100\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "600\n",
    },
    "a group that is seen as the root": {
        "proc/self/cgroup": "0::/kubepods/pod\n",
        "sys/fs/cgroup/memory.max": "1000\n",
        "sys/fs/cgroup/memory.current": "500\n",
    },
}


@pytest.mark.parametrize("kind", LIMITS)
def test_the_tightest_limit_of_the_control_groups_counts(kind, tmp_path):
    for name, content in LIMITS[kind].items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert min(memory._available_to_the_control_groups(tmp_path)) == 500


def test_without_control_groups_the_machine_s_memory_counts(tmp_path):
    assert list(memory._available_to_the_control_groups(tmp_path)) == []
    free = memory.free_memory()
    assert free is None or free > 10**6
