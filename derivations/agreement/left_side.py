"""The left side of an equation about a derivative, as jaxce computes it, for small numbers of neurons and examples."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import numpy as np
from sympy import Symbol

from derivations.agreement.values import Values
from derivations.algebra.letters import K, M, N, n

EXAMPLES, OUTPUT_NEURONS, HIDDEN, INPUTS = 2, 3, 2, 2
COMPARED_SIZES = {n: EXAMPLES, K: OUTPUT_NEURONS, N: HIDDEN, M: INPUTS}


class LeftSide(NamedTuple):
    """How jaxce computes an equation's left side.

    `computed` takes one array for each of `letters`, whose values are drawn at random. Its result has an axis for each
    of the equation's free indices in `axes`, in their order and with these sizes. Other free indices have the values
    in `fixed`, and letters with the same value at every point are `constants`.
    """

    computed: Callable[..., jax.Array]
    letters: Mapping[str, Values]
    axes: Mapping[Symbol, int] = {}
    fixed: Mapping[Symbol, int] = {}
    constants: Mapping[str, float | tuple[float, ...]] = {}

    def random_values(self, points: int) -> dict[str, np.ndarray]:
        """Values [points, ...] for every letter, the same at every call."""
        rng = np.random.default_rng(3)
        return {letter: values.draw(rng, points, values.shape) for letter, values in self.letters.items()}
