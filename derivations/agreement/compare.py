"""The equations compared with what `jax.grad` computes: jaxce in float64 against the right side to 200 digits."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import mpmath
import numpy as np

from derivations.agreement.table import LEFT_SIDES
from derivations.agreement.truth import TRUTH_DIGITS, right_sides
from derivations.proof.equation import Equation

POINTS = 24
TOLERANCE = 1e-10


class Agreement(NamedTuple):
    """The largest relative disagreement over all components and points."""

    disagreement: float
    components: int
    points: int

    @property
    def ok(self) -> bool:
        """Whether the disagreement is within the tolerance, which nan is not."""
        return self.disagreement <= TOLERANCE


def agreement(equation: Equation, points: int = POINTS) -> Agreement | None:
    """How well jaxce agrees with an equation; None if the equation is not about a derivative that jaxce computes.

    The disagreement of a component is relative to its true value. Raises RuntimeError unless float64 is enabled in JAX
    (`jax.config.update("jax_enable_x64", True)`).
    """
    left_side = LEFT_SIDES.get(equation.label)
    if left_side is None:
        return None
    if jnp.zeros(()).dtype != jnp.float64:
        raise RuntimeError('agreement is checked in float64: jax.config.update("jax_enable_x64", True) first')
    values = left_side.random_values(points)
    computed = np.asarray(jax.jit(jax.vmap(left_side.computed))(*values.values())).reshape(points, -1)
    constants = {name: np.full((points, *np.shape(value)), value) for name, value in left_side.constants.items()}
    return _compare(computed, right_sides(equation, left_side, values | constants))


def _compare(computed: np.ndarray, wanted: list) -> Agreement:
    """The numbers [points, components] that jaxce computes, compared with the right side's components."""
    disagreements = [0.0]
    with mpmath.workdps(TRUTH_DIGITS):
        for point, row in enumerate(computed):
            for got, true in zip(row, wanted, strict=True):
                if true is not None:
                    distance = abs(mpmath.mpf(float(got)) - true[point])
                    disagreements.append(float(distance / (abs(true[point]) or 1)))
    return Agreement(float(np.max(disagreements)), sum(true is not None for true in wanted), len(computed))
