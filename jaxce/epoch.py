"""One pass over the examples: they are shuffled and cut into minibatches, and each is a step w -> w - (eta / m) dC/dw.

Where m does not divide n, the last minibatch is shorter, and is trained on like the others. An epoch is one compiled
program.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxce.network import accuracy, loss, weighted_input
from jaxce.optimizers import differentiated
from jaxce.sharding import taken

BLOCK = 100  # minibatches whose examples are gathered at once: few enough for the copy to stay in a core's cache
FIRST = np.uint32(0)  # the number of the first epoch, of a type that no setting of JAX changes


class Evaluation(NamedTuple):
    """How well a network does on some data.

    Attributes:
        cost: the mean cost over the examples.
        accuracy: the share of examples whose largest output is the label's, from 0 to 1; nan if y holds no labels.
            Targets 0 and 1 of a single output neuron count as labels.
    """

    cost: jax.Array
    accuracy: jax.Array | float


class Epoch(NamedTuple):
    """What an epoch of training leaves.

    Attributes:
        params: what the optimizer trains, after it.
        state: the optimizer's state after it.
        training_cost: the mean cost of its examples, each with the weights just before the step on its minibatch.
        is_finite: whether the cost and all parameters are finite.
    """

    params: Any
    state: Any
    training_cost: jax.Array | float
    is_finite: jax.Array


def train_epoch(params, state, x, y, key, epoch, *, cost, output, hidden, optimizer, batch_size) -> Epoch:
    """Train on every example once, in the random order of the epoch of this number, one step per minibatch.

    The costs of a block of minibatches are computed together, after the steps on them, from the weighted inputs z that
    each step met: one vectorised computation instead of one small one per step.
    """

    def mean_cost(params, x, y):
        z = weighted_input(params, x, hidden=hidden)
        return jnp.mean(cost(output, z, y)), z

    def step(carry, minibatch):
        params, state = carry
        (C, z), gradient = jax.value_and_grad(mean_cost, has_aux=True)(differentiated(params), *minibatch)
        updates, state = update(
            gradient, state, params, value=C, grad=gradient, value_fn=lambda params: mean_cost(params, *minibatch)[0]
        )
        return (optax.apply_updates(params, updates), state), z

    def train_block(carry, block):
        """A step on each minibatch of a block, given as examples' numbers [minibatches, m]; the sum of their costs."""
        xs, ys = taken(x, block), taken(y, block)
        carry, zs = jax.lax.scan(step, carry, (xs, ys))
        return carry, jnp.sum(jax.vmap(functools.partial(cost, output))(zs, ys))

    update = optax.with_extra_args_support(optimizer).update
    full_blocks, *others = _blocks(_order(key, epoch, len(x)), batch_size)
    carry, total = (params, state), 0.0
    if full_blocks.size:
        carry, sums = jax.lax.scan(train_block, carry, full_blocks)
        total = jnp.sum(sums)
    for block in others:
        if block.size:
            carry, C = train_block(carry, block)
            total += C
    params, state = carry
    return Epoch(params, state, total / len(x), _all_finite((*params, total)))


def _blocks(order, batch_size):
    """Examples' numbers as minibatches: full blocks [blocks, BLOCK, m]; whole minibatches left over [k, m]; the rest.

    The rest is a block of one shorter minibatch, [1, r]. Each of the three may be empty.
    """
    in_minibatches = len(order) - len(order) % batch_size
    in_blocks = in_minibatches - in_minibatches % (BLOCK * batch_size)
    return (
        order[:in_blocks].reshape(-1, BLOCK, batch_size),
        order[in_blocks:in_minibatches].reshape(-1, batch_size),
        order[None, in_minibatches:],
    )


def _all_finite(tree):
    return jnp.all(jnp.array([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(tree)]))


def _order(key, epoch, n):
    """The examples' numbers in the random order of an epoch, the same under vmap for every kind of key."""

    def draw(key):
        return shuffled(jax.random.fold_in(key, epoch), n)

    # Under vmap, most generators draw for all keys from the first.
    return (draw if jax.random.key_impl(key) == "threefry2x32" else jax.custom_batching.sequential_vmap(draw))(key)


def shuffled(key: jax.Array, n: int) -> jax.Array:
    """The integers from 0 to n - 1 in random order, sorted by a random number of 32 bits or more each.

    It is a radix sort: the random number is cut into digits, and the integers are sorted by one digit after the other,
    each time together with their places, so that the sort is stable. Digit and place share one 32-bit word, since words
    sort four times as fast as pairs.

    Example:
        >>> sorted(shuffled(jax.random.key(0), 5).tolist())
        [0, 1, 2, 3, 4]
    """
    place_bits = (n - 1).bit_length()
    passes = math.ceil(32 / (32 - place_bits))
    places, order = jnp.arange(n, dtype=jnp.uint32), jnp.arange(n)
    for digit in jax.random.bits(key, (passes, n), jnp.uint32) >> place_bits << place_bits:
        order = order[jnp.sort(digit | places) & (2**place_bits - 1)]
    return order


@functools.lru_cache(maxsize=32)
def compiled(function: Callable, **static) -> jax.stages.Wrapped:
    """The function, compiled, with some arguments fixed.

    Only the programs used last are kept, so that a new optimizer for every call does not fill the memory.
    """
    return jax.jit(functools.partial(function, **static))


def mean_cost_and_accuracy(params, x, y, **network) -> Evaluation:
    """`evaluate`, compiled, for arrays that are known to fit the network."""
    program = evaluation_program(y)
    result = program(params, x, y, **network)
    # A nan that no program returns, since JAX may have been told to refuse such a result.
    return Evaluation(result, jnp.nan) if program is loss else result


def evaluation_program(y):
    """The compiled function that evaluates a network on examples with the targets y."""
    return loss if y.ndim == 2 and y.shape[1] > 1 else _mean_cost_and_accuracy


@functools.partial(jax.jit, static_argnames=("cost", "output", "hidden"))
def _mean_cost_and_accuracy(params, x, y, *, cost, output, hidden):
    C = loss(params, x, y, cost=cost, output=output, hidden=hidden)
    if y.ndim == 1:
        return Evaluation(C, accuracy(params, x, y, output=output, hidden=hidden))
    share = accuracy(params, x, (y[:, 0] > 0.5).astype(int), output=output, hidden=hidden)
    return Evaluation(C, jnp.where(jnp.all((y == 0) | (y == 1)), share, jnp.nan))  # of one output neuron
