"""How jaxce computes the left side of an equation about a derivative: families of claims, one function each."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

import jaxce
from derivations.algebra.letters import K, M, N, j, k, l, n, t
from jaxce.network import Layer

EXAMPLES, OUTPUTS, HIDDEN, INPUTS = 2, 3, 2, 2
SIZES = {n: EXAMPLES, K: OUTPUTS, N: HIDDEN, M: INPUTS}
C = 0.7  # the constant of the tempered softmax, static as it must be
TEMPERED = jaxce.tempered_softmax(C)


class Claim(NamedTuple):
    """How to get an equation's left side from jaxce.

    `letters` gives each letter's kind of values and shape, in the order of `gradient`'s arguments; `axes` the free
    indices of what it returns, with their sizes; `fixed` and `constants` what is the same at all points.
    """

    gradient: Callable[..., jax.Array]
    letters: Mapping[str, tuple[str, tuple]]
    axes: Mapping = {}
    fixed: Mapping = {}
    constants: Mapping = {}


def neuron(cost, by):
    """One sigmoid neuron with N inputs, on n examples."""

    def gradient(x, w, b, y):
        params = [Layer(w[None], b[None])]
        found = jax.grad(jaxce.loss)(params, x, y[:, None], cost=cost, output=jaxce.sigmoid)
        return getattr(found[0], by)[0]

    letters = {
        "x": ("real", (EXAMPLES, HIDDEN)),
        "w": ("real", (HIDDEN,)),
        "b": ("real", ()),
        "y": ("targets of examples", (EXAMPLES,)),
    }
    return Claim(gradient, letters, {j: HIDDEN} if by == "w" else {})


def one_example(cost, by):
    """One sigmoid neuron with one input, on one example."""

    def gradient(x, w, b, y):
        params = [Layer(w[None, None], b[None])]
        found = jax.grad(jaxce.loss)(params, x[None], y[None], cost=cost, output=jaxce.sigmoid)
        return getattr(found[0], by).squeeze()

    return Claim(gradient, {"x": ("real", ()), "w": ("real", ()), "b": ("real", ()), "y": ("targets", ())})


def one_example_many_inputs(cost, by):
    """One sigmoid neuron with N inputs, on one example."""

    def gradient(x, w, b, y):
        params = [Layer(w[None], b[None])]
        found = jax.grad(jaxce.loss)(params, x, y[None], cost=cost, output=jaxce.sigmoid)
        return getattr(found[0], by)[0]

    letters = {"x": ("real", (HIDDEN,)), "w": ("real", (HIDDEN,)), "b": ("real", ()), "y": ("targets", ())}
    return Claim(gradient, letters, {j: HIDDEN} if by == "w" else {})


def output_layer(cost, output, by, *, examples=(EXAMPLES,), targets="targets of examples", **rest):
    """The last layer of a network, its input being the layer before: the gradient by its weights or biases."""

    def gradient(a, w, b, y):
        return getattr(jax.grad(jaxce.loss)([Layer(w, b)], a, y, cost=cost, output=output)[0], by)

    letters = {
        "a^{L-1}": ("real", (*examples, HIDDEN)),
        "w^L": ("real", (OUTPUTS, HIDDEN)),
        "b^L": ("real", (OUTPUTS,)),
        "y": (targets, (*examples, OUTPUTS)),
    }
    axes = {"w": {j: OUTPUTS, k: HIDDEN}, "b": {j: OUTPUTS}}[by]
    return Claim(gradient, letters, axes, **rest)


def error(cost, output, *, z="z", kind="weighted input", targets="targets", **rest):
    """delta_j = dC/dz_j, straight from the cost."""
    letters = {z: (kind, (OUTPUTS,)), "y": (targets, (OUTPUTS,))}
    return Claim(jax.grad(lambda z, y: cost(output, z, y)), letters, {j: OUTPUTS}, **rest)


def error_for_class(axes, *, z="z", gradient=None):
    """dC/dz_j of the log-likelihood after softmax, for class t = 1 as an integer label."""
    found = jax.grad(lambda z: jaxce.log_likelihood(jaxce.softmax, z, jnp.array(0)))
    return Claim(gradient or found, {z: ("weighted input", (OUTPUTS,))}, axes, {t: 1})


def jacobian(output, *, z="z", **rest):
    """All da_j/dz_k."""
    return Claim(jax.jacobian(output), {z: ("weighted input", (OUTPUTS,))}, {j: OUTPUTS, k: OUTPUTS}, **rest)


def by_its_own(z):
    """Each da_j/dz_j, one jax.grad for each."""
    return jnp.stack([jax.grad(lambda z, j=j: jaxce.softmax(z)[j])(z)[j] for j in range(OUTPUTS)])


def softmax_of_last_layer(by, output=jaxce.softmax, *, targets="targets", **rest):
    """The gradient of one example's log-likelihood by the last layer's parameters."""
    return output_layer(jaxce.log_likelihood, output, by, examples=(), targets=targets, **rest)


def through_layer(by):
    """BP2 to BP4: a cost whose gradient by z^{l+1} is the given error, differentiated through one layer of jaxce."""

    def cost(params, x, error):
        return jnp.vdot(error, jaxce.weighted_input(params, x))

    def gradient(error, w, b, a):
        return getattr(jax.grad(cost)([Layer(w, b)], a, error)[0], by)

    letters = {
        "δ^{l+1}": ("real", (OUTPUTS,)),
        "w^{l+1}": ("real", (OUTPUTS, HIDDEN)),
        "b^{l+1}": ("real", (OUTPUTS,)),
        "a^l": ("real", (HIDDEN,)),
    }
    return Claim(gradient, letters, {"w": {j: OUTPUTS, k: HIDDEN}, "b": {j: OUTPUTS}}[by])


def below_layer(error, w, b, z):
    """BP2: the same cost, by the weighted inputs of the layer below (the biases of a layer without inputs)."""

    def cost(hidden_b):
        return jnp.vdot(
            error, jaxce.weighted_input([Layer(jnp.zeros((HIDDEN, 1)), hidden_b), Layer(w, b)], jnp.zeros(1))
        )

    return jax.grad(cost)(z)


def whole_network(by):
    """Exercise 13: the gradient of a whole softmax network by its hidden layer's parameters."""

    def gradient(x, hidden_w, hidden_b, w, b, y):
        params = [Layer(hidden_w, hidden_b), Layer(w, b)]
        found = jax.grad(jaxce.loss)(params, x, y, cost=jaxce.log_likelihood, output=jaxce.softmax)
        return getattr(found[0], by)

    letters = {
        "x": ("real", (INPUTS,)),
        "w^l": ("unit", (HIDDEN, INPUTS)),
        "b^l": ("real", (HIDDEN,)),
        "w^L": ("real", (OUTPUTS, HIDDEN)),
        "b^L": ("real", (OUTPUTS,)),
        "y": ("distribution", (OUTPUTS,)),
    }
    return Claim(gradient, letters, {"w": {k: HIDDEN, l: INPUTS}, "b": {k: HIDDEN}}[by])


def any_cost(*values):
    """The example that stands for the unspecified C(a_1, a_2, ...) in `Unspecified.example`."""
    return jnp.sin(sum((place + 1) * value for place, value in enumerate(values)) + 1.0)


def any_cost_of_layer(size, of):
    """BP1 to BP4 for the unspecified cost and `size` neurons: the gradient by what belongs to neuron 1."""

    def gradient(error_z, w, b, z):
        def cost(w, b, z):
            return any_cost(*jaxce.weighted_input([Layer(jnp.zeros((size, 1)), z), Layer(w, b)], jnp.zeros(1)))

        if of == "output":
            return jax.grad(lambda z: any_cost(*jaxce.sigmoid(z)))(error_z)[0]
        by_w, by_b, by_z = jax.grad(cost, (0, 1, 2))(w, b, z)
        return {"w": by_w[0, 1], "b": by_b[0], "z": by_z[0]}[of]

    vector = ("real", (size,))
    return Claim(gradient, {"z^L": vector, "w^{l+1}": ("real", (size, size)), "b^{l+1}": vector, "z^l": vector})


def field(components, value, axes, weights):
    """Something made of a field over the outputs and of its Jacobian, by softmax; class t = 1 is the true one."""

    def gradient(z, weight):
        return value(components(z, weight), jax.jacfwd(components)(z, weight))

    # Not saturated: a curl is a difference of two derivatives, and loses digits where they are nearly the same.
    return Claim(gradient, {"z": ("unit", (OUTPUTS,)), weights: ("positive", (OUTPUTS,))}, axes, {t: 1})


def distance_aware(z, d):
    """The field of 002: p_t - 1 for the true class, p_j / d_j for the others."""
    p = jaxce.softmax(z)
    return (p / d).at[0].set(p[0] - 1)


def balanced(z, w):
    """Its balanced form: w_j p_j for the wrong classes, minus their sum for the true one."""
    pushes = (w * jaxce.softmax(z)).at[0].set(0.0)
    return pushes.at[0].set(-pushes.sum())


def curl_with_true(g, J):
    """The curls of the true class's component and each other one."""
    return J[0] - J[:, 0]


def curls(g, J):
    """All curls."""
    return J - J.T


def frobenius(g, J):
    """Frobenius' terms of the true class and all pairs of others."""
    curl = J - J.T
    return g[0] * curl + g[:, None] * curl[:, 0] + g[None, :] * curl[0][:, None]
