"""What is measured of a network besides its accuracy: scores of its probabilities, worst class, first gradients."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

import jaxce
from jaxce.epoch import FIRST, shuffled

FIRST_STEPS = 10  # over which the size of the gradient is averaged


def as_logits(output: str, z):
    """The logits whose softmax (78) are the outputs divided by their sum: of a sigmoid, ln a.

    Linear outputs are no probabilities: their z become some only by the constant c (83) that is fitted to them.
    """
    return jax.nn.log_sigmoid(z) if output == "sigmoid" else z


@functools.partial(jax.jit, static_argnames="output")
def test_scores(params, validation, test, *, output: str) -> dict[str, jax.Array]:
    """The scores on the test images, before and after temperature scaling, which is fitted on the validation images."""
    of_validation, z = (jaxce.weighted_input(params, part[0]) for part in (validation, test))
    labels = test[1]
    c = jaxce.temperature_scaling(as_logits(output, of_validation), validation[1])
    found = {"recall": worst_recall(z, labels), "c": c}
    z = as_logits(output, z)
    for suffix, constant in (("", jnp.ones_like(c)), ("_scaled", c)):
        scores = {
            "nll": jnp.mean(jaxce.negative_log_likelihood(z, labels, constant)),
            "brier": jnp.mean(jaxce.brier_score(z, labels, constant)),
            "ece": jaxce.calibration_error(z, labels, constant),
        }
        if output != "linear" or suffix:
            found |= {name + suffix: score for name, score in scores.items()}
    return found


def worst_recall(z, labels):
    """The smallest share of a class's examples that are recognised.

    Example:
        >>> z = jnp.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
        >>> float(worst_recall(z, jnp.array([0, 0, 1, 1])))
        0.5
    """
    is_of_class = labels[:, None] == jnp.arange(z.shape[-1])
    is_right = jnp.argmax(z, axis=-1) == labels
    return jnp.min(jnp.sum(is_of_class & is_right[:, None], axis=0) / jnp.sum(is_of_class, axis=0))


@functools.partial(jax.jit, static_argnames=("sizes", "scheme", "start", "examples"))
def beginning(seed, *, sizes: tuple[int, ...], scheme: str, start: Callable, examples: int):
    """The layers from which a sweep trains with this seed, and the order of the examples in its first epoch."""
    key_init, key_fit = jax.random.split(jax.random.key(seed))
    order = shuffled(jax.random.fold_in(key_fit, FIRST), examples)
    return start(jaxce.init(key_init, sizes, scheme=scheme)), order


@functools.partial(jax.jit, static_argnames=("cost", "output", "batch_size"))
def first_gradient(params, order, x, y, *, learning_rate, cost: Callable, output: Callable, batch_size: int):
    """The mean Euclidean norm of the cost's gradient over the first steps of gradient descent."""
    minibatches = order[: FIRST_STEPS * batch_size].reshape(FIRST_STEPS, batch_size)

    def step(params, numbers):
        gradient = jax.grad(jaxce.loss)(params, x[numbers], y[numbers], cost=cost, output=output)
        params = jax.tree.map(lambda p, g: p - learning_rate * g, params, gradient)
        return params, optax.tree.norm(gradient)

    _, norms = jax.lax.scan(step, params, minibatches)
    return jnp.mean(norms)
