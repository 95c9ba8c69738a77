"""Arrays that are divided among devices, on meshes of both kinds, give what one device gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import jax, jax.numpy as jnp, numpy as np, jaxce
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
assert len(jax.devices()) == 4
rng = np.random.default_rng(0)
w, b, a = (rng.normal(size=shape).astype(np.float32) for shape in ((32, 3), (32,), (8, 3)))
z, labels, soft = a @ w.T + b, rng.integers(0, 32, 8), rng.dirichlet(np.ones(32), 8).astype(np.float32)

def of_layer(w, b, a, y):
    return jaxce.layer_log_likelihood(jaxce.Layer(w, b), a, y, block=5).mean()

def of_costs(z, labels, soft):
    costs = [cost(jaxce.softmax, z, y) for cost in jaxce.COSTS.values() for y in (labels, soft)]
    return sum(costs).mean(), costs

layer_loss = jax.jit(jax.value_and_grad(of_layer, (0, 1, 2)))
costs_and_slope = jax.jit(jax.value_and_grad(of_costs, has_aux=True))
wanted = layer_loss(w, b, a, labels), costs_and_slope(z, labels, soft)
for axes, classes, examples in [("Auto", "c", "e"), ("Explicit", "c", "e"), ("Explicit", "c", None)]:
    mesh = jax.make_mesh((2, 2), ("e", "c"), axis_types=(AxisType[axes],) * 2)
    place = lambda x, *spec: jax.device_put(x, NamedSharding(mesh, P(*spec)))
    with jax.set_mesh(mesh):
        divided = place(w, classes), place(b, classes), place(a, examples), place(labels, examples)
        z_divided, soft_divided = place(z, examples, classes), place(soft, examples, classes)
        found = layer_loss(*divided), costs_and_slope(z_divided, divided[-1], soft_divided)
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-6), found, wanted)
    assert axes == "Auto" or found[0][1][0].sharding.spec[0] == classes, found[0][1][0].sharding
"""


@pytest.mark.process
def test_classes_and_examples_may_be_divided_among_devices():
    """Costs with labels and dense targets, and a layer by blocks; `jax.make_mesh` makes explicit meshes by default."""
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
