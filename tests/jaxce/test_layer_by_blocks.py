"""A layer's log-likelihood by blocks is that of all classes at once, and never holds all of their weighted inputs."""

import functools
import inspect
import re
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params
from support.pairs import agree
from support.parts import one_in

import jaxce
from derivations.agreement.pair_truth import pair_truth
from derivations.agreement.ulps import exact, ulps
from derivations.mutation.bad_layers import BAD_LAYERS, try_layer
from jaxce import layer_by_blocks

pytestmark = pytest.mark.thorough

K, N_IN, EXAMPLES = 23, 4, 5
RNG = np.random.default_rng(0)
W, B, A = (RNG.normal(size=shape) for shape in ((K, N_IN), (K,), (EXAMPLES, N_IN)))
DIRECTION = tuple(RNG.normal(size=x.shape) for x in (W, B, A))
TARGETS = {"labels": RNG.integers(0, K, EXAMPLES), "soft": RNG.dirichlet(np.ones(K), EXAMPLES)}
TARGETS["unnormalised"] = TARGETS["soft"] * RNG.uniform(0.2, 3, (EXAMPLES, 1))
WEIGHTS = np.arange(1.0, EXAMPLES + 1)


@functools.partial(jax.jit, static_argnames=("c", "block"))
def blocked(w, b, a, y, c=1.0, block=None, where=None):
    return jaxce.layer_log_likelihood(jaxce.Layer(w, b), a, y, c=c, block=block, where=where)


@functools.partial(jax.jit, static_argnames="c")
def at_once(w, b, a, y, c=1.0, where=None):
    return jaxce.log_likelihood(jaxce.tempered_softmax(c), a @ w.T + b, y, where=where)


def derivatives(cost, w, b, a, y, **options):
    """Value, gradient, slope along a direction, and the Hessian times it in forward and in reverse mode."""
    arguments = (w, b, a)

    def value(w, b, a):
        return jnp.sum(WEIGHTS * cost(w, b, a, y, **options))

    def slope(*arguments):
        return sum(jnp.vdot(g, v) for g, v in zip(jax.grad(value, (0, 1, 2))(*arguments), DIRECTION, strict=True))

    gradient = jax.grad(value, (0, 1, 2))
    return {
        "cost": cost(*arguments, y, **options),
        "gradient": gradient(*arguments),
        "forward": jax.jvp(lambda *x: cost(*x, y, **options), arguments, DIRECTION)[1],
        "forward over reverse": jax.jvp(gradient, arguments, DIRECTION)[1],
        "reverse over reverse": jax.grad(slope, (0, 1, 2))(*arguments),
    }


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize(("targets", "c", "block"), [("labels", 1.0, 7), ("unnormalised", 2.5, 1)])
def test_all_derivatives_are_those_of_all_classes_at_once(targets, c, block):
    y = TARGETS[targets]
    ours = jax.jit(lambda *x: derivatives(blocked, *x, c=c, block=block))(W, B, A, y)
    wanted = jax.jit(lambda *x: derivatives(at_once, *x, c=c))(W, B, A, y)
    jax.tree.map(lambda x, true: agree(x, true, atol=1e-13), ours, wanted)


@pytest.mark.usefixtures("unoptimized")
def test_the_derivative_by_targets():
    y = TARGETS["unnormalised"]
    ours, wanted = (jax.grad(lambda y, f=f: f(W, B, A, y).sum())(y) for f in (lambda *x: blocked(*x, block=7), at_once))
    agree(ours, wanted)
    slope = jax.jvp(lambda y: blocked(W, B, A, y, block=7), (y,), (jnp.ones_like(y),))[1]
    agree(slope, wanted.sum(-1))


@pytest.mark.usefixtures("unoptimized")
def test_it_is_vectorised_over_examples_and_over_layers():
    y, wanted = TARGETS["labels"], at_once(W, B, A, TARGETS["labels"])
    agree(jax.vmap(lambda a, y: blocked(W, B, a, y, block=7))(A, y), wanted)
    layers = np.stack([W, 2 * W]), np.stack([B, -B])
    both = jax.vmap(lambda w, b: jax.grad(lambda w: blocked(w, b, A, y, block=7).sum())(w))(*layers)
    for one, w, b in zip(both, *layers, strict=True):
        agree(one, jax.grad(lambda w, b=b: at_once(w, b, A, y).sum())(w), atol=1e-13)


@pytest.mark.usefixtures("unoptimized")
def test_any_number_of_axes_of_examples_and_no_biases():
    a, y = A.reshape(5, 1, N_IN), TARGETS["labels"].reshape(5, 1).astype(np.uint8)
    agree(jaxce.layer_log_likelihood((W, None), a, y, block=7), at_once(W, 0 * B, a, y.astype(int)))
    assert blocked(W, B, A[:0], TARGETS["labels"][:0]).shape == (0,)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize("label", [-1, K])
def test_a_label_that_no_class_has_costs_nan_and_has_no_gradient(label):
    y = TARGETS["labels"].copy()
    y[2] = label
    C, (dw, da) = jax.value_and_grad(lambda w, a: jnp.nansum(blocked(w, B, a, y, block=7)), (0, 1))(W, A)
    assert np.isnan(blocked(W, B, A, y, block=7)).tolist() == [False, False, True, False, False]
    kept = np.delete(np.arange(EXAMPLES), 2)
    agree(C, at_once(W, B, A[kept], y[kept]).sum())
    agree(dw, jax.grad(lambda w: at_once(w, B, A[kept], y[kept]).sum())(W), atol=1e-13)
    np.testing.assert_array_equal(da[2], 0)


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize("targets", ["labels", "soft"])
def test_classes_that_are_left_out(targets):
    """For one example all of them, and for another its label's; the mask is traced like any other argument."""
    where, y = RNG.random((EXAMPLES, K)) < 0.7, TARGETS[targets]
    where[0], where[1, TARGETS["labels"][1]], where[2] = False, False, True

    def everything(cost, w, b, a, y, where):
        C, pullback = jax.vjp(lambda *x: cost(*x, y, where=where), w, b, a)
        return C, *pullback(jnp.ones_like(C))

    C, *slopes, da = jax.jit(lambda *x: everything(functools.partial(blocked, block=2), *x))(W, B, A, y, where)
    wanted = jax.jit(lambda *x: everything(at_once, *x))(W, B, A[1:], y[1:], where[1:])
    jax.tree.map(lambda x, true: agree(x, true, atol=1e-13), (C[1:], *slopes, da[1:]), wanted)
    assert C[0] == 0
    assert not np.any(da[0])


@pytest.mark.usefixtures("unoptimized")
def test_a_bias_of_minus_infinity_leaves_a_class_out():
    b, y = B.copy(), np.full(EXAMPLES, 3)
    b[[0, 1, 2, 9]] = -np.inf
    ours = jax.value_and_grad(lambda w: blocked(w, b, A, y, block=3).sum())(W)
    shown = np.isfinite(b)
    wanted = jax.value_and_grad(lambda w: at_once(w, b[shown], A, y - 3).sum())(W[shown])
    agree(ours[0], wanted[0])
    agree(ours[1][shown], wanted[1], atol=1e-13)
    np.testing.assert_array_equal(ours[1][~shown], 0)


@pytest.mark.usefixtures("unoptimized")
def test_examples_that_are_left_out_cost_nothing_whatever_they_are():
    a = A.copy()
    a[1], a[3] = np.nan, np.inf
    shown, y = np.array([True, False, True, False, True]), TARGETS["labels"]
    cost = lambda w, b, a: blocked(w, b, a, y, block=7, where=shown)  # noqa: E731
    np.testing.assert_array_equal(cost(W, B, a)[~shown], 0)
    dw, db, da = jax.jit(jax.grad(lambda *x: cost(*x).sum(), (0, 1, 2)))(W, B, a)
    wanted = jax.grad(lambda *x: at_once(*x, y[shown]).sum(), (0, 1, 2))(W, B, A[shown])
    agree((dw, db, da[shown])[0], wanted[0], atol=1e-13)
    agree(db, wanted[1], atol=1e-13)
    agree(da[shown], wanted[2], atol=1e-13)
    np.testing.assert_array_equal(da[~shown], 0)


def test_nan_in_nan_out():
    a = A.copy()
    a[1] = np.nan
    assert np.isnan(blocked(W, B, a, TARGETS["labels"], block=7)).tolist() == [False, True, False, False, False]


def sizes_of_values(jaxpr):
    """The number of elements of everything that a program computes, inner programs included."""
    for eqn in jaxpr.eqns:
        yield from (variable.aval.size for variable in eqn.outvars)
        for inner in jaxprs_in_params(eqn.params):
            yield from sizes_of_values(inner)


@pytest.mark.parametrize("what", ["cost", "gradient", "slope", "Hessian times a vector"])
@pytest.mark.parametrize("classes", [512, 510])
def test_no_value_is_as_large_as_the_weighted_inputs(what, classes):
    """Whose number is 100 times that of the weights."""
    n, block = 1000, 64
    w, a, y = jnp.ones((classes, 10)), jnp.ones((n, 10)), jnp.zeros(n, int)
    cost = lambda w, a: blocked(w, None, a, y, block=block)  # noqa: E731
    gradient = jax.grad(lambda w, a: cost(w, a).sum(), (0, 1))
    programs = {
        "cost": cost,
        "gradient": gradient,
        "slope": lambda w, a: jax.jvp(cost, (w, a), (w, a)),
        "Hessian times a vector": lambda w, a: jax.jvp(gradient, (w, a), (w, a)),
    }
    largest = max(sizes_of_values(jax.make_jaxpr(programs[what])(w, a).jaxpr))
    assert largest <= 16 * -(-block // 16) * n
    assert max(sizes_of_values(jax.make_jaxpr(lambda w, a: a @ w.T)(w, a).jaxpr)) == n * classes


@functools.partial(jax.jit, static_argnames=("c", "block"))
def value_and_delta(w, b, a, y, c=1.0, block=None):
    """The cost and dC/dz = dC/db of each example."""
    C, pullback = jax.vjp(lambda b: blocked(w, b, a, y, c=c, block=block), b)
    return C, jax.vmap(pullback)(jnp.eye(len(y), dtype=C.dtype))[0]


def exact_logits(dtype, rng, K, n, scale):
    """Weights and inputs of few bits, whose products and sums no order rounds; and their logits."""
    w = np.round(rng.normal(size=(K, 8)) * scale * 8) / 64
    a = np.round(rng.normal(size=(n, 8)) * 8) / 8
    return w.astype(dtype), a.astype(dtype), (a @ w.T).astype(dtype)


@pytest.mark.parametrize("block", [3, None])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("c", one_in(2, [1.0, 3.0, 0.1]))
def test_four_ulps_of_the_truth_and_two_of_all_classes_at_once(c, dtype, block):
    rng = np.random.default_rng(1)
    for scale, confident in ((0.1, 0), (1, 0), (5, 0), (20, 0), (1, 20), (1, 40)):
        w, a, z = exact_logits(dtype, rng, 10, 6, scale)
        y = np.where(np.arange(6) % 2, rng.integers(0, 10, 6), z.argmax(1))
        b = confident * np.eye(10, dtype=dtype)[y[0]]
        z = z + b
        C, delta = value_and_delta(w, b, a, y, c=c, block=block)
        assert ulps(C, exact(np.asarray(jaxce.log_likelihood(jaxce.tempered_softmax(c), z, y)))) <= 2
        for i in range(6):
            true = pair_truth("log_likelihood", "softmax", z[i], np.eye(10)[y[i]], c)
            assert ulps(C[i, None], np.array([true.C])) <= 4
            assert ulps(delta[i], true.delta) <= 4


def confident_layer(K, n, loss, rng):
    """A float32 layer of exact logits in which example i, of class i, costs about `loss`."""
    w = np.round(rng.normal(size=(K, n + 8)) * 8) / 64
    w[:, :n] = 0
    a = np.concatenate([np.eye(n), np.round(rng.normal(size=(n, 8)) * 4) / 4], axis=1)
    z = a @ w.T
    z[np.arange(n), np.arange(n)] = -np.inf
    wanted = np.log(np.exp(z).sum(1)) - np.log(np.expm1(loss))
    w[np.arange(n), np.arange(n)] = np.round(64 * (wanted - (a[:, n:] * w[:n, n:]).sum(1))) / 64
    return w.astype(np.float32), a.astype(np.float32)


@pytest.mark.parametrize("block", [64, 2048])
def test_losses_of_all_sizes_keep_their_digits_with_thousands_of_classes(block):
    n, K = 4, 5000
    for loss in (10, 1, 1e-3, 1e-6):
        w, a = confident_layer(K, n, loss, np.random.default_rng(2))
        y = np.arange(n)
        C, delta = value_and_delta(w, np.zeros(K, np.float32), a, y, block=block)
        z = a.astype(float) @ w.T.astype(float)
        distance = np.exp(z - z[y, y][:, None])
        rest = distance.sum(1, where=np.arange(K) != y[:, None])
        true_C, true_delta = np.log1p(rest), distance / (1 + rest)[:, None]
        true_delta[y, y] = -rest / (1 + rest)
        assert ulps(C, exact(true_C)) <= 4
        errors = np.abs(np.asarray(delta, float) - true_delta) / np.spacing(np.abs(true_delta).astype(np.float32))
        assert np.max(errors[np.abs(true_delta) > 2.0**-100]) <= 4


def afresh(w, a, y, block):
    """The costs, compiled anew: the mutants below change what is called."""
    return jax.jit(lambda a: jaxce.layer_log_likelihood((w, None), a, y, block=block))(a)


class TestMutants:
    """What the test above says of kernels that lack an idea."""

    def error(self):
        w, a = confident_layer(2000, 4, 1e-3, np.random.default_rng(2))
        y, z = np.arange(4), a.astype(float) @ w.T.astype(float)
        rest = np.exp(z - z[y, y][:, None]).sum(1, where=np.arange(2000) != y[:, None])
        return ulps(afresh(w, a, y, block=50), exact(np.log1p(rest)))

    def test_the_kernel_passes(self):
        assert self.error() <= 4

    def test_a_maximum_left_in_each_block_s_sum(self, monkeypatch):
        monkeypatch.setattr(layer_by_blocks, "at_maxima", lambda e: jnp.zeros_like(e))
        assert self.error() > 100

    def test_the_largest_block_left_in_the_sum(self, monkeypatch):
        def plain(m, c, axis):
            e = jnp.exp(c * (m - jnp.max(m, axis)))
            return jnp.max(m, axis, keepdims=True), e, jnp.sum(e, axis, keepdims=True) - 1

        monkeypatch.setattr(layer_by_blocks, "exponentials", plain)
        assert self.error() > 100

    def test_a_running_sum(self, monkeypatch):
        def running(x):
            return jax.lax.scan(lambda total, row: (total + row, None), jnp.zeros_like(x[0]), x)[0]

        monkeypatch.setattr(layer_by_blocks, "_sum", running)
        w, a = confident_layer(20_000, 4, 1.0, np.random.default_rng(2))
        y, z = np.arange(4), a.astype(float) @ w.T.astype(float)
        rest = np.exp(z - z[y, y][:, None]).sum(1, where=np.arange(20_000) != y[:, None])
        assert ulps(afresh(w, a, y, block=20_000), exact(np.log1p(rest))) > 4


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_half_precision_is_added_up_in_float32(dtype):
    """The same as float32 from numbers of half precision; gradients are rounded once, whatever the block."""
    w, b, a = (jnp.asarray(x, dtype) for x in (W, B, A))
    wide = [x.astype(jnp.float32) for x in (w, b, a)]
    y = TARGETS["labels"]
    gradient = jax.jit(jax.value_and_grad(lambda *x: blocked(*x, y, block=7).sum(), (0, 1, 2)))
    C, gradients = gradient(w, b, a)
    wanted = gradient(*wide)
    assert wanted[0] == C
    for found, true in zip(gradients, wanted[1], strict=True):
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, true.astype(dtype))


@pytest.mark.parametrize("bad", BAD_LAYERS)
def test_bad_input_is_refused_with_what_came_and_what_to_do(bad):
    error, beginning, changes = BAD_LAYERS[bad]
    unchecked = inspect.unwrap(jaxce.layer_log_likelihood)  # without the tests' check of annotations, as for a user
    with pytest.raises(error, match=f"^{re.escape(beginning)}"):
        try_layer(SimpleNamespace(layer_log_likelihood=unchecked), changes)


@pytest.mark.parametrize(
    ("classes", "examples", "size"),
    [(131_072, 1024, 2048), (32_000, 1024, 2000), (50_257, 1024, 1733), (10, 5, 10), (32_000, 10**6, 256), (7, 0, 7)],
)
def test_the_block_that_is_taken_by_itself(classes, examples, size):
    assert layer_by_blocks._block_size(None, classes, examples) == size


def test_a_block_is_larger_on_a_gpu(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert layer_by_blocks._block_size(None, 131_072, 1024) == 8192
