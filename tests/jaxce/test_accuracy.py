"""Costs and gradients are right to the last bits, especially where neurons saturate.

The true values come from mpmath, with 60 digits. Errors are in units in the last place (ulps) of the true value; for
gradients of the coupled pairs, the quadratic cost or the cross-entropy with softmax, in ulps of the largest component;
for soft targets, in ulps of the sum of the absolute values of the formula's terms.
"""

import dataclasses
import re
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.pairs import PAIRS, TEMPERED, at_once, forward_derivatives, functions, in_blocks, value_and_delta

import jaxce
from derivations.agreement.pair_truth import COUPLED, pair_curvature, pair_truth
from derivations.agreement.ulps import exact, ulps
from jaxce import exponentials, softmax_layer

WITH_INFLECTIONS = COUPLED | {("quadratic", "sigmoid")}  # the costs that are not convex in z


def normal(scale):
    return lambda rng, n, K: scale * rng.normal(size=(n, K))


def ties(rng, n, K):
    z = np.round(2 * rng.normal(size=(n, K)))
    z[:, : max(2, K // 3)] = z.max(axis=1, keepdims=True)
    return z


def one_dominant(rng, n, K):
    z = rng.normal(size=(n, K))
    z[np.arange(n), rng.integers(0, K, n)] += rng.uniform(10, 60, n)
    return z


def shifted(rng, n, K):
    return 5 * rng.normal(size=(n, K)) + 1e4


def nearly_tied(rng, n, K):
    """The last outputs are a few ulps apart, and far above the others."""
    z = rng.normal(size=(n, K))
    tied = z[:, -max(2, K // 3) :]
    tied[:] = rng.uniform(5, 25, (n, 1)) * (1 + rng.integers(0, 4, tied.shape) * 2.0**-23)
    return z


LOGITS = {f"scale {scale}": normal(scale) for scale in (0.01, 1, 5, 20, 80)}
LOGITS |= {"ties": ties, "nearly tied": nearly_tied, "one dominant": one_dominant, "shifted": shifted}


def hard(rng, z):
    """One-hot targets: the likeliest class in every other example, a random class in the rest."""
    n, K = z.shape
    return np.eye(K)[np.where(np.arange(n) % 2, rng.integers(0, K, n), z.argmax(axis=1))]


def dirichlet(rng, z):
    return rng.dirichlet(np.ones(z.shape[1]), len(z))


def smoothed(rng, z):
    return 0.9 * hard(rng, z) + 0.1 / z.shape[1]


def unnormalised(rng, z):
    return dirichlet(rng, z) * rng.uniform(0.2, 3, (len(z), 1))


SOFT = [dirichlet, smoothed, unnormalised]


def draw(output_name, cost_name, logits, targets, dtype, n, K):
    """n examples for each of these kinds of logits, and their targets."""
    rng = np.random.default_rng(zlib.crc32(f"{output_name} {cost_name} {targets.__name__} {K}".encode()))
    z = np.concatenate([LOGITS[name](rng, n, K) for name in logits])
    if output_name == "linear" and cost_name != "quadratic":
        z = 0.001 + 0.998 / (1 + np.exp(-np.clip(z, -500, 500)))  # inside the domain
    z = z.astype(dtype)
    return z, targets(rng, z).astype(dtype)


def compiled_anew(cost, output, z, y):
    """The cost and its gradient, compiled at every call, since the mutants below change the functions that it calls."""

    def both(cost, output, z, y):
        return at_once(cost, output, z, y)

    return in_blocks(both)(cost, output, z, y)


def worst(cost_name, output, output_name, c, z, y, *, soft=False, evaluate=value_and_delta):
    """The largest error of the value and of the gradient, in ulps, over the examples."""
    C, delta = evaluate(jaxce.COSTS[cost_name], output, z, y)
    errors = []
    for C_i, delta_i, z_i, y_i in zip(C, delta, z, y, strict=True):
        true = pair_truth(cost_name, output_name, z_i, y_i, c)
        coupled = (cost_name, output_name) in COUPLED
        size = true.delta_scale if soft else np.max(abs(true.delta)) if coupled else true.delta
        value = ulps(C_i[None], np.array([true.C]), np.array([true.C_scale if soft else true.C]))
        errors.append((value, ulps(delta_i, true.delta, size)))
    return np.max(errors, axis=0)


CASES = [(*pair, c) for pair, c in TEMPERED]


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(("cost", "output", "c"), CASES)
def test_errors_for_hard_targets_are_at_most_four_ulps(cost, output, c, dtype):
    coupled = (cost, output) in COUPLED
    for K in (2, 3, 10):
        z, y = draw(output, cost, LOGITS, hard, dtype, 5, K)
        error = worst(cost, functions((cost, output), c)[1], output, c, z, y)
        assert max(error) <= (8 if coupled else 4), (K, error)


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float64, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(("cost", "output", "c"), CASES)
def test_errors_for_soft_targets_are_at_most_eight_ulps_of_the_terms(cost, output, c, dtype):
    for targets in SOFT:
        z, y = draw(output, cost, LOGITS, targets, dtype, 3, 3)
        error = worst(cost, functions((cost, output), c)[1], output, c, z, y, soft=True)
        assert max(error) <= 8, (targets.__name__, error)


@pytest.mark.thorough
@pytest.mark.parametrize(("cost", "output"), PAIRS)
def test_errors_for_a_thousand_classes_are_at_most_four_times_as_large(cost, output):
    coupled = (cost, output) in COUPLED
    z, y = draw(output, cost, ["scale 1", "scale 20", "one dominant"], hard, np.float32, 2, 1000)
    assert max(worst(cost, jaxce.OUTPUTS[output], output, 1.0, z, y)) <= (32 if coupled else 16)


@pytest.mark.thorough
@pytest.mark.parametrize("targets", [hard, *SOFT], ids=lambda targets: targets.__name__)
@pytest.mark.parametrize(("cost", "output", "c"), CASES)
def test_the_error_of_the_curvature_is_at_most_sixteen_ulps_of_its_largest_component(cost, output, c, targets):
    """Where the curvature changes sign, its terms cancel: there, errors are in ulps of c delta v, their magnitude."""
    kinds = LOGITS if output == "softmax" else set(LOGITS) - {"shifted"}  # at 10,000 the curvature is 0
    z, y = draw(output, cost, sorted(kinds), targets, np.float32, 3, 3)
    v = np.random.default_rng(0).normal(size=z.shape).astype(np.float32)
    _, products = forward_derivatives(*functions((cost, output), c), z, y, v)
    for computed, z_i, y_i, v_i in zip(products, z, y, v, strict=True):
        true = pair_curvature(cost, output, z_i, y_i, v_i, c)
        size = np.max(abs(true))
        if (cost, output) in WITH_INFLECTIONS:
            of_delta = pair_truth(cost, output, z_i, y_i, c)
            delta = of_delta.delta if targets is hard else of_delta.delta_scale
            size = max(size, c * np.max(abs(delta)) * np.max(abs(exact(v_i))))
        assert ulps(computed, true, size) <= 16, (z_i, y_i)


@pytest.mark.parametrize(("cost", "output"), [pair for pair in PAIRS if pair[1] == "softmax"])
def test_curvature_is_independent_of_a_constant_added_to_its_direction(cost, output):
    """Bit for bit: the constant part of v is subtracted before anything is rounded."""
    z, y = draw(output, cost, ["scale 1", "scale 5"], hard, np.float32, 8, 3)
    v = np.round(np.random.default_rng(0).normal(size=z.shape) * 2**10).astype(np.float32)
    product, shifted = (forward_derivatives(jaxce.COSTS[cost], jaxce.softmax, z, y, u)[1] for u in (v, v + 2**20))
    np.testing.assert_array_equal(shifted, product)


@pytest.mark.parametrize(("cost", "output"), PAIRS)
def test_forward_mode_is_as_accurate_as_reverse_mode(cost, output):
    """Along each axis, and along a direction that combines all axes."""
    bound = 8 if (cost, output) in COUPLED else 4
    directions = np.vstack([np.eye(3), [[0.3, -0.7, 1.1]]]).astype(np.float32)

    z, y = draw(output, cost, ["scale 5", "scale 80", "ties"], hard, np.float32, 4, 3)
    along = [forward_derivatives(*functions((cost, output)), z, y, np.tile(v, (len(z), 1)))[0] for v in directions]
    for computed, z_i, y_i in zip(np.stack(along, axis=-1), z, y, strict=True):
        true = pair_truth(cost, output, z_i, y_i).delta
        reference = np.max(abs(true)) if (cost, output) in COUPLED else true
        assert ulps(computed[:3], true, reference) <= bound
        terms = true * exact(directions[3])
        assert ulps(computed[3:], np.array([sum(terms)]), np.array([sum(abs(terms))])) <= 2 * bound


@pytest.mark.parametrize(("cost", "output"), PAIRS)
def test_masking_outputs_leaves_the_others_as_accurate(cost, output):
    """A masked output counts as if it were removed."""
    bound = 8 if (cost, output) in COUPLED else 4
    z, y = draw(output, cost, ["scale 20"], hard, np.float32, 8, 4)
    where = np.array([True, True, False, True])

    _, deltas = value_and_delta(*functions((cost, output)), z, y, np.tile(where, (len(z), 1)))
    for delta, z_i, y_i in zip(deltas, z, y, strict=True):
        true = pair_truth(cost, output, z_i[where], y_i[where]).delta
        reference = np.max(abs(true)) if (cost, output) in COUPLED or y_i[2] else true
        assert ulps(delta[where], true, reference) <= bound
        assert delta[2] == 0


def textbook(output):
    """The softmax with 1 - a computed by subtraction, as a careful implementer would first write it."""

    def activations(z, axis):
        a, _ = output.activations(z, axis)
        return a, 1 - a

    def log_pullback(z, g, total, axis):
        a, complement = activations(z, axis)
        return g * complement - a * (total - g)

    return dataclasses.replace(output, activations=activations, log_pullback=log_pullback)


class TestMutants:
    """These tests reject kernels that lack one of the ideas."""

    def error(self, output=jaxce.softmax, c=1.0, cost="log_likelihood", logits="scale 20", K=10):
        z, y = draw("softmax", cost, [logits], hard, np.float32, 12, K)
        return max(worst(cost, output, "softmax", c, z, y, evaluate=compiled_anew))

    def test_the_kernels_pass(self):
        assert self.error() <= 4

    def test_without_compensation(self, monkeypatch):
        monkeypatch.setattr(exponentials, "_difference_error", lambda a, b: jnp.zeros_like(a - b))
        assert self.error() > 4

    def test_complement_by_subtraction(self):
        assert self.error(textbook(jaxce.softmax)) > 1e6

    def test_maximum_left_in_the_sum(self, monkeypatch):
        def plain(z, c, axis):
            m, e, _ = exponentials.exponentials(z, c, axis)
            return m, e, jnp.sum(e, axis, keepdims=True) - 1

        monkeypatch.setattr(softmax_layer, "exponentials", plain)
        assert self.error() > 1e6

    def test_c_times_the_difference_without_its_rounding_error(self, monkeypatch):
        def rounded(z, m, c):
            x = c * (z - m)
            return x, jnp.zeros_like(x)

        assert self.error(jaxce.tempered_softmax(3), 3.0) <= 4
        monkeypatch.setattr(exponentials, "_scaled_difference", rounded)
        assert self.error(jaxce.tempered_softmax(3), 3.0) > 4

    def test_the_difference_of_nearly_tied_outputs_from_rounded_exponentials(self, monkeypatch):
        assert self.error(cost="quadratic", logits="nearly tied") <= 8
        monkeypatch.setattr(softmax_layer, "_minus_1", lambda e, c, z, m: e - 1)
        assert self.error(cost="quadratic", logits="nearly tied") > 40

    def test_the_square_of_a_rounded_exponential(self):
        z, m = np.random.default_rng(0).uniform(-30, 0.7, 4096).astype(np.float32), np.float32(0.7)
        true, z, m = np.exp(2 * (z.astype(np.float64) - np.float64(m))), jnp.asarray(z), jnp.asarray(m)

        def error(squares):
            return np.max(np.abs(np.asarray(squares, np.float64) - true) / np.spacing(true.astype(np.float32)))

        assert error(exponentials.squared_exponentials(z, m, 1.0)) < 2.2
        assert error(exponentials.relative_exponentials(z, m, 1.0) ** 2) > 2.8

    def test_one_plus_a_number_without_its_rounding_error(self):
        x = np.linspace(0.3, 1, 4096, dtype=np.float32)
        true = np.log1p(x.astype(np.float64))

        def error(log1p):
            return np.max(
                np.abs(np.asarray(jax.jit(log1p)(x), np.float64) - true) / np.spacing(true.astype(np.float32))
            )

        assert error(softmax_layer._log_of_1_and) < 1.9
        assert error(jnp.log1p) > 2.2

    def test_a_share_by_a_rounded_reciprocal(self):
        e, rest = np.random.default_rng(0).uniform(size=(2, 4096, 1)).astype(np.float32)
        e = np.broadcast_to(e, (4096, 2))
        true = e.astype(np.float64) / (1 + rest.astype(np.float64))

        def error(share):
            return np.max(np.abs(np.asarray(jax.jit(share)(e, rest), np.float64) - true) / np.spacing(np.float32(true)))

        assert error(softmax_layer._share) < 1.1
        assert error(lambda e, rest: e / (1 + rest)) > 1.2

    def test_a_weighted_input_that_is_a_product_rounded_twice(self, monkeypatch):
        assert self.error_of_products() < 1e-4
        monkeypatch.setattr(exponentials, "_scaled_difference", unhalved)
        assert self.error_of_products() > 0.1

    def error_of_products(self):
        """The relative error of the second derivative by c of the cost of c x, which is the variance of x under a."""
        rng = np.random.default_rng(0)
        c, x = np.exp(rng.normal(size=400)), rng.normal(size=(400, 3)) * rng.choice([1, 5, 20], size=(400, 1))
        c, x = c.astype(np.float32), x.astype(np.float32)
        cost = lambda c, x: jaxce.log_likelihood(jaxce.softmax, c * x, jnp.array(0))  # noqa: E731
        found = jax.jit(jax.vmap(jax.grad(jax.grad(cost))))(c, x)
        z = (c[:, None] * x).astype(np.float64)
        is_m = np.arange(3) == z.argmax(1)[:, None]
        e = np.exp(z - z.max(1, keepdims=True))
        from_m = x - np.sum(np.where(is_m, x, 0), 1, keepdims=True, dtype=np.float64)
        a = e / e.sum(1, keepdims=True)
        true = np.sum(a * from_m**2, 1) - np.sum(a * from_m, 1) ** 2
        return np.max(np.where(true > 2.0**-100, np.abs(np.asarray(found, np.float64) - true) / true, 0))


def unhalved(z, m, c):
    """The difference of which XLA may make one operation with the product that z is."""
    d = jnp.maximum(z - m, -1000.0)
    return d, exponentials._difference_error(jnp.maximum(z, m - 1000), m)


@pytest.mark.parametrize(("backend", "asked"), [("tpu", True), ("gpu", False), ("cpu", False)])
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair[1] == "softmax" or pair == ("quadratic", "sigmoid")])
def test_a_tpu_is_asked_for_exponentials_with_all_digits(pair, backend, asked, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    z, y = np.ones((2, 3), np.float32), np.eye(2, 3, dtype=np.float32)
    cost, output = functions(pair, 1.5)
    program = str(jax.make_jaxpr(jax.value_and_grad(lambda z: cost(output, z, y).sum()))(z))
    asked_in = re.findall(r"= exp\b(\[accuracy=AccuracyMode.HIGHEST\])?", program)
    assert {bool(found) for found in asked_in} == {asked}
