"""Each primitive's rule compared with JAX, on random inputs: extreme values, ties, infinities, nan, all parameters.

TRIALS says, for each primitive, how to draw a program that contains it and the program's inputs. The exact result must
equal the program's: the same integers and truth values, and floats that agree up to rounding.
"""

import functools
import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.exact import BEYOND, EDGES, both, difference

from derivations.certificate import interpreter

REPEATS = int(os.environ.get("PRIMITIVE_TRIALS", "2"))  # programs for each primitive
INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)

Rng = np.random.Generator
Trial = tuple[Any, ...]  # a function and its arguments


def floats(rng: Rng, *shape: int, beyond: float = 0.1, low: float = -np.inf, high: float = np.inf):
    """Small dyadic numbers with many ties, occasionally infinite or nan."""
    within = [x for x in EDGES if low <= x <= high]
    values = rng.choice(within, shape)
    far = rng.choice([x for x in BEYOND if not low > x and not high < x], shape)
    return np.where(rng.random(shape) < beyond, far, values)


def finite(rng: Rng, *shape: int, low: float = -np.inf, high: float = np.inf):
    return floats(rng, *shape, beyond=0, low=low, high=high)


def integers(rng: Rng, *shape: int, dtype=None):
    """Small integers and the least and greatest of the type."""
    dtype = one_of(rng, *INTEGERS) if dtype is None else dtype
    ends = np.iinfo(dtype)
    values = [ends.min, ends.max, 0, 1, 2, 3, 7, 100, ends.max // 2]
    return rng.choice(np.array([*values, *([-1, -2, -5] if ends.min else [])], dtype), shape)


def truths(rng: Rng, *shape: int):
    return rng.random(shape) < 0.5


def one_of(rng: Rng, *options):
    return options[rng.integers(len(options))]


def anything(rng: Rng, *shape: int):
    return one_of(rng, floats, integers, truths)(rng, *shape)


def axis(rng: Rng, ndim: int = 2) -> int:
    return int(rng.integers(ndim))


def elementwise(function, *makers):
    """Trials of a function whose arguments are arrays, one from each maker."""
    return lambda rng: (function, *(make(rng, 5) for make in makers))


def polynomial(x, *coefficients):
    return vars(lax)["polynomial"](x, coefficients)


def alike(function, count, *makers):
    """Trials of a function whose `count` arguments are arrays of one type."""

    def draw(rng: Rng) -> Trial:
        make = one_of(rng, *makers)
        first = make(rng, 5)
        rest = [integers(rng, 5, dtype=first.dtype) if make is integers else make(rng, 5) for _ in range(count - 1)]
        return function, first, *rest

    return draw


def integer_pow(rng):
    y = int(rng.integers(-4, 5))
    x = floats(rng, 5) if y < 0 else one_of(rng, floats, integers)(rng, 5)
    return lambda x: lax.integer_pow(x, y), x


def power(rng):
    return lax.pow, floats(rng, 8), one_of(rng, floats(rng, 8), integers(rng, 8, dtype=np.int32) % 5)


def shift(function):
    def draw(rng):
        x = integers(rng, 6)
        return function, x, rng.integers(0, 9, 6).astype(x.dtype)

    return draw


def select_n(rng):
    count = int(rng.integers(2, 4))
    which = truths(rng, 5) if count == 2 and rng.random() < 0.5 else rng.integers(-2, count + 2, 5).astype(np.int32)
    make = one_of(rng, floats, truths)
    return lax.select_n, which, *(make(rng, 5) for _ in range(count))


def clamp(rng):
    make = one_of(rng, floats, functools.partial(integers, dtype=one_of(rng, *INTEGERS)))
    shape = (5,) if rng.random() < 0.5 else ()
    return lax.clamp, make(rng, *shape), make(rng, 5), make(rng, *shape)


def convert(rng):
    target = one_of(rng, *INTEGERS, np.bool_, np.float64)
    values = anything(rng, 5)
    while values.dtype == target:
        values = anything(rng, 5)
    if np.issubdtype(target, np.integer) and np.issubdtype(values.dtype, np.floating):
        values = np.abs(finite(rng, 5))
    return lambda x: lax.convert_element_type(x, target), values


def bitcast(rng):
    if rng.random() < 0.5:
        shift = one_of(rng, lax.shift_right_logical, lax.shift_right_arithmetic)
        return lambda x: shift(lax.bitcast_convert_type(x, jnp.int64), 63), not_0(rng, 5) * one_of(rng, 1, np.inf)
    return lambda x: lax.bitcast_convert_type(x, jnp.int32), integers(rng, 4, dtype=np.uint32)


def rounding(rng):
    method = lax.RoundingMethod(rng.integers(2))
    return lambda x: lax.round(x, method), floats(rng, 8) + one_of(rng, 0, 0.5, 1.0)


def reduction(function, *makers):
    def draw(rng):
        shape = one_of(rng, (2, 3), (3, 1), (2, 2), (0, 2))
        axes = one_of(rng, (), (0,), (1,), (0, 1))
        make = one_of(rng, *makers)
        return lambda x: function(x, axes=axes), make(rng, *shape)

    return draw


def argument(function):
    def draw(rng):
        place, dtype = axis(rng), one_of(rng, np.int32, np.uint8, np.int64)
        return lambda x: function(x, place, dtype), anything(rng, 3, 4)

    return draw


def cumulative(function, *makers):
    def draw(rng):
        place, reverse = axis(rng), bool(rng.integers(2))
        make = one_of(rng, *makers)
        return lambda x: function(x, axis=place, reverse=reverse), make(rng, 3, 3)

    return draw


def sort(rng):
    keys, place = int(rng.integers(1, 3)), axis(rng)
    first = one_of(rng, floats, integers)(rng, 3, 4)
    rest = [floats(rng, 3, 4), np.arange(12).reshape(3, 4)]
    stable = lambda *xs: lax.sort(xs, dimension=place, num_keys=keys, is_stable=True)  # noqa: E731
    alone = lambda x: lax.sort(x, dimension=place, is_stable=False)  # noqa: E731
    return (alone, first) if rng.random() < 0.3 else (stable, first, *rest)


def signed(rng: Rng, *shape: int):
    """Floats without zeros and nan, whose sign bits are unknown."""
    x = floats(rng, *shape)
    return np.where((x == 0) | np.isnan(x), -0.25, x)


def top_k(rng):
    k, place = int(rng.integers(0, 4)), axis(rng)
    return lambda x: lax.top_k(x, k, axis=place), one_of(rng, signed, integers)(rng, 3, 3)


def dot_general(rng):
    numbers = one_of(
        rng,
        (((1,), (0,)), ((), ())),
        (((0,), (1,)), ((), ())),
        (((), ()), ((0,), (1,))),
        (((1,), (1,)), ((0,), (0,))),
        (((0, 1), (0, 1)), ((), ())),
        (((), ()), ((), ())),
    )
    if rng.random() < 0.5:
        return lambda x, y: lax.dot_general(x, y, numbers), floats(rng, 3, 3), floats(rng, 3, 3)
    dtype = one_of(rng, *INTEGERS)
    wide = one_of(rng, None, np.int64, np.float64, dtype)
    pair = integers(rng, 3, 3, dtype=dtype), integers(rng, 3, 3, dtype=dtype)
    if wide is np.float64 and np.iinfo(dtype).bits > 16:
        wide = None
    return lambda x, y: lax.dot_general(x, y, numbers, preferred_element_type=wide), *pair


def convolution(rng):
    groups, batch_groups = one_of(rng, (1, 1), (2, 1), (1, 2))
    parameters: dict[str, Any] = {
        "window_strides": (int(rng.integers(1, 3)),),
        "padding": [tuple(map(int, rng.integers(-1, 3, 2)))],
        "lhs_dilation": (int(rng.integers(1, 3)),),
        "rhs_dilation": (int(rng.integers(1, 3)),),
        "feature_group_count": groups,
        "batch_group_count": batch_groups,
        "dimension_numbers": ("NCH", "OIH", "NCH"),
    }
    make = one_of(rng, finite, functools.partial(integers, dtype=np.int32))
    return lambda x, w: lax.conv_general_dilated(x, w, **parameters), make(rng, 2, 2, 5), make(rng, 2, 2 // groups, 2)


def window(rng: Rng) -> dict[str, Any]:
    return {
        "window_dimensions": tuple(map(int, rng.integers(1, 3, 2))),
        "window_strides": tuple(map(int, rng.integers(1, 3, 2))),
        "padding": [tuple(map(int, rng.integers(0, 2, 2))) for _ in range(2)],
        "base_dilation": tuple(map(int, rng.integers(1, 3, 2))),
        "window_dilation": tuple(map(int, rng.integers(1, 3, 2))),
    }


def window_reduction(function, of_none):
    def draw(rng):
        parameters = window(rng)
        return lambda x: lax.reduce_window(x, of_none, function, **parameters), finite(rng, 3, 4)

    return draw


def reshape(rng):
    order = one_of(rng, None, (1, 0), (0, 1))
    shape = one_of(rng, (6,), (3, 2), (1, 2, 3))
    return lambda x: lax.reshape(x, shape, dimensions=order), anything(rng, 2, 3)


def broadcast(rng):
    places = one_of(rng, (0, 2), (1, 2), (0, 1))
    shape = [4, 4, 4]
    for place, size in zip(places, (2, 3), strict=True):
        shape[place] = size
    return lambda x: lax.broadcast_in_dim(x, shape, places), anything(rng, *one_of(rng, (2, 3), (1, 3), (2, 1)))


def moving(function, *shapes):
    """Trials of `function(rng)`, a function with random parameters, on arrays of these shapes and of one type."""

    def draw(rng):
        make = one_of(rng, floats, truths, functools.partial(integers, dtype=one_of(rng, *INTEGERS)))
        return function(rng), *(make(rng, *shape) for shape in shapes)

    return draw


def slice_(rng):
    start = rng.integers(0, 2, 2)
    limit, strides = start + rng.integers(0, 3, 2), rng.integers(1, 3, 2)
    return lambda x: lax.slice(x, start.tolist(), limit.tolist(), strides.tolist())


def pad(rng):
    config = [(int(low), int(high), int(inner)) for low, high, inner in rng.integers(-1, 3, (2, 3)).clip([-1, -1, 0])]
    return lambda x, fill: lax.pad(x, fill, config)


def concatenate(rng):
    place = axis(rng)
    return lambda x, y: lax.concatenate([x, y], place)


def split(rng):
    sizes = one_of(rng, (1, 2), (3, 0), (1, 1, 1))
    return lambda x: lax.split(x, sizes, axis=1)


def dynamic_slice(rng):
    dtype, start = one_of(rng, np.int32, np.uint8, np.int64), rng.integers(-5, 5, 2)
    start = (start % 7 if dtype is np.uint8 else start).astype(dtype)
    return lambda x: lax.dynamic_slice(x, [*start], (1, 2))


def dynamic_update_slice(rng):
    start = rng.integers(-5, 5, 2)
    return lambda x, y: lax.dynamic_update_slice(x, y, [*start])


def gather(rng):
    mode = one_of(rng, lax.GatherScatterMode.CLIP, lax.GatherScatterMode.FILL_OR_DROP)
    indices = rng.integers(-4, 7, 4).astype(one_of(rng, np.int32, np.int64, np.int8))
    rows = rng.random() < 0.5
    numbers = lax.GatherDimensionNumbers((0,) if rows else (1,), (1,) if rows else (0,), (1,) if rows else (0,))
    sizes = (3, 1) if rows else (1, 4)
    if rng.random() < 0.2:
        indices = np.sort(indices)
    ordered = bool((np.sort(indices) == indices).all()) and rng.random() < 0.5
    fill = one_of(rng, None, 0, 1)

    def gathered(x):
        given = None if fill is None else np.asarray(fill, x.dtype)[()]
        return lax.gather(x, indices[:, None], numbers, sizes, mode=mode, fill_value=given, indices_are_sorted=ordered)

    return gathered


def scatter(name):
    """Whole columns written at indices, some of them outside the array and some equal."""

    def draw(rng):
        mode = one_of(rng, lax.GatherScatterMode.CLIP, lax.GatherScatterMode.FILL_OR_DROP)
        unique = rng.random() < 0.3
        indices = (rng.permutation(5)[:3] if unique else rng.integers(-1, 5, 3)).astype(np.int32)
        numbers = lax.ScatterDimensionNumbers((0,), (1,), (1,))
        make = one_of(rng, floats, functools.partial(integers, dtype=one_of(rng, *INTEGERS)))
        function = getattr(lax, name)

        def scattered(x, updates):
            return function(
                x,
                indices[:, None],
                updates,
                numbers,
                unique_indices=bool(unique and mode != lax.GatherScatterMode.CLIP),
                mode=mode,
            )

        return scattered, make(rng, 2, 4), make(rng, 2, 3)

    return draw


def positive_definite(rng):
    l = np.tril(finite(rng, 2, 3, 3)) + np.eye(3) * one_of(rng, 0, 1, 4)
    return lambda a: lax.linalg.cholesky(a, symmetrize_input=False), l @ l.transpose(0, 2, 1)


def lu(rng):
    return lax.linalg.lu, finite(rng, 2, *one_of(rng, (3, 3), (2, 3), (3, 2)))


def triangular(rng):
    left, lower, transposed, unit = (bool(bit) for bit in rng.integers(0, 2, 4))
    a = finite(rng, 2, 3, 3) + 10 * np.eye(3)
    solve = functools.partial(
        lax.linalg.triangular_solve, left_side=left, lower=lower, transpose_a=transposed, unit_diagonal=unit
    )
    return solve, a, finite(rng, 2, *((3, 2) if left else (2, 3)))


def linear_solve(rng):
    return jnp.linalg.solve, finite(rng, 3, 3) + 6 * np.eye(3), finite(rng, 3)


def window_gradient(rng):
    parameters: dict[str, Any] = {"window_dimensions": (2, 2), "window_strides": (1, 2), "padding": "VALID"}
    pooled = lambda x: lax.reduce_window(x, -np.inf, lax.max, **parameters)  # noqa: E731
    return jax.grad(lambda x: jnp.sum(pooled(x) * jnp.arange(2.0))), finite(rng, 3, 4)


def window_derivative(rng):
    parameters = window(rng) | {"padding": "SAME"}
    pooled = lambda x: lax.reduce_window(x, -np.inf, lax.max, **parameters)  # noqa: E731
    return lambda x, v: jax.jvp(pooled, (x,), (v,)), finite(rng, 3, 4), finite(rng, 3, 4)


def scan(rng):
    length, reverse = int(rng.integers(0, 4)), bool(rng.integers(2))
    body = lambda c, x: (c * x + 1, (c, x > 0))  # noqa: E731
    return lambda x: lax.scan(body, 1.0, x, reverse=reverse), finite(rng, length)


def while_loop(rng):
    def powers(n, x):
        return lax.while_loop(lambda c: c[0] < n, lambda c: (c[0] + 1, c[1] * x), (0, jnp.ones(2)))[1]

    return powers, rng.integers(0, 4), finite(rng, 2)


def batched_while(rng):
    function, _, _ = while_loop(rng)
    return jax.vmap(function), rng.integers(0, 4, 3), finite(rng, 3, 2)


def cond(rng):
    branches = [jnp.abs, lambda x: x * x, lambda x: x + 1]
    return lambda i, x: lax.switch(i, branches, x), rng.integers(-2, 5), floats(rng, 3)


def not_0(rng, n):
    x = finite(rng, n)
    return np.where(x == 0, 0.25, x)


def positive(rng, n):
    return rng.choice([0.5, 1.0, 1.5, 2.0, 3.0], n)


unit = functools.partial(floats, low=-2, high=2)
number = (floats, integers)
STACKS = {
    "stack": moving(lambda rng: lambda x, y: jnp.stack([x, y], axis=axis(rng)), (2, 3), (2, 3)),
    "unstack": moving(lambda rng: lambda x: jnp.unstack(x, axis=axis(rng)), (2, 2)),
}

TRIALS = {
    "abs": alike(lax.abs, 1, floats, functools.partial(integers, dtype=np.int8)),
    "add": alike(lax.add, 2, *number),
    "sub": alike(lax.sub, 2, *number),
    "mul": alike(lax.mul, 2, *number),
    "div": alike(lax.div, 2, *number),
    "rem": alike(lax.rem, 2, *number),
    "neg": alike(lax.neg, 1, *number),
    "sign": alike(lax.sign, 1, *number),
    "max": alike(lax.max, 2, floats, integers, truths),
    "min": alike(lax.min, 2, floats, integers, truths),
    "pow": power,
    "integer_pow": integer_pow,
    "square": alike(lax.square, 1, *number),
    "sqrt": elementwise(lax.sqrt, floats),
    "rsqrt": elementwise(lax.rsqrt, floats),
    "cbrt": elementwise(lax.cbrt, floats),
    "exp": elementwise(lax.exp, floats),
    "exp2": elementwise(lax.exp2, floats),
    "expm1": elementwise(lax.expm1, floats),
    "log": elementwise(lax.log, floats),
    "log1p": elementwise(lax.log1p, floats),
    "logistic": elementwise(lax.logistic, floats),
    **{
        name: elementwise(getattr(lax, name), floats)
        for name in ("sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "erf", "erfc", "lgamma")
    },
    **{name: elementwise(getattr(lax, name), unit) for name in ("asin", "acos", "atanh", "erf_inv")},
    "digamma": elementwise(lax.digamma, floats),
    "atan2": elementwise(lax.atan2, floats, floats),
    "polygamma": elementwise(
        lax.polygamma, lambda rng, n: rng.integers(0, 4, n).astype(float), functools.partial(floats, low=0)
    ),
    "igamma": elementwise(lax.igamma, not_0, floats),
    "igammac": elementwise(lax.igammac, not_0, floats),
    "regularized_incomplete_beta": elementwise(lax.betainc, *[positive] * 2, functools.partial(finite, low=-2, high=2)),
    "bessel_i0e": elementwise(lax.bessel_i0e, floats),
    "bessel_i1e": elementwise(lax.bessel_i1e, floats),
    "floor": elementwise(lax.floor, floats),
    "ceil": elementwise(lax.ceil, floats),
    "round": rounding,
    "zeta": elementwise(
        lax.zeta, lambda rng, n: rng.choice([1.5, 2.0, 3.0], n), lambda rng, n: rng.choice([0.5, 1.0, 2.0], n)
    ),
    **({"one_minus_square": alike(lax.one_minus_square, 1, floats)} if hasattr(lax, "one_minus_square") else {}),
    **({"polynomial": alike(polynomial, 4, floats)} if hasattr(lax, "polynomial") else {}),
    **{name: alike(getattr(lax, name + "_p").bind, 2, floats) for name in ("eq_to", "lt_to", "le_to")},
    "is_finite": elementwise(lax.is_finite, floats),
    **{name: alike(getattr(lax, name), 2, floats, integers, truths) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "and": alike(lax.bitwise_and, 2, integers, truths),
    "or": alike(lax.bitwise_or, 2, integers, truths),
    "xor": alike(lax.bitwise_xor, 2, integers, truths),
    "not": alike(lax.bitwise_not, 1, integers, truths),
    "shift_left": shift(lax.shift_left),
    "shift_right_logical": shift(lax.shift_right_logical),
    "shift_right_arithmetic": shift(lax.shift_right_arithmetic),
    "population_count": elementwise(lax.population_count, integers),
    "select_n": select_n,
    "clamp": clamp,
    "convert_element_type": convert,
    "bitcast_convert_type": bitcast,
    "reduce_precision": elementwise(lambda x: lax.reduce_precision(x, 8, 7), floats),
    "stop_gradient": elementwise(lax.stop_gradient, anything),
    "copy": elementwise(jnp.copy, anything),
    "optimization_barrier": elementwise(lax.optimization_barrier, anything),
    "reduce_sum": reduction(lax.reduce_sum, floats, integers),
    "reduce_prod": reduction(lax.reduce_prod, floats, integers),
    "reduce_max": reduction(lax.reduce_max, floats, integers),
    "reduce_min": reduction(lax.reduce_min, floats, integers),
    "reduce_and": reduction(lax.reduce_and, truths, integers),
    "reduce_or": reduction(lax.reduce_or, truths, integers),
    "reduce_window_sum": window_reduction(lax.add, 0.0),
    "reduce_window_max": window_reduction(lax.max, -np.inf),
    "reduce_window_min": window_reduction(lax.min, np.inf),
    "select_and_scatter_add": window_gradient,
    "select_and_gather_add": window_derivative,
    "argmax": argument(lax.argmax),
    "argmin": argument(lax.argmin),
    "cumsum": cumulative(lax.cumsum, floats, integers),
    "cumprod": cumulative(lax.cumprod, floats, integers),
    "cummax": cumulative(lax.cummax, floats, integers),
    "cummin": cumulative(lax.cummin, floats, integers),
    "cumlogsumexp": cumulative(lax.cumlogsumexp, floats),
    "sort": sort,
    "top_k": top_k,
    "dot_general": dot_general,
    "conv_general_dilated": convolution,
    "reshape": reshape,
    "squeeze": moving(lambda rng: lambda x: lax.squeeze(x, (0, 2)), (1, 3, 1)),
    "broadcast_in_dim": broadcast,
    "transpose": moving(
        lambda rng: functools.partial(lax.transpose, permutation=one_of(rng, (1, 2, 0), (2, 1, 0), (0, 2, 1))),
        (2, 3, 4),
    ),
    "slice": moving(slice_, (3, 4)),
    "rev": moving(lambda rng: functools.partial(lax.rev, dimensions=[axis(rng)]), (2, 3)),
    "concatenate": moving(concatenate, (2, 2), (2, 2)),
    **(STACKS if hasattr(lax, "stack") else {}),
    "tile": moving(lambda rng: lambda x: jnp.tile(x, (2, int(rng.integers(1, 3)))), (2, 2)),
    "pad": moving(pad, (2, 3), ()),
    "split": moving(split, (2, 3)),
    "dynamic_slice": moving(dynamic_slice, (3, 4)),
    "dynamic_update_slice": moving(dynamic_update_slice, (3, 4), (2, 1)),
    "gather": moving(gather, (3, 4)),
    "iota": lambda rng: (lambda: lax.broadcasted_iota(one_of(rng, np.float64, np.uint8), (2, 3), 1),),
    "scatter": scatter("scatter"),
    "scatter-add": scatter("scatter_add"),
    "scatter-sub": scatter("scatter_sub"),
    "scatter-mul": scatter("scatter_mul"),
    "scatter-min": scatter("scatter_min"),
    "scatter-max": scatter("scatter_max"),
    "cholesky": positive_definite,
    "lu": lu,
    "triangular_solve": triangular,
    "custom_linear_solve": linear_solve,
    "scan": scan,
    "while": while_loop,
    "batched while": batched_while,
    "cond": cond,
}


@pytest.mark.parametrize("name", TRIALS)
def test_the_exact_result_equals_the_programs(name):
    for seed in range(REPEATS):
        function, *arguments = TRIALS[name](np.random.default_rng([seed, len(name), *map(ord, name)]))
        exact, run, used = both(function, *arguments)
        assert name.removeprefix("batched ") in used, used
        assert not difference(exact, run, rtol=1e-9), (seed, difference(exact, run, rtol=1e-9), arguments)


def test_every_rule_is_tried():
    known = interpreter.EVERY_RULE.keys()
    aliases = {
        "add_any",
        "copy_p",
        "scatter_add",
        "expand_dims",
        "name",
        "device_put",
        "platform_index",
        *({"stack", "unstack"} - vars(lax).keys()),  # JAX 0.10.0 lacks them
        *({"one_minus_square", "polynomial"} - vars(lax).keys()),  # JAX 0.12 has them
    }
    without_results = {"empty", "empty2", "unvmap_any", "unvmap_all"}  # see test_elementwise
    assert known - TRIALS.keys() == aliases | without_results
