"""A fixed part of what `python -m benchmarks exhaustive` runs in full, held against the bars; and how it continues."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from benchmarks import every_float, exhaustive
from benchmarks.every_float import CASES, INPUTS_AT_ONCE, FloatCase, worst_of_chunk
from benchmarks.exhaustive import measure_every_float
from benchmarks.numbered_floats import FLOATS_AT_ONCE, NumberedFloats

# Ulps of value, gradient and curvature. After a softmax of two, the quadratic cost's gradient is -2 a (1 - a)^2, which
# has the error of an exponential three times over.
BARS = {"neuron": (3, 3, 4), "softmax": (4, 4, 6), "quadratic softmax": (4, 6, 0)}

# The bits of the inputs at which runs of all inputs have found the worst value, gradient and, of a softmax, curvature.
WORST_FOUND = {
    FloatCase("quadratic", "sigmoid", 0, "float32"): (3207475871, 3222441635),
    FloatCase("quadratic", "sigmoid", 1, "float32"): (1059992223, 1074957987),
    FloatCase("cross_entropy", "sigmoid", 0, "float32"): (3207500489, 3246724588),
    FloatCase("cross_entropy", "sigmoid", 1, "float32"): (1060016841, 1099240940),
    FloatCase("log_likelihood", "sigmoid", 1, "float32"): (1060016841, 1099240940),
    FloatCase("cross_entropy", "linear", 0, "float32"): (1053345623, 1056961713),
    FloatCase("cross_entropy", "linear", 1, "float32"): (1060432329, 1065103927),
    FloatCase("log_likelihood", "linear", 1, "float32"): (1060432329, 2105291319),
    FloatCase("quadratic", "linear", 1, "float32"): (3417636140, 3418357760),
    FloatCase("quadratic", "softmax", 1, "bfloat16"): (3053699470, 3064119451),
    FloatCase("quadratic", "softmax", 1, "float16"): (1271828843, 2245641432),
    FloatCase("cross_entropy", "softmax", 1, "bfloat16"): (1060091607, 3068051549),
    FloatCase("cross_entropy", "softmax", 1, "float16"): (2286008705, 2189542438),
    FloatCase("log_likelihood", "softmax", 1, "bfloat16"): (1060091607, 1079817882, 3083190362),
    FloatCase("log_likelihood", "softmax", 1, "float16"): (965051071, 1166770941, 1143112987),
}


def bars(case):
    if case.output != "softmax":
        return BARS["neuron"]
    return BARS["quadratic softmax" if case.cost == "quadratic" else "softmax"]


@pytest.mark.parametrize(
    "case",
    [case if case.dtype == "float32" else pytest.param(case, marks=pytest.mark.thorough) for case in CASES],
    ids=lambda case: "-".join(map(str, case)),
)
def test_one_input_in_4096_is_within_the_bars(case):
    fraction = 4096 if case.inputs().total > 2**16 else 1
    assert case.inputs(fraction).total <= INPUTS_AT_ONCE
    worst = worst_of_chunk(case, 0, fraction)
    assert all(error.ulps <= bar for error, bar in zip(worst, bars(case), strict=True)), worst


@pytest.mark.parametrize("case", WORST_FOUND, ids=lambda case: "-".join(map(str, case)))
@pytest.mark.thorough
def test_the_worst_inputs_of_a_whole_run_are_within_the_bars(case, monkeypatch):
    monkeypatch.setattr(every_float, "INPUTS_AT_ONCE", FLOATS_AT_ONCE)  # the input and its neighbours
    found = [worst_of_chunk(case, bits - bits % FLOATS_AT_ONCE) for bits in WORST_FOUND[case]]
    for quantity, worst in enumerate(found):
        assert all(error.ulps <= bar for error, bar in zip(worst, bars(case), strict=True)), worst
        assert worst[quantity].ulps > 0.49  # not one of the many whose error is little


def textbook(z, y, activation, axis=0):
    a = activation(z)
    return -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log(1 - a), axis)


def fused_elsewhere(z, y):
    """A well-known form, right but for 1 - s(z), whose gradient has no digits where a neuron saturates."""
    return jnp.sum(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))), 0)


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize(
    "worse",
    [
        lambda z, y: textbook(z, y, lambda z: 1 / (1 + jnp.exp(-z))),
        fused_elsewhere,
        lambda z, y: jaxce.cross_entropy(jaxce.sigmoid, z * (1 + 2.0**-22), y, axis=0),
    ],
)
def test_a_worse_kernel_is_not_within_the_bars(worse, y):
    case = FloatCase("cross_entropy", "sigmoid", y, "float32")
    worst = worst_of_chunk(case, 0, 4096, worse)
    assert any(error.ulps > 10 * bar for error, bar in zip(worst, bars(case), strict=True)), worst


def test_every_number_occurs_once():
    """All of 16 bits; and of 32 bits, one in each group of neighbours, spread over the group."""
    inputs = NumberedFloats(1, "float16")
    bits, floats = inputs.map(lambda bits, z: (bits, z), jnp.uint32(0), 32)
    assert sorted(bits.ravel().tolist()) == list(range(2**16))
    expected = np.arange(2**16, dtype=np.uint16).view(np.float16)
    np.testing.assert_array_equal(np.asarray(floats).ravel(), expected)  # where all nan are alike

    bits = np.asarray(NumberedFloats(1, "float32", 4096).map(lambda bits, z: bits, jnp.uint32(2**12), 2)).ravel()
    np.testing.assert_array_equal(bits >> 12, np.arange(2**12, 2**13))
    assert len(np.unique(bits & 4095)) > 2000


def test_an_interrupted_run_continues_where_it_was(tmp_path, monkeypatch):
    """Chunk by chunk: those that are finished are not measured again, unless what is measured has changed."""
    monkeypatch.setattr(exhaustive, "INPUTS_AT_ONCE", 2**14)
    monkeypatch.setattr(exhaustive, "SAVED_EVERY", 0.0)
    measured = []

    def measure(case, start, fraction):
        measured.append(start)
        if interrupted and start == 3 * 2**14:
            raise KeyboardInterrupt
        return [exhaustive.Worst(float(start), start)] * 3

    monkeypatch.setattr(exhaustive, "worst_of_chunk", measure)
    run = {"pairs": ("quadratic+linear+0+bfloat16",), "finished": tmp_path / "finished.json"}
    interrupted = True
    with pytest.raises(KeyboardInterrupt):
        measure_every_float(quick=False, **run)
    (state,) = json.loads((tmp_path / "finished.json").read_text())["finished"].values()
    assert state["chunks"] == 3

    interrupted = False
    measured.clear()
    (row,) = measure_every_float(quick=False, **run)
    assert measured == [3 * 2**14]
    assert row["value"] == 3 * 2**14
    assert row["inputs"] == 2**16

    monkeypatch.setattr(exhaustive, "MEASURED", [])  # another digest
    measured.clear()
    measure_every_float(quick=False, **run)
    assert len(measured) == 4


def test_a_pair_that_is_none_is_answered_with_an_example():
    with pytest.raises(ValueError, match=r"no case is named quadratic\+relu: write, for example"):
        measure_every_float(quick=True, pairs=("quadratic+relu",))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("cost", jaxce.COSTS.values(), ids=jaxce.COSTS)
def test_half_precision_is_float32_rounded_at_the_end(cost, dtype):
    """Bit for bit, so that a softmax of two outputs may be measured in float32."""
    z = (5 * np.random.default_rng(0).normal(size=(2**12, 2))).astype(jnp.dtype(dtype))

    def both(z):
        y = jnp.broadcast_to(jnp.array([1, 0], z.dtype), z.shape)
        C, pullback = jax.vjp(lambda z: cost(jaxce.softmax, z, y), z)
        return C, pullback(jnp.ones_like(C))[0].astype(dtype)

    for of_half, of_float32 in zip(jax.jit(both)(z), jax.jit(both)(z.astype(np.float32)), strict=True):
        np.testing.assert_array_equal(of_half, of_float32)
