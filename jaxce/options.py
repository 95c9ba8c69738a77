"""Options of costs: functions from a cost to a cost of the same signature `(output, z, y, axis, where)`.

They compose in any order. Equal options of the same cost give the same object, so that a function jitted with it as a
static argument is compiled once.
"""

import dataclasses
import functools
import math
import operator
from collections.abc import Sequence
from numbers import Real
from typing import SupportsIndex

import numpy as np
from jax.typing import ArrayLike

from jaxce.arguments import at_least_0, real_number
from jaxce.cost_with_options import Cost, CostWithOptions
from jaxce.costs import cross_entropy, log_likelihood, quadratic
from jaxce.focal_cost import Focal


def smoothed(cost: Cost, epsilon: float | Real) -> Cost:
    """The cost of smoothed targets (1 - epsilon) y_j + epsilon / K, the true class's among them.

    Args:
        cost: a cost of jaxce, one with options, or any function of their signature.
        epsilon: from 0 to below 1.

    Returns:
        A cost. K counts the outputs that `where` shows. A label that no output has still costs nan.

    Raises:
        TypeError: epsilon is no real number, or cost is no function.
        ValueError: epsilon is below 0 or not below 1.

    References:
        Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> smooth = smoothed(jaxce.log_likelihood, 0.1)
        >>> float(smooth(jaxce.softmax, jnp.array([20.0, 0.0]), jnp.array(0)))
        1.0...
        >>> smooth is smoothed(jaxce.log_likelihood, 0.1)
        True
    """
    epsilon = real_number("epsilon", epsilon)
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon must be from 0 to below 1, the part of y that is spread evenly, not {epsilon}")
    old = _with_options(cost)
    return _replace(old, epsilon=old.epsilon + epsilon - old.epsilon * epsilon)


def weighted(cost: Cost, weights: ArrayLike | Sequence[float | Real]) -> Cost:
    """The cost with each output's term times a weight w_j; for a label, the log-likelihood times the label's weight.

    Args:
        cost: `quadratic`, `cross_entropy`, `log_likelihood`, a focal cost, or one of them with options.
        weights: one number for each output, concrete, finite and at least 0.

    Raises:
        TypeError: weights are not numbers, or cost is another function, whose terms are not known.
        ValueError: a weight is negative, nan or infinite; or, when it is called, their number is not that of outputs.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> cost = weighted(jaxce.log_likelihood, (1.0, 3.0))
        >>> jax.grad(cost, argnums=1)(jaxce.softmax, jnp.zeros(2), jnp.array(1)).tolist()
        [1.5, -1.5]
    """
    old = _known("weighted", cost, quadratic, cross_entropy, log_likelihood)
    return _replace(old, weights=_times(old.weights, _weights(weights)))


def weighted_positives(cost: Cost, weights: ArrayLike | Sequence[float | Real]) -> Cost:
    """The cost with the terms y_j ln a_j alone times a weight: of the cross-entropy, or of the log-likelihood.

    Args:
        cost: `cross_entropy`, `log_likelihood`, a focal cost, or one of them with options.
        weights: one number for each output, or one for all; concrete, finite and at least 0.

    Raises:
        TypeError: weights are not numbers, or cost is another function, which has no such terms.
        ValueError: a weight is negative, nan or infinite; or, when it is called, their number is not that of outputs.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> cost = weighted_positives(jaxce.cross_entropy, 3.0)
        >>> jax.grad(cost, argnums=1)(jaxce.sigmoid, jnp.zeros(2), jnp.array([0.0, 1.0])).tolist()
        [0.5, -1.5]
    """
    old = _known("weighted_positives", cost, cross_entropy, log_likelihood)
    values = _weights([weights] if isinstance(weights, Real) else weights)
    return _replace(old, positive_weights=_times(old.positive_weights, values))


def ignoring(cost: Cost, label: SupportsIndex) -> Cost:
    """The cost, but exactly 0, with gradients of exactly 0, for the examples of one label, whatever their z are.

    With dense targets, these are the examples whose target of that class is 1.

    Args:
        cost: a cost of jaxce, one with options, or any function of their signature.
        label: an integer: a class's own, as 0 often stands for padding, or one that no class has, such as -100.

    Raises:
        TypeError: label is no integer, or cost is no function.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> cost = ignoring(jaxce.log_likelihood, -100)
        >>> cost(jaxce.softmax, jnp.zeros((2, 2)), jnp.array([1, -100])).tolist()
        [0.69..., 0.0]
    """
    if isinstance(label, (bool, np.bool_)) or not hasattr(label, "__index__"):
        raise TypeError(f"label must be an integer, the class that costs nothing, not {label!r}")
    old = _with_options(cost)
    return _replace(old, ignored=tuple(sorted({*old.ignored, operator.index(label)})))


def with_z_loss(cost: Cost, coefficient: float | Real) -> Cost:
    """The cost plus coefficient (ln sum_k e^(c z_k))^2, which keeps the normaliser of a softmax near 1.

    Args:
        cost: a cost of jaxce, one with options, or any function of their signature; of a softmax as output.
        coefficient: finite and at least 0; 1e-4 in the references.

    Raises:
        TypeError: coefficient is no real number, or cost is no function.
        ValueError: coefficient is negative, nan or infinite; or, when it is called, the output is no softmax.

    References:
        Chowdhery et al., "PaLM: Scaling Language Modeling with Pathways", 2022, section 5.

    Example:
        >>> import jax, jaxce, jax.numpy as jnp
        >>> cost = with_z_loss(jaxce.log_likelihood, 1.0)
        >>> jax.grad(cost, argnums=1)(jaxce.softmax, jnp.array([0.0, -jnp.inf]), jnp.array(0)).tolist()
        [0.0, 0.0]
    """
    coefficient = at_least_0("coefficient", coefficient)
    old = _with_options(cost)
    return _replace(old, z_loss=old.z_loss + coefficient)


def _with_options(cost):
    if not callable(cost):
        raise TypeError(f"an option takes a cost, a function such as jaxce.log_likelihood, not {cost!r}")
    return cost if isinstance(cost, CostWithOptions) else CostWithOptions(cost)


def _known(option: str, cost: Cost, *known: Cost) -> CostWithOptions:
    old = _with_options(cost)
    if old.cost not in known and not isinstance(old.cost, Focal):
        names = ", ".join(each.__name__ for each in known)
        raise TypeError(f"{option} takes one of {names} and a focal cost, whose terms it knows, not {cost!r}")
    return old


def _replace(old, **options):
    return _one_object(dataclasses.replace(old, **options))


def _times(old, new):
    try:
        return tuple((np.array(old) * np.array(new)).tolist()) if old else new
    except ValueError:
        raise ValueError(f"{len(new)} weights do not fit the {len(old)} that the cost has already") from None


def _weights(weights):
    values = np.asarray(weights)
    if values.ndim != 1 or not values.size or not np.issubdtype(values.dtype, np.number) or np.iscomplexobj(values):
        raise TypeError(f"weights must be real numbers, one for each output, not {weights!r}")
    if bad := [float(x) for x in values if not 0 <= x < math.inf]:
        raise ValueError(f"weights must be finite and at least 0, not {bad[0]}")
    return tuple(float(x) for x in values)


_one_object = functools.cache(lambda cost: cost)
