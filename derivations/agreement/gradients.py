"""What jaxce computes for the left sides of equations: a function for each family of equations, or for a quantity.

A function whose argument is a cost, an output layer, or "w" or "b" returns a `LeftSide`; "w" or "b" says with respect
to which parameters of the layer the cost is differentiated.
"""

import functools
from collections.abc import Callable
from typing import Literal

import jax
import jax.numpy as jnp
import sympy as sp

import jaxce
from derivations.agreement.left_side import EXAMPLES, HIDDEN, INPUTS, OUTPUT_NEURONS, LeftSide
from derivations.agreement.values import (
    Values,
    distributions,
    reals,
    targets,
    targets_of_examples,
    units,
    weighted_inputs,
)
from derivations.algebra.letters import j, k, l
from derivations.proof.notation import unspecified
from jaxce.network import Layer

By = Literal["w", "b"]


def neuron(
    cost: Callable, by: By, *, examples: tuple[int, ...] = (EXAMPLES,), inputs: tuple[int, ...] = (HIDDEN,)
) -> LeftSide:
    """One sigmoid neuron: `examples` is (n,) or, for a single example, (); `inputs` is (N,) or, for one input, ()."""

    def gradient(x, w, b, y):
        layer = Layer(w.reshape(1, -1), b[None])
        found = jax.grad(jaxce.loss)([layer], x.reshape(*examples, -1), y[..., None], cost=cost, output=jaxce.sigmoid)
        return getattr(found[0], by).reshape(inputs if by == "w" else ())

    letters = {
        "x": reals(*examples, *inputs),
        "w": reals(*inputs),
        "b": reals(),
        "y": targets_of_examples(*examples) if examples else targets(),
    }
    return LeftSide(gradient, letters, {j: HIDDEN} if by == "w" and inputs else {})


def last_layer(
    cost: Callable,
    output: jaxce.Output,
    by: By,
    *,
    examples: tuple[int, ...] = (EXAMPLES,),
    y: Callable[..., Values] = targets_of_examples,
    **rest,
) -> LeftSide:
    """The last layer of a network, whose inputs are the activations of the previous layer; `examples` is (n,) or ()."""

    def gradient(a, w, b, y):
        return getattr(jax.grad(jaxce.loss)([Layer(w, b)], a, y, cost=cost, output=output)[0], by)

    letters = {
        "a^{L-1}": reals(*examples, HIDDEN),
        "w^L": reals(OUTPUT_NEURONS, HIDDEN),
        "b^L": reals(OUTPUT_NEURONS),
        "y": y(*examples, OUTPUT_NEURONS),
    }
    return LeftSide(gradient, letters, {"w": {j: OUTPUT_NEURONS, k: HIDDEN}, "b": {j: OUTPUT_NEURONS}}[by], **rest)


def softmax_of_last_layer(
    by: By, output: jaxce.Output = jaxce.softmax, *, y: Callable[..., Values] = targets, **rest
) -> LeftSide:
    """The log-likelihood of one example, differentiated with respect to a softmax layer's parameters."""
    return last_layer(jaxce.log_likelihood, output, by, examples=(), y=y, **rest)


def output_error(
    cost: Callable,
    output: jaxce.Output,
    *,
    letter: str = "z",
    z: Callable[..., Values] = weighted_inputs,
    y: Callable[..., Values] = targets,
    **rest,
) -> LeftSide:
    """delta_j = dC/dz_j, computed directly from the cost."""
    letters = {letter: z(OUTPUT_NEURONS), "y": y(OUTPUT_NEURONS)}
    return LeftSide(jax.grad(lambda z, y: cost(output, z, y)), letters, {j: OUTPUT_NEURONS}, **rest)


def jacobian(output: jaxce.Output, *, letter: str = "z") -> LeftSide:
    """All da_j/dz_k."""
    return LeftSide(
        jax.jacobian(output), {letter: weighted_inputs(OUTPUT_NEURONS)}, {j: OUTPUT_NEURONS, k: OUTPUT_NEURONS}
    )


def own_derivatives(output: jaxce.Output) -> Callable:
    """A function of z: each da_j/dz_j, one jax.grad for each."""
    return lambda z: jnp.stack([jax.grad(lambda z, j=j: output(z)[j])(z)[j] for j in range(OUTPUT_NEURONS)])


def projected(output: jaxce.Output) -> Callable:
    """A function of z and g: sum_j g_j a_j, a cost whose gradient with respect to the activations is g."""
    return lambda z, g: jnp.vdot(g, output(z))


def error_below(error, w, b, z):
    """BP2: for given delta, the gradient of sum_j delta_j z_j with respect to the z of the previous layer."""

    def cost(z):
        return jnp.vdot(error, jaxce.weighted_input(_two_layers(z, w, b), jnp.zeros(1)))

    return jax.grad(cost)(z)


def _two_layers(z, w, b) -> list[Layer]:
    """A network whose hidden layer has the weighted inputs z, whatever the network's input is."""
    return [Layer(jnp.zeros((len(z), 1)), z), Layer(w, b)]


def through_layer(by: By) -> LeftSide:
    """BP3 and BP4: a cost whose gradient with respect to z^{l+1} is given, differentiated through one layer."""

    def gradient(error, w, b, a):
        def cost(layer):
            return jnp.vdot(error, jaxce.weighted_input([layer], a))

        return getattr(jax.grad(cost)(Layer(w, b)), by)

    letters = {
        "δ^{l+1}": reals(OUTPUT_NEURONS),
        "w^{l+1}": reals(OUTPUT_NEURONS, HIDDEN),
        "b^{l+1}": reals(OUTPUT_NEURONS),
        "a^l": reals(HIDDEN),
    }
    return LeftSide(gradient, letters, {"w": {j: OUTPUT_NEURONS, k: HIDDEN}, "b": {j: OUTPUT_NEURONS}}[by])


def whole_network(by: By) -> LeftSide:
    """Exercise 13: a whole softmax network's log-likelihood, differentiated with respect to hidden parameters."""

    def gradient(x, hidden_w, hidden_b, w, b, y):
        params = [Layer(hidden_w, hidden_b), Layer(w, b)]
        found = jax.grad(jaxce.loss)(params, x, y, cost=jaxce.log_likelihood, output=jaxce.softmax)
        return getattr(found[0], by)

    letters = {
        "x": reals(INPUTS),
        "w^l": units(HIDDEN, INPUTS),
        "b^l": reals(HIDDEN),
        "w^L": reals(OUTPUT_NEURONS, HIDDEN),
        "b^L": reals(OUTPUT_NEURONS),
        "y": distributions(OUTPUT_NEURONS),
    }
    return LeftSide(gradient, letters, {"w": {k: HIDDEN, l: INPUTS}, "b": {k: HIDDEN}}[by])


@functools.cache
def unspecified_cost(size: int) -> Callable:
    """The function that stands for the unspecified C(a_1, a_2, ...) in numbers, as a JAX function of the a_j."""
    a = sp.symbols(f"a1:{size + 1}", real=True)
    return sp.lambdify(a, unspecified("C")(*a).example(), [jnp])


def unspecified_cost_of_layers(size: int, by: Literal["z^L", "z^l", "w", "b"]) -> LeftSide:
    """BP1 to BP4 for the unspecified cost of `size` neurons: its derivative with respect to z_1, b_1 or w_12."""
    C = unspecified_cost(size)

    def through_layer_above(w, b, z):
        return C(*jaxce.weighted_input(_two_layers(z, w, b), jnp.zeros(1)))

    def gradient(last_z, w, b, z):
        if by == "z^L":
            return jax.grad(lambda z: C(*jaxce.sigmoid(z)))(last_z)[0]
        by_w, by_b, by_z = jax.grad(through_layer_above, (0, 1, 2))(w, b, z)
        return {"w": by_w[0, 1], "b": by_b[0], "z^l": by_z[0]}[by]

    return LeftSide(
        gradient, {"z^L": reals(size), "w^{l+1}": reals(size, size), "b^{l+1}": reals(size), "z^l": reals(size)}
    )


def escape_speed(cost: Callable) -> Callable:
    """A function of w, b and eta: how fast z = w + b falls, for a sigmoid neuron with x = 1 and y = 0."""
    by_parameters = jax.grad(lambda w, b: cost(jaxce.sigmoid, (w + b)[None], jnp.zeros(1)), (0, 1))
    return lambda w, b, eta: eta * sum(by_parameters(w, b))
