"""The losses of Keras, run by JAX, against the formulas of their documentation.

Where Keras adds or clips at its epsilon, 1e-7, the claim is about every epsilon: the literal is named. Of a loss whose
documentation does not mention the epsilon, the claim without it does not hold.
"""

import functools
import importlib
import os
from collections.abc import Callable, Iterator

import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.certificate.arrays import Array
from derivations.certificate.expressions import between, clip, log, mean, sigmoid, simplex, softmax
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim
from derivations.claims.library_function import LibraryFunction

EPSILON = sp.Symbol("epsilon", positive=True)
# 1 - epsilon is another literal, the float next to 1 in float32.
NAMED = {"literals": {1e-7: EPSILON}}
CLIPPED = {"literals": {1e-7: EPSILON, 1 - 1e-7: 1 - EPSILON}}
SMALL = (2 * EPSILON < 1,)


def keras_claims() -> Iterator[Claim]:
    """All claims about Keras; ImportError if it is not installed or does not run on JAX."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    backend = importlib.import_module("keras").backend.backend()
    if backend != "jax":
        raise ImportError(f"its backend is {backend}: set KERAS_BACKEND=jax")
    yield from _regression()
    yield from _margins()
    yield from _of_weighted_inputs()
    yield from _of_probabilities()
    yield from _overlaps()


def _function(name: str, program: Callable | None = None, **options) -> LibraryFunction:
    words = ", ".join([name, *(f"{option}={value}" for option, value in options.items())])
    return LibraryFunction("keras.losses", words, program or functools.partial(_swapped, name, options))


def _swapped(name: str, options: dict, z: object, y: object) -> object:
    """The loss of a prediction z and a target y, which Keras takes in the other order."""
    return getattr(importlib.import_module("keras.losses"), name)(y, z, **options)


def _regression() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    error = z - y
    yield from _function("mean_squared_error").both("mean (y - z)^2", mean(error**2), z, y)
    says = "mean |y - z|"
    absolute = _function("mean_absolute_error")
    yield absolute.value(says, mean(abs(error)), z, y)
    at_a_tie = np.array([sp.Piecewise((-1, e <= 0), (1, True)) for e in error]) / sp.Integer(2)
    yield absolute.gradient(f"{says}, -1/K where z = y", at_a_tie, z, y)
    signs = np.array([sp.sign(e) for e in error]) / sp.Integer(2)
    reason = "JAX's derivative of |x| at 0 is 1"
    yield absolute.gradient(f"{says}, 0 where z = y", signs, z, y, holds=False, reason=reason)
    huber = mean([sp.Piecewise((e**2 / 2, abs(e) <= 2), (2 * abs(e) - 2, True)) for e in error])
    yield from _function("huber", delta=2.0).both("mean of e^2/2 if |e| <= 2, else 2|e| - 2", huber, z, y)
    yield from _function("log_cosh").both("mean ln cosh(z - y)", mean([log(sp.cosh(e)) for e in error]), z, y)
    one, target = symbols("z", 1), symbols("y", 1)
    percentage, gap = _function("mean_absolute_percentage_error"), target[0] - one[0]
    says = "100 mean |y - z| / max(|y|, epsilon)"
    yield percentage.value(says, 100 * abs(gap) / sp.Max(abs(target[0]), EPSILON), one, target, **NAMED)
    yield percentage.value(
        "100 mean |(y - z) / max(y, epsilon)|, as its documentation has it",
        100 * abs(gap / sp.Max(target[0], EPSILON)),
        one,
        target,
        **NAMED,
        holds=False,
        reason="it divides by max(|y|, epsilon)",
    )
    logarithmic = mean((log(1 + _above(y)) - log(1 + _above(z))) ** 2)
    says = "mean (ln(1 + max(y, epsilon)) - ln(1 + max(z, epsilon)))^2"
    yield _function("mean_squared_logarithmic_error").value(says, logarithmic, z, y, **NAMED)
    cosine = -sum(z * y) / sp.sqrt(sum(z**2)) / sp.sqrt(sum(y**2))
    away = (z[0] > 1, y[0] > 1)
    yield from _function("cosine_similarity").both("-z.y / (|z| |y|), z1, y1 > 1", cosine, z, y, assuming=away)


def _above(x: Array) -> Array:
    return np.array([sp.Max(e, EPSILON) for e in x]).view(type(x))


def _margins() -> Iterator[Claim]:
    z, t = symbols("z", 2), np.array([1.0, -1.0])
    hinge = [sp.Max(1 - z[0], 0), sp.Max(1 + z[1], 0)]
    yield from _function("hinge").both("mean max(1 - y z, 0), y = 1, -1", mean(hinge), z, t)
    yield from _function("squared_hinge").both("mean max(1 - y z, 0)^2, y = 1, -1", mean(np.array(hinge) ** 2), z, t)
    z, t = symbols("z", 3), np.array([0.0, 1.0, 0.0])
    categorical = _function("categorical_hinge")
    says = "max(max((1 - y) z) - sum(y z) + 1, 0), as documented"
    yield categorical.value(says, sp.Max(sp.Max(z[0], 0, z[2]) - z[1] + 1, 0), z, t)
    yield categorical.value(
        "max(max_(j != y) z_j - z_y + 1, 0), the hinge of other libraries",
        sp.Max(sp.Max(z[0], z[2]) - z[1] + 1, 0),
        z,
        t,
        holds=False,
        reason="(1 - y) z is 0 for the true class, and counts in the maximum",
    )


def _of_weighted_inputs() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    s = sigmoid(z)
    says = "mean of -y ln s - (1 - y) ln(1 - s)"
    binary = _function("binary_crossentropy", from_logits=True)
    yield from binary.both(says, mean(-y * log(s) - (1 - y) * log(1 - s)), z, y)
    z, y = symbols("z", 3), symbols("y", 3)
    p = softmax(z)
    categorical = _function("categorical_crossentropy", from_logits=True)
    yield from categorical.both("-sum y ln p", -sum(y * log(p)), z, y)
    smooth = sp.Rational(9, 10) * y + sp.Rational(1, 30)
    smoothed = _function("categorical_crossentropy", from_logits=True, label_smoothing=0.1)
    yield smoothed.value("-sum (0.9 y + 0.1/K) ln p", -sum(smooth * log(p)), z, y)
    sparse = _function("sparse_categorical_crossentropy", from_logits=True)
    yield from sparse.both("-ln p_y", [-log(p[2])], z.reshape(1, 3), np.array([2], np.int32))
    z = z[:2]
    close, p = [z[0] - z[1] < 5, z[1] - z[0] < 5], softmax(z)
    focal = -sp.Rational(1, 4) * (1 - p[1]) ** 2 * log(p[1])
    says, one_hot = "-(1 - p_y)^2 ln p_y / 4", np.array([0.0, 1.0])
    function = _function("categorical_focal_crossentropy", from_logits=True)
    yield function.value(f"{says}, differences of z below 5", focal, z, one_hot, assuming=close)
    reason = "it clips p at 1e-7 and 1 - 1e-7, where the gradient vanishes"
    yield function.value(says, focal, z, one_hot, holds=False, reason=reason)


def _of_probabilities() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    c = clip(z, EPSILON, 1 - EPSILON)
    binary = _function("binary_crossentropy")
    says = "mean of -y ln c - (1 - y) ln(1 - c), c = z clipped to [epsilon, 1 - epsilon]"
    yield binary.value(says, mean(-y * log(c) - (1 - y) * log(1 - c)), z, y, assuming=SMALL, **CLIPPED)
    formula, inside = mean(-y * log(z) - (1 - y) * log(1 - z)), between(0, z, 1)
    reason = "z is clipped at 1e-7 and 1 - 1e-7, where the gradient vanishes"
    says = "mean of -y ln z - (1 - y) ln(1 - z)"
    yield binary.value(says, formula, z, y, assuming=inside, holds=False, reason=reason)
    within = between(sp.Rational(1, 1000), z, sp.Rational(999, 1000))
    yield from binary.both(f"{says}, 0.001 < z < 0.999", formula, z, y, assuming=within)
    z, y = symbols("z", 3), symbols("y", 3)
    on_simplex = [*simplex(z), *(z > sp.Rational(1, 100))]
    categorical, says = _function("categorical_crossentropy"), "-sum y ln z, z a distribution, z > 0.01"
    yield categorical.value(says, -sum(y * log(z)), z, y, assuming=on_simplex)
    scaled = f"{says}, of which it divides z by its sum: -y/z + sum y"
    yield categorical.gradient(scaled, -y / z + sum(y), z, y, assuming=on_simplex)
    reason = "it divides z by its sum first, which its documentation does not say"
    yield categorical.gradient(f"{says}: -y/z", -y / z, z, y, assuming=on_simplex, holds=False, reason=reason)
    label, sparse = np.array([2], np.int32), _function("sparse_categorical_crossentropy")
    yield sparse.value("-ln z_y, z a distribution, z > 0.01", [-log(z[2])], z.reshape(1, 3), label, assuming=on_simplex)
    z, y = symbols("z", 2), symbols("y", 2)
    poisson = _function("poisson")
    positive = tuple(z > 0)
    yield from poisson.both(
        "mean z - y ln(z + epsilon)", mean(z - y * log(z + EPSILON)), z, y, assuming=positive, **NAMED
    )
    reason = "it adds 1e-7 to z"
    says, formula = "mean z - y ln z, as documented", mean(z - y * log(z))
    yield poisson.value(says, formula, z, y, assuming=positive, holds=False, reason=reason)
    divergence = sum(y * log(y / z))
    within = [*between(sp.Rational(1, 100), z, 1), *between(sp.Rational(1, 100), y, 1)]
    yield from _function("kl_divergence").both("sum y ln(y/z), 0.01 < y, z < 1", divergence, z, y, assuming=within)


def _overlaps() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    positive = [*(z > 0), *(y > 0)]
    both, total = sum(z * y), sum(z) + sum(y)
    says = "1 - 2 sum y z / (sum y + sum z + epsilon)"
    yield from _function("dice").both(says, 1 - 2 * both / (total + EPSILON), z, y, assuming=positive, **NAMED)
    inside = [*between(0, z, 1), *between(0, y, 1)]
    only_z, only_y = sum((1 - y) * z), sum((1 - z) * y)
    alpha, beta = sp.Rational(3, 10), sp.Rational(7, 10)
    tversky = _function("tversky", alpha=0.3, beta=0.7)
    says = "1 - I / (I + 0.3 {} + 0.7 {} + epsilon)"
    computed = 1 - both / (both + alpha * only_y + beta * only_z + EPSILON)
    yield tversky.value(says.format("FN", "FP"), computed, z, y, assuming=inside, **NAMED)
    documented = 1 - both / (both + alpha * only_z + beta * only_y + EPSILON)
    yield tversky.value(
        says.format("FP", "FN") + ", as its documentation has it",
        documented,
        z,
        y,
        assuming=inside,
        **NAMED,
        holds=False,
        reason="what it calls fp is sum (1 - z) y, so that alpha and beta are exchanged",
    )
    z = symbols("z", 1, 3)
    generalized = _function(
        "categorical_generalized_cross_entropy, q=1/2",
        lambda z: importlib.import_module("keras.losses").categorical_generalized_cross_entropy(jnp.array([1]), z, 0.5),
    )
    yield generalized.value("(1 - z_y^q) / q, z > 0", [2 * (1 - sp.sqrt(z[0, 1]))], z, assuming=tuple((z > 0).ravel()))
