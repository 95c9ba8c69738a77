"""How the networks of a sweep are trained for an epoch: one after another on each core, or together on each device."""

import functools
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from jaxce.epoch import FIRST, compiled, mean_cost_and_accuracy, train_epoch
from jaxce.members import Group, like
from jaxce.network import init
from jaxce.optimizers import evaluated, first_state

_SHARE, _WHOLE = PartitionSpec("members"), PartitionSpec()  # of the members, a share on every device; or all


class Run(NamedTuple):
    """The state of one network's training; with a leading axis, that of several."""

    params: Any
    state: Any
    is_finite: jax.Array
    key: jax.Array
    hyperparameters: dict[str, jax.Array]

    @property
    def changing(self) -> tuple[Any, Any, jax.Array]:
        """What an epoch changes."""
        return self.params, self.state, self.is_finite

    def after(self, changing: tuple[Any, Any, jax.Array]) -> "Run":
        """The same run after some epochs."""
        return Run(*changing, self.key, self.hyperparameters)


class Lane(NamedTuple):
    """What one call trains for an epoch: one member, or several together.

    Attributes:
        group: the number of the group that they belong to.
        members: the number of the member, or those of several.
        run: its run, or theirs, with a leading axis.
        program: the compiled function, which no longer asks for the settings of the thread that calls it.
        data: x, y and the evaluation data or None, where the run is.
    """

    group: int
    members: Any
    run: Run
    program: Any
    data: tuple


def begin(group: Group, sizes: Sequence[int], scheme: str, start: Callable) -> Run:
    """The runs of a group's members before the first epoch."""
    keys = jax.vmap(jax.random.key)(group.seeds)
    static = {"optimizer": group.optimizer, "sizes": tuple(sizes), "scheme": scheme, "start": start}
    return compiled(_begin, **static)(keys, group.numbers)


def _begin(keys, numbers, *, optimizer, sizes, scheme, start):
    def begin_one(member):
        key, numbers = member
        key_init, key_fit = jax.random.split(key)
        layers = start(init(key_init, sizes, scheme=scheme))
        numbers = {name: like(layers, value) for name, value in numbers.items()}
        return Run(*first_state(layers, optimizer(**numbers)), jnp.array(True), key_fit, numbers)

    return jax.lax.map(begin_one, (keys, numbers))  # under vmap, most generators draw for all keys from the first


def train_one(run, epoch, x, y, test, *, optimizer, batch_size, **network):
    """A run after one more epoch, and the epoch's measurements; a run that is no longer finite keeps its last state."""
    params, state, training_cost, is_finite = train_epoch(
        run.params,
        run.state,
        x,
        y,
        run.key,
        epoch,
        optimizer=optimizer(**run.hyperparameters),
        batch_size=batch_size,
        **network,
    )
    is_finite &= run.is_finite
    keep = functools.partial(jnp.where, is_finite)
    params, state = jax.tree.map(keep, (params, state), (run.params, run.state))
    measured = [training_cost]
    if test is not None:
        result = mean_cost_and_accuracy(evaluated(params, state), *test, **network)
        measured += [value for value in result if isinstance(value, jax.Array)]
    return run._replace(params=params, state=state, is_finite=is_finite), [keep(value, jnp.nan) for value in measured]


def train_share(runs, epoch, x, y, test, *, mesh, **static):
    """Several runs after one more epoch, and the measurements of each; every device trains its share of them."""

    def train(runs, *others):
        return jax.vmap(lambda run: train_one(run, *others, **static))(runs)

    spread = jax.shard_map(train, mesh=mesh, in_specs=(_SHARE, *[_WHOLE] * 4), out_specs=_SHARE, check_vma=False)
    return spread(runs, epoch, x, y, test)


def on_cpu() -> bool:
    """Whether networks are trained one by one."""
    return jax.default_backend() == "cpu"


class Place(NamedTuple):
    """Where lanes are trained: on a CPU one device, otherwise all devices of this process.

    Attributes:
        mesh: of these devices.
        data: x, y and the evaluation data or None, whole on each of them.
    """

    mesh: Mesh
    data: tuple


def places_for(data: tuple) -> list[Place]:
    """The places where lanes can be trained on these data."""
    devices = jax.local_devices()
    meshes = [
        jax.make_mesh((len(those),), ("members",), (AxisType.Auto,), devices=those)
        for those in ([[device] for device in devices] if on_cpu() else [devices])
    ]
    return [Place(mesh, jax.device_put(data, NamedSharding(mesh, _WHOLE))) for mesh in meshes]


def programs_at(places: Sequence[Place], group: Group, several: Run, **static) -> list[Any]:
    """The program that trains a lane of a group for an epoch, compiled for each place.

    Args:
        places: where.
        group: the group.
        several: the shapes and types of its runs, with a leading axis.
        static: the cost and the like.
    """
    programs = []
    for mesh, data in places:
        if on_cpu():
            function, sharding, leading = train_one, NamedSharding(mesh, _WHOLE), ()
        else:
            function, static = train_share, {**static, "mesh": mesh}
            sharding, leading = NamedSharding(mesh, _SHARE), (_rounded_up(len(group.members), mesh),)
        run = jax.tree.map(
            lambda leaf: jax.ShapeDtypeStruct((*leading, *leaf.shape[1:]), leaf.dtype, sharding=sharding),  # noqa: B023
            several,
        )
        with jax.set_mesh(mesh):  # and not on the mesh of the caller
            function = compiled(function, optimizer=group.optimizer, **static)
            programs.append(function.lower(run, FIRST, *data).compile())
    return programs


def lanes_of(number: int, group: Group, several: Run, places: Sequence[Place], programs: Sequence[Any]) -> list[Lane]:
    """The lanes in which the runs of a group are trained, those on a CPU at one place after the other."""
    if not on_cpu():
        ((mesh, data),), (program,) = places, programs
        members = np.minimum(np.arange(_rounded_up(len(group.members), mesh)), len(group.members) - 1)
        runs = jax.device_put(jax.tree.map(lambda leaf: leaf[members], several), NamedSharding(mesh, _SHARE))
        return [Lane(number, group.members, runs, program, data)]
    lanes = []
    for index, (member, place, program) in enumerate(zip(group.members, cycle(places), cycle(programs), strict=False)):
        run = jax.tree.map(lambda leaf: leaf[index], several)  # noqa: B023
        lanes.append(Lane(number, member, jax.device_put(run, NamedSharding(place.mesh, _WHOLE)), program, place.data))
    return lanes


def _rounded_up(members, mesh):
    """How many members there are when the last is repeated until every device has as many as the others."""
    return -(-members // mesh.size) * mesh.size


def advance(lane: Lane, epoch: int) -> tuple[Lane, np.ndarray]:
    """The lane after one more epoch, and the epoch's measurements, [3, members]."""
    run, row = jax.block_until_ready(lane.program(lane.run, np.uint32(epoch), *lane.data))
    measured = jax.tree.map(functools.partial(_of_members, lane.members), row)
    # What is not measured is no nan of the program's: JAX may have been told to refuse it.
    rows = np.full((3, np.size(lane.members)), np.nan)
    rows[: len(measured)] = measured
    return lane._replace(run=run), rows


def gathered(lanes: Sequence[Lane], part: Callable[[Run], Any]) -> Any:
    """A part of each run, such as its parameters, with a leading axis of members in the order of their numbers."""
    members = np.concatenate([np.atleast_1d(lane.members) for lane in lanes])
    parts = [jax.tree.map(functools.partial(_of_members, lane.members), part(lane.run)) for lane in lanes]
    order = np.argsort(members)
    return jax.tree.map(lambda *leaves: np.concatenate(leaves)[order], *parts)


def _of_members(members, leaf):
    """A leaf with a leading axis of these members, and none of those that were repeated."""
    bits = jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf
    return np.asarray(bits)[None] if np.ndim(members) == 0 else np.asarray(bits)[: len(members)]
