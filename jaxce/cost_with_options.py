"""A cost with options, as a value: equal options of the same cost are equal, and are one object.

Whatever the order in which options were asked for, targets are smoothed first, weights multiply the terms of the
smoothed targets, the z-loss is added, and labels are ignored that were ignored before smoothing. Labels stay labels as
long as no option needs the other targets, which are then computed where they are used.
"""

import dataclasses
import functools
import math
import operator
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from jaxce.axes import on_one_axis, only_examples
from jaxce.costs import cross_entropy, quadratic, times_log, total_of_logs, with_delta
from jaxce.exponentials import exponentials
from jaxce.output_layer import Output, mask_logits, nan_unless, residual, working_precision
from jaxce.softmax_layer import tempered_softmax
from jaxce.targets import are_in_range, are_labels, dense_targets, validate_targets

Cost = Callable[..., Array]


@dataclasses.dataclass(frozen=True, repr=False)
class CostWithOptions:
    """A cost with options: smoothing, weights of all terms and of y_j ln a_j, labels without cost, and the z-loss."""

    cost: Cost
    epsilon: float = 0.0
    weights: tuple[float, ...] = ()
    positive_weights: tuple[float, ...] = ()
    ignored: tuple[int, ...] = ()
    z_loss: float = 0.0

    def __call__(
        self,
        output: Output,
        z: ArrayLike,
        y: ArrayLike,
        axis: int | tuple[int, ...] = -1,
        where: ArrayLike | None = None,
    ) -> Array:
        """One cost per example, as the cost without options has it."""
        if self.z_loss and output is not tempered_softmax(output.c):
            raise ValueError(f"a z-loss needs a softmax as output, not {output!r}: use jaxce.softmax")
        return on_one_axis(self._unless_ignored, output, z, y, axis, where)

    def _unless_ignored(self, output, z, y, axis, where):
        z = working_precision(z)
        y = validate_targets(z, y, axis)
        evaluate = functools.partial(self._evaluate, output, axis=axis, where=where)
        return only_examples(evaluate, z, y, axis, self._counts(z, y, axis)) if self.ignored else evaluate(z, y)

    def _counts(self, z, y, axis):
        """Whether an example's label, or the class with a dense target of 1, is none of the ignored ones."""
        if are_labels(y):
            ignored = [y == np.asarray(label, y.dtype) for label in self.ignored if _fits(label, y.dtype)]
        else:
            classes = [label for label in self.ignored if 0 <= label < z.shape[axis]]
            ignored = [jnp.take(y, label, axis) == 1 for label in classes]
        return ~functools.reduce(operator.or_, ignored, jnp.zeros(tuple(np.delete(z.shape, axis).tolist()), bool))

    def _evaluate(self, output, z, y, axis, where):
        valid = are_in_range(z, y, axis)
        C = self._weighted_cost(output, z, self._smoothed(z, y, axis, where), axis, where)
        if self.z_loss:
            square = _log_normaliser(output.c, mask_logits(z, where, axis, -math.inf), axis) ** 2
            C = C + self.z_loss * (square if where is None else jnp.where(jnp.any(where, axis), square, 0))
        return nan_unless(valid, C)

    def _smoothed(self, z, y, axis, where):
        if not self.epsilon:
            return y
        count = z.shape[axis]
        if where is not None:
            count = jnp.maximum(jnp.sum(where, axis, keepdims=True), 1).astype(z.dtype)
        return (1 - self.epsilon) * dense_targets(z, y, axis) + self.epsilon / count

    def _weighted_cost(self, output, z, y, axis, where):
        if not self.weights and not self.positive_weights:
            return self.cost(output, z, y, axis, where)
        w, p = (_along(weights, z, axis) for weights in (self.weights, self.positive_weights))
        if self.cost is quadratic:
            return _weighted_quadratic(output, z, y, axis, where, w)
        if self.cost is cross_entropy:
            return _weighted_cross_entropy(output, z, y, axis, where, w, p)
        return self.cost(output, z, w * p * dense_targets(z, y, axis), axis, where)  # it is linear in the targets

    def __repr__(self) -> str:
        """The expression that makes it."""
        return f"jaxce.{self._expression()}"

    def _expression(self):
        name = getattr(self.cost, "__name__", None) or repr(self.cost).removeprefix("jaxce.")
        for option, argument in (
            ("smoothed", self.epsilon),
            ("weighted", self.weights),
            ("weighted_positives", self.positive_weights),
            *(("ignoring", label) for label in self.ignored),
            ("with_z_loss", self.z_loss),
        ):
            if option == "ignoring" or argument:
                name = f"{option}({name}, {argument})"
        return name


def _weighted_quadratic(output, z, y, axis, where, w):
    """1/2 sum_j w_j (a_j - y_j)^2, with delta = (da/dz)^T (w (a - y))."""

    def cost(z, y, where):
        return jnp.sum(w * output.half_squared_residual(z, dense_targets(z, y, axis), axis), axis, where=where)

    def delta(z, y):
        y = dense_targets(z, y, axis)
        if output.weighted_residual_pullback is not None:
            return output.c * output.weighted_residual_pullback(z, y, w, axis)
        a, complement = output.activations(z, axis)
        return output.c * output.pullback(z, w * residual(a, complement, y), axis)

    return with_delta(output, cost, delta, z, y, axis, where)


def _weighted_cross_entropy(output, z, y, axis, where, w, p):
    """-sum_j w_j [p_j y_j ln a_j + (1 - y_j) ln(1 - a_j)]."""

    def weights(z, y):
        y = dense_targets(z, y, axis)
        return w * p * y, w * (1 - y)

    def cost(z, y, where):
        (positive, negative), (log, log_complement) = weights(z, y), output.logs(z, axis)
        terms = times_log(positive, log, jnp.isneginf(log))
        terms += times_log(negative, log_complement, jnp.isneginf(log_complement))
        return total_of_logs(output, terms, axis, where)

    def delta(z, y):
        positive, negative = weights(z, y)
        total = jnp.sum(positive, axis, keepdims=True)
        of_logs = output.log_pullback(z, positive, total, axis) + output.log_complement_pullback(z, negative, axis)
        return -output.c * of_logs

    return with_delta(output, cost, delta, z, y, axis, where)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 2))
def _log_normaliser(c, z, axis):
    """ln sum_k e^(c z_k)."""
    m, _, rest = exponentials(z, c, axis)
    return (c * m + jnp.log1p(rest)).squeeze(axis)


@_log_normaliser.defjvp
def _(c, axis, primals, tangents):
    (z,), (dz,) = primals, tangents
    a, _ = tempered_softmax(c).activations(z, axis)
    return _log_normaliser(c, z, axis), c * jnp.sum(a * dz, axis)


def _along(weights, z, axis):
    """Weights as an array that broadcasts to z; 1 if there are none."""
    if not weights:
        return 1
    if len(weights) not in (1, z.shape[axis]):
        raise ValueError(f"{len(weights)} weights do not fit {z.shape[axis]} outputs, axis {axis} of z {z.shape}")
    shape = np.ones(z.ndim, int)
    shape[axis] = len(weights)
    return jnp.asarray(weights, z.dtype).reshape(shape)


def _fits(label, dtype):
    return jnp.iinfo(dtype).min <= label <= jnp.iinfo(dtype).max
