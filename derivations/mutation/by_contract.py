"""Whether the library keeps its contract: it refuses bad input, and returns the types and shapes that it promises."""

import dataclasses
import functools
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from derivations.mutation.bad_layers import BAD_LAYERS, try_layer
from derivations.mutation.bad_options import BAD_MASKS, BAD_OPTIONS
from derivations.mutation.promised_of_layers import PROMISED_OF_LAYERS
from derivations.mutation.promised_of_options import PROMISED_OF_OPTIONS, Y, Z

LIMIT = float(np.finfo(np.float32).max) / 10_000  # of c

# Bad input: the error that it must raise, how the message begins, and the call.
REFUSED: dict[str, tuple[type[Exception], str, Callable]] = {
    "integers as weighted inputs": (
        TypeError,
        "z must hold floats",
        lambda it: it.quadratic(it.sigmoid, np.array([1, 2]), np.array(0)),
    ),
    "a boolean c": (TypeError, "c must be a number", lambda it: it.tempered_softmax(True)),
    "a c in words": (TypeError, "c must be a number", lambda it: it.tempered_softmax("1")),
    "a complex c": (TypeError, "c must be a number", lambda it: it.tempered_softmax(1j)),
    "a c of 0": (ValueError, "c must be finite", lambda it: it.tempered_softmax(0)),
    "a negative c": (ValueError, "c must be finite", lambda it: it.tempered_softmax(-1)),
    "an infinite c": (ValueError, "c must be finite", lambda it: it.tempered_softmax(float("inf"))),
    "a c of nan": (ValueError, "c must be finite", lambda it: it.tempered_softmax(float("nan"))),
    "the first c too large for float32": (ValueError, "c must be between", lambda it: it.tempered_softmax(LIMIT)(Z)),
    "a c beyond the floats": (ValueError, "c must be between", lambda it: it.tempered_softmax(1e308)),
    "the first c too small for float32": (
        ValueError,
        "c must be between",
        lambda it: it.tempered_softmax(1 / LIMIT)(Z),
    ),
    "an axis beyond the last": (ValueError, "axis 2 does not exist", lambda it: it.quadratic(it.sigmoid, Z, Y, axis=2)),
    "an axis before the first": (
        ValueError,
        "axis -3 does not exist",
        lambda it: it.quadratic(it.sigmoid, Z, Y, axis=-3),
    ),
    "no axis": (ValueError, "axis -1 does not exist", lambda it: it.quadratic(it.sigmoid, Z[0, 0], Y[0, 0])),
    "labels that are floats": (
        ValueError,
        "y of shape (2,) must hold class labels",
        lambda it: it.quadratic(it.sigmoid, Z, Y[:, 0]),
    ),
    "targets that are integers": (ValueError, "targets y", lambda it: it.quadratic(it.sigmoid, Z, Y.astype(int))),
    "targets of too few columns": (
        ValueError,
        "y of shape (2, 2) does not fit z",
        lambda it: it.quadratic(it.sigmoid, Z, Y[:, :2]),
    ),
    "too many labels": (ValueError, "y of shape", lambda it: it.quadratic(it.sigmoid, Z, np.array([0, 1, 2]))),
    "another value in an Output": (dataclasses.FrozenInstanceError, "", lambda it: setattr(it.sigmoid, "c", 2.0)),
}


def broken_promise(library: SimpleNamespace) -> str:
    """The first bad input that is accepted, or the first promise that is broken; "" if there is none."""
    of_layers = {
        name: (error, beginning, functools.partial(try_layer, changes=changes))
        for name, (error, beginning, changes) in BAD_LAYERS.items()
    }
    for name, (error, beginning, call) in (REFUSED | BAD_MASKS | BAD_OPTIONS | of_layers).items():
        if not _raises(error, beginning, call, library):
            return f"accepted: {name}"
    promised = PROMISED | PROMISED_OF_OPTIONS | PROMISED_OF_LAYERS
    return next((name for name, holds in promised.items() if not holds(library)), "")


def _raises(error: type[Exception], beginning: str, call: Callable, library: SimpleNamespace) -> bool:
    try:
        call(library)
    except Exception as raised:
        return isinstance(raised, error) and str(raised).startswith(beginning)
    return False


def _keeps_type(library: SimpleNamespace, dtype: type) -> bool:
    """In half precision and float32, costs are float32; activations and gradients have the input's type."""
    z, cost = jax.ShapeDtypeStruct(Z.shape, dtype), functools.partial(library.quadratic, library.sigmoid)
    C, gradient = jax.eval_shape(jax.value_and_grad(lambda z: cost(z, Y).sum()), z)
    return (C.dtype, gradient.dtype, jax.eval_shape(library.sigmoid, z).dtype) == (np.float32, dtype, dtype)


def _along_the_last_axis(library: SimpleNamespace) -> bool:
    return bool(np.allclose(library.softmax(np.stack([Z, 2 * Z])).sum(-1), 1))


def _byte_label_among_many(library: SimpleNamespace) -> bool:
    z = np.linspace(0, 1, 300)
    costs = [library.log_likelihood(library.softmax, z, label) for label in (np.uint8(200), np.int32(200))]
    return bool(costs[0] == costs[1])


def _nearly_too_large(library: SimpleNamespace) -> bool:
    """Values of c just within the limits are accepted."""
    results = [library.tempered_softmax(c)(Z) for c in (0.99995 * LIMIT, 1.00005 / LIMIT)]
    return all(np.allclose(jnp.sum(a, -1), 1) for a in results)


def _called_by_its_expression(library: SimpleNamespace) -> bool:
    outputs = library.softmax, library.tempered_softmax(2), library.Output.from_activation(jnp.tanh)
    names = "softmax", "tempered_softmax(2.0)", "Output.from_activation(tanh)"
    return [repr(output) for output in outputs] == [f"jaxce.{name}" for name in names]


def _joins_axes(library: SimpleNamespace) -> bool:
    """Outputs along several axes, of dense targets and labels, with masks of both kinds, are as along one."""
    z = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    shown, examples = z < 0.9, np.array([True, False, True])

    def joined(x: np.ndarray) -> np.ndarray:
        return np.moveaxis(x, (2, 0), (-2, -1)).reshape(3, 8)

    cost = functools.partial(library.log_likelihood, library.softmax)
    several = [cost(z, y, (2, -3), where) for y, where in ((z, shown), (z, examples), (np.array([7, 1, 3]), None))]
    along = [(z, joined(shown)), (z, examples), (np.array([7, 1, 3]), None)]
    one = [cost(joined(z), y if y.ndim == 1 else joined(y), -1, where) for y, where in along]
    right = all(np.allclose(x, y, rtol=1e-5) and x.shape == (3,) for x, y in zip(several, one, strict=True))
    two_by_two = np.zeros((3, 4, 2, 2), np.float32)
    return right and library.quadratic(library.sigmoid, two_by_two, two_by_two, (0, 1)).shape == (2, 2)


def _makes_nan_of_nothing_else(library: SimpleNamespace) -> bool:
    """Without jit too, x is unchanged where the condition holds and nan where it does not."""
    with jax.disable_jit():
        x = library.nan_unless(np.array([True, False]), jnp.array([1.5, 2.0]))
    return bool(x[0] == 1.5 and np.isnan(x[1]))


def _made_again(library: SimpleNamespace) -> bool:
    """What `pickle` is told of an output makes one that computes the same, and each compares by identity."""
    softmax = library.tempered_softmax(2)
    anonymous = dataclasses.replace(softmax, made_by=())
    outputs = softmax, anonymous, library.linear, library.sigmoid, library.Output.from_activation(jnp.tanh)
    recipes = [output.__reduce__() for output in outputs]
    made = [make(*arguments) for make, arguments in recipes]
    alike = all(
        np.array_equal(new(Z), old(Z)) and repr(new) == repr(old) for new, old in zip(made, outputs, strict=True)
    )
    return alike and anonymous != dataclasses.replace(anonymous)


def _any_activation_makes_an_output(library: SimpleNamespace) -> bool:
    """An output of any function, about which nothing is assumed, of which outputs that are masked do not matter."""
    output = library.Output.from_activation(lambda z: z)
    where = np.array([[True, False, True], [False, False, False]])
    z = np.array([[0.25, np.inf, 0.5], [np.nan, 2.0, 3.0]], np.float32)

    def cost(z: np.ndarray) -> jax.Array:
        return library.cross_entropy(output, z, Y, where=where)

    C, slope = cost(z), jax.grad(lambda z: cost(z).sum())(z)
    plain = library.cross_entropy(library.linear, z[0, ::2], Y[0, ::2])
    ignored = np.all(slope[~where] == 0)
    return bool(np.allclose(C, [plain, 0]) and ignored and not output.keeps_order and not output.has_domain)


def _nothing_shown_costs_nothing(library: SimpleNamespace) -> bool:
    """Cost and slope are 0 of an example of which no output is shown, whatever the output layer, and no step is nan."""
    nothing = np.zeros(3, bool)

    def is_nothing(cost: Callable, output: Callable) -> bool:
        C, slope = jax.value_and_grad(lambda z: cost(output, z, Y[0], where=nothing))(Z[0])
        return bool(C == 0 and np.all(slope == 0) and np.all(output(Z[0], where=nothing) == 0))

    outputs = library.linear, library.sigmoid, library.softmax
    with jax.debug_nans(True):
        return all(is_nothing(cost, output) for cost in library.COSTS.values() for output in outputs)


def _pulls_back_by_differentiation(library: SimpleNamespace) -> bool:
    """Where an output has no better way, (da/dz)^T g is found by differentiation, with respect to c z too."""
    softmax = library.tempered_softmax(2)
    plain = dataclasses.replace(softmax, activation_pullback=None)
    return bool(np.allclose(plain.pullback(Z, Y, -1), softmax.pullback(Z, Y, -1), 1e-5))


def _masks_examples_whatever_is_there(library: SimpleNamespace) -> bool:
    """Of examples that are left out no step is nan, with one output too; and a mask may have an axis of size 1."""
    kept = np.array([True, False])

    def is_nothing(cost: Callable, output: Callable, z: np.ndarray, y: np.ndarray) -> bool:
        C, slope = jax.value_and_grad(lambda z: cost(output, z, y, where=kept).sum())(z)
        return bool(cost(output, z[0], y[0]) == C and np.all(slope[1] == 0))

    with jax.debug_nans(True):
        of_targets = is_nothing(library.cross_entropy, library.linear, np.full((2, 3), 0.25, np.float32), Y)
        of_labels = is_nothing(library.cross_entropy, library.sigmoid, Z[:, :1], np.array([0, 0]))
    shared = library.quadratic(library.sigmoid, Z, Y, where=np.array([[True, False, True]]))
    each = library.quadratic(library.sigmoid, Z, Y, where=np.array([[True, False, True]] * 2))
    return of_targets and of_labels and bool(np.all(shared == each))


def _finds_labels_on_a_mesh(library: SimpleNamespace) -> bool:
    """The log-likelihood of labels is the same where an explicit mesh divides the classes."""
    mesh = jax.make_mesh((1,), ("classes",), axis_types=(AxisType.Explicit,))
    labels = np.array([0, 2])
    with jax.set_mesh(mesh):
        z = jax.device_put(Z, NamedSharding(mesh, PartitionSpec(None, "classes")))
        found = library.at_labels(z, labels, -1)
    return found.tolist() == Z[[0, 1], labels].tolist()


def _keeps_digits_between(library: SimpleNamespace) -> bool:
    """ln(1 - z) has all its digits where XLA's log1p of -z has lost some, in float64."""
    z = np.linspace(0.3, 0.5, 101)
    C = jax.vmap(lambda z: library.cross_entropy(library.linear, z, jnp.zeros(1)))(z[:, None])
    return bool(np.max(np.abs(C + np.log1p(-z)) / np.spacing(-np.log1p(-z))) < 4)


def _keeps_digits_of_squares(library: SimpleNamespace) -> bool:
    """The rounding error of a difference counts twice in the square of its exponential."""
    z, m = np.linspace(-30, 0.7, 1001, dtype=np.float32), np.float32(0.7)
    squares = jax.jit(lambda z: library.squared_exponentials(z, m, 1.0))(z)
    true = np.exp(2 * (z.astype(np.float64) - np.float64(m)))
    return bool(np.max(np.abs(np.asarray(squares, np.float64) - true) / np.spacing(true.astype(np.float32))) < 2.2)


def _keeps_digits_of_a_saturated_slope(library: SimpleNamespace) -> bool:
    """The derivative of an output that is almost 1, or of two that are almost 1/2, has all digits of the others."""

    def slope(z: list[float], dz: list[float]) -> jax.Array:
        return jax.jvp(library.softmax, (np.array(z),), (np.array(dz, float),))[1]

    e = np.exp([-40.0, -39.0])
    of_one = np.array([np.sum(e), *-e]) / (1 + np.sum(e)) ** 2
    of_two = e[0] / (2 + e[0]) ** 2 * np.array([1, 1, -2])
    found = slope([0.5, -39.5, -38.5], [1, 0, 0]), slope([0.5, 0.5, -39.5], [1, 1, 0])
    return all(np.allclose(da, right, rtol=1e-12, atol=0) for da, right in zip(found, (of_one, of_two), strict=True))


def _adds_few_in_pairs(library: SimpleNamespace) -> bool:
    """Ten terms are added in pairs; two, and a hundred, by XLA."""
    programs = [str(jax.make_jaxpr(lambda x: library.sum_of(x, 0))(jnp.ones(size))) for size in (2, 10, 100)]
    return ["reduce_sum" in program for program in programs] == [True, False, True]


def _keeps_digits_of_quotients_and_logarithms(library: SimpleNamespace) -> bool:
    """Quotients by 1 + x and its powers are right to less than an ulp, and ln(1 + x) to two, in float32."""
    x = np.linspace(0.4, 9, 100_001, dtype=np.float32)
    wide, inside = x.astype(np.float64), x <= 1

    def error(found: jax.Array, true: np.ndarray) -> np.ndarray:
        return np.abs(np.asarray(found, np.float64) - true) / np.spacing(true.astype(np.float32))

    share = jax.jit(library._share, static_argnums=2)
    quotients = [error(share(x, x, power), wide / (1 + wide) ** power) for power in (1, 2, 3)]
    logarithms = error(jax.jit(library._log_of_1_and)(x), np.log1p(wide))
    return bool(np.max(quotients) < 1 and np.max(logarithms[inside]) < 2)


def _adds_exponentials_exactly(library: SimpleNamespace) -> bool:
    """The sum of all but one maximum of ten exponentials is right to the last digit."""
    z = np.random.default_rng(0).normal(size=(10_000, 10)).astype(np.float32)
    _, e, rest = library.exponentials(z, 1.0, -1)
    exact = np.sum(np.asarray(e, np.float64), -1, keepdims=True) - 1
    return bool(np.max(np.abs(np.asarray(rest, np.float64) - exact) / np.spacing(exact.astype(np.float32))) < 0.6)


def _keeps_digits_of_a_weighted_residual(library: SimpleNamespace) -> bool:
    """The residual of a target that is almost reached is what the others have of the sum, times its own weight.

    That of two tied maxima, neither of which is the target, is small as well.
    """

    def gradient(z: list[float], y: list[float], w: np.ndarray) -> jax.Array:
        return library.softmax.weighted_residual_pullback(np.array(z, float), np.array(y, float), w, -1)

    w, e = np.array([2.0, 1.0, 3.0]), np.exp([-40.0, -39.0])
    of_others = e * (w[1:] * e + w[0] * np.sum(e))  # those of e^-120 are left out
    of_two = 4 * e[0] / (2 + e[0]) ** 3 * np.array([1, 1, -2])
    return np.allclose(gradient([40, 0, 1], [1, 0, 0], w), [-np.sum(of_others), *of_others], rtol=1e-12, atol=0) and (
        np.allclose(gradient([40, 40, 0], [0, 0, 1], np.array([2.0, 2.0, 1.0])), of_two, rtol=1e-12, atol=0)
    )


def _weighs_residuals(library: SimpleNamespace) -> bool:
    """Outputs that do not affect each other: each has its own weight times its own derivative."""
    z, y, w = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0, 0.25]), np.array([2.0, 1.0, 3.0])
    a = 1 / (1 + np.exp(-z))
    by_linear, by_sigmoid = (
        output.weighted_residual_pullback(z, y, w, -1) for output in (library.linear, library.sigmoid)
    )
    return bool(np.allclose(by_linear, w * (z - y)) and np.allclose(by_sigmoid, w * (a - y) * a * (1 - a)))


def _is_finite_where_z_is_a_product(library: SimpleNamespace) -> bool:
    """XLA may round c z for the maximum and not for the difference from it: no exponential is then exactly 1."""
    random = np.random.default_rng(0)
    c, z = np.exp(random.normal(size=24)), random.normal(size=(24, 3))
    curvature = jax.grad(jax.grad(lambda c, z: library.log_likelihood(library.softmax, c * z, jnp.array(0))))
    return bool(np.all(np.isfinite(jax.jit(jax.vmap(curvature))(c, z))))


def _costs_nothing_without_outputs(library: SimpleNamespace) -> bool:
    """An example without outputs costs nothing, and a label names none of them."""
    z, cost = np.zeros((2, 0), np.float32), functools.partial(library.log_likelihood, library.softmax)
    return cost(z, z).tolist() == [0, 0] and bool(np.all(np.isnan(cost(z, np.array([0, 1])))))


def _asks_a_tpu_for_digits(library: SimpleNamespace) -> bool:
    """A TPU is asked for exponentials with all their digits; other devices, which have one exponential, are not."""

    def modes(backend: str) -> set:
        with mock.patch.object(jax, "default_backend", return_value=backend):
            program = jax.make_jaxpr(lambda x: library.accurate_exp(x))(jnp.ones(()))
        return {equation.params["accuracy"] for equation in program.eqns}

    return modes("tpu") == {jax.lax.AccuracyMode.HIGHEST} and modes("cpu") == {None}


PROMISED: dict[str, Callable] = {
    "the type of the weighted inputs": lambda it: all(
        _keeps_type(it, t) for t in (jnp.bfloat16, np.float16, np.float32)
    ),
    "the last axis, where none is named": _along_the_last_axis,
    "a z that is a product": _is_finite_where_z_is_a_product,
    "the digits of a saturated slope": _keeps_digits_of_a_saturated_slope,
    "sums in pairs": _adds_few_in_pairs,
    "the digits of a sum of exponentials": _adds_exponentials_exactly,
    "the digits of quotients and logarithms": _keeps_digits_of_quotients_and_logarithms,
    "a weighted residual": _weighs_residuals,
    "the digits of a weighted residual": _keeps_digits_of_a_weighted_residual,
    "a label of eight bits among 300": _byte_label_among_many,
    "the name of a cost": lambda it: all(name == cost.__name__ for name, cost in it.COSTS.items()),
    "what an output is called": _called_by_its_expression,
    "what help says of an output": lambda it: it.softmax.__doc__.startswith("The softmax layer with c = 1.0"),
    "one object for equal c": lambda it: it.tempered_softmax(1) is it.softmax,
    "a c just within the limits": _nearly_too_large,
    "a fraction as c": lambda it: it.tempered_softmax(Fraction(1, 2)) is it.tempered_softmax(0.5),
    "outputs along several axes": _joins_axes,
    "a label outside the domain": lambda it: bool(np.isnan(it.log_likelihood(it.linear, -Z, np.array([0, 0]))[1])),
    "a nan that is meant": _makes_nan_of_nothing_else,
    "an output made again": _made_again,
    "an output of any activation": _any_activation_makes_an_output,
    "an example of which nothing is shown": _nothing_shown_costs_nothing,
    "classes by the weighted inputs": lambda it: all(
        output.keeps_order for output in (it.linear, it.sigmoid, it.softmax, it.tempered_softmax(2))
    ),
    "masks of examples": _masks_examples_whatever_is_there,
    "examples without outputs": _costs_nothing_without_outputs,
    "labels on a mesh": _finds_labels_on_a_mesh,
    "the digits of ln(1 - z)": _keeps_digits_between,
    "the exponentials of a TPU": _asks_a_tpu_for_digits,
    "the digits of a square": _keeps_digits_of_squares,
    "a pullback by differentiation": _pulls_back_by_differentiation,
}
