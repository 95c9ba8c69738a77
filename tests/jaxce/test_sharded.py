"""Arrays that are divided among devices, on meshes of both kinds, give what one device gives."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.parts import one_in

import jaxce

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


TRAINING = """
import jax, jax.numpy as jnp, numpy as np, optax, jaxce
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
jax.config.update("jax_enable_x64", DTYPE == "float64")
rng = np.random.default_rng(0)
x, y = rng.normal(size=(48, 8)).astype(DTYPE), np.arange(48) % 4
draw = lambda *shape: jnp.asarray(rng.normal(size=shape).astype(DTYPE))
layers = [jaxce.Layer(draw(12, 8), draw(12)), jaxce.Layer(draw(4, 12), draw(4))]
network = {"cost": jaxce.log_likelihood, "output": jaxce.softmax}
optimizer, members = optax.adam(0.01), jaxce.grid(seed=[0, 1, 2], learning_rate=[0.1, 0.2])

def everything(layers, x, y):
    how = {"batch_size": 8, "epochs": 2, "evaluation": (x, y)} | network
    yield "fit", jaxce.fit(layers, (x, y), optimizer=optimizer, key=jax.random.key(1), **how)[0]
    yield "sweep", jaxce.sweep((8, 12, 4), (x, y), members=members, optimizer=optax.sgd, **how).params
    yield "evaluate", jaxce.evaluate(layers, (x, y), **network)
    yield "loss", jaxce.loss(layers, x, y, **network)
    yield "accuracy", jaxce.accuracy(layers, x, y)
    yield "forward", jaxce.forward(layers, x, output=jaxce.softmax)

wanted = dict(everything(layers, jnp.asarray(x), jnp.asarray(y)))
for axes in ("Auto", "Explicit"):
    mesh = jax.make_mesh((2, 2), ("e", "c"), axis_types=(AxisType[axes],) * 2)
    place = lambda a, *spec: jax.device_put(a, NamedSharding(mesh, P(*spec)))
    (w1, b1), (w2, b2) = layers
    divided = [jaxce.Layer(place(w1, "c"), place(b1, "c")), jaxce.Layer(place(w2, None, "c"), place(b2))]
    for what, arguments in {
        "data": (layers, place(x, "e"), place(y, "e")),
        "parameters": (divided, jnp.asarray(x), jnp.asarray(y)),
        "both": (divided, place(x, "e"), place(y, "e")),
    }.items():
        for name, found in everything(*arguments):
            difference = max(
                np.abs(np.asarray(one) - np.asarray(two)).max()
                for one, two in zip(jax.tree.leaves(found), jax.tree.leaves(wanted[name]), strict=True)
            )
            print(f"{name:8}  {axes:8}  {what:10}  {difference:.1e}")
            assert difference < {"float32": 1e-6, "float64": 1e-12}[DTYPE], name
"""


def _run_on_four_devices(program):
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.process
@pytest.mark.parametrize("dtype", one_in(2, ["float64", "float32"]))
def test_a_training_divided_among_devices_is_that_of_one(dtype):
    """The examples, the parameters or both are divided, on meshes of both kinds."""
    done = _run_on_four_devices(f"DTYPE = {dtype!r}\n{TRAINING}")
    assert done.returncode == 0, done.stderr + done.stdout
    assert len(done.stdout.splitlines()) == 36


SPREAD = """
import jax, jax.numpy as jnp
from jax.sharding import NamedSharding, PartitionSpec as P
from jaxce.sharding import product, taken
mesh = jax.make_mesh((2, 2), ("e", "c"))
place = lambda a, *spec: jax.device_put(a, NamedSharding(mesh, P(*spec)))
spec = lambda f, *arguments: jax.typeof(jax.jit(f)(*arguments)).sharding.spec
w, a, x = jnp.ones((4, 8)), jnp.ones((8, 6)), place(jnp.ones((6, 3)), "e", None)
assert spec(product, place(w, "c", None), place(a, None, "e")) == P("c", "e")
assert spec(product, place(w, "e", None), place(a, None, "e")) == P(None, "e")
assert spec(taken, x, jnp.array([[0, 1], [2, 3], [4, 5]])) == P(None, "e", None)
assert spec(taken, x, jnp.array([[0, 1, 2], [3, 4, 5]])) == P(None, None, None)
"""


@pytest.mark.process
def test_products_and_minibatches_are_spread_as_their_factors_and_examples_are():
    done = _run_on_four_devices(SPREAD)
    assert done.returncode == 0, done.stderr


@pytest.mark.process
def test_every_device_trains_its_share_of_a_sweep():
    """Together, as on a GPU: six members on four devices, of which two repeat the last."""
    done = _run_on_four_devices(SHARES)
    assert done.returncode == 0, done.stderr


SHARES = """
import jax, numpy as np, optax, jaxce
x, y = np.random.default_rng(0).normal(size=(48, 8)).astype(np.float32), np.arange(48) % 4
how = dict(members=jaxce.grid(seed=[0, 1, 2], learning_rate=[0.1, 0.2]), cost=jaxce.log_likelihood)
how |= dict(output=jaxce.softmax, optimizer=optax.sgd, epochs=2, batch_size=8)
one_by_one = jaxce.sweep((8, 12, 4), (x, y), **how)
jax.default_backend = lambda: "gpu"
seen = []
lanes_of = jaxce.sweeps.lanes_of
def watched(*arguments):
    lanes = lanes_of(*arguments)
    seen.extend(lane.run.params[0].w.sharding for lane in lanes)
    return lanes
jaxce.sweeps.lanes_of = watched
together = jaxce.sweep((8, 12, 4), (x, y), **how)
assert len(seen[0].device_set) == 4 and not seen[0].is_fully_replicated
jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), one_by_one.params, together.params)
np.testing.assert_allclose(one_by_one.history[0], together.history[0], rtol=1e-5)
"""


@pytest.mark.process
def test_classes_and_examples_may_be_divided_among_devices():
    """Costs with labels and dense targets, and a layer by blocks; `jax.make_mesh` makes explicit meshes by default."""
    done = _run_on_four_devices(PROGRAM)
    assert done.returncode == 0, done.stderr


PROCESS = """
import sys
import jax
jax.distributed.initialize("127.0.0.1:" + sys.argv[1], num_processes=2, process_id=int(sys.argv[2]))
import numpy as np, optax, jaxce
from jax.sharding import NamedSharding, PartitionSpec as P
rng = np.random.default_rng(0)
x, y = rng.normal(size=(48, 8)).astype(np.float32), np.arange(48) % 4
mesh = jax.make_mesh((2,), ("examples",), axis_types=(jax.sharding.AxisType[sys.argv[3]],))
own = slice(24 * jax.process_index(), 24 * (jax.process_index() + 1))
examples = NamedSharding(mesh, P("examples"))
data = tuple(jax.make_array_from_process_local_data(examples, part[own]) for part in (x, y))
shapes = ((12, 8), (12,)), ((4, 12), (4,))
layers = [jaxce.Layer(*(rng.normal(size=shape).astype(np.float32) for shape in pair)) for pair in shapes]
layers = jax.device_put(layers, NamedSharding(mesh, P()))
checkpoint = sys.argv[4] or None
params, history = jaxce.fit(
    layers, data, cost=jaxce.log_likelihood, output=jaxce.softmax, optimizer=optax.sgd(0.1), epochs=int(sys.argv[5]),
    batch_size=8, key=jax.random.key(1), evaluation=data, checkpoint=checkpoint,
)
if jax.process_index() == 0:
    print(*np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(params)]), *history.accuracy)
"""


def _run_in_two_processes(axes, checkpoint, epochs):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    commands = [
        [sys.executable, "-c", PROCESS, str(port), str(number), axes, str(checkpoint), str(epochs)] for number in (0, 1)
    ]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment}
    processes = [subprocess.Popen(command, **pipes) for command in commands]
    results = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results
    return np.array(results[0][0].splitlines()[-1].split(), float)  # above it, gloo says who is there


@pytest.mark.process
@pytest.mark.parametrize("axes", ["Auto", "Explicit"])
def test_two_processes_train_the_network_of_one(axes, tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(48, 8)).astype(np.float32), np.arange(48) % 4
    shapes = ((12, 8), (12,)), ((4, 12), (4,))
    layers = [jaxce.Layer(*(jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in pair)) for pair in shapes]
    params, history = jaxce.fit(
        layers, (x, y), cost=jaxce.log_likelihood, output=jaxce.softmax, optimizer=optax.sgd(0.1), epochs=3,
        batch_size=8, key=jax.random.key(1), evaluation=(x, y),
    )  # fmt: skip
    wanted = np.concatenate([*(np.ravel(leaf) for leaf in jax.tree.leaves(params)), history.accuracy])
    np.testing.assert_allclose(_run_in_two_processes(axes, "", 3), wanted, atol=1e-6)
    if axes == "Auto":
        _run_in_two_processes(axes, tmp_path, 1)
        np.testing.assert_allclose(_run_in_two_processes(axes, tmp_path, 3), wanted, atol=1e-6)
