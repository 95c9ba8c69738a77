"""Which parameters a rule may ignore, which results it must return, and which refusals name their cause."""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from jax import lax
from jax.extend.core import Primitive

from derivations import certify, symbols
from derivations.certificate.application import apply, fits
from derivations.certificate.arrays import array

z = sp.Symbol("z", real=True)


def equation(parameters: dict, dtype=np.float32, shape=()) -> Any:
    aval = jax.core.ShapedArray(shape, np.dtype(dtype))
    return SimpleNamespace(
        primitive=SimpleNamespace(name="own"), params=parameters, outvars=[SimpleNamespace(aval=aval)]
    )


def doubled(interpreter, x, *, times=1):
    return array(2 * times * x, ())


def test_a_rule_receives_the_parameters_that_it_names_and_others_are_refused():
    (result,) = apply(doubled, None, equation({"times": 3, "precision": None}), [array(z, ())])
    assert result == 6 * z
    with pytest.raises(NotImplementedError, match=r"rule for own does not read its parameter backwards = True"):
        apply(doubled, None, equation({"times": 3, "backwards": True}), [array(z, ())])


@pytest.mark.parametrize(
    ("given", "dtype", "shape"),
    [
        ([z, z], np.float32, ()),
        (z > 0, np.float32, ()),
        (sp.I, np.float32, ()),
        (z, np.int32, ()),
        (sp.Integer(256), np.uint8, ()),
        (sp.Integer(-1), np.uint8, ()),
        (sp.S.One, np.bool_, ()),
    ],
)
def test_a_result_of_another_shape_or_type_is_refused(given, dtype, shape):
    with pytest.raises(NotImplementedError, match="own gives"):
        apply(lambda interpreter: array(given), None, equation({}, dtype, shape), [])


def test_elements_that_fit_a_type():
    assert fits(z, np.float16)
    assert fits(sp.nan, np.float32)
    assert fits(-sp.oo, np.float64)
    assert fits(sp.Integer(255), np.uint8)
    assert fits(sp.Symbol("p", positive=True) > 0, np.bool_)


@pytest.mark.parametrize(
    ("program", "right", "wrong", "inputs"),
    [
        (lambda x, i, j: x * (i - j).astype(float), 255 * z, -z, (np.uint8(1), np.uint8(2))),
        (lambda x, i: x * (i + i).astype(float), 144 * z, 400 * z, (np.uint8(200),)),
        (lambda x, i: x * (i * i).astype(float), 1410065408 * z, 10**10 * z, (np.int32(100000),)),
        (lambda x, i: x * jnp.sum(i, dtype=i.dtype).astype(float), 44 * z, 300 * z, (np.array([100, 200], np.uint8),)),
        (lambda x, i: x * i.astype(np.int8).astype(float), -56 * z, 200 * z, (np.int32(200),)),
        (lambda x, i: x * (i << 1).astype(float), -128 * z, 128 * z, (np.int8(64),)),
        (lambda x, i: x * (-i).astype(float), 255 * z, -z, (np.uint8(1),)),
        (lambda x, i: x * lax.div(i, np.int32(2)).astype(float), -z, -2 * z, (np.int32(-3),)),
        (lambda x, i: x * (i @ i).astype(float), 84 * z, 10324 * z, (np.array([100, 18], np.int8),)),
    ],
)
def test_integers_wrap_according_to_their_types(program, right, wrong, inputs):
    assert certify(program, right, z, *inputs)
    assert not certify(program, wrong, z, *inputs)


def test_a_number_is_converted_to_an_integer_by_truncation():
    x = np.array([2.75, -2.75])
    assert certify(lambda z, x: z * x.astype(np.int8).astype(float), np.array([2 * z, -2 * z]), z, x)
    with pytest.raises(NotImplementedError, match="300 is outside the range of int8: its conversion depends"):
        certify(lambda x: lax.convert_element_type(x, np.int8), 44, np.array(sp.Integer(300)))
    with pytest.raises(NotImplementedError, match="z as an integer would need infinitely many cases; assume bounds"):
        certify(lambda z: lax.convert_element_type(z, np.int8), 0, z, assuming=[z > 1])


def test_a_python_number_adopts_the_type_of_the_other_operand():
    assert certify(lambda z, n: n * z, 3 * z, z, 3)  # the tests allow no other promotion


def test_complex_numbers_are_refused_with_the_line():
    with pytest.raises(NotImplementedError, match=r"complex\d+: only real numbers.*test_application\.py:\d+"):
        certify(lambda z: jnp.abs(lax.complex(z, z)), sp.sqrt(2) * sp.Abs(z), z)
    with pytest.raises(NotImplementedError, match="complex64: only real numbers"):
        certify(lambda z: jnp.real(np.complex64(1j)).astype(float) * z, 0, z)


def test_only_calls_are_inlined():
    v = symbols("v", 2)
    with pytest.raises(NotImplementedError, match=r"no rule for the JAX primitive 'reduce'"):
        certify(lambda v: lax.reduce(v, 0.0, lambda a, b: a + b + a * b, (0,)), v[0] + v[1], v)
    twice = Primitive("twice")  # computes its program two times over
    twice.def_abstract_eval(lambda x, *, jaxpr: jax.core.ShapedArray(x.shape, x.dtype))
    squared = jax.make_jaxpr(jnp.square)(1.0)
    with pytest.raises(NotImplementedError, match="no rule for the JAX primitive 'twice'"):
        certify(lambda z: twice.bind(z, jaxpr=squared), z**2, z)


def test_a_rounding_is_noted():
    certificate = certify(lambda z: lax.reduce_precision(z, 5, 2), z, z)
    assert certificate.literals == ("rounding to 2 bits read as exact: no rounding is seen here",)
    assert certify(lambda z: z.astype(jnp.bfloat16).astype(float), z, z).literals
    assert not certify(lambda z: z.astype(jnp.float32).astype(float), z, z).literals


def test_another_librarys_primitive_of_the_same_name_is_refused():
    own = Primitive("tanh")
    own.def_abstract_eval(lambda x: jax.core.ShapedArray(x.shape, x.dtype))
    with pytest.raises(NotImplementedError, match="'tanh', which is not JAX's primitive of that name"):
        certify(lambda z: own.bind(z), sp.tanh(z), z)
