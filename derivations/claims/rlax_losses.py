"""The losses and transforms of RLax against the formulas of their documentation or of the papers that it cites."""

import functools
import importlib
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp

from derivations.certificate.arrays import map_elements
from derivations.certificate.expressions import clip, exp, log, sigmoid, softmax
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim
from derivations.claims.library_function import LibraryFunction, by

# What was tried and is not certified, and the reason.
NOT_OF_RLAX = {
    "rpg_loss": "no proof: of the cases that products of weights and exponentials make, not all are seen to be empty",
    "rm_loss": "as rpg_loss",
}


def rlax_claims() -> Iterator[Claim]:
    """All claims about RLax; ImportError if it is not installed."""
    importlib.import_module("rlax")
    yield from _losses()
    yield from _policies()
    yield from _differences()
    yield from _transforms()


def _function(name: str, program: Callable | None = None) -> LibraryFunction:
    return LibraryFunction("rlax", name, program or functools.partial(_called, name))


def _called(name: str, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of its distributions, in favour of distrax
        return getattr(importlib.import_module("rlax"), name)(*arguments)


def _losses() -> Iterator[Claim]:
    z, y = symbols("z", 2), symbols("y", 2)
    yield from _function("l2_loss").both("(z - y)^2 / 2", (z - y) ** 2 / 2, z, y)
    p, inside = symbols("z", 2), [z > 0, z < 1]
    log_loss = -y * log(p) - (1 - y) * log(1 - p)
    yield from _function("log_loss").both("-y ln z - (1 - y) ln(1 - z), 0 < z < 1", log_loss, p, y, assuming=inside)
    error = y - z
    weights = [sp.Piecewise((sp.Rational(1, 4), e < 0), (sp.Rational(3, 4), True)) for e in error]
    expectile = _function("expectile_loss", lambda z, y: _called("expectile_loss", z, y, 0.75))
    says = "|tau - [y < z]| (y - z)^2, tau = 3/4"
    yield from expectile.both(says, [w * e**2 for w, e in zip(weights, error, strict=True)], z, y)
    x = z[:1]
    huber = sp.Piecewise((x[0] ** 2 / 2, abs(x[0]) <= 1), (abs(x[0]) - sp.Rational(1, 2), True))
    yield from _function("huber_loss").both("z^2/2 if |z| <= 1, else |z| - 1/2", [huber], x)


def _policies() -> Iterator[Claim]:
    z, q, w = symbols("z", 1, 2), symbols("q", 1, 2), symbols("w", 1)
    pi, adv = softmax(z), symbols("d", 1)
    a_t = np.array([1], np.int32)
    yield from _function("policy_gradient_loss").both("-ln pi(a) d w", -log(pi[0, 1]) * adv[0] * w[0], z, a_t, adv, w)
    yield from _function("entropy_loss").both("w sum pi ln pi", w[0] * sum(pi[0] * log(pi[0])), z, w)
    advantage = q[0] - sum(pi[0] * q[0])
    qpg = _function("qpg_loss")
    yield qpg.value("-sum pi (q - sum pi q), which is 0", sp.S.Zero, z, q)
    d = symbols("d", 2)
    fixed = by(-sum(pi[0] * d), z)  # the gradient in which the advantages are constants
    gradient = map_elements(lambda slope: slope.xreplace(dict(zip(d, advantage, strict=True))), fixed)
    yield qpg.gradient("-sum pi d with d = q - sum pi q fixed", gradient, z, q)
    r, d = symbols("z", 1), symbols("d", 1)
    clipped = clip(r[0], sp.Rational(4, 5), sp.Rational(6, 5))
    surrogate = _function("clipped_surrogate_pg_loss", lambda r, d: _called("clipped_surrogate_pg_loss", r, d, 0.2))
    says = "-min(z d, clip(z, 1 - 0.2, 1 + 0.2) d)"
    yield surrogate.value(says, -sp.Min(r[0] * d[0], clipped * d[0]), r, d)
    labels, logits = symbols("y", 2, positive=True), symbols("z", 2)
    on_simplex = [sp.Eq(sum(labels), 1)]
    cross = _function("categorical_cross_entropy", lambda z, y: _called("categorical_cross_entropy", y, z))
    formula = -sum(labels * log(softmax(logits)))
    yield from cross.both("-sum y ln softmax(z), y a distribution", formula, logits, labels, assuming=on_simplex)
    yield cross.value(
        "sum y ln softmax(z), as its documentation has it",
        -formula,
        logits,
        labels,
        assuming=on_simplex,
        holds=False,
        reason="the documentation lacks the minus sign",
    )
    other = symbols("y", 2)
    kl = sum(softmax(logits) * (log(softmax(logits)) - log(softmax(other))))
    yield from _function("categorical_kl_divergence").both("sum p ln(p/q), p and q of logits", kl, logits, other)


def _differences() -> Iterator[Claim]:
    v, r, g, w = symbols("z"), symbols("r"), symbols("g"), symbols("v")
    yield from _function("td_learning").both("r + g v - z", r + g * w - v, v, r, g, w)
    q, other, p = symbols("z", 2), symbols("q", 2), symbols("p", 2)
    a = np.int32(1)
    yield from _function("sarsa").both("r + g q_b - z_a", r + g * other[0] - q[1], q, a, r, g, other, np.int32(0))
    says = "r + g sum p q - z_a"
    yield from _function("expected_sarsa").both(says, r + g * sum(p * other) - q[1], q, a, r, g, other, p)
    yield from _function("q_learning").both("r + g max q - z_a", r + g * sp.Max(*other) - q[1], q, a, r, g, other)
    tau = np.array([0.25, 0.75])
    target = symbols("y", 2)
    parts = [
        abs(t - one) * sp.Piecewise((1 - level, t < one), (level, True))
        for one, level in zip(q, (sp.Rational(1, 4), sp.Rational(3, 4)), strict=True)
        for t in target
    ]
    quantile = _function("quantile_regression_loss", lambda z, y: _called("quantile_regression_loss", z, tau, y))
    yield quantile.value("sum_i mean_j |tau_i - [y_j < z_i]| |y_j - z_i|", sum(parts) / 2, q, target)


def _transforms() -> Iterator[Claim]:
    z = symbols("z")
    yield from _function("sigmoid").both("1 / (1 + e^-z)", sigmoid(z), z)
    yield from _function("logit").both("ln(z / (1 - z)), 0 < z < 1", log(z / (1 - z)), z, assuming=[z > 0, z < 1])
    root = sp.sqrt(abs(z) + 1) - 1
    eps = sp.Rational(1, 1000)
    smooth = {
        "signed_logp1": ("sign(z) ln(|z| + 1)", sp.sign(z) * log(abs(z) + 1), 1 / (abs(z) + 1), 0),
        "signed_expm1": ("sign(z) (e^|z| - 1)", sp.sign(z) * (exp(abs(z)) - 1), exp(abs(z)), 0),
        "signed_hyperbolic": (
            "sign(z) (sqrt(|z| + 1) - 1) + z/1000",
            sp.sign(z) * root + eps * z,
            1 / (2 * sp.sqrt(abs(z) + 1)) + eps,
            eps,
        ),
    }
    for name, (says, formula, slope, at_0) in smooth.items():
        yield _function(name).value(says, formula, z)
        yield _function(name).gradient(
            says,
            slope,
            z,
            holds=False,
            reason=f"at 0 the gradient is {at_0}, since JAX's derivative of sign is 0 and sign(0) is 0",
        )
        yield _function(name).gradient(f"{says}, z not 0", slope, z, assuming=[sp.Ne(z, 0)])
