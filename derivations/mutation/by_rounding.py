"""Whether floating point shows what exact arithmetic cannot: the costs in float32, against the formulas to 60 digits.

The formulas are those of the certificates; written as one fraction of exponentials they lose no digits. Errors are in
units in the last place: of each component, or of the largest where a softmax adds up differences (`COUPLED`).
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import sympy as sp

from derivations.agreement.pair_truth import COUPLED
from derivations.agreement.ulps import ulps
from derivations.certificate.program import symbols
from derivations.claims.formulas import ACTIVATION_FORMULAS, COST_FORMULAS, DELTA_FORMULAS, softmax_of

_DIGITS = 60
CONSTANTS_TRIED = {
    "linear": (1,),
    "sigmoid": (1,),
    "softmax": (sp.S.One, sp.Rational(13, 10), sp.Rational(1, 10), sp.Integer(100)),
}


def most(cost: str, output: str) -> int:
    """The largest error that is allowed, in ulps."""
    return 8 if (cost, output) in COUPLED else 4


def lost_digits(library: SimpleNamespace) -> str:
    """The first pair and constant c whose value or gradient is wrong by more ulps than allowed; "" if there is none."""
    for cost, output, c in _cases():
        layer = library.tempered_softmax(float(c)) if output == "softmax" else getattr(library, output)
        error = worst(functools.partial(library.COSTS[cost], layer), cost, output, c)
        if not error <= most(cost, output):
            return f"{cost} + {output}, c = {c}: wrong by {error:.3g} ulps"
    for c in CONSTANTS_TRIED["softmax"]:
        error = worst(functools.partial(_by_blocks, library, float(c)), "log_likelihood", "softmax", c)
        if not error <= most("log_likelihood", "softmax"):
            return f"layer_log_likelihood, c = {c}: wrong by {error:.3g} ulps"
    return ""


def _by_blocks(library: SimpleNamespace, c: float, z: jax.Array, y: jax.Array) -> jax.Array:
    """The log-likelihood of a layer whose weights are 0, so that its biases are the weighted inputs."""

    def cost(z: jax.Array, y: jax.Array) -> jax.Array:
        return library.layer_log_likelihood((jnp.zeros((3, 1), z.dtype), z), jnp.ones(1, z.dtype), y, c=c, block=2)

    return jax.vmap(cost)(z, y)


def _cases() -> Iterator[tuple[str, str, Any]]:
    for cost, output in itertools.product(COST_FORMULAS, CONSTANTS_TRIED):
        yield from ((cost, output, c) for c in CONSTANTS_TRIED[output])


def worst(program: Callable, cost: str, output: str, c: Any) -> float:
    """The largest error of a program's value and gradient, in ulps, for three outputs.

    Example:
        >>> import jaxce
        >>> worst(functools.partial(jaxce.quadratic, jaxce.linear), "quadratic", "linear", 1) < 4
        True
    """
    z, y, C, delta = true_values(cost, output, c)
    computed, pullback = jax.vjp(lambda z: program(z, jnp.asarray(y)), jnp.asarray(z))
    (gradient,) = pullback(jnp.ones_like(computed))
    size = np.max(np.abs(delta), axis=1, keepdims=True) if (cost, output) in COUPLED else delta
    return max(ulps(np.asarray(computed), C), ulps(np.asarray(gradient), delta, size))


@functools.cache
def true_values(cost: str, output: str, c: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weighted inputs and targets [n, 3], as floats, and the true costs [n] and gradients [n, 3]."""
    inside = output == "linear" and cost != "quadratic"
    rows, targets = hard_examples()
    z = (0.001 + 0.998 / (1 + np.exp(-np.clip(rows, -500, 500))) if inside else rows).astype(np.float32)
    with mpmath.workdps(_DIGITS):
        formulas = [_formulas(cost, output, c, tuple(map(sp.Rational, y_i))) for y_i in targets]
        values = [f(*map(mpmath.mpf, map(float, z_i))) for f, z_i in zip(formulas, z, strict=True)]
    exact = np.array(values, dtype=object)
    return z, targets.astype(np.float32), exact[:, 0], exact[:, 1:]


def hard_examples() -> tuple[np.ndarray, np.ndarray]:
    """Weighted inputs and targets [n, 3]: close, far apart, tied, one far above, shifted, nearly tied, huge.

    Every output is the target of some, and far below the others where these are nearly tied.

    Where the huge are, targets of 2^-12 keep costs among the floats whose logarithms are not.
    """
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(12, 3))
    tied = np.repeat(np.round(2 * normal[:6, :2]), (1, 2), axis=1)
    scaled = [scale * rng.normal(size=(12, 3)) for scale in (0.01, 1, 5, 20, 80)]
    nearly = [np.roll([-9, 0, difference], place) for difference in (2.0**-20, -(2.0**-10)) for place in range(3)]
    z = np.concatenate([*scaled, tied, normal + np.diag([30, 20, 40])[np.arange(12) % 3], 5 * normal + 1e4, nearly])
    huge = np.array([[1, -1, 0.3], [-1, 0.2, 1]]) * 3.3e38
    labels = np.eye(3)[np.arange(len(z)) % 3]
    smooth = np.where(huge == huge.max(axis=1, keepdims=True), 1 - 2.0**-11, 2.0**-12)
    return np.concatenate([z, huge]), np.concatenate([labels, smooth])


@functools.cache
def _formulas(cost: str, output: str, c: Any, targets: tuple[sp.Rational, ...]) -> Callable:
    """The cost and its gradient for these targets, as a function of the three weighted inputs."""
    z, y = symbols("z", 3), np.array(targets)
    a = softmax_of(z, sp.sympify(c)) if output == "softmax" else ACTIVATION_FORMULAS[output](z)
    expressions = [COST_FORMULAS[cost](a, y), *(c * DELTA_FORMULAS[cost, output](a, y))]
    return sp.lambdify(list(z), [_one_fraction(expression) for expression in expressions], "mpmath")


def _one_fraction(expression: sp.Expr) -> sp.Expr:
    if expression.has(sp.log):
        return expression.replace(sp.log, lambda argument: sp.log(sp.cancel(argument)))
    return sp.cancel(expression)
