"""The log-likelihood of a softmax layer, a block of classes at a time: neither z nor delta of all classes ever exists.

With z = w a + b of K classes, a block contributes the maximum m_k of its z_j and rest_k, the sum of its e^(c (z_j -
m_k)) but one maximum's. Once all blocks are known, the same is done with them: of the maximum m of the m_k, the sum of
all e^(c (z_j - m)) but one maximum's is rest = sum_k e^(c (m_k - m)) rest_k + (the sum of the e^(c (m_k - m)) but one
maximum's). No number is rescaled from block to block, so the error does not grow with their number; and the largest
exponential, 1, never drowns the others. The gradient computes each block's z once more.

Inside, examples lie along the last axis: a is [n_in, examples], a block of z is [classes of the block, examples].
"""

import functools
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.custom_derivatives import SymbolicZero
from jax.sharding import PartitionSpec
from jax.typing import ArrayLike

from jaxce.exponentials import at_maxima, exponentials, relative_exponentials
from jaxce.fusion import fusion_barrier
from jaxce.output_layer import nan_unless, working_precision
from jaxce.softmax_layer import tempered_softmax
from jaxce.targets import are_labels, wide_labels

# How many weighted inputs a block holds if the caller does not say how many classes: 8 MiB of float32 stay in a CPU's
# caches; on a GPU, where each block costs the starting of its kernels, fewer and larger ones are faster.
_WEIGHTED_INPUTS, _ON_A_GPU = 2**21, 2**23
_FEWEST_CLASSES = 256  # below, the products of matrices become inefficient


def layer_log_likelihood(
    layer: tuple[ArrayLike, ArrayLike | None],
    a: ArrayLike,
    y: ArrayLike,
    *,
    c: float | Real = 1.0,
    block: int | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """C = -sum_j y_j ln softmax(w a + b)_j (80), which is -ln softmax(w a + b)_y for a label y, one cost per example.

    It equals `log_likelihood(tempered_softmax(c), w a + b, y)`, with the same derivatives, for layers of so many
    classes that the weighted inputs z = w a + b of all examples do not fit into memory: they are computed for a block
    of classes at a time, and again in the gradient, in which delta = c (a^L sum(y) - y) (84 with 83) of a block is
    multiplied by w and by a before the next one is computed. jit, vmap, forward and reverse mode and their compositions
    work as for any function, and each of them goes by blocks.

    Args:
        layer: `Layer(w, b)` of weights w [K, n_in] and biases b [K], floats; b may be None. A class whose bias is -inf
            is as if it were not there.
        a: the layer's inputs [..., n_in], floats: the activations of the layer before.
        y: class labels [...], integers, of which one outside 0 ... K-1 costs nan; or targets [..., K], floats.
        c: the constant of the softmax, a finite number above 0.
        block: how many classes to compute at a time, at least 1; K need not be a multiple of it. By default, so many
            that a block has about two million weighted inputs, on a GPU eight million.
        where: booleans [...], of the shape of the examples: where they are False, cost and gradients are 0, whatever
            a and y are; or booleans [..., K], which leave out classes for an example.

    Returns:
        The costs [...], in the dtype to which w and a promote; float32 for half precision. Half-precision weights and
        inputs are multiplied and added up in float32, and so are their gradients, which are rounded once, at the end.

    Raises:
        TypeError: w, b or a does not hold floats, `where` no booleans, or c is no real number or block no integer.
        ValueError: the shapes do not fit each other, c is not finite and above 0, or block is below 1.

    References:
        Nielsen, "Neural Networks and Deep Learning", chapter 3, equations (80) to (84). Wijmans et al., "Cut Your
        Losses in Large-Vocabulary Language Models", 2024, has the idea of computing blocks of z twice.

    Example:
        >>> import jaxce
        >>> w, b = jnp.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), jnp.zeros(3)
        >>> a, y = jnp.array([[50.0, 0.0]]), jnp.array([1])
        >>> layer_log_likelihood(jaxce.Layer(w, b), a, y, block=2).tolist()
        [50.693...]
        >>> jaxce.log_likelihood(jaxce.softmax, a @ w.T + b, y).tolist()
        [50.693...]
    """
    w, b = (None if x is None else jnp.asarray(x) for x in layer)
    a, y = jnp.asarray(a), jnp.asarray(y)
    where = None if where is None else jnp.asarray(where)
    _check(w, b, a, y, block, where)
    compute: Any = functools.partial(_costs, tempered_softmax(c).c, block)
    arguments = w, b, a, y, where
    if _are_divided(arguments):
        compute = jax.sharding.auto_axes(compute, out_sharding=PartitionSpec(*jax.typeof(a).sharding.spec[:-1]))
    return compute(*arguments)


def _are_divided(arrays):
    """Whether an explicit mesh divides one of the arrays among devices; then it is left to the compiler how."""
    return any(part is not None for x in jax.tree.leaves(arrays) for part in jax.typeof(x).sharding.spec)


def _costs(c, block, w, b, a, y, where):
    classes, examples = len(w), a.shape[:-1]
    dtype = jnp.promote_types(working_precision(w).dtype, working_precision(a).dtype)
    shows_examples = where is not None and where.shape == examples
    if shows_examples:
        a = jnp.where(where[..., None], a, 0)  # whatever is there, nan too, has no part in the derivatives
    inputs = _Inputs(
        w,
        jnp.zeros(classes, dtype) if b is None else b,
        a.reshape(-1, a.shape[-1]).astype(dtype).T,
        wide_labels(y).ravel() if are_labels(y) else y.reshape(-1, classes),
        None if where is None or shows_examples else where.reshape(-1, classes),
    )
    C = _cost(c, _block_size(block, classes, inputs.a.shape[1]), inputs).reshape(examples)
    if are_labels(y):
        C = nan_unless((y >= 0) & (y < classes), C)
    return jnp.where(where, C, 0) if shows_examples else C


class _Inputs(NamedTuple):
    """Weights [K, n_in], biases [K], activations [n_in, n], labels [n] or targets [n, K], and classes shown [n, K]."""

    w: Array
    b: Array
    a: Array
    y: Array
    shown: Array | None


class _Summary(NamedTuple):
    """What is known of a block for each example: m_k, rest_k, sum_j y_j, and sum_j y_j c (m_k - z_j) over the unit."""

    m: Array
    rest: Array
    total: Array
    distance: Array


def _cost(c, size, inputs):
    blocks = _by_blocks(functools.partial(_summary, c, inputs), size, inputs.w, inputs.b)
    are_all_hidden = jnp.isneginf(jnp.max(blocks.m, 0))
    m, e, rest = exponentials(jnp.where(are_all_hidden, 0, blocks.m), c, 0)
    m, rest = m[0], jnp.where(are_all_hidden, 0, rest[0] + _sum(e * blocks.rest))
    total = _sum(blocks.total)
    distance = _sum(blocks.distance + _times_distance(blocks.total, _in_log_unit(c, m, blocks.m)))
    C = _log_unit(c) * (distance + total * (jnp.log1p(rest) / _log_unit(c)))
    return _with_derivative(c, size, lax.stop_gradient(C), m, rest, total, inputs)


def _summary(c, inputs, first, w, b):
    z, y = _block(inputs, first, w, b)
    m = jnp.max(z, 0)
    e = fusion_barrier(relative_exponentials(z, _finite(m), c))
    rest = _sum(e - at_maxima(e)) + (jnp.sum(at_maxima(e), 0) - 1)
    return _Summary(m, rest, _sum(y), _sum(_times_distance(y, _in_log_unit(c, _finite(m), z))))


def _finite(m):
    """The maximum of a block of which some class is shown; else 0 instead of -inf, so that every exponential is 0."""
    return jnp.where(jnp.isneginf(m), 0, m)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _with_derivative(c, size, C, m, rest, total, inputs):
    """C, which is a function of the inputs, with the derivative dC = sum_j delta_j dz_j + sum_j dC/dy_j dy_j.

    So are m, rest and total; the derivative of delta needs theirs.
    """
    return C


def _jvp(c, size, primals, tangents):
    C, m, rest, total, inputs = primals
    dw, db, da, dy, _ = (None if isinstance(dx, SymbolicZero) else dx for dx in tangents[-1])

    def slope(first, w, b, dw, db, dy):
        z, y = _block(inputs, first, w, b)
        slopes = []
        if parts := _parts_of_dz(w, inputs.a, dw, db, da):
            e = relative_exponentials(z, m, c)
            sum_of_others = rest + (1 - e)
            delta = c * ((e * (total - y) - y * sum_of_others) / (1 + rest))
            slopes.append(_sum(delta * sum(parts)))
        if dy is not None:
            log = _in_log_unit(c, m, z) + jnp.log1p(rest) / _log_unit(c)
            of_log = jax.jvp(lambda y: _sum(_times_distance(y, log)), (y,), (dy.astype(y.dtype),))[1]
            slopes.append(_log_unit(c) * of_log)
        return sum(slopes)

    C = _with_derivative(c, size, *primals)
    return C, _sum(_by_blocks(slope, size, inputs.w, inputs.b, dw, db, None if dy is None else dy.T))


_with_derivative.defjvp(_jvp, symbolic_zeros=True)


def _parts_of_dz(w, a, dw, db, da):
    """The terms of dz = dw a + w da + db of a block, without those that are 0."""
    parts = [] if dw is None else [dw.astype(a.dtype) @ a]
    parts += [] if da is None else [w.astype(a.dtype) @ da]
    return parts if db is None else [*parts, db.astype(a.dtype)[:, None]]


def _block(inputs, first, w, b):
    """The weighted inputs and the targets of a block of classes, [classes, n]; `first` is the number of its first."""
    z = w.astype(inputs.a.dtype) @ inputs.a + b.astype(inputs.a.dtype)[:, None]
    columns = functools.partial(lax.dynamic_slice_in_dim, start_index=first, slice_size=len(w), axis=1)
    if are_labels(inputs.y):
        classes = (first + jnp.arange(len(w))).astype(inputs.y.dtype)
        y = (classes[:, None] == inputs.y).astype(z.dtype)
    else:
        y = columns(inputs.y).T.astype(z.dtype)
    if inputs.shown is None:
        return z, y
    shown = columns(inputs.shown).T
    return jnp.where(shown, z, -jnp.inf), jnp.where(shown, y, 0)


def _times_distance(y, distance):
    """y times a distance from the maximum, in which 0 times infinity is 0: what never happens may be impossible."""
    ignored = (y == 0) & jnp.isposinf(distance)
    return jnp.where(ignored, 0, y * jnp.where(ignored, 0, distance))  # once more, for the derivative by y


def _log_unit(c):
    return tempered_softmax(c).log_unit


def _in_log_unit(c, m, z):
    """c (m - z) over the unit in which the logarithm of an output is among the floats."""
    return (2 * c / _log_unit(c)) * (m / 2 - z / 2)


def _by_blocks(f: Callable, size: int, *of_classes):
    """f(number of the first class, block of each array) for one block after another, the results along a new axis 0.

    The last block is smaller where the number of classes is no multiple of the size. What f computes is not kept for
    the derivative but computed again.
    """
    f = jax.checkpoint(f, prevent_cse=False)
    classes = jax.tree.leaves(of_classes)[0].shape[0]
    count, rest = divmod(classes, size)
    whole = jax.tree.map(lambda x: x[: count * size].reshape(count, size, *x.shape[1:]), of_classes)
    results = lax.map(lambda block: f(block[0], *block[1]), (size * jnp.arange(count), whole))
    if not rest:
        return results
    last = f(count * size, *jax.tree.map(lambda x: x[count * size :], of_classes))
    return jax.tree.map(lambda *parts: jnp.concatenate([parts[0], parts[1][None]]), results, last)


def _sum(x):
    """The sum over axis 0, sixteen numbers at a time: the rounding errors of a single long sum would add up."""
    if len(x) <= 16:
        return jnp.sum(x, 0)
    count = -(-len(x) // 16)
    padded = jnp.pad(fusion_barrier(x), [(0, 16 * count - len(x)), *[(0, 0)] * (x.ndim - 1)])
    return _sum(jnp.sum(padded.reshape(count, 16, *x.shape[1:]), 1))


def _block_size(block, classes, examples):
    """As asked for; or by how many weighted inputs a block shall hold, if possible a divisor of the classes."""
    if block is not None:
        return min(block, classes)
    weighted_inputs = _WEIGHTED_INPUTS if jax.default_backend() == "cpu" else _ON_A_GPU
    largest = min(classes, max(_FEWEST_CLASSES, weighted_inputs // max(examples, 1)))
    divisors = (size for size in range(largest, largest // 2, -1) if classes % size == 0)
    return next(divisors, largest)


def _check(w, b, a, y, block, where):
    if w.ndim != 2 or not len(w):
        raise ValueError(f"layer.w must be [classes, inputs] with at least one class, not of shape {w.shape}")
    for name, x in (("layer.w", w), ("layer.b", b), ("a", a)):
        if x is not None and not jnp.issubdtype(x.dtype, jnp.floating):
            raise TypeError(f"{name} must hold floats, not {x.dtype}: use {name}.astype(jnp.float32)")
    if b is not None and b.shape != w.shape[:1]:
        raise ValueError(f"layer.b must be of shape {w.shape[:1]}, one bias per row of layer.w, not {b.shape}")
    if a.shape[-1:] != w.shape[1:]:
        raise ValueError(f"a must be of shape [..., {w.shape[1]}], the inputs of layer.w {w.shape}, not {a.shape}")
    of_examples, of_outputs = a.shape[:-1], (*a.shape[:-1], len(w))
    is_float = jnp.issubdtype(y.dtype, jnp.floating)
    if not (are_labels(y) and y.shape == of_examples) and not (is_float and y.shape == of_outputs):
        raise ValueError(
            f"y must hold integer class labels of shape {of_examples} or float targets of shape {of_outputs}, one for "
            f"each example of a {a.shape}, not {y.dtype} of shape {y.shape}"
        )
    if where is not None and where.dtype != bool:
        raise TypeError(f"where must hold booleans, not {where.dtype}: use where.astype(bool)")
    if where is not None and where.shape not in (of_examples, of_outputs):
        raise ValueError(
            f"where must be of shape {of_examples}, to choose examples, or {of_outputs}, to choose classes for each, "
            f"not {where.shape}"
        )
    if block is not None and (isinstance(block, bool) or not isinstance(block, Integral)):
        raise TypeError(f"block must be an integer, a number of classes, not {block!r}")
    if block is not None and block < 1:
        raise ValueError(f"block must be at least 1 class, not {block}")
