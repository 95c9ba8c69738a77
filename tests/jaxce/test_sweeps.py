"""Sweeps: every member is the network that fit trains, whatever the other members do."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.clusters import problem
from support.tolerance import TOLERANCE

import jaxce
from jaxce import memory, sweeps

SIZES = (6, 5, 3)
DATA = problem(53)  # so that the last minibatch is shorter than the others
NETWORK = {"cost": jaxce.cross_entropy, "output": jaxce.sigmoid}
sgd = functools.cache(optax.sgd)  # fit compiles once for one optimizer
MEMBERS = jaxce.grid(seed=[3, 4], learning_rate=[0.3, 1.0])  # four, like all members below: more shapes compile more


@pytest.fixture(params=["cpu", pytest.param("gpu", marks=pytest.mark.thorough)])
def backend(request, monkeypatch):
    """Both ways of training: each network on its own core, as on a CPU, and all together, as on a GPU."""
    monkeypatch.setattr(jax, "default_backend", lambda: request.param)
    return request.param


def sweep(members=MEMBERS, data=DATA, **changes):
    """Train a few small networks, with some arguments changed."""
    arguments: dict[str, Any] = (
        {"optimizer": optax.sgd, "epochs": 3, "batch_size": 10, "evaluation": data} | NETWORK | changes
    )
    return jaxce.sweep(SIZES, data, members=members, **arguments)


def fit(member, data=DATA, **changes):
    """The same training of one member by fit."""
    hyperparameters = dict(member)
    key_init, key_fit = jax.random.split(jax.random.key(hyperparameters.pop("seed")))
    arguments: dict[str, Any] = {"epochs": 3, "batch_size": 10, "evaluation": data, "key": key_fit} | NETWORK | changes
    params = jaxce.init(key_init, SIZES)
    return jaxce.fit(params, data, optimizer=sgd(**hyperparameters), **arguments)


@pytest.mark.thorough
def test_every_member_is_the_network_that_fit_trains(backend):
    result = sweep()
    assert result.members == MEMBERS
    assert not result.diverged.any()
    for index in (1, 2):
        params, history = fit(MEMBERS[index])
        for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
            np.testing.assert_allclose(two[index], one, rtol=TOLERANCE["equal"], atol=TOLERANCE["equal"])
        for name in ("training_cost", "evaluation_cost", "accuracy"):
            one, two = getattr(history, name), getattr(result.history, name)[index]
            np.testing.assert_allclose(two, one, rtol=TOLERANCE["equal"])


def test_on_a_cpu_members_equal_fit_bit_for_bit():
    result = sweep()
    for index in (1, 2):
        params, _ = fit(MEMBERS[index])
        for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
            np.testing.assert_array_equal(two[index], one)


def with_larger_output(layers):
    return [*layers[:-1], jax.tree.map(lambda leaf: 4 * leaf, layers[-1])]  # exact, so that the bits stay the same


def test_training_starts_from_what_start_makes_of_the_drawn_layers():
    result = sweep(start=with_larger_output)
    key_init, key_fit = jax.random.split(jax.random.key(MEMBERS[1]["seed"]))
    params = with_larger_output(jaxce.init(key_init, SIZES))
    settings: dict[str, Any] = {"epochs": 3, "batch_size": 10, "evaluation": DATA, "key": key_fit} | NETWORK
    params, _ = jaxce.fit(params, DATA, optimizer=sgd(learning_rate=MEMBERS[1]["learning_rate"]), **settings)
    for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
        np.testing.assert_array_equal(two[1], one)


def test_a_start_that_makes_no_layers_is_an_error():
    with pytest.raises(ValueError, match="layer 1 must be Layer"):
        sweep(start=lambda layers: [layer.w for layer in layers])


@pytest.mark.thorough
@pytest.mark.parametrize("generator", ["rbg", "unsafe_rbg"])
def test_members_are_those_of_fit_with_every_kind_of_random_key(generator, backend):
    """Under vmap, these generators draw the numbers of all keys from the first."""
    with jax.default_prng_impl(generator):
        result = sweep(evaluation=None, epochs=1)
        for index in (1, 2):
            params, _ = fit(MEMBERS[index], evaluation=None, epochs=1)
            for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
                np.testing.assert_allclose(two[index], one, rtol=TOLERANCE["equal"], atol=TOLERANCE["equal"])


def test_seeds_are_those_of_fit_up_to_the_largest():
    seeds = [0, 2**31, 2**32 - 1, 5]
    result = sweep(jaxce.grid(seed=seeds, learning_rate=[0.3]))
    params, _ = fit({"seed": 2**32 - 1, "learning_rate": 0.3})
    np.testing.assert_array_equal(result.params[0].w[2], params[0].w)
    for bad in (-1, 2**32):
        with pytest.raises(ValueError, match=f"a seed must be from 0 to 4294967295; got .*{bad}"):
            sweep(jaxce.grid(seed=[0, bad], learning_rate=[0.3]))


DECIDED_IN_PYTHON = {
    "a truth value": ({"nesterov": [True, False]}, lambda nesterov: optax.sgd(0.3, 0.9, nesterov)),
    "None": ({"momentum": [None, 0.9]}, lambda momentum: optax.sgd(0.3, momentum)),
    "a number that is asked about": (
        {"rate": [0.3, 1.0], "decay": [0.5, 0.9]},
        lambda rate, decay: optax.sgd(optax.exponential_decay(rate, 5, decay)),
    ),
    "a schedule": (
        {"rate": [optax.cosine_decay_schedule(0.3, 10), optax.constant_schedule(1.0)]},
        lambda rate: optax.sgd(rate),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("kind", DECIDED_IN_PYTHON)
def test_members_may_differ_in_what_the_optimizer_decides_in_python(kind):
    choices, optimizer = DECIDED_IN_PYTHON[kind]
    members = jaxce.grid(seed=[3], **choices)
    with jax.numpy_dtype_promotion("standard"):
        result = sweep(members, optimizer=optimizer, evaluation=None)
        member = members[-1]
        key_init, key_fit = jax.random.split(jax.random.key(3))
        made = optimizer(**{name: value for name, value in member.items() if name != "seed"})
        how: dict[str, Any] = {"epochs": 3, "batch_size": 10, "key": key_fit, "optimizer": made} | NETWORK
        params, _ = jaxce.fit(jaxce.init(key_init, SIZES), DATA, **how)
    assert len(np.unique(result.history.training_cost[:, -1])) == len(members)
    for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
        np.testing.assert_allclose(two[-1], one, rtol=TOLERANCE["equal"], atol=TOLERANCE["equal"])


def test_values_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="values that have a hash; not so in learning_rate"):
        sweep([{"seed": 0, "learning_rate": [0.1]}])


@pytest.mark.thorough
def test_the_caller_s_settings_reach_the_threads():
    with jax.enable_x64(False), jax.default_matmul_precision("float32"):
        result = sweep(evaluation=None, epochs=1, data=(np.float32(DATA[0]), DATA[1]))
    assert result.params[0].w.dtype == np.float32


def test_progress_is_given_the_parameters_and_may_end_the_sweep(backend):
    told = []

    def progress(history):
        told.append(history.params)
        if len(told) == 2:
            raise StopIteration

    result = sweep(progress=progress)
    assert result.history.training_cost.shape == (4, 2)
    np.testing.assert_array_equal(told[1][0].w, result.params[0].w)


@pytest.mark.thorough
def test_any_hyperparameter_of_any_optimizer_can_differ():
    def momentum(learning_rate, momentum, decay):
        return optax.chain(optax.add_decayed_weights(decay), optax.sgd(learning_rate, momentum))

    members = jaxce.grid(seed=[0], learning_rate=[0.1], momentum=[0.0, 0.9], decay=[0.0, 0.1])
    result = sweep(members, optimizer=momentum)
    assert len(np.unique(result.history.training_cost[:, -1])) == 4


def test_a_member_that_diverges_is_marked_and_does_not_affect_others(backend):
    members = [{"seed": 0, "learning_rate": rate} for rate in (0.1, 1e200, 0.1, 1e200)]
    result = sweep(members, output=jaxce.linear, cost=jaxce.quadratic)
    assert result.diverged.tolist() == [False, True, False, True]
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(result.params))
    assert np.all(np.isnan(result.history.training_cost[[1, 3]]))
    assert np.all(np.isfinite(result.history.training_cost[[0, 2]]))
    np.testing.assert_array_equal(result.params[0].w[0], result.params[0].w[2])


@pytest.mark.thorough
def test_one_program_is_compiled_whatever_the_number_of_members(backend):
    traces = []

    def counted(output, z, y):
        traces.append(len(z))
        return jaxce.cross_entropy(output, z, y)

    numbers = []
    for count in (2, 4):
        traces.clear()
        sweep(jaxce.grid(seed=range(count), learning_rate=[0.5]), cost=counted)
        numbers.append(len(traces))
    assert numbers[0] > 0
    assert numbers[1] <= numbers[0]


@pytest.fixture
def compilations(caplog):
    """A function that returns the log records of compilations, on every thread, since the test began."""
    jax.config.update("jax_log_compiles", True)
    yield lambda: [record for record in caplog.records if record.getMessage().startswith("Compiling")]
    jax.config.update("jax_log_compiles", False)


def test_a_program_is_kept_for_the_next_sweep_like_it(backend, caplog, compilations):
    def compiled(**changes):
        caplog.clear()
        sweep(**changes)
        return compilations()

    compiled()
    assert not compiled()
    assert compiled(batch_size=53)


def test_progress_is_reported_and_an_interruption_keeps_the_finished_epochs(backend):
    told = []

    def progress(history):
        told.append(history.training_cost.shape)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(jaxce.Interrupted, match="after epoch 2") as caught:
        sweep(progress=progress)
    assert told == [(4, 1), (4, 2)]
    whole = sweep(epochs=2)
    np.testing.assert_array_equal(caught.value.history.training_cost, whole.history.training_cost)
    for one, two in zip(jax.tree.leaves(caught.value.params), jax.tree.leaves(whole.params), strict=True):
        np.testing.assert_array_equal(one, two)


def test_an_interruption_before_the_first_epoch_ends_keeps_nothing(monkeypatch):
    def interrupted(*arguments, **static):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweeps, "advance", interrupted)
    with pytest.raises(jaxce.Interrupted, match="after epoch 0"):
        sweep()


def test_without_evaluation_data_only_the_training_cost_is_measured():
    result = sweep(evaluation=None)
    assert np.all(np.isfinite(result.history.training_cost))
    assert np.all(np.isnan(result.history.accuracy))


def test_a_healthy_sweep_is_not_stopped_by_a_search_for_nan():
    with jax.debug_nans(True):
        result = sweep(evaluation=None, epochs=1)
    assert np.all(np.isnan(result.history.accuracy))


def test_more_members_than_fit_into_memory_are_refused_before_anything_is_trained(backend, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 20_000)
    members = jaxce.grid(seed=range(1000), learning_rate=[0.5])
    with pytest.raises(MemoryError, match=r"1000 networks needs about .* GB are free: sweep at most (\d+) at once"):
        sweep(members)


def test_the_prediction_of_memory_is_linear_in_the_members(monkeypatch):
    needed = []
    monkeypatch.setattr(memory, "free_memory", lambda: 0)
    for count in (1000, 2000):
        with pytest.raises(MemoryError) as caught:
            sweep(jaxce.grid(seed=range(count), learning_rate=[0.5]), evaluation=None)
        needed.append(float(str(caught.value).split()[5]))
    assert needed[1] == pytest.approx(2 * needed[0], rel=0.02)


@pytest.mark.parametrize(
    ("members", "error", "message"),
    [
        ([], ValueError, "one or more mappings with the same names"),
        ([{"seed": 0, "learning_rate": 0.1}, {"seed": 1}], ValueError, "one or more mappings with the same names"),
        ([{"learning_rate": 0.1}], ValueError, "each member must have a seed"),
        ([{"seed": 0, "rate": 0.1}], TypeError, "unexpected keyword argument 'rate'"),
    ],
)
def test_members_that_cannot_be_trained_are_refused(members, error, message):
    with pytest.raises(error, match=message):
        sweep(members)


def test_data_and_counts_are_checked_as_by_fit():
    x, labels = DATA
    with pytest.raises(ValueError, match="labels must be from 0 to 2"):
        sweep(data=(x, labels + 1))
    with pytest.raises(ValueError, match="batch_size must be from 1 to"):
        sweep(batch_size=54)
    with pytest.raises(ValueError, match="epochs must be from 1 to"):
        sweep(epochs=0)


@pytest.mark.thorough
def test_float32_members_agree_with_fit_to_a_millionth():
    with jax.enable_x64(False):
        x, labels = DATA
        data = (jnp.asarray(x, jnp.float32), labels)
        result = sweep(data=data, evaluation=None)
        params, _ = fit(MEMBERS[1], data, evaluation=None)
        for one, two in zip(jax.tree.leaves(params), jax.tree.leaves(result.params), strict=True):
            assert two.dtype == np.float32
            np.testing.assert_allclose(two[1], one, rtol=1e-6, atol=1e-6)
