"""Other people's code: the losses of optax against the formulas that their documentation gives or cites.

z and y are scores (or predictions) and targets; p is the softmax of z and s its sigmoid. A gradient is compared with
SymPy's derivative of the formula. Where a program does not compute what the documentation says, the claim is that of
the documentation, and does not hold.
"""

import functools
import itertools
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import optax.losses
import sympy as sp

from derivations.certificate.arrays import Array
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim, Kind
from derivations.claims.formulas import log_of, sigmoid_of, softmax_of

PACKAGE = "optax.losses"

# The losses that are not examined, and the reason.
NOT_EXAMINED = {
    "ctc_loss": "a recursion over alignments, whose length is that of the sequence; no closed form",
    "ctc_loss_with_forward_probs": "as ctc_loss",
    "convex_kl_divergence": "deprecated, another name of generalized_kl_divergence",
}


def optax_claims() -> Iterator[Claim]:
    """Each loss's value and, if it is differentiable everywhere, its gradient with respect to the first argument."""
    yield from _regression()
    yield from _margin()
    yield from _classification()
    yield from _divergences()
    yield from _others()


def _value(
    loss: str, says: str, formula: object, *arguments: object, assuming=(), holds=True, reason="", **options
) -> Claim:
    """The claim that a loss of optax computes a formula; `says` is the formula in words."""
    program = _loss(loss, **options)
    return Claim(
        program,
        np.asarray(formula),
        arguments,
        assuming,
        cost=loss,
        package=PACKAGE,
        remark=says,
        holds=holds,
        reason=reason,
    )


def _with_gradient(loss, says, formula, z, *arguments, assuming=(), **options) -> Iterator[Claim]:
    """The claim, and that about the gradient of the sum of its elements."""
    yield _value(loss, says, formula, z, *arguments, assuming=assuming, **options)
    total = sum(np.asarray(formula, dtype=object).ravel())
    derivative = np.array([sp.diff(total, element) for element in z.ravel()]).reshape(z.shape)
    program, remark = jax.grad(_summed(_loss(loss, **options))), f"d/dz of {says}"
    yield Claim(
        program, derivative, (z, *arguments), assuming, kind=Kind.GRADIENT, cost=loss, package=PACKAGE, remark=remark
    )


def _loss(name: str, **options) -> Callable:
    return functools.partial(getattr(optax.losses, name), **options)


def _summed(loss: Callable) -> Callable:
    return lambda *arguments: jnp.sum(loss(*arguments))


def _regression() -> Iterator[Claim]:
    z, y = symbols("z", 1), symbols("y", 1)
    error = (z - y)[0]
    yield from _with_gradient("squared_error", "(z - y)^2", [error**2], z, y)
    yield from _with_gradient("l2_loss", "(z - y)^2 / 2", [error**2 / 2], z, y)
    yield from _with_gradient("log_cosh", "ln cosh(z - y)", [sp.log(sp.cosh(error))], z, y)
    huber = sp.Piecewise((error**2 / 2, sp.Abs(error) <= 2), (2 + 2 * (sp.Abs(error) - 2), True))
    yield _value("huber_loss", "e^2/2 if |e| <= d, else d^2/2 + d(|e| - d); d = 2", [huber], z, y, delta=2.0)
    program = jax.grad(_summed(_loss("huber_loss", delta=2.0)))
    clipped = np.array([sp.Max(-2, sp.Min(2, error))])
    says = "z - y clipped to [-d, d]; d = 2"
    yield Claim(program, clipped, (z, y), kind=Kind.GRADIENT, cost="huber_loss", package=PACKAGE, remark=says)
    z, y = symbols("z", 2), symbols("y", 2)
    cosine = sum(z * y) / (sp.sqrt(sum(z**2)) * sp.sqrt(sum(y**2)))
    yield _value("cosine_similarity", "z.y / (|z| |y|)", cosine, z, y)
    yield _value("cosine_distance", "1 - z.y / (|z| |y|)", 1 - cosine, z, y)


def _margin() -> Iterator[Claim]:
    z, y = symbols("z"), symbols("y")
    yield _value("perceptron_loss", "max(0, -y z)", sp.Max(0, -z[()] * y[()]), z, y)
    for t in (1, -1):
        yield _value("hinge_loss", f"max(0, 1 - y z), y = {t}", sp.Max(0, 1 - t * z[()]), z, sp.Integer(t))
    for label, sign in ((0, 1), (1, -1)):
        t = sign * z[()]
        sparse_plus = sp.Piecewise((0, t <= -1), (t, t >= 1), ((t + 1) ** 2 / 4, True))
        says = f"0, (t + 1)^2/4 or t, as t <= -1, |t| < 1 or t >= 1; t = {'-z' if label else 'z'}, label {label}"
        yield _value("sparsemax_loss", says, sparse_plus, z, np.int32(label))
    z = symbols("z", 3)
    hinge = sp.Max(z[0] + 1, z[1], z[2] + 1) - z[1]
    yield _value("multiclass_hinge_loss", "max_j (z_j + [j != y]) - z_y", hinge, z, np.int32(1))
    yield _value("multiclass_perceptron_loss", "max_j z_j - z_y", sp.Max(*z) - z[1], z, np.int32(1))
    z = symbols("z", 1, 3)
    says = "max_p (p.z - |p|^2/2) + 1/2 - z_y over distributions p"
    yield _value("multiclass_sparsemax_loss", says, [_sparsemax(z[0]) - z[0, 1]], z, np.array([1], np.int32))


def _sparsemax(z: Array) -> sp.Expr:
    """max_p (p.z - |p|^2/2) + 1/2: p_j = max(0, z_j - t), so a case for each set of outputs at which p is not 0."""
    cases = []
    for size in range(1, len(z) + 1):
        for places in map(list, itertools.combinations(range(len(z)), size)):
            inside, outside = z[places], np.delete(z, places)
            t = (sum(inside) - 1) / sp.Integer(size)
            where = sp.And(*(z_j > t for z_j in inside), *(z_j <= t for z_j in outside))
            cases.append((sum(inside**2 - t**2) / 2 + sp.Rational(1, 2), where))
    return sp.Piecewise(*cases)


def _classification() -> Iterator[Claim]:
    z, y = symbols("z", 1), symbols("y", 1)
    s = sigmoid_of(z)
    binary = -y * log_of(s) - (1 - y) * log_of(1 - s)
    yield from _with_gradient("sigmoid_binary_cross_entropy", "-y ln s - (1-y) ln(1-s)", binary, z, y)
    for label, p in ((1, s), (0, 1 - s)):
        focal = -((1 - p) ** 2) * log_of(p)
        says = f"-(1-p)^2 ln p, p = {'s' if label else '1 - s'}; y = {label}"
        yield from _with_gradient("sigmoid_focal_loss", says, focal, z, np.array([label], np.int32))
    z, y = symbols("z", 3), symbols("y", 3)
    p = softmax_of(z)
    categorical = -sum(y * log_of(p))
    for name in ("softmax_cross_entropy", "ranking_softmax_loss"):
        yield from _with_gradient(name, "-sum_j y_j ln p_j", categorical, z, y)
    safe = -sum(y[:2] * log_of(softmax_of(z[:2])))
    yield from _with_gradient("safe_softmax_cross_entropy", "-sum_j y_j ln p_j", safe, z[:2], y[:2])
    labels = "softmax_cross_entropy_with_integer_labels"
    yield from _with_gradient(labels, "-ln p_y", -sp.log(p[1]), z, np.int32(1))
    yield _value(
        labels,
        "ln p_y, as its documentation has it",
        sp.log(p[1]),
        z,
        np.int32(1),
        holds=False,
        reason="the documentation lacks the minus sign",
    )
    one_hot = np.array([0.0, 1.0, 0.0])
    poly = -sp.log(p[1]) + 2 * (1 - p[1])
    yield from _with_gradient("poly_loss_cross_entropy", "-ln p_y + 2 (1 - p_y), one-hot y", poly, z, one_hot)


def _divergences() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    positive = tuple(y_j > 0 for y_j in y)
    exp_z, exp_y = (np.array([sp.exp(element) for element in array]) for array in (z, y))
    kl = sum(y * (log_of(y) - z))
    yield from _with_gradient("kl_divergence", "sum y (ln y - z), y > 0", kl, z, y, assuming=positive)
    generalized = kl + sum(exp_z - y)
    says = "sum y (ln y - z) + e^z - y, y > 0"
    yield from _with_gradient("generalized_kl_divergence", says, generalized, z, y, assuming=positive)
    log_targets = sum(exp_y * (y - z))
    yield from _with_gradient("kl_divergence_with_log_targets", "sum e^y (y - z)", log_targets, z, y)


def _others() -> Iterator[Claim]:
    y = symbols("y", 3)
    smooth = sp.Rational(3, 4) * y + sp.Rational(1, 12)
    yield _value("smooth_labels", "(1 - alpha) y + alpha / K, alpha = 1/4", smooth, y, alpha=0.25)
    yield from _dice()
    z = symbols("z", 2)
    loss = optax.losses.make_fenchel_young_loss(jax.nn.logsumexp)
    conjugate = sp.log(sum(sp.exp(z_j) for z_j in z)) - sum(z * y[:2])
    says = "f(z) - y.z, f = logsumexp"
    yield Claim(loss, conjugate, (z, y[:2]), cost="make_fenchel_young_loss", package=PACKAGE, remark=says)
    a, b, c = symbols("a", 2), symbols("b", 2), symbols("c", 2)
    near, far = (sp.sqrt(sum((a - other) ** 2) + sp.Rational(1, 10**6)) for other in (b, c))
    says = "max(0, |a - b| - |a - c| + 1), 10^-6 under both roots"
    yield _value("triplet_margin_loss", says, sp.Max(0, near - far + 1), a, b, c)
    yield from _contrastive()


def _contrastive() -> Iterator[Claim]:
    """Three embeddings of one dimension, of which the first two belong together, as a pair in either order."""
    z = symbols("z", 3, 1)
    norms = [sp.sqrt(sum(row**2)) for row in z]
    x = [[sum(z[i] * z[j]) / (norms[i] * norms[j]) * sp.Rational(100, 7) for j in range(3)] for i in range(3)]
    pairs = [x[i][j] - sp.log(sp.exp(x[i][j]) + sp.exp(x[i][2])) for i, j in ((0, 1), (1, 0))]
    x_says = "x = cos / 0.07; one dimension, |z_i| > 1"
    says = f"-mean over positive pairs of ln e^x_ij / (e^x_ij + sum_negative e^x_ik); {x_says}"
    long = tuple(sum(row**2) > 1 for row in z)
    yield _value("ntxent", says, -sum(pairs) / 2, z, np.array([0, 0, 1], np.int32), assuming=long)


def _dice() -> Iterator[Claim]:
    z, one_hot = symbols("z", 1, 2, 2), np.array([[[1.0, 0.0], [0.0, 1.0]]])
    p, t = np.array([softmax_of(pixel) for pixel in z[0]]), np.array([[sp.S.One, 0], [0, 1]], dtype=object)
    both, of_p, of_t = (p * t).sum(0), p.sum(0), t.sum(0)
    dice = 1 - (both + 1) / (both + (of_p - both) / 2 + (of_t - both) / 2 + 1)
    says = "mean_c 1 - (I + 1) / (I + (P - I)/2 + (T - I)/2 + 1)"
    yield from _with_gradient("dice_loss", says, [sum(dice) / 2], z, one_hot)
    single = z[:, :, :1]
    s, t = sigmoid_of(single[0, :, 0]), np.array([sp.S.One, 0], dtype=object)
    binary = 1 - (sum(s * t) + 1) / ((sum(s) + sum(t)) / 2 + 1)
    yield from _with_gradient("binary_dice_loss", "1 - (I + 1) / ((P + T)/2 + 1)", [binary], single, one_hot[:, :, :1])
    pixels, targets = symbols("z", 1, 3, 2), np.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]])
    p, t = np.array([softmax_of(pixel) for pixel in pixels[0]]), targets[0].astype(int).astype(object)
    both, total = (p * t).sum(0), p.sum(0) + t.sum(0)
    per_class = 1 - (both + 1) / (total / 2 + 1)
    weights = np.array([sp.Rational(1), sp.Rational(1, 4)])
    weighted = sum(per_class * weights) / sum(weights)
    says = "dice with weights 1 / frequency^2"
    reason = "it adds 1e-7 to each squared frequency, so that the weights are not quite those that it documents"
    yield _value("multiclass_generalized_dice_loss", says, weighted, pixels, targets, holds=False, reason=reason)
