"""What `layer_log_likelihood` promises beside its values: types, blocks, what is left out, and where it is computed."""

from collections.abc import Callable
from types import SimpleNamespace
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from derivations.mutation.bad_layers import GOOD_LAYER


def _layer_keeps_types(library: SimpleNamespace) -> bool:
    """Costs of a layer in half precision are float32, and gradients have the types of what they are of."""
    w, b, a, y = (GOOD_LAYER[name] for name in "wbay")
    half = [jnp.asarray(x, jnp.bfloat16) for x in (w, b, a)]

    def cost(w: jax.Array, b: jax.Array, a: jax.Array) -> jax.Array:
        return library.layer_log_likelihood((w, b), a, y).sum()

    C, slopes = jax.eval_shape(jax.value_and_grad(cost, (0, 1, 2)), *half)
    return C.dtype == np.float32 and all(x.dtype == jnp.bfloat16 for x in slopes)


def _layer_leaves_out_examples(library: SimpleNamespace) -> bool:
    """Of examples that are left out, cost and slope are 0 even where inputs are nan."""
    w, b, a, y = (GOOD_LAYER[name] for name in "wbay")
    a, shown = a * np.array([[1], [np.nan], [1], [1]], np.float32), np.array([True, False, True, True])

    def cost(a: jax.Array) -> jax.Array:
        return library.layer_log_likelihood((w, b), a, y, where=shown)

    C, slope = cost(a), jax.grad(lambda a: cost(a).sum())(a)
    return bool(C[1] == 0 and np.isfinite(C).all() and np.isfinite(slope).all() and np.all(C[shown] > 0))


def _layer_hides_every_class(library: SimpleNamespace) -> bool:
    """Of an example of which no class is shown, cost and slope are 0, and no step on the way is nan."""
    w, b, a, y = (GOOD_LAYER[name] for name in "wbay")
    shown = np.ones((len(a), len(w)), bool)
    shown[0] = False
    with jax.debug_nans(True):
        C, slope = jax.vmap(
            jax.value_and_grad(lambda a, y, shown: library.layer_log_likelihood((w, b), a, y, where=shown, block=2))
        )(a, y, shown)
    return bool(C[0] == 0 and np.all(slope[0] == 0) and np.all(C[1:] > 0))


def _bends_as_its_weighted_inputs(library: SimpleNamespace) -> bool:
    """The second derivatives by the inputs, with a constant, are those of the cost of all weighted inputs."""
    w, b, a, y = (GOOD_LAYER[name] for name in "wbay")

    def by_blocks(a: jax.Array) -> jax.Array:
        return library.layer_log_likelihood((w, b), a, y, c=2.0, block=2).sum()

    def at_once(a: jax.Array) -> jax.Array:
        return library.log_likelihood(library.tempered_softmax(2), a @ np.asarray(w).T + b, y).sum()

    found, expected = (jax.jvp(jax.grad(f), (a,), (jnp.ones_like(a),))[1] for f in (by_blocks, at_once))
    return bool(np.allclose(found, expected, 1e-4, 1e-6))


def _takes_blocks_by_itself(library: SimpleNamespace) -> bool:
    """How many classes a block has: two million weighted inputs, at least 256 classes, a divisor if there is one."""
    sizes = {(131_072, 1024): 2048, (32_000, 1024): 2000, (50_257, 1024): 1733, (10, 5): 10, (32_749, 10**6): 256}
    sizes |= {(2**22, 1): 2**21, (1021**2, 1024): 2048}  # the only divisor of the last, 1021, is less than half a block
    with mock.patch.object(jax, "default_backend", return_value="gpu"):
        on_a_gpu = library._block_size(None, 131_072, 1024)
    return on_a_gpu == 8192 and all(library._block_size(None, *given) == size for given, size in sizes.items())


def _sums_many_classes(library: SimpleNamespace) -> bool:
    """A layer of forty classes in one block costs what its weighted inputs cost, with the same slopes by targets."""
    z, y, a = np.linspace(-2, 2, 40, dtype=np.float32), np.full(40, 0.025, np.float32), np.ones(1, np.float32)
    layer = jnp.zeros((40, 1), jnp.float32), jnp.asarray(z)
    of_layer = jax.value_and_grad(lambda y: library.layer_log_likelihood(layer, a, y, block=40))(y)
    of_inputs = jax.value_and_grad(lambda y: library.log_likelihood(library.softmax, z, y))(y)
    return all(np.allclose(x, expected) for x, expected in zip(of_layer, of_inputs, strict=True))


def _loops_over_its_own_blocks(library: SimpleNamespace) -> bool:
    """Of 599 classes, 10,000 examples of one input have blocks of 256 if none are asked for: two and a rest."""
    w, a, y = ((599, 1), np.float32), ((10_000, 1), np.float32), ((10_000,), np.int32)
    shapes = [jax.ShapeDtypeStruct(*given) for given in (w, a, y)]
    program = jax.make_jaxpr(lambda w, a, y: library.layer_log_likelihood((w, None), a, y))(*shapes)
    return "length=2" in str(program)


def _is_softmax_of_a_product(library: SimpleNamespace) -> bool:
    """Without biases, costs are those of w a, for inputs of one and of three axes; also with classes left out."""
    w = np.array([[1.0, -0.5], [0.5, 2.0], [-1.0, 0.25]], np.float32)
    a = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 3, 2)
    labels, shown = np.array([[0, 1, 2], [2, 0, 1]]), np.arange(18).reshape(2, 3, 3) % 4 > 0

    def is_right(a: np.ndarray, y: np.ndarray, where: np.ndarray | None = None) -> bool:
        found = library.layer_log_likelihood((w, None), a, y, where=where)
        return np.allclose(found, library.log_likelihood(library.softmax, a @ w.T, y, where=where), 1e-5)

    one = is_right(a, labels) and is_right(a[0, 0], labels[0, 0])
    return one and is_right(a, np.eye(3, dtype=np.float32)[labels], shown)


def _knows_its_labels(library: SimpleNamespace) -> bool:
    """A label that no class has costs nan, next to the first and next to the last too."""
    w, b, a, _ = (GOOD_LAYER[name] for name in "wbay")
    C = library.layer_log_likelihood((w, b), a, np.array([-1, 0, 2, 3]))
    return np.isnan(C).tolist() == [True, False, False, True]


def _impossible_classes(library: SimpleNamespace) -> bool:
    """A class whose bias is -inf costs nothing where its target is 0, and everything elsewhere; slopes by targets."""
    z, w, a = np.array([0.5, -np.inf, 2.0], np.float32), np.zeros((3, 1), np.float32), np.ones(1, np.float32)

    def of_layer(y: np.ndarray) -> jax.Array:
        return library.layer_log_likelihood((w, z), a, y, block=2)

    def of_inputs(y: np.ndarray) -> jax.Array:
        return library.log_likelihood(library.softmax, z, y)

    possible, impossible = np.array([1, 0, 0], np.float32), np.array([0, 1, 0], np.float32)
    found, wanted = (jax.value_and_grad(cost)(possible) for cost in (of_layer, of_inputs))
    right = all(np.allclose(x, expected) for x, expected in zip(found, wanted, strict=True))
    return right and bool(of_layer(impossible) == np.inf)


def _spread_as_its_examples(library: SimpleNamespace) -> bool:
    """On an explicit mesh, costs are divided among devices as the examples are; every axis may be divided."""
    mesh = jax.make_mesh((1, 1), ("examples", "inputs"), axis_types=(AxisType.Explicit,) * 2)

    def divided(shape: tuple[int, ...], *names: str | None) -> jax.Array:
        return jax.device_put(np.ones(shape, np.float32), NamedSharding(mesh, PartitionSpec(*names)))

    with jax.set_mesh(mesh):
        w, b = divided((3, 2), "examples", "inputs"), divided((3,), "examples")
        C = library.layer_log_likelihood((w, b), divided((2, 3, 2), None, "examples"), jnp.zeros((2, 3), int))
        of_one = library.layer_log_likelihood((w, b), divided((2,), "inputs"), jnp.array(0))
    right = np.allclose(C, np.log(3)) and np.allclose(of_one, np.log(3))
    return right and jax.typeof(C).sharding.spec == PartitionSpec(None, "examples")


def _sums_in_parts(library: SimpleNamespace) -> bool:
    """A long sum, in parts that do not come out even, has all its terms and few ulps of error."""
    x = np.full((100_001, 1), 0.1, np.float32)
    true = float(x[0, 0]) * len(x)
    return bool(abs(float(jax.jit(library._sum)(x)[0]) - true) < 64 * np.spacing(np.float32(true)))


PROMISED_OF_LAYERS: dict[str, Callable] = {
    "second derivatives": _bends_as_its_weighted_inputs,
    "the types of a layer": _layer_keeps_types,
    "a layer's examples that are left out": _layer_leaves_out_examples,
    "a layer of which no class is shown": _layer_hides_every_class,
    "the size of a block": _takes_blocks_by_itself,
    "the number of blocks": _loops_over_its_own_blocks,
    "a layer without biases": _is_softmax_of_a_product,
    "a layer's labels that no class has": _knows_its_labels,
    "a layer's classes that are impossible": _impossible_classes,
    "a layer on a mesh": _spread_as_its_examples,
    "a layer of many classes": _sums_many_classes,
    "a long sum": _sums_in_parts,
}
