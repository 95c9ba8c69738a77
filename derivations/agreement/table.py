"""Which of jaxce's gradients stands for the left side of which equation."""

import jax
import jax.numpy as jnp

import jaxce
from derivations.agreement.gradients import (
    HIDDEN,
    OUTPUTS,
    TEMPERED,
    C,
    Claim,
    any_cost,
    any_cost_of_layer,
    balanced,
    below_layer,
    by_its_own,
    curl_with_true,
    curls,
    distance_aware,
    error,
    error_for_class,
    field,
    frobenius,
    jacobian,
    neuron,
    one_example,
    one_example_many_inputs,
    output_layer,
    softmax_of_last_layer,
    through_layer,
    whole_network,
)
from derivations.algebra.letters import j, k, m, t

vector, number = ("real", (OUTPUTS,)), ("real", ())
z_vector, z_number = ("weighted input", (OUTPUTS,)), ("weighted input", ())
quadratic, cross_entropy, log_likelihood = jaxce.quadratic, jaxce.cross_entropy, jaxce.log_likelihood
linear, sigmoid, softmax = jaxce.linear, jaxce.sigmoid, jaxce.softmax
with_c = {"constants": {"c": C}}
Z = "z^L"
NEURON = {"b": number, "x": ("real", (HIDDEN,)), "w": ("real", (HIDDEN,))}
NEURON_BY_WEIGHTS = {"w": ("real", (HIDDEN,)), "x": ("real", (HIDDEN,)), "b": number}


def odds(z, w):
    """The sum over the wrong classes of w_j e^(z_j - z_t), by softmax; t = 1."""
    p = softmax(z)
    return jnp.vdot(w[1:], p[1:]) / p[0]


def augmented(z, w):
    """The cost-augmented softmax: the log-likelihood at z + ln w, the true class t = 1 having weight 1."""
    return log_likelihood(softmax, z + jnp.log(w.at[0].set(1.0)), jnp.array(0))


CLAIMS = {
    "55": one_example(quadratic, "w"),
    "56": one_example(quadratic, "b"),
    "58": neuron(cross_entropy, "w"),
    "59": neuron(cross_entropy, "w"),
    "60": neuron(cross_entropy, "w"),
    "61": neuron(cross_entropy, "w"),
    "62": neuron(cross_entropy, "b"),
    "65": output_layer(quadratic, sigmoid, "w"),
    "65 (biases)": output_layer(quadratic, sigmoid, "b"),
    "66": error(cross_entropy, sigmoid, z=Z),
    "67": output_layer(cross_entropy, sigmoid, "w"),
    "67 (biases)": output_layer(cross_entropy, sigmoid, "b"),
    "68": error(quadratic, linear, z=Z),
    "69": output_layer(quadratic, linear, "w"),
    "70": output_layer(quadratic, linear, "b"),
    "71": one_example_many_inputs(cross_entropy, "w"),
    "72": one_example_many_inputs(cross_entropy, "b"),
    "75": Claim(jax.grad(lambda a, y: cross_entropy(linear, a[None], y[None])), {"a": ("unit", ()), "y": ("unit", ())}),
    "78 by its own z": Claim(by_its_own, {Z: z_vector}, {j: OUTPUTS}),
    "78 by another z": jacobian(softmax, z=Z),
    "80 by a": error(log_likelihood, linear, z="a^L", kind="positive"),
    "81": softmax_of_last_layer("b", targets="distribution"),
    "82": softmax_of_last_layer("w", targets="distribution"),
    "84": error(log_likelihood, softmax, z=Z, targets="distribution"),
    "84 with 83": error(log_likelihood, TEMPERED, z=Z, **with_c),
    "81 with 83": softmax_of_last_layer("b", TEMPERED, **with_c),
    "82 with 83": softmax_of_last_layer("w", TEMPERED, **with_c),
    "BP1": Claim(jax.grad(lambda z, g: jnp.vdot(g, sigmoid(z))), {Z: z_vector, "g": vector}, {j: OUTPUTS}),
    "BP1 with softmax": Claim(jax.grad(lambda z, g: jnp.vdot(g, softmax(z))), {Z: z_vector, "g": vector}, {j: OUTPUTS}),
    "BP2": Claim(
        below_layer,
        {
            "δ^{l+1}": vector,
            "w^{l+1}": ("real", (OUTPUTS, HIDDEN)),
            "b^{l+1}": vector,
            "z^l": ("weighted input", (HIDDEN,)),
        },
        {k: HIDDEN},
    ),
    "BP3": through_layer("b"),
    "BP4": through_layer("w"),
    "exercise 13": whole_network("b"),
    "exercise 13 (biases)": whole_network("b"),
    "exercise 13 (weights)": whole_network("w"),
    "quadratic + linear": error(quadratic, linear),
    "quadratic + sigmoid": error(quadratic, sigmoid),
    "quadratic + softmax": error(quadratic, TEMPERED, **with_c),
    "cross-entropy + linear": error(cross_entropy, linear, kind="unit"),
    "cross-entropy + sigmoid": error(cross_entropy, sigmoid),
    "cross-entropy + softmax": error(cross_entropy, TEMPERED, **with_c),
    "log-likelihood + linear": error(log_likelihood, linear, kind="positive"),
    "log-likelihood + sigmoid": error(log_likelihood, sigmoid),
    "log-likelihood + softmax": error(log_likelihood, TEMPERED, **with_c),
    "matching cost of softmax": error(log_likelihood, softmax, targets="distribution"),
    "exercise 1": Claim(jax.grad(sigmoid), {"z": z_number}),
    "exercise 3": Claim(
        jax.grad(lambda a, y: cross_entropy(linear, a[None], y[None])), {"a": ("unit", ()), "y": ("unit", ())}
    ),
    "exercise 3 (convex)": Claim(
        jax.grad(jax.grad(lambda a, y: cross_entropy(linear, a[None], y[None]))), {"a": ("unit", ()), "y": ("unit", ())}
    ),
    "exercise 8": jacobian(softmax),
    "exercise 8 (j = k)": Claim(
        jax.grad(lambda z, rest: softmax(jnp.stack([z, jnp.log(rest)]))[0]), {"z": z_number, "R": ("positive", ())}
    ),
    "exercise 8 (j and k different)": jacobian(softmax),
    "exercise 9": jacobian(softmax),
    "Gaussian model, its gradient": Claim(
        jax.grad(lambda a, y, sigma: quadratic(linear, a, y) / sigma**2),
        {"a": vector, "y": vector, "σ": ("positive", ())},
        {j: OUTPUTS},
    ),
    "log-likelihood by the true probability": Claim(
        jax.grad(lambda r: log_likelihood(linear, r[None], jnp.ones(1))), {"r": ("positive", ())}
    ),
    "square by the prediction": Claim(
        jax.grad(lambda guess, y: 2 * quadratic(linear, guess[None], y[None])), {"ŷ": number, "y": number}
    ),
    "log-likelihood by a probability": Claim(
        jax.grad(lambda q: log_likelihood(linear, q, jnp.array(0))),
        {"q": ("positive", (OUTPUTS,))},
        {j: OUTPUTS},
        {t: 1},
    ),
    "log-likelihood by a logit": error_for_class({j: OUTPUTS}),
    "log-likelihood by a wrong logit": error_for_class({j: OUTPUTS}),
    "log-likelihood by the true logit": error_for_class(
        {}, gradient=lambda z: jax.grad(lambda z: log_likelihood(softmax, z, jnp.array(0)))(z)[0]
    ),
    "forces sum to 0": error_for_class(
        {}, gradient=lambda z: jax.grad(lambda z: log_likelihood(softmax, z, jnp.array(0)))(z).sum()
    ),
    "cost-augmented softmax, delta": Claim(
        jax.grad(lambda z, w: log_likelihood(softmax, z + jnp.log(w), jnp.array(0))),
        {"z": z_vector, "w": ("positive", (OUTPUTS,))},
        {j: OUTPUTS},
        {t: 1},
    ),
    "cost-augmented softmax, Hessian": Claim(
        jax.hessian(lambda z, w: log_likelihood(softmax, z + jnp.log(w), jnp.array(0))),
        {"z": z_vector, "w": ("positive", (OUTPUTS,))},
        {j: OUTPUTS, k: OUTPUTS},
        {t: 1},
    ),
    "expected distance": Claim(
        jax.grad(lambda z, d: jnp.vdot(d, softmax(z))), {"z": z_vector, "d": ("positive", (OUTPUTS,))}, {j: OUTPUTS}
    ),
    "escape speed, quadratic": Claim(
        lambda w, b, eta: (
            eta * sum(jax.grad(lambda w, b: quadratic(sigmoid, (w + b)[None], jnp.zeros(1)), (0, 1))(w, b))
        ),
        {"w": number, "b": number, "η": ("positive", ())},
    ),
    "escape speed, cross-entropy": Claim(
        lambda w, b, eta: (
            eta * sum(jax.grad(lambda w, b: cross_entropy(sigmoid, (w + b)[None], jnp.zeros(1)), (0, 1))(w, b))
        ),
        {"w": number, "b": number, "η": ("positive", ())},
    ),
    "slope of sigmoid": Claim(jax.grad(sigmoid), {"z": z_number}),
    "Jacobian of softmax, relative to a neuron": Claim(
        jax.grad(lambda z, g: jnp.vdot(g, softmax(z))), {"z": z_vector, "g": vector}, {j: OUTPUTS}, {m: 2}
    ),
    "73": Claim(jax.grad(lambda b, x, w: any_cost(sigmoid(jnp.vdot(w, x) + b))), NEURON),
    "74": Claim(jax.grad(lambda b, x, w: any_cost(sigmoid(jnp.vdot(w, x) + b))), NEURON),
    "exercise 6": Claim(jax.grad(lambda w, x, b: any_cost(jnp.vdot(w, x) + b)), NEURON_BY_WEIGHTS, {j: HIDDEN}),
    "exercise 6 (x = 0)": Claim(jax.grad(lambda w, b: any_cost(w * 0.0 + b)), {"w": number, "b": number}),
    "matching cost": Claim(
        jax.grad(lambda z, y: cross_entropy(sigmoid, z[None], y[None])), {"z": z_number, "y": ("targets", ())}
    ),
    "distance-aware field, curl (t, j)": field(distance_aware, curl_with_true, {j: OUTPUTS}, "d"),
    "distance-aware field, curl (j, k)": field(distance_aware, curls, {j: OUTPUTS, k: OUTPUTS}, "d"),
    "distance-aware field, Frobenius": field(distance_aware, frobenius, {j: OUTPUTS, k: OUTPUTS}, "d"),
    "balanced field, curl (t, j)": field(balanced, curl_with_true, {j: OUTPUTS}, "w"),
    "balanced field, curl (j, k)": field(balanced, curls, {j: OUTPUTS, k: OUTPUTS}, "w"),
    "balanced field over p_t, a wrong class": Claim(
        jax.grad(odds), {"z": vector, "w": ("positive", (OUTPUTS,))}, {j: OUTPUTS}, {t: 1}
    ),
    "balanced field over p_t, the true class": Claim(
        lambda z, w: jax.grad(odds)(z, w)[0], {"z": vector, "w": ("positive", (OUTPUTS,))}, {}, {t: 1}
    ),
    "cost-augmented softmax, a wrong class": Claim(
        jax.grad(augmented), {"z": z_vector, "w": ("positive", (OUTPUTS,))}, {j: OUTPUTS}, {t: 1}
    ),
    "cost-augmented softmax, the true class": Claim(
        lambda z, w: jax.grad(augmented)(z, w)[0], {"z": z_vector, "w": ("positive", (OUTPUTS,))}, {}, {t: 1}
    ),
    "squared earth mover's distance": Claim(
        jax.grad(lambda z, L, G: jnp.sum((L @ softmax(z) - G) ** 2)),
        {"z": vector, "L": ("unit", (OUTPUTS, OUTPUTS)), "G": ("unit", (OUTPUTS,))},
        {j: OUTPUTS},
    ),
}
for size in (2, 3):
    CLAIMS[f"BP1 ({size} neurons)"] = any_cost_of_layer(size, "output")
    CLAIMS[f"BP2 ({size} neurons)"] = any_cost_of_layer(size, "z")
    CLAIMS[f"BP3 ({size} neurons)"] = any_cost_of_layer(size, "b")
    CLAIMS[f"BP4 ({size} neurons)"] = any_cost_of_layer(size, "w")

NOT_JAXCE = {
    "exercise 14": "of two costs that are both unspecified",
    "Gibbs' inequality (slope)": "of r - 1 - ln r, which is no cost",
    "distance-aware field, far classes": "of p / d by d, which is no cost",
}
