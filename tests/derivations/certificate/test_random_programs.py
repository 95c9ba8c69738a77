"""Random programs of ten operations on floats, integers and truth values, compared with JAX at every step.

The numbers are small dyadic ones, and the operations are exact in floating point, so that both must agree to the last
bit: at ties, infinities and nan, where integers wrap, and where indices lie outside. One smooth function at the end is
compared up to rounding. Programs in which a number outgrows float64's 53 bits are left out.
"""

import os

import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax import lax
from support.exact import BEYOND, EDGES, both, difference

PROGRAMS = int(os.environ.get("RANDOM_PROGRAMS", "40"))
TYPES = (np.int8, np.uint8, np.int32, np.uint32)
CLIP, FILL = lax.GatherScatterMode.CLIP, lax.GatherScatterMode.FILL_OR_DROP
_ROWS = lax.GatherDimensionNumbers((), (0,), (0,))
_PLACES = lax.ScatterDimensionNumbers((), (0,), (0,))


def at_indices(mode, fill=None):
    return lambda x, i: lax.gather(x, i[:, None], _ROWS, (1,), mode=mode, fill_value=fill)


def scattered(function, mode):
    return lambda x, i, updates: function(x, i[:, None], updates, _PLACES, mode=mode)


def whole(x, like):
    """Floats clamped to 0, ..., 5 and truncated to integers; 0 where they are not finite."""
    return lax.convert_element_type(lax.clamp(0.0, lax.select(lax.is_finite(x), x, jnp.zeros(3)), 5.0), like.dtype)


def as_float(x):
    return lax.convert_element_type(x, jnp.float64)


def without_signs(x):
    """Floats whose nan and zeros, which have unknown sign bits, are other numbers."""
    return lax.select(lax.bitwise_or(lax.ne(x, x), lax.eq(x, jnp.zeros(3))), jnp.full(3, 0.25), x)


def spread(scalar):
    return lax.broadcast_in_dim(scalar, (3,), ())


# The types of an operation's operands and of its result (f: floats, i: integers, b: truth values), all arrays of three.
OPERATIONS = [
    *(("ff", "f", function) for function in (lax.add, lax.sub, lax.mul, lax.max, lax.min)),
    *(("f", "f", function) for function in (lax.neg, lax.abs, lax.sign, lax.floor, lax.ceil, lax.round, lax.square)),
    *(("f", "f", function) for function in (lax.cumsum, lax.cummax, lax.cummin, lax.sort, lambda x: lax.rev(x, [0]))),
    ("f", "f", lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)),
    ("f", "f", lambda x: lax.div(x, jnp.full(3, 2.0))),
    ("f", "f", lambda x: lax.rem(x, jnp.full(3, -1.5))),
    ("fff", "f", lax.clamp),
    ("bff", "f", lax.select),
    ("ff", "f", lambda x, y: spread(lax.dot(x, y))),
    ("f", "f", lambda x: spread(lax.reduce_sum(x, (0,)))),
    ("f", "f", lambda x: spread(lax.reduce_max(x, (0,)))),
    ("f", "f", lambda x: lax.pad(x, 0.5, [(1, -2, 0)] if x.size < 3 else [(1, -1, 0)])),
    ("i", "f", as_float),
    ("b", "f", as_float),
    ("fi", "f", at_indices(CLIP)),
    ("fi", "f", at_indices(FILL)),
    ("fi", "f", at_indices(FILL, 0.0)),
    ("fif", "f", scattered(lax.scatter, CLIP)),
    ("fif", "f", scattered(lax.scatter_add, FILL)),
    ("fif", "f", scattered(lax.scatter_max, CLIP)),
    ("ff", "f", lambda x, y: lax.sort([x, y], num_keys=1)[1]),
    *(("ii", "i", function) for function in (lax.add, lax.sub, lax.mul, lax.max, lax.div, lax.rem, lax.bitwise_xor)),
    *(("i", "i", function) for function in (lax.neg, lax.bitwise_not, lax.cumsum, lax.sort)),
    ("ii", "i", lambda x, y: lax.shift_left(x, lax.clamp(lax.full_like(y, 0), y, lax.full_like(y, 7)))),
    ("bii", "i", lax.select),
    ("fi", "i", whole),
    ("bi", "i", lambda b, i: lax.convert_element_type(b, i.dtype)),
    ("fi", "i", lambda x, i: spread(lax.convert_element_type(lax.argmax(x, 0, np.int32), i.dtype))),
    ("bi", "i", lambda b, i: spread(lax.convert_element_type(lax.argmin(b, 0, np.int32), i.dtype))),
    ("ii", "i", at_indices(FILL)),
    ("fi", "i", lambda x, i: lax.convert_element_type(lax.top_k(without_signs(x), 3)[1], i.dtype)),
    *(("ff", "b", function) for function in (lax.lt, lax.le, lax.eq, lax.ne)),
    *(("ii", "b", function) for function in (lax.gt, lax.ge, lax.eq)),
    *(("bb", "b", function) for function in (lax.bitwise_and, lax.bitwise_or, lax.bitwise_xor, lax.eq)),
    ("b", "b", lax.bitwise_not),
    ("f", "b", lax.is_finite),
    ("f", "b", lambda x: lax.convert_element_type(x, jnp.bool_)),
    ("bi", "b", at_indices(FILL)),
]
SMOOTH = [
    *(lax.tanh, lax.sin, lax.atan, lax.erf, lax.logistic, lax.cbrt, lax.sqrt, lax.log),
    *(lambda x: lax.exp(lax.clamp(-9.0, x, 9.0)), lambda x: lax.cumlogsumexp(lax.clamp(-9.0, x, 9.0))),
]


def program(rng):
    """A function of floats and integers that returns the result of each of ten operations, and inputs for it."""
    plan, kinds = [], list("ffiib")
    for _ in range(10):
        takes, gives, function = OPERATIONS[rng.integers(len(OPERATIONS))]
        latest = [[place for place, own in enumerate(kinds) if own == kind][-4:] for kind in takes]
        plan.append((function, [int(rng.choice(places)) for places in latest]))
        kinds.append(gives)
    smooth, last = SMOOTH[rng.integers(len(SMOOTH))], max(place for place, kind in enumerate(kinds) if kind == "f")

    def run(x, y, i, j):
        values = [x, y, i, j, lax.lt(x, y)]
        for function, places in plan:
            values.append(function(*(values[place] for place in places)))
        return values[5:], smooth(values[last])

    dtype = TYPES[rng.integers(len(TYPES))]
    far = rng.random((2, 3)) < 0.05
    x, y = np.where(far, rng.choice(BEYOND, (2, 3)), rng.choice(EDGES, (2, 3)))
    i, j = rng.choice(np.array([np.iinfo(dtype).min, np.iinfo(dtype).max, 0, 1, 2, 3, 5, 100], dtype), (2, 3))
    return run, x, y, i, j


def outgrown(values) -> bool:
    """Whether a finite number among the values is not representable in float64, or is huge."""
    numbers = [value for array in values for value in array.ravel() if getattr(value, "is_Rational", False)]
    return any(abs(number) > 2**200 or sp.Rational(float(number)) != number for number in numbers)


def test_random_programs_compute_what_jax_computes():
    compared = 0
    for seed in range(PROGRAMS):
        function, *inputs = program(np.random.default_rng([13, seed]))
        exact, run, _ = both(function, *inputs)
        if outgrown(exact[:-1]):
            continue
        compared += 1
        wrong = difference(exact[:-1], run[:-1]) or difference(exact[-1:], run[-1:], rtol=1e-12)
        assert not wrong, (seed, wrong)
    assert compared > 0.8 * PROGRAMS
