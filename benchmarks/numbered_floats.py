"""Floats numbered by their bits: all of 32 or 16 bits, or all pairs of 16 bits, or a fixed part of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

FLOATS_AT_ONCE = 2**11  # inputs that stay in the processor's nearest cache: a softmax then takes a tenth of the time


class NumberedFloats(NamedTuple):
    """Inputs of one or two floats, of which one of every `fraction` neighbours is taken.

    Attributes:
        outputs: how many floats an input has.
        dtype: their type.
        fraction: a power of two, at most 65,536.

    Example:
        >>> NumberedFloats(2, "float16").weighted_inputs(0x3C00_C000).tolist()
        [1.0, -2.0]
    """

    outputs: int
    dtype: str
    fraction: int = 1

    @property
    def width(self) -> int:
        """How many bits a float has."""
        return 8 * jnp.dtype(self.dtype).itemsize

    @property
    def total(self) -> int:
        """How many inputs there are."""
        return 2 ** (self.outputs * self.width) // self.fraction

    def weighted_inputs(self, bits: int) -> np.ndarray:
        """The floats of the input with these bits."""
        parts = [bits >> self.width, bits & (2**self.width - 1)] if self.outputs == 2 else [bits]
        return np.array(parts, f"uint{self.width}").view(jnp.dtype(self.dtype))

    def map(self, function: Callable, start: Array, blocks: int, *arrays: Array) -> Any:
        """The function of bits, floats and a part of the arrays, for each block from the input number `start` on."""

        def of_block(number_and_parts):
            number, parts = number_and_parts
            bits = self._bits(start + number * jnp.uint32(FLOATS_AT_ONCE) + lax.iota(jnp.uint32, FLOATS_AT_ONCE))
            return function(bits, self._floats(bits), *parts)

        return lax.map(of_block, (lax.iota(jnp.uint32, blocks), arrays))

    def _bits(self, number):
        """The bits of inputs. Of the neighbours, a multiplicative hash chooses one: always the same, but irregular."""
        chosen = (number * jnp.uint32(2654435769) >> 7) & jnp.uint32(self.fraction - 1)
        return number * jnp.uint32(self.fraction) + chosen

    def _floats(self, bits):
        """The floats with these bits, of shape [outputs, FLOATS_AT_ONCE]."""
        parts = jnp.stack([bits >> 16, bits & jnp.uint32(0xFFFF)]) if self.outputs == 2 else bits[None]
        return lax.bitcast_convert_type(parts.astype(f"uint{self.width}"), jnp.dtype(self.dtype))
