"""Other people's data: the forms in which they come, numbers that are none, and costs that do not fit `fit`."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from support.clusters import problem, random_params
from support.tolerance import TOLERANCE

import jaxce
from jaxce.data import validate_data
from jaxce.mnist import Data, Split
from jaxce.network import as_layers

pytestmark = pytest.mark.usefixtures("unoptimized")

X, LABELS = problem(53)
SIZES = (6, 5, 3)
NETWORK = {"output": jaxce.sigmoid, "hidden": jaxce.sigmoid}


def validate(data: Any, params=None, cost: Any = jaxce.cross_entropy):
    return validate_data(random_params(SIZES) if params is None else params, data, cost=cost, **NETWORK)


@pytest.mark.thorough
@pytest.mark.parametrize("y", [LABELS, np.eye(3)[LABELS]], ids=["labels", "targets"])
@pytest.mark.parametrize("mode", [jax.debug_nans, pytest.param(jax.disable_jit, marks=pytest.mark.whole)])
def test_the_debug_modes_of_jax_find_nothing_in_sound_data(mode, y):
    with mode(True):
        _, history = jaxce.fit(
            random_params(SIZES), (X, y), cost=jaxce.log_likelihood, output=jaxce.softmax, optimizer=optax.sgd(0.1),
            epochs=1, batch_size=20, key=jax.random.key(0), evaluation=(X, y),
        )  # fmt: skip
    assert np.isfinite(history.evaluation_cost[-1])


NO_PAIRS = {
    "a list of examples": ([*zip(X, LABELS, strict=True)], "not list: .* try zip"),
    "two examples": ([(X[0], LABELS[0]), (X[1], LABELS[1])], "x is none: .* try zip"),
    "a zip": (zip(X, LABELS, strict=True), "not zip: .* try zip"),
    "batches": (((X[:8], LABELS[:8]) for _ in range(2)), "not generator: .* np.concatenate"),
    "images alone": (X, "not ndarray: .* try zip"),
    "three parts": (Data(*[Split(X, LABELS)] * 3), "not Data: try data.train"),
    "training and test pairs": (((X, LABELS), (X, LABELS)), "x is none: .*; of examples"),
    "a dictionary": ({"image": X, "label": LABELS}, r"not dict: try \(data\['image'\], data\['label'\]\)"),
    "words": ((X.astype(str), LABELS), "x is none: "),
    "objects": ((X.astype(object), LABELS), "x is none: "),
    "long floats": ((X.astype(np.longdouble), LABELS), "x is none: "),
}


@pytest.mark.parametrize("form", NO_PAIRS)
def test_data_that_are_no_pair_of_arrays_are_told_how_to_become_one(form):
    data, message = NO_PAIRS[form]
    with pytest.raises(TypeError, match=rf"data must be a pair \(x, y\) of arrays.* {message}") as caught:
        validate(data)
    assert "\n" not in str(caught.value)


def test_column_vectors_are_told_the_shape_that_is_expected():
    with pytest.raises(ValueError, match=r"got the shape \(53, 6, 1\): try x.reshape"):
        validate((X[:, :, None], LABELS))
    with pytest.raises(ValueError, match=r"got \(53, 1\): try y\[:, 0\]"):
        validate((X, LABELS[:, None]))


FORMS = {
    "lists": lambda array: array.tolist(),
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "JAX's": jnp.asarray,
    "columns first": np.asfortranarray,
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [list, tuple])
def test_arrays_of_every_form_are_read_alike(form, kind):
    x, y = validate(kind(map(FORMS[form], (X, LABELS))))
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, LABELS)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.uint64, ">u4", ">i2"])
def test_labels_of_every_integer_type_cost_the_same(dtype):
    x, y = validate((X, LABELS.astype(dtype)))
    params = random_params(SIZES)
    costs = [jaxce.loss(params, x, labels, cost=jaxce.log_likelihood, output=jaxce.softmax) for labels in (y, LABELS)]
    np.testing.assert_allclose(*costs, rtol=TOLERANCE["equal"])


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_counted_before_anything_is_trained(wrong):
    x, targets = X.copy(), np.eye(3)[LABELS]
    x[7, :2], x[8, 0] = wrong, wrong
    targets[0, 0] = wrong
    with pytest.raises(ValueError, match="3 numbers of x are nan or infinite, in 2 of 53 examples"):
        validate((x, LABELS))
    with pytest.raises(ValueError, match="1 numbers of y are nan or infinite, in 1 of 53 examples"):
        validate((X, targets))


def test_a_number_that_overflows_in_the_type_of_the_computation_is_counted():
    x = X.copy()
    x[0, 0] = 1e300
    with jax.enable_x64(False), pytest.raises(ValueError, match="1 numbers of x"):
        validate((x, LABELS), random_params(SIZES, np.float32))


def test_numbers_whose_sum_overflows_are_finite():
    validate((np.full((4, 6), 1e308), LABELS[:4]))


def mean(output, z, y):
    return jaxce.log_likelihood(output, z, y).mean()


def one_per_output(output, z, y):
    return optax.sigmoid_binary_cross_entropy(z, jax.nn.one_hot(y, 3))


def one_in_a_row(output, z, y):
    return jaxce.log_likelihood(output, z, y)[:, None]


@pytest.mark.parametrize("cost", [mean, one_per_output, one_in_a_row])
def test_a_cost_that_is_not_one_number_for_each_example_is_refused(cost):
    with pytest.raises(ValueError, match=r"one number for each example, here of shape \(53,\), not \("):
        validate((X, LABELS), cost=cost)


LAYERS = {
    "pairs": lambda layer: tuple(layer),
    "lists": lambda layer: list(layer),
    "mappings": lambda layer: layer._asdict(),
    "NumPy's": lambda layer: (np.asarray(layer.w), np.asarray(layer.b)),
}


@pytest.mark.parametrize("form", LAYERS)
def test_layers_of_every_form_are_one_network(form):
    params = random_params(SIZES)
    others = list(map(LAYERS[form], params))
    expected = jaxce.forward(params, X, output=jaxce.sigmoid)
    np.testing.assert_array_equal(jaxce.forward(others, X, output=jaxce.sigmoid), expected)
    trained, _ = jaxce.fit(
        others, (X, LABELS), cost=jaxce.cross_entropy, output=jaxce.sigmoid, optimizer=optax.sgd(0.0), epochs=1,
        batch_size=53, key=jax.random.key(0),
    )  # fmt: skip
    for one, two in zip(jax.tree.leaves(trained), jax.tree.leaves(params), strict=True):
        np.testing.assert_array_equal(one, two)


W, B = np.zeros((3, 6)), np.zeros(3)


@pytest.mark.parametrize(
    ("layer", "got"),
    [
        ((W, B[:, None]), r"w float64\[3, 6\], b float64\[3, 1\]"),
        ((W, B[:2]), r"b float64\[2\]"),
        ((W.astype(int), B), r"w int64\[3, 6\]"),
        ((W, B, B), "got tuple"),
        ({"kernel": W, "bias": B}, "got dict"),
        (W, "got ndarray"),
        (W[:2], r"w float64\[6\]"),
        (None, "got NoneType"),
    ],
)
def test_what_is_no_layer_is_refused_by_its_number(layer, got):
    with pytest.raises(ValueError, match=rf"layer 2 must be Layer\(w, b\) .*{got}"):
        as_layers([(W, B), layer])
    with pytest.raises(ValueError, match="at least one layer"):
        as_layers([])


def two_classes():
    """Examples of labels 0 and 1."""
    x, labels = problem(50, classes=2)
    return x, labels


@pytest.mark.parametrize("form", [lambda y: y, lambda y: y[:, None].astype(float)])
def test_one_output_neuron_tells_two_classes_apart(form):
    x, labels = two_classes()
    params, history = jaxce.fit(
        random_params((6, 1)), (x, form(labels)), cost=jaxce.cross_entropy, output=jaxce.sigmoid,
        optimizer=optax.sgd(1.0), epochs=5, batch_size=10, key=jax.random.key(0), evaluation=(x, form(labels)),
    )  # fmt: skip
    share = np.mean((np.asarray(jaxce.forward(params, x, output=jaxce.sigmoid))[:, 0] > 0.5) == labels)
    assert share > 0.9
    assert history.accuracy[-1] == share
    assert float(jaxce.accuracy(params, x, labels)) == share


def test_one_output_neuron_of_other_targets_has_no_accuracy_and_of_other_labels_no_training():
    x, labels = two_classes()
    network: dict[str, Any] = {"cost": jaxce.quadratic, "output": jaxce.linear}
    result = jaxce.evaluate(random_params((6, 1)), (x, 2.0 * labels[:, None]), **network)
    assert np.isfinite(result.cost)
    assert np.isnan(result.accuracy)
    with pytest.raises(ValueError, match="from 0 to 1; got 0 to 2"):
        jaxce.evaluate(random_params((6, 1)), (x, 2 * labels), **network)
