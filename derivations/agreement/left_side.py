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

    `computed` is a function of one array for each of `letters`, whose values are drawn at random. It returns one number
    for each value of the equation's free indices `axes` (with their sizes), in their order. Other free indices have the
    value that `fixed` gives, and letters that are the same at every point are `constants`.
    """

    computed: Callable[..., jax.Array]
    letters: Mapping[str, Values]
    axes: Mapping[Symbol, int] = {}
    fixed: Mapping[Symbol, int] = {}
    constants: Mapping[str, float] = {}

    def random_values(self, points: int) -> dict[str, np.ndarray]:
        """Values [points, ...] for every letter, the same each time."""
        rng = np.random.default_rng(3)
        return {letter: values.draw(rng, points, values.shape) for letter, values in self.letters.items()}
