"""The functions of `jax.nn` against the formulas of their documentation: value, and gradient with JAX's kinks."""

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.certificate.expressions import clip, exp, log, logsumexp, mean, sigmoid, softmax
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim
from derivations.claims.library_function import LibraryFunction


def jax_nn_claims() -> Iterator[Claim]:
    """All claims about `jax.nn`."""
    yield from _smooth()
    yield from _with_kinks()
    yield from _of_arrays()


def _function(name: str, program: Callable | None = None) -> LibraryFunction:
    return LibraryFunction("jax.nn", name, program or getattr(jax.nn, name))


def _smooth() -> Iterator[Claim]:
    z = symbols("z")
    gelu = z / 2 * (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (z + sp.Rational("0.044715") * z**3)))
    softplus = log(1 + exp(z))
    yield from _function("sigmoid").both("1 / (1 + e^-z)", sigmoid(z), z)
    yield from _function("log_sigmoid").both("-ln(1 + e^-z)", -log(1 + exp(-z)), z)
    yield from _function("softplus").both("ln(1 + e^z)", softplus, z)
    yield from _function("silu").both("z / (1 + e^-z)", z * sigmoid(z), z)
    yield from _function("mish").both("z tanh ln(1 + e^z)", z * sp.tanh(softplus), z)
    yield from _function("tanh").both("tanh z", sp.tanh(z), z)
    yield from _function("gelu").both("z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))", gelu, z)
    exact = _function("gelu, approximate=False", lambda z: jax.nn.gelu(z, approximate=False))
    yield from exact.both("z/2 (1 + erf(z / sqrt 2))", z / 2 * (1 + sp.erf(z / sp.sqrt(2))), z)
    yield from _function("squareplus").both("(z + sqrt(z^2 + 4)) / 2", (z + sp.sqrt(z**2 + 4)) / 2, z)
    positive = [z > 0]
    yield from _function("log1mexp").both("ln(1 - e^-z), z > 0", log(1 - exp(-z)), z, assuming=positive)


def _with_kinks() -> Iterator[Claim]:
    z, zero = symbols("z"), sp.S.Zero
    at_0 = sp.Piecewise((z, z > 0), (zero, True))
    yield from _function("relu").both("z if z > 0, else 0", at_0, z)
    six = sp.Piecewise((zero, z <= 0), (z, z < 6), (6, True))
    yield from _function("relu6").both("0, z or 6, as z <= 0, z < 6 or z >= 6", six, z)
    yield from _function("leaky_relu").both("z if z >= 0, else z/100", sp.Piecewise((z, z >= 0), (z / 100, True)), z)
    elu = sp.Piecewise((z, z > 0), (exp(z) - 1, True))
    yield from _function("elu").both("z if z > 0, else e^z - 1", elu, z)
    celu = sp.Piecewise((z, z > 0), (2 * (exp(z / 2) - 1), True))
    yield from _function("celu, alpha=2", lambda z: jax.nn.celu(z, 2.0)).both(
        "z if z > 0, else 2 (e^(z/2) - 1)", celu, z
    )
    alpha = sp.Rational("1.6732632423543772848170429916717")
    scale = sp.Rational("1.0507009873554804934193349852946")
    selu = scale * sp.Piecewise((z, z > 0), (alpha * exp(z) - alpha, True))
    yield from _function("selu").both("lambda (z if z > 0, else alpha e^z - alpha)", selu, z)
    hard = sp.Piecewise((-1, z < -1), (z, z <= 1), (1, True))
    yield from _function("hard_tanh").both("-1, z or 1, as z < -1, z <= 1 or z > 1", hard, z)
    yield _function("hard_sigmoid").value("relu6(z + 3) / 6", clip(z + 3, 0, 6) / 6, z)
    yield _function("hard_silu").value("z relu6(z + 3) / 6", z * clip(z + 3, 0, 6) / 6, z)
    yield from _function("soft_sign").both("z / (|z| + 1)", z / (abs(z) + 1), z)
    plus = sp.Piecewise((0, z <= -1), (z, z >= 1), ((z + 1) ** 2 / 4, True))
    yield from _function("sparse_plus").both("0, z or (z + 1)^2/4, as z <= -1, z >= 1 or else", plus, z)
    sparse = sp.Piecewise((0, z <= -1), (1, z >= 1), ((z + 1) / 2, True))
    yield _function("sparse_sigmoid").value("0, 1 or (z + 1)/2, as z <= -1, z >= 1 or else", sparse, z)


def _of_arrays() -> Iterator[Claim]:
    z = symbols("z", 3)
    a = softmax(z)
    yield _function("softmax").value("e^z_j / sum e^z_k", a, z, size=3)
    jacobian = np.array([[a[i] * (int(i == j) - a[j]) for j in range(3)] for i in range(3)])
    yield _function("softmax, Jacobian", jax.jacobian(jax.nn.softmax)).value("a_i ([i = j] - a_j)", jacobian, z, size=3)
    yield _function("log_softmax").value("ln e^z_j / sum e^z_k", log(a), z, size=3)
    yield from _function("logsumexp").both("ln sum e^z_k", logsumexp(z), z, size=3)
    yield _function("logmeanexp").value("ln mean e^z_k", log(mean(exp(z))), z, size=3)
    shown = np.array([True, False, True])
    masked = np.array([softmax(z[shown])[0], sp.S.Zero, softmax(z[shown])[1]])
    yield _function("softmax, where", lambda z: jax.nn.softmax(z, where=shown)).value(
        "of those shown", masked, z, size=3
    )
    centred = z - mean(z)
    standard = centred / sp.sqrt(mean(centred**2) + sp.Rational(1, 10**5))
    yield _function("standardize").value("(z - mean) / sqrt(variance + 10^-5)", standard, z, size=3)
    four = symbols("z", 4)
    yield from _function("glu").both("z' / (1 + e^-z''), both halves", four[:2] * sigmoid(four[2:]), four)
    q, k, v = symbols("q", 1, 1, 1, 2), symbols("k", 1, 2, 1, 2), symbols("v", 1, 2, 1, 2)
    weights = softmax((k[0, :, 0] * q[0, 0, 0]).sum(-1) / sp.sqrt(2))
    attention = (weights[:, None] * v[0, :, 0]).sum(0).reshape(1, 1, 1, 2)
    yield _function("dot_product_attention").value("softmax(q.k / sqrt d) v", attention, q, k, v)
    one_hot = _function("one_hot", lambda z, i: jnp.sum(jax.nn.one_hot(i, 3, dtype=z.dtype) * z))
    yield one_hot.value("times z: z_i", z[1], z, np.int32(1))
