"""The focal cost: the log-likelihood whose terms count less, the more certain the layer is of what is right."""

import dataclasses
import functools
from numbers import Real

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from jaxce.arguments import at_least_0
from jaxce.axes import on_one_axis
from jaxce.costs import times_log, total_of_logs, with_delta
from jaxce.output_layer import Output
from jaxce.targets import dense_targets


def focal(gamma: float | Real) -> "Focal":
    """The focal cost C = -sum_j y_j (1 - a_j)^gamma ln a_j; the log-likelihood is gamma = 0.

    Its delta is that of the log-likelihood with g_j = y_j (1 - a_j)^gamma (1 + gamma a_j (-ln a_j) / (1 - a_j)) instead
    of y_j: no term of it is a difference. For one sigmoid per class, give each class two outputs of a softmax instead,
    or two sigmoids: the cost has terms for y_j alone, not for 1 - y_j.

    Args:
        gamma: finite and at least 0.

    Returns:
        A cost, of the signature of `log_likelihood`; equal gammas give the same object.

    Raises:
        TypeError: gamma is no real number.
        ValueError: gamma is negative, nan or infinite.

    References:
        Lin et al., "Focal Loss for Dense Object Detection", 2017, equation (4).

    Example:
        >>> import jaxce
        >>> float(focal(2)(jaxce.softmax, jnp.zeros(2), jnp.array(0)))
        0.173...
    """
    return _focal(at_least_0("gamma", gamma))


@dataclasses.dataclass(frozen=True, repr=False)
class Focal:
    """The cost -sum_j y_j (1 - a_j)^gamma ln a_j, a function of the output layer, z and y; see `focal`."""

    gamma: float

    def __call__(
        self,
        output: Output,
        z: ArrayLike,
        y: ArrayLike,
        axis: int | tuple[int, ...] = -1,
        where: ArrayLike | None = None,
    ) -> Array:
        """One cost per example; arguments are those of `jaxce.log_likelihood`."""
        return on_one_axis(self._cost, output, z, y, axis, where)

    def __repr__(self) -> str:
        """The expression that makes it."""
        return f"jaxce.focal({self.gamma})"

    def _cost(self, output, z, y, axis, where):
        def cost(z, y, where):
            log, _ = output.logs(z, axis)
            terms = times_log(self._factor(output, z, axis) * dense_targets(z, y, axis), log, jnp.isneginf(log))
            return total_of_logs(output, terms, axis, where)

        def delta(z, y):
            g = self._growth(output, z, axis) * self._factor(output, z, axis) * dense_targets(z, y, axis)
            return -output.c * output.log_pullback(z, g, jnp.sum(g, axis, keepdims=True), axis)

        return with_delta(output, cost, delta, z, y, axis, where)

    def _factor(self, output, z, axis):
        """(1 - a)^gamma, which is 1 for gamma = 0, also at a = 1."""
        if self.gamma == 0:
            return jnp.ones_like(z)
        _, complement = output.activations(z, axis)
        is_one = complement == 0  # there the slope of the power may be infinite
        return jnp.where(is_one, 0, jnp.where(is_one, 1, complement) ** self.gamma)

    def _growth(self, output, z, axis):
        """1 + gamma a (-ln a) / (1 - a), in which the quotient tends to 1 as a tends to 1."""
        log, _ = output.logs(z, axis)
        a, complement = output.activations(z, axis)
        is_one, is_zero = complement == 0, jnp.isneginf(log)
        a_log = jnp.where(is_zero, 0, a * (-output.log_unit * jnp.where(is_zero, 0, log)))
        return 1 + self.gamma * jnp.where(is_one, 1, a_log / jnp.where(is_one, 1, complement))


_focal = functools.cache(Focal)
