"""The worst error of a pair of cost and output layer among millions of inputs: what `exhaustive` runs by the chunk."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

import jaxce
from benchmarks.numbered_floats import FLOATS_AT_ONCE, NumberedFloats
from derivations.agreement.float_errors import SMALLEST_NORMAL, errors_in_ulps, widened
from derivations.agreement.neuron_truth import NeuronTruth, neuron_truth, two_output_truth

INPUTS_AT_ONCE = 2**22  # inputs in one call of a compiled program
OF_ONE_NEURON = "sigmoid", "linear"
HALF_PRECISION = "bfloat16", "float16"
QUANTITIES = "value", "gradient", "curvature"


class FloatCase(NamedTuple):
    """A pair, the target of its neuron or of the first of its two outputs, and the type of its weighted inputs.

    A softmax is computed in float32 at all inputs of its type, as it is inside a cost of half precision, which rounds
    the gradient at the end: in float32, more of its error shows.
    """

    cost: str
    output: str
    target: int
    dtype: str

    def inputs(self, fraction: int = 1) -> NumberedFloats:
        """One in `fraction` of all inputs that there are."""
        return NumberedFloats(2 if self.output == "softmax" else 1, self.dtype, fraction)

    @property
    def has_curvature(self) -> bool:
        """Whether the curvature has one sign and a short formula, and is measured."""
        one_sign = {
            "linear": jaxce.COSTS,
            "sigmoid": ("cross_entropy", "log_likelihood"),
            "softmax": ("log_likelihood",),
        }
        return self.cost in one_sign[self.output]


CASES = [
    *(FloatCase(cost, output, y, "float32") for output in OF_ONE_NEURON for cost in jaxce.COSTS for y in (0, 1)),
    # The second output's target is the first's, with the outputs exchanged.
    *(FloatCase(cost, "softmax", 1, dtype) for cost in jaxce.COSTS for dtype in HALF_PRECISION),
    *(
        FloatCase(cost, output, y, dtype)
        for output in OF_ONE_NEURON
        for cost in jaxce.COSTS
        for dtype in HALF_PRECISION
        for y in (0, 1)
    ),
]


class Worst(NamedTuple):
    """The largest error of a quantity in ulps, and the bits of the input at which it occurs."""

    ulps: float
    bits: int


def worst_of_chunk(case: FloatCase, start: int, fraction: int = 1, function: Callable | None = None) -> list[Worst]:
    """The worst error of each of QUANTITIES among INPUTS_AT_ONCE inputs or fewer, from number `start` on.

    Args:
        case: what is measured.
        start: the number of the first input.
        fraction: a power of two, at most 65,536: one input in so many is taken.
        function: what is measured instead of jaxce's cost, a function of (z, y) with neurons along axis 0.
    """
    inputs = case.inputs(fraction)
    blocks = min(INPUTS_AT_ONCE, inputs.total - start) // FLOATS_AT_ONCE
    function = function or _jaxce_cost(case.cost, case.output)
    with jax.enable_x64(False):  # as users have it
        first = jnp.uint32(start)
        targets = [[case.target], [1 - case.target]] if inputs.outputs == 2 else [[case.target]]
        y = jnp.tile(jnp.array(targets, jnp.float32 if inputs.outputs == 2 else case.dtype), (1, FLOATS_AT_ONCE))
        measured = _value_and_delta(function, inputs, blocks, first, y)
        if case.has_curvature:
            measured = *measured, _curvature(function, inputs, blocks, first, y)
    with jax.enable_x64(True):
        worst = _worst(case.cost, case.output, inputs, blocks, first, y, measured)
        found = [Worst(float(error), int(bits)) for error, bits in worst]
    return found + [Worst(0.0, 0)] * (len(QUANTITIES) - len(found))


@functools.cache  # one object for each pair, so that JAX compiles once
def _jaxce_cost(cost, output):
    return functools.partial(jaxce.COSTS[cost], jaxce.OUTPUTS[output], axis=0)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _value_and_delta(function, inputs, blocks, start, y):
    """C, and delta of the first output."""

    def of_block(_, z):
        z = z.astype(y.dtype)
        C, pullback = jax.vjp(lambda z: function(z, y), z)
        return C, pullback(jnp.ones_like(C))[0][0]

    return inputs.map(of_block, start, blocks)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _curvature(function, inputs, blocks, start, y):
    """The derivative of the first output's delta by its own z."""

    def of_block(_, z):
        z = z.astype(y.dtype)
        dz = (lax.broadcasted_iota(jnp.int32, z.shape, 0) == 0).astype(z.dtype)
        return jax.jvp(jax.grad(lambda z: function(z, y).sum()), (z,), (dz,))[1][0]

    return inputs.map(of_block, start, blocks)


@functools.partial(jax.jit, static_argnums=(0, 1, 2, 3))
def _worst(cost, output, inputs, blocks, start, y, measured):
    """The largest error of each quantity, and the bits of its input."""

    def of_block(bits, z, *measured):
        return [(error.max(), bits[jnp.argmax(error)]) for error in _errors(cost, output, z, y[0, 0] == 1, measured)]

    return [(errors.max(), bits[jnp.argmax(errors)]) for errors, bits in inputs.map(of_block, start, blocks, *measured)]


def _errors(cost, output, z, is_one, measured):
    """The errors of each quantity in ulps; 0 where an input is not finite, or there is no curvature to compare with."""
    wide = widened(z)
    truths = [_truth(cost, output, wide, is_one)]
    if output == "linear":  # a device may read an input below 2^-126 as 0: then the result must be that of 0
        is_tiny, at_zero = jnp.abs(wide[0]) < SMALLEST_NORMAL, _truth(cost, output, jnp.zeros_like(wide[:, :1]), is_one)
        truths.append(NeuronTruth(*(jnp.where(is_tiny, of_0, x) for of_0, x in zip(at_zero, truths[0], strict=True))))
    is_asked = jnp.isfinite(wide).all(0)
    for quantity, x, *of_truths in zip(NeuronTruth._fields, measured, *truths, strict=False):
        errors = [errors_in_ulps(widened(x), true, x.dtype) for true in of_truths]
        if quantity == "curvature":
            is_asked &= jnp.isfinite(of_truths[0])
        yield jnp.where(is_asked, functools.reduce(jnp.minimum, errors), 0.0)


def _truth(cost, output, z, is_one) -> NeuronTruth:
    """That of the first output. In a softmax of two with the target 0, its delta is minus the other's."""

    def for_target(target, z):
        if output != "softmax":
            return neuron_truth(cost, output, z[0], target)
        C, delta, curvature = two_output_truth(cost, *(z if target else z[::-1]))
        return NeuronTruth(C, delta if target else -delta, curvature)

    return lax.cond(is_one, functools.partial(for_target, True), functools.partial(for_target, False), z)
