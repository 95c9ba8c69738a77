"""The networks of a sweep: what each of them is told, and which of them one program can train."""

import dataclasses
import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxce.network import Layer
from jaxce.optimizers import first_state

Member = Mapping[str, Any]  # the seed of a network, and the optimizer's hyperparameters by name


def grid(**choices: Iterable) -> list[Member]:
    """Every combination of the choices, as members of a sweep; the last choice varies fastest.

    Example:
        >>> grid(seed=range(2), learning_rate=[0.3, 0.5])[1]
        {'seed': 0, 'learning_rate': 0.5}
    """
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


class Group(NamedTuple):
    """Members that one program trains: they differ in seeds, and in numbers on which nothing is decided in Python."""

    members: list[int]
    optimizer: "Partly"
    seeds: np.ndarray
    numbers: dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Partly:
    """An optimizer, some of whose hyperparameters are fixed; equal ones share a program."""

    optimizer: Callable[..., optax.GradientTransformation]
    fixed: tuple[tuple[str, type, Any], ...]

    def __call__(self, **numbers) -> optax.GradientTransformation:
        return self.optimizer(**{name: value for name, _, value in self.fixed}, **numbers)


def groups_of(members: Sequence[Member], layers: list[Layer], optimizer: Callable) -> list[Group]:
    """The members, divided among as few programs as can train them.

    Args:
        members: the seed and the hyperparameters of each network.
        layers: those of a network, or their shapes and types.
        optimizer: a function from hyperparameters to an optax gradient transformation.

    Raises:
        ValueError: the members have no seed, or unequal names, or hyperparameters that cannot be told apart.
    """
    if len(members) == 0 or any(member.keys() != members[0].keys() for member in members):
        raise ValueError("members must be one or more mappings with the same names: jaxce.grid makes them")
    if "seed" not in members[0]:
        raise ValueError(f"each member must have a seed; got {dict(members[0])}")
    seeds = [member["seed"] for member in members]
    if not all(0 <= seed < 2**32 for seed in seeds):
        raise ValueError(f"a seed must be from 0 to {2**32 - 1}; got {min(seeds)} to {max(seeds)}")
    names = [name for name in members[0] if name != "seed"]
    for name in names:
        if not all(_is_number(member[name]) or isinstance(member[name], Hashable) for member in members):
            raise ValueError(f"members can differ in numbers, and in values that have a hash; not so in {name}")
    numbers = [name for name in names if all(_is_number(member[name]) for member in members)]
    traced = _traceable(numbers, members[0], layers, optimizer)
    choices = {}
    for index, member in enumerate(members):
        fixed = tuple((name, type(member[name]), member[name]) for name in names if name not in traced)
        choices.setdefault(fixed, []).append(index)
    return [
        Group(
            indices,
            Partly(optimizer, fixed),
            np.array([seeds[index] for index in indices], np.uint32),
            {name: np.array([members[index][name] for index in indices]) for name in traced},
        )
        for fixed, indices in choices.items()
    ]


def _is_number(value):
    return not isinstance(value, bool | np.bool_) and isinstance(
        value, int | float | np.number | np.ndarray | jax.Array
    )


def _traceable(names, member, layers, optimizer):
    """Those of the hyperparameters that the optimizer does not ask about in Python, such as `if decay_rate == 0`."""

    def is_traced(names):
        def step(numbers, layers):
            update = optax.with_extra_args_support(made := optimizer(**{**fixed, **numbers})).update
            params, state = first_state(layers, made)
            cost = layers[0].b[0]
            return update(layers, state, params, value=cost, grad=layers, value_fn=lambda layers: cost)

        fixed = {name: value for name, value in member.items() if name != "seed"}
        try:
            jax.eval_shape(step, {name: like(layers, member[name]) for name in names}, layers)
        except jax.errors.JAXTypeError:
            return False
        return True

    if is_traced(names):
        return names
    alone = [name for name in names if is_traced([name])]
    return alone if is_traced(alone) else []


def like(layers: list[Layer], value: Any) -> jax.Array:
    """A hyperparameter in the parameters' dtype, if it is a float: like a Python number, it then promotes nothing."""
    value = jnp.asarray(value)
    return value.astype(layers[0].w.dtype) if jnp.issubdtype(value.dtype, jnp.floating) else value
