"""A function of somebody else's library, and the claims that its value and its gradient are those of a formula."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra.jax_derivatives import derivative
from derivations.certificate.arrays import Array, map_elements
from derivations.claims.claim import Claim, Kind


@dataclass(frozen=True)
class LibraryFunction:
    """A function of a library by its name there, and the program that calls it, first argument first."""

    package: str
    name: str
    program: Callable

    def value(self, says: str, formula: object, *arguments: object, **fields: Any) -> Claim:
        """The claim that the function computes the formula; `says` is the formula in words."""
        return self._claim(self.program, formula, arguments, remark=says, **fields)

    def gradient(self, says: str, formula: object, *arguments: object, **fields: Any) -> Claim:
        """The claim about the gradient of the sum of the results with respect to the first argument."""
        total = jax.grad(lambda *inputs: jnp.sum(self.program(*inputs)))
        return self._claim(total, formula, arguments, kind=Kind.GRADIENT, remark=f"d/dz of {says}", **fields)

    def _claim(self, program: Callable, formula: object, arguments: tuple, **fields: Any) -> Claim:
        formulas = np.asarray(formula, dtype=object)
        return Claim(program, formulas, arguments, function=self.name, package=self.package, **fields)

    def both(
        self, says: str, formula: object, *arguments: object, orientation: int = 1, **fields: Any
    ) -> Iterator[Claim]:
        """The value, and the gradient, of which the formula's derivative is taken with JAX's values at kinks."""
        yield self.value(says, formula, *arguments, **fields)
        total = sp.Add(*np.ravel(np.asarray(formula, dtype=object)))
        yield self.gradient(says, by(total, arguments[0], orientation), *arguments, **fields)


def by(formula: sp.Expr, argument: Any, orientation: int = 1) -> Array:
    """The derivative of a formula with respect to each symbol of an array."""
    return map_elements(lambda symbol: derivative(formula, symbol, orientation), np.asarray(argument, dtype=object))
