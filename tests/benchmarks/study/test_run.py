"""Training: what is done is not done again, learning rates are the best of the tuning, gradients are the sweep's."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.tolerance import TOLERANCE

import jaxce
from benchmarks.study import run
from benchmarks.study.images import images_of
from benchmarks.study.measures import FIRST_STEPS, as_logits, beginning, first_gradient, worst_recall
from benchmarks.study.protocol import QUICK_STUDY, RULE_FROM, RULE_TO, saturate_outputs, tasks
from benchmarks.study.rows import KEY, of_task, read_rows
from benchmarks.study.run import chosen_rate, rates_of, train_missing

TASKS = tasks(QUICK_STUDY)
BLOCK = QUICK_STUDY.blocks[0]
DATA = {"MNIST": jaxce.mnist.load()}


def fake_train(task, images, rates, batch_size):
    """Rows as training makes them; in the tuning, the middle learning rate of the quadratic cost is the best."""
    best = 0.5 if task.pair == RULE_FROM else 3.0
    return [
        dict(zip(KEY, task.key, strict=True))
        | {"seed": seed, "learning_rate": rate, "accuracies": [0.1, 0.9 if rate == best else None]}
        for seed in task.seeds
        for rate in rates
    ]


def test_what_is_done_is_not_done_again(tmp_path, monkeypatch):
    file, trained = tmp_path / "study.jsonl", []

    def stopped_after_three(task, *rest):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(task)
        return fake_train(task, *rest)

    monkeypatch.setattr(run, "train", stopped_after_three)
    with pytest.raises(KeyboardInterrupt):
        train_missing(QUICK_STUDY, DATA, file, [])
    assert trained == TASKS[:3]
    found = read_rows(file, QUICK_STUDY)
    assert [bool(of_task(found, task)) for task in TASKS] == [True] * 3 + [False] * 4

    def record(task, *rest):
        trained.append(task)
        return fake_train(task, *rest)

    monkeypatch.setattr(run, "train", record)
    whole = train_missing(QUICK_STUDY, DATA, file, found)
    assert trained == TASKS
    assert read_rows(file, QUICK_STUDY) == whole
    assert train_missing(QUICK_STUDY, DATA, file, whole) == whole
    assert trained == TASKS


def test_nothing_is_trained_on_data_that_are_not_there(tmp_path):
    assert train_missing(QUICK_STUDY, {}, tmp_path / "study.jsonl", []) == []


def test_learning_rates_follow_from_the_tuning():
    rows = [row for task in TASKS[:2] for row in fake_train(task, None, task.learning_rates, 10)]
    assert chosen_rate(rows, BLOCK, RULE_FROM, QUICK_STUDY) == 0.5
    assert chosen_rate(rows, BLOCK, RULE_TO, QUICK_STUDY) == 3.0
    of_stage = {(task.stage, task.pair): rates_of(task, rows, QUICK_STUDY) for task in TASKS}
    assert of_stage["tuning", RULE_TO] == QUICK_STUDY.learning_rates
    assert of_stage["final", RULE_TO] == (3.0,)
    assert of_stage["rule", RULE_TO] == pytest.approx((0.5 / 6,))
    assert of_stage["book", RULE_TO] == (0.5,)


def test_of_equal_rates_the_smaller_is_chosen():
    rows = fake_train(TASKS[0], None, (9.0,), 10)
    rows += [row | {"learning_rate": rate} for row in rows for rate in QUICK_STUDY.learning_rates]
    assert chosen_rate(rows, BLOCK, RULE_FROM, QUICK_STUDY) == QUICK_STUDY.learning_rates[0]


def test_the_gradients_measured_are_those_of_the_sweep():
    """One epoch of as many steps as are measured: the layers after it, and the size of the first gradient."""
    random = np.random.default_rng(0)
    x, y = random.random((2 * FIRST_STEPS, 4)), random.integers(3, size=2 * FIRST_STEPS)
    network = {"cost": jaxce.quadratic, "output": jaxce.sigmoid}
    member, sizes = {"seed": 5, "learning_rate": 0.5}, (4, 3, 3)
    swept = jaxce.sweep(
        sizes, (x, y), members=[member], optimizer=optax.sgd, epochs=1, batch_size=2, start=saturate_outputs, **network
    )
    params, order = beginning(5, sizes=sizes, scheme="scaled", start=saturate_outputs, examples=len(x))
    norms, layers = [], params
    differentiate = jax.jit(lambda layers, x, y: jax.grad(jaxce.loss)(layers, x, y, **network))
    for numbers in np.asarray(order).reshape(FIRST_STEPS, 2):
        gradient = jax.device_get(differentiate(layers, x[numbers], y[numbers]))
        norms.append(np.sqrt(sum(np.sum(leaf**2) for leaf in jax.tree.leaves(gradient))))
        layers = jax.tree.map(lambda p, g: p - 0.5 * g, jax.device_get(layers), gradient)
    for one, two in zip(jax.tree.leaves(layers), jax.tree.leaves(swept.params), strict=True):
        np.testing.assert_allclose(two[0], one, rtol=TOLERANCE["equal"])
    measured = first_gradient(params, order, jnp.asarray(x), jnp.asarray(y), learning_rate=0.5, batch_size=2, **network)
    assert float(measured) == pytest.approx(np.mean(norms), rel=TOLERANCE["equal"])


def test_the_logits_of_sigmoid_outputs_give_the_outputs_divided_by_their_sum():
    z = jnp.array([1.0, -2.0, 0.5])
    a = jaxce.sigmoid(z)
    np.testing.assert_allclose(jaxce.softmax(as_logits("sigmoid", z)), a / a.sum(), rtol=TOLERANCE["equal"])
    assert as_logits("softmax", z) is z


def test_the_worst_class_is_found():
    z = jnp.eye(3)[jnp.array([0, 0, 1, 1, 2])]
    assert float(worst_recall(z, jnp.array([0, 0, 1, 2, 2]))) == 0.5
    assert float(worst_recall(z, jnp.array([0, 0, 2, 2, 1]))) == 0


def test_all_images_are_cut_to_the_protocol_s_number():
    assert {len(part.labels) for part in images_of(BLOCK, DATA["MNIST"], 1000)} == {1000}
