"""Training compared with the book's own program; the contract of fit: its history, errors and compilations."""

import gc
import itertools
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.clusters import problem, random_params
from support.tolerance import TOLERANCE

import jaxce
from jaxce.epoch import compiled, shuffled, train_epoch
from jaxce.history import Measurements
from jaxce.network import Layer

pytestmark = pytest.mark.usefixtures("unoptimized")


def book_program(weights, biases, minibatches, eta, delta):
    """network2.py's minibatch gradient descent, one example at a time, on column vectors."""
    weights, biases = [w.copy() for w in weights], [b.reshape(-1, 1) for b in biases]
    for minibatch in minibatches:
        nabla_w, nabla_b = [np.zeros_like(w) for w in weights], [np.zeros_like(b) for b in biases]
        for x, y in minibatch:
            activations, zs = [x.reshape(-1, 1)], []
            for w, b in zip(weights, biases, strict=True):
                zs.append(w @ activations[-1] + b)
                activations.append(1 / (1 + np.exp(-zs[-1])))
            error = delta(zs[-1], activations[-1], y.reshape(-1, 1))
            for layer in reversed(range(len(weights))):
                nabla_b[layer] += error
                nabla_w[layer] += error @ activations[layer].T
                if layer > 0:
                    s = activations[layer]
                    error = (weights[layer].T @ error) * s * (1 - s)
        weights = [w - eta / len(minibatch) * nabla for w, nabla in zip(weights, nabla_w, strict=True)]
        biases = [b - eta / len(minibatch) * nabla for b, nabla in zip(biases, nabla_b, strict=True)]
    return weights, [b.ravel() for b in biases]


BOOK_DELTAS = {
    "cross_entropy": lambda z, a, y: a - y,
    "quadratic": lambda z, a, y: (a - y) * a * (1 - a),
}


def difference_from_the_book(cost, delta, eta):
    """The largest difference in a parameter after 300 steps of jaxce with this cost and the book with this delta."""
    rng, sizes, steps, m = np.random.default_rng(0), (20, 12, 8, 5), 300, 10
    weights = [rng.normal(size=size) for size in zip(sizes[1:], sizes[:-1], strict=True)]
    biases = [rng.normal(size=n) for n in sizes[1:]]
    x = rng.uniform(size=(steps, m, sizes[0]))
    y = np.eye(sizes[-1])[rng.integers(sizes[-1], size=(steps, m))]
    minibatches = [list(zip(*batch, strict=True)) for batch in zip(x, y, strict=True)]
    book = [*zip(*book_program(weights, biases, minibatches, eta, delta), strict=True)]

    optimizer = optax.sgd(eta)

    @jax.jit
    def step(params, x, y):
        gradient = jax.grad(jaxce.loss)(params, x, y, cost=cost, output=jaxce.sigmoid)
        return optax.apply_updates(params, optimizer.update(gradient, optimizer.init(params))[0])

    params = [Layer(jnp.asarray(w), jnp.asarray(b)) for w, b in zip(weights, biases, strict=True)]
    for batch in zip(x, y, strict=True):
        params = step(params, *batch)
    assert np.max(np.abs(params[0].w - weights[0])) > 0.1
    pairs = zip(jax.tree.leaves(params), itertools.chain(*book), strict=True)
    return max(np.max(np.abs(ours - theirs)) for ours, theirs in pairs)


@pytest.mark.parametrize(("name", "eta"), [("cross_entropy", 0.5), ("quadratic", 3.0)])
def test_loss_and_sgd_reproduce_the_book_s_program(name, eta):
    difference = difference_from_the_book(jaxce.COSTS[name], BOOK_DELTAS[name], eta)
    assert difference < TOLERANCE["equal"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda z, a, y: y - a,
        lambda z, a, y: (a - y) * (1 + 1e-9),
        BOOK_DELTAS["quadratic"],
    ],
)
def test_a_delta_that_is_not_the_cost_s_is_detected(wrong):
    assert not difference_from_the_book(jaxce.cross_entropy, wrong, 0.5) < 100 * TOLERANCE["equal"]


def zeros(n_in, n_out):
    """A layer of zeros."""
    return Layer(jnp.zeros((n_out, n_in)), jnp.zeros(n_out))


compiled_shuffle = jax.jit(shuffled, static_argnums=1)
SGD = optax.sgd(0.5)  # one object for all tests, since fit compiles once for each optimizer


def train(data=None, params=None, **changes):
    """Fit a small network, with some arguments changed."""
    arguments: dict[str, Any] = {
        "cost": jaxce.cross_entropy,
        "output": jaxce.sigmoid,
        "optimizer": SGD,
        "epochs": 3,
        "batch_size": 10,
        "key": jax.random.key(1),
    } | changes
    params = random_params((6, 5, 3)) if params is None else params
    return jaxce.fit(params, problem() if data is None else data, **arguments)


OPTIMIZERS = {
    "momentum": optax.sgd(0.1, momentum=0.9),
    "adam": optax.adam(0.05),
    "weight decay": optax.adamw(0.05, weight_decay=0.1),
    "schedule": optax.sgd(optax.cosine_decay_schedule(0.5, 200)),
}


@pytest.fixture
def implicit_promotion():
    """Allow implicit promotion of dtypes, for optax's schedules and bias corrections."""
    with jax.numpy_dtype_promotion("standard"):
        yield


@pytest.mark.thorough
@pytest.mark.usefixtures("implicit_promotion")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns(name):
    data = problem()
    _, history = train(data, optimizer=OPTIMIZERS[name], epochs=30, evaluation=data)
    assert history.accuracy[-1] > 0.95
    assert history.training_cost[-1] < 0.5 * history.training_cost[0]


@pytest.mark.thorough
@pytest.mark.usefixtures("implicit_promotion")
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
def test_parameters_keep_their_type(dtype):
    x, labels = problem()
    params, history = train((x.astype(dtype), labels), random_params((6, 5, 3), dtype), optimizer=optax.adam(0.01))
    assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {jnp.dtype(dtype)}
    assert np.all(np.isfinite(history.training_cost))


def test_one_epoch_takes_a_step_on_every_minibatch_and_drops_none():
    x, y = np.eye(5), np.eye(5)
    params, history = train(
        (x, y),
        [zeros(5, 5)],
        cost=jaxce.quadratic,
        output=jaxce.linear,
        epochs=1,
        batch_size=2,
        optimizer=optax.sgd(0.1),
    )
    # Only example j changes w_jj, by about eta / m: 0.1 / 2 in a whole minibatch, 0.1 / 1 in the short one.
    moved = np.sort(np.diag(np.asarray(params[0].w)))
    assert np.all(moved > 0.04)
    assert np.sum(moved > 0.08) == 1
    assert history.training_cost[0] == pytest.approx(0.5, abs=0.1)


def test_an_epoch_is_plain_descent_on_the_minibatches_of_a_random_order():
    n, m, eta, key = 207, 2, 0.5, jax.random.key(1)  # a block of 100 minibatches, 3 more, and one of 1 example
    x, labels = problem(n)
    params = start = random_params((6, 5, 3))
    order, total = np.asarray(compiled_shuffle(jax.random.fold_in(key, 0), n)), 0.0

    @jax.jit
    def step(params, x, y):
        C, gradient = jax.value_and_grad(jaxce.loss)(params, x, y, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
        return C, jax.tree.map(lambda w, g: w - eta * g, params, gradient)

    for first in range(0, n, m):
        minibatch = order[first : first + m]
        C, params = step(params, x[minibatch], labels[minibatch])
        total += len(minibatch) * float(C)
    trained, history = train((x, labels), start, epochs=1, batch_size=m, key=key)
    np.testing.assert_allclose(history.training_cost, [total / n], rtol=TOLERANCE["equal"])
    for one, two in zip(jax.tree.leaves(trained), jax.tree.leaves(params), strict=True):
        np.testing.assert_allclose(one, two, rtol=TOLERANCE["equal"], atol=TOLERANCE["equal"])


@pytest.mark.parametrize("n", [1, 2, 5, 1000, 2**16, 2**16 + 1])
def test_a_shuffle_loses_no_example(n):
    order = compiled_shuffle(jax.random.key(0), n)
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    assert n < 1000 or not np.array_equal(order, compiled_shuffle(jax.random.key(1), n))


def test_every_order_of_four_examples_is_equally_likely():
    orders = jax.jit(jax.vmap(lambda key: shuffled(key, 4)))(jax.random.split(jax.random.key(0), 24_000))
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 24
    assert (
        np.sum((counts - 1000) ** 2 / 1000) < 50
    )  # chi-squared with 23 degrees of freedom exceeds this in 1 of 1000 runs


def test_examples_with_the_same_random_digit_are_shuffled_too():
    """In a random order of n numbers (n - 1)/2 are followed by a greater one, with standard deviation sqrt(n/12)."""
    n = 2**16  # as many as there are digits: of examples sorted by digit, a third share it with the next
    order = np.asarray(compiled_shuffle(jax.random.key(0), n))
    ascents = np.sum(order[1:] > order[:-1])
    assert abs(ascents - (n - 1) / 2) < 4 * (n / 12) ** 0.5


def test_the_mean_training_cost_weights_examples_equally_and_evaluation_follows_the_epoch():
    data = problem(53)
    params, history = train(data, optimizer=optax.sgd(0.0), evaluation=data)
    C = jaxce.loss(params, *data, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
    np.testing.assert_allclose(history.training_cost, C, rtol=TOLERANCE["equal"])
    np.testing.assert_allclose(history.evaluation_cost, C, rtol=TOLERANCE["equal"])
    np.testing.assert_allclose(history.accuracy, jaxce.accuracy(params, *data), rtol=TOLERANCE["equal"])
    assert np.all(history.seconds > 0)
    assert [len(column) for column in history] == [3, 3, 3, 3]


def test_quantities_that_are_not_measured_are_nan():
    x, labels = problem()
    _, history = train((x, labels))
    assert np.all(np.isnan(history.evaluation_cost))
    _, history = train((x, np.eye(3)[labels]), evaluation=(x, np.eye(3)[labels]))
    assert np.all(np.isfinite(history.evaluation_cost))
    assert np.all(np.isnan(history.accuracy))


def test_the_same_key_gives_the_same_bits_and_another_key_another_order():
    data = problem()
    (first, history), (second, same), (third, _) = (train(data, key=jax.random.key(k)) for k in (1, 1, 2))
    for one, two, other in zip(*map(jax.tree.leaves, (first, second, third)), strict=True):
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, other)
    np.testing.assert_array_equal(history.training_cost, same.training_cost)


def test_each_epoch_is_shuffled_anew():
    x, first, optimizer = np.arange(40.0).reshape(40, 1) / 40, [zeros(1, 1)], optax.sgd(1.0)

    def cost(output, z, y):
        return (z[:, 0] - 1) ** 2

    once, _ = train((x, x), first, epochs=1, optimizer=optimizer, cost=cost)
    twice, _ = train((x, x), first, epochs=2, optimizer=optimizer, cost=cost)
    same_order_again, _ = train((x, x), once, epochs=1, optimizer=optimizer, cost=cost)
    assert float(twice[0].w[0, 0]) != float(same_order_again[0].w[0, 0])


def test_one_optimizer_compiles_once_whatever_the_number_of_epochs():
    traces, data = [], problem(53)

    def counted(output, z, y):
        traces.append(z)
        return jaxce.cross_entropy(output, z, y)

    train(data, cost=counted, epochs=1)
    compiled = len(traces)
    train(data, cost=counted, epochs=7)
    assert len(traces) == compiled
    assert {len(z) for z in traces} == {53, 10, 3}


def test_images_of_bytes_train_as_their_scaled_floats():
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(50, 6)).astype(np.uint8)
    labels = rng.integers(3, size=50).astype(np.uint8)
    bytes_, floats = train((images, labels))[0], train((images / 255, labels.astype(int)))[0]
    for one, two in zip(jax.tree.leaves(bytes_), jax.tree.leaves(floats), strict=True):
        np.testing.assert_allclose(one, two, rtol=TOLERANCE["equal"], atol=TOLERANCE["equal"])


def test_the_caller_s_parameters_are_left_alone():
    params = random_params((6, 5, 3))
    before = jax.tree.map(np.array, params)
    train(params=params)
    for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(before), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.usefixtures("implicit_promotion")
def test_divergence_names_the_epoch_and_keeps_the_finite_ones():
    x, labels = problem()
    schedule = optax.piecewise_constant_schedule(0.1, {10: 1e200})  # in the third epoch of five steps the rate explodes
    with pytest.raises(jaxce.Diverged, match=r"diverged in epoch 3: .*; the last finite epoch was 2") as caught:
        train((x, np.eye(3)[labels]), cost=jaxce.quadratic, output=jaxce.linear, optimizer=optax.sgd(schedule))
    assert len(caught.value.history.seconds) == 2
    assert f"training_cost {caught.value.history.training_cost[-1]:.6g}" in str(caught.value)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(caught.value.params))


def test_parameters_that_overflow_in_the_last_step_are_divergence_too():
    with pytest.raises(jaxce.Diverged, match=r"epoch 1: .*no epoch before it was finite"):
        train(
            (np.full((2, 6), 1e3), np.array([0, 1])),
            [zeros(6, 3)],
            cost=jaxce.quadratic,
            output=jaxce.linear,
            batch_size=2,
            epochs=1,
            optimizer=optax.sgd(1e308),
        )


def test_an_interruption_keeps_the_finished_epochs():
    def interrupt(history):
        if len(history.seconds) == 2:
            raise KeyboardInterrupt

    with pytest.raises(jaxce.Interrupted, match="after epoch 2") as caught:
        train(progress=interrupt)
    params, history = train(epochs=2)
    np.testing.assert_array_equal(caught.value.history.training_cost, history.training_cost)
    for one, two in zip(jax.tree.leaves(caught.value.params), jax.tree.leaves(params), strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_history_of_many_epochs_grows_in_constant_time_on_average():
    rows = Measurements(np.empty((0, 4)))
    rooms, seen = set(), []
    for number in range(1000):
        rows.add((number, 0, 0, 0))
        seen.append(rows.array)
        rooms.add(id(rows._rows))
    assert len(rooms) < 20
    assert [len(array) for array in seen] == list(range(1, 1001))
    assert all(array[-1, 0] == number for number, array in enumerate(seen))


def test_programs_of_optimizers_that_are_no_longer_used_go():
    program = compiled(train_epoch, optimizer=optax.sgd(0.1), batch_size=1, cost=None, output=None, hidden=None)
    gone = weakref.ref(program)
    del program
    for number in range(32):
        compiled(shuffled, n=number)
    gc.collect()
    assert gone() is None


EVALUATED = {
    "lookahead": (optax.lookahead(optax.sgd(0.5), 4, 0.5), lambda params, state: state.params.slow),
    "schedule free": (
        optax.contrib.schedule_free_sgd(1.0),
        lambda params, state: optax.contrib.schedule_free_eval_params(state.optimizer, state.params),
    ),
}


@pytest.mark.usefixtures("implicit_promotion")
@pytest.mark.parametrize("name", EVALUATED)
def test_a_network_is_evaluated_where_its_optimizer_prescribes(name):
    optimizer, prescribed = EVALUATED[name]
    params, history = train(optimizer=optimizer, evaluation=problem())
    assert history.state is not None
    wanted = prescribed(params, history.state)
    for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_array_equal(one, two)
    result = jaxce.evaluate(wanted, problem(), cost=jaxce.cross_entropy, output=jaxce.sigmoid)
    np.testing.assert_allclose(history.evaluation_cost[-1], result.cost, rtol=TOLERANCE["equal"])
    trained = history.state.params
    assert not np.array_equal(getattr(trained, "fast", trained)[0].w, params[0].w)


LOSS_AWARE = {
    "reduce on plateau": optax.chain(optax.sgd(0.5), optax.contrib.reduce_on_plateau()),
    "polyak": optax.polyak_sgd(),
    "lbfgs": optax.lbfgs(),
}


@pytest.mark.thorough
@pytest.mark.usefixtures("implicit_promotion")
@pytest.mark.parametrize("name", LOSS_AWARE)
def test_optimizers_that_need_the_loss_are_given_it(name):
    _, history = train(optimizer=LOSS_AWARE[name], epochs=10)
    assert history.training_cost[-1] < 0.8 * history.training_cost[0]


def test_an_optimizer_is_given_the_cost_the_gradient_and_the_function():
    def update(updates, state, params=None, **extra):
        right = jnp.isclose(extra["value"], extra["value_fn"](params)) & jnp.all(extra["grad"][0].w == updates[0].w)
        return jax.tree.map(lambda g: jnp.where(right, -0.1 * g, jnp.nan), updates), state

    optimizer = optax.GradientTransformationExtraArgs(lambda params: (), update)
    _, history = train(optimizer=optimizer)
    assert history.training_cost[-1] < history.training_cost[0]


X, LABELS = problem(53)

BAD_DATA = {
    "empty": ((X[:0], LABELS[:0]), ValueError, "at least one example"),
    "images of rank 3": ((X.reshape(53, 2, 3), LABELS), ValueError, r"got the shape \(53, 2, 3\)"),
    "too many inputs": ((np.zeros((53, 7)), LABELS), ValueError, "layer 1 takes 6 inputs"),
    "fewer labels": ((X, LABELS[:-1]), ValueError, r"labels of shape \(53,\) or targets of shape \(53, 3\)"),
    "wrong targets": ((X, np.zeros((53, 4))), ValueError, r"targets of shape \(53, 3\); got \(53, 4\)"),
    "a scalar": ((X, np.array(1)), ValueError, r"got \(\)"),
    "float labels": ((X, LABELS.astype(float)), TypeError, "integer labels; got float64"),
    "label too large": ((X, LABELS + 1), ValueError, "from 0 to 2; got 1 to 3"),
    "negative label": ((X, LABELS - 1), ValueError, "from 0 to 2; got -1 to 1"),
    "signed pixels": ((X.astype(int), LABELS), TypeError, "unsigned integer type; got int64"),
}


@pytest.mark.parametrize("fault", BAD_DATA)
def test_data_that_do_not_fit_are_refused(fault):
    data, error, message = BAD_DATA[fault]
    with pytest.raises(error, match=message):
        train(data)
    with pytest.raises(error, match=message):
        train((X, LABELS), evaluation=data)
    params = random_params((6, 5, 3))
    with pytest.raises(error, match=message):
        jaxce.evaluate(params, data, cost=jaxce.cross_entropy, output=jaxce.sigmoid)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "from 1 to the number of examples, 50; got 0"),
        ({"batch_size": 51}, "from 1 to the number of examples, 50; got 51"),
        ({"epochs": 0}, "epochs must be from 1 to 4294967296; got 0"),
        ({"epochs": 2**32 + 1}, "epochs must be from 1 to 4294967296; got 4294967297"),
    ],
)
def test_counts_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        train(**change)


@pytest.mark.parametrize("extremes", [(0, 2**32), (-(2**32), 0)])
def test_labels_of_64_bits_are_refused_before_they_wrap(extremes):
    data, network = (np.zeros((2, 4), np.float32), np.array(extremes)), random_params((4, 10), np.float32)
    with jax.enable_x64(False), pytest.raises(ValueError, match="from 0 to 9; got {} to {}".format(*extremes)):
        jaxce.evaluate(network, data, cost=jaxce.quadratic, output=jaxce.linear)


@pytest.mark.thorough
def test_trained_sigmoid_outputs_sum_to_nearly_1_on_most_images_and_not_on_all():
    """Exercise 7 on real images: these outputs are not a probability distribution."""
    data = jaxce.mnist.load()
    params = random_params((784, 30, 10), np.float32)
    params, _ = jaxce.fit(
        params,
        data.train,
        cost=jaxce.cross_entropy,
        output=jaxce.sigmoid,
        optimizer=optax.sgd(0.5),
        epochs=3,
        batch_size=10,
        key=jax.random.key(1),
    )
    sums = np.asarray(jaxce.forward(params, data.test.images, output=jaxce.sigmoid)).sum(axis=-1)
    assert np.mean(np.abs(sums - 1) < 0.1) > 0.5
    assert np.min(sums) < 0.5
    assert np.max(sums) > 1.5
