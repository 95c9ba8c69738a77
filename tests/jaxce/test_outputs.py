"""Output layers: activations, derivatives, the constant c, and outputs made from an activation."""

import copy
import dataclasses
import inspect
import pickle
import pydoc
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support import book
from support.pairs import agree
from support.tolerance import TOLERANCE

import jaxce

LAYERS = [("linear", 1.0), ("sigmoid", 1.0), ("softmax", 1.0), ("softmax", 0.5), ("softmax", 3.0)]
every_layer = pytest.mark.parametrize(("name", "c"), LAYERS)
every_dtype = pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32, jnp.bfloat16, jnp.float16])

Z = np.random.default_rng(0).uniform(0.1, 0.9, (4, 3))  # in the domain of every cost of every layer


def layer(name, c):
    return jaxce.tempered_softmax(c) if name == "softmax" else jaxce.OUTPUTS[name]


def jacobian(name, c, a):
    """da_j/dz_k of one example."""
    return (
        c * (np.diag(a) - np.outer(a, a))
        if name == "softmax"
        else np.diag(a * (1 - a) if name == "sigmoid" else 1 + 0 * a)
    )


@every_layer
def test_activations_along_any_axis(name, c):
    output, z = layer(name, c), 5 * Z.reshape(2, 2, 3)
    a = book.ACTIVATION[name](z, c)
    axes = (0, 1, -1, -2)
    along = jax.jit(lambda z: [output(jnp.moveaxis(z, -1, axis), axis) for axis in axes])
    for result, axis in zip(along(z), axes, strict=True):
        agree(result, np.moveaxis(a, -1, axis))
    agree(jax.jit(output)(z[0, 0]), a[0, 0])
    assert jax.eval_shape(output, np.zeros((0, 3))).shape == (0, 3)


@every_layer
def test_derivatives_in_both_modes(name, c):
    output = layer(name, c)
    expected = [jacobian(name, c, a) for a in book.ACTIVATION[name](Z, c)]
    both = jax.jit(jax.vmap(lambda z: [mode(output)(z) for mode in (jax.jacfwd, jax.jacrev)]))
    for computed in both(Z):
        agree(computed, expected)


@pytest.mark.thorough
@every_layer
@every_dtype
def test_the_type_of_z_is_the_type_of_a(name, c, dtype):
    z, output = jnp.asarray(Z, dtype), jax.jit(layer(name, c))
    a, da = jax.jit(lambda z: jax.jvp(output, (z,), (z,)))(z)
    assert a.dtype == da.dtype == dtype
    agree(np.asarray(a, float), book.ACTIVATION[name](np.asarray(z, float), c), rtol=2 * float(jnp.finfo(dtype).eps))
    with jax.enable_x64(False):
        assert jax.eval_shape(output, jnp.asarray(Z)).dtype == jnp.float32


@every_dtype
def test_saturated_neurons(dtype):
    largest = float(jnp.finfo(dtype).max)
    z = np.asarray([largest, -largest, 0, -np.inf], jnp.dtype(dtype))
    for output, a in ((jaxce.sigmoid, [1, 0, 0.5, 0]), (jaxce.softmax, [1, 0, 0, 0])):
        both = jax.jit(lambda z, f=output: (f(z), [jax.jacfwd(f)(z), jax.jacrev(f)(z)]))
        activations, jacobians = both(z)
        np.testing.assert_array_equal(activations, np.asarray(a, z.dtype))
        assert all(np.all(np.isfinite(np.asarray(jacobian, float))) for jacobian in jacobians)
        assert np.isnan(np.asarray(both(np.full_like(z, np.nan))[0], float)).all()


def test_equal_c_is_the_same_hashable_output():
    assert jaxce.tempered_softmax(2) is jaxce.tempered_softmax(2.0)
    assert jaxce.tempered_softmax(np.float64(2)) is jaxce.tempered_softmax(2)
    assert jaxce.tempered_softmax(1) is jaxce.softmax
    assert jaxce.tempered_softmax(2) != jaxce.softmax
    assert len({jaxce.tempered_softmax(c) for c in (1, 2, 2.0, 1.0)}) == 2
    assert len({hash(output) for output in jaxce.OUTPUTS.values()}) == 3


def test_the_limits_of_the_tempered_softmax_for_large_and_small_c():
    z = jnp.array([0.3, 0.9, 0.9, -0.2])
    large, small = jax.jit(lambda z: [jaxce.tempered_softmax(c)(z) for c in (1e6, 1e-20)])(z)
    np.testing.assert_array_equal(large, [0, 0.5, 0.5, 0])
    agree(small, 0.25)


@pytest.mark.parametrize("c", [0, 0.0, -1, -0.5, np.nan, np.inf, -np.inf])
def test_c_outside_its_range_is_named(c):
    with pytest.raises(
        ValueError, match=f"c must be finite and above 0, not {c!r}".replace("(", r"\(").replace(")", r"\)")
    ):
        jaxce.tempered_softmax(c)


@pytest.mark.parametrize("c", ["2", True, None, 1j, np.ones(1), jnp.array(2.0)])
def test_c_that_is_not_a_number_is_named(c):
    unchecked = inspect.unwrap(jaxce.tempered_softmax)  # without the tests' check of annotations, as for a user
    with pytest.raises(TypeError, match=f"c must be a number above 0, not .* of type {type(c).__name__}"):
        unchecked(c)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "softmax", "tempered_softmax(3.0)"])
def test_repr_is_the_expression_that_makes_the_output(name):
    assert repr(eval(f"jaxce.{name}")) == f"jaxce.{name}"


@pytest.mark.parametrize("name", jaxce.OUTPUTS)
def test_help_says_what_an_output_computes_and_how_to_call_it(name):
    text = pydoc.plain(pydoc.render_doc(jaxce.OUTPUTS[name]))
    assert f"jaxce.{name}\n    The {name} " in text
    assert "    where: booleans that broadcast to z's shape" in text
    assert "lambda" not in text
    assert "partial" not in text


def test_an_output_from_an_activation_is_called_by_its_name():
    tanh = jaxce.Output.from_activation(jnp.tanh)
    assert repr(tanh) == "jaxce.Output.from_activation(tanh)"
    assert tanh.__doc__ == f"The output layer a_j = f(z_j), where f is tanh.\n\n{inspect.getdoc(jaxce.Output.__call__)}"


@every_layer
def test_z_of_integers_is_refused(name, c):
    with pytest.raises(TypeError, match=r"z must hold floats, not int64: use z\.astype\(jnp\.float32\)"):
        layer(name, c)(jnp.array([1, 2]))


def squash(z):
    """An activation between 0 and 1 that the library does not have."""
    return 0.5 + jnp.arctan(z) / jnp.pi


@pytest.mark.parametrize("cost", jaxce.COSTS)
def test_an_output_from_any_activation(cost):
    output = jaxce.Output.from_activation(squash)
    z = np.random.default_rng(2).normal(0, 2, (4, 3))
    y = np.random.default_rng(3).uniform(0, 1, (4, 3))
    a, slope = 0.5 + np.arctan(z) / np.pi, 1 / np.pi / (1 + z**2)
    dC_da = {"quadratic": a - y, "cross_entropy": (a - y) / (a * (1 - a)), "log_likelihood": -y / a}[cost]
    agree(jax.jit(output)(z), a)
    function = jaxce.COSTS[cost]
    value, delta = jax.jit(jax.vmap(jax.value_and_grad(lambda z, y: function(output, z, y))))(z, y)
    agree(value, book.COST[cost](a, y))
    agree(delta, dC_da * slope)
    labels, where = np.array([0, 2, 1, 0]), np.array([True, True, False])
    mask = np.broadcast_to(where, z.shape)
    masked = jax.jit(lambda z: function(output, z, labels, where=mask))(np.where(mask, z, np.nan))
    agree(masked, book.COST[cost](a[:, where], np.eye(3)[labels][:, where]))


@pytest.mark.parametrize("cost", jaxce.COSTS.values(), ids=jaxce.COSTS)
def test_the_sigmoid_from_its_activation_has_the_sigmoid_s_hessian(cost):
    output = jaxce.Output.from_activation(lambda z: 1 / (1 + jnp.exp(-z)))
    y = np.array([0.0, 0.3, 1.0])
    hessian = jax.jit(jax.hessian(lambda z: cost(output, z, y)))(Z[0])
    agree(hessian, book.hessian((cost.__name__, "sigmoid"), Z[0], y), atol=TOLERANCE["equal"])


@pytest.mark.parametrize("c", [1e-300, 1e300])
def test_a_constant_beyond_z_s_type_is_an_error(c):
    assert np.isfinite(jax.jit(jaxce.tempered_softmax(c))(np.array([1e-5, 2e-5]))).all()
    with pytest.raises(ValueError, match="c must be between"):
        jaxce.tempered_softmax(c)(jnp.array([1.0, 2.0], jnp.float32))


def scaled_tanh(z):
    return jnp.tanh(z / 2)


def pickled(value):
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("output", [*jaxce.OUTPUTS.values(), jaxce.tempered_softmax(0.5)], ids=repr)
def test_a_copy_of_an_output_is_the_output_itself(output, again):
    assert again(output) is output
    assert again({"output": output, "layers": [3]}) == {"output": output, "layers": [3]}


def test_an_output_from_an_activation_is_made_again_in_another_process():
    output = jaxce.Output.from_activation(scaled_tanh)
    assert copy.deepcopy(output) is output
    np.testing.assert_array_equal(pickled(output)(Z), output(Z))


def test_an_output_that_does_not_say_how_it_is_made_is_pickled_by_its_functions():
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        pickle.dumps(dataclasses.replace(jaxce.linear, made_by=()))
    functions: list[Any] = [scaled_tanh] * 6
    assert pickled(jaxce.Output(*functions, c=2.0)).c == 2
