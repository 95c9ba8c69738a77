"""The log-densities of NumPyro's distributions against the textbook's, with their derivatives by the first parameter.

z is the first parameter, or the value where the derivative by it is of interest; x is the value.
"""

import importlib
from collections.abc import Callable, Iterator

import numpy as np
import sympy as sp

from derivations.certificate.expressions import between, exp, log, sigmoid, softmax
from derivations.certificate.program import symbols
from derivations.claims.claim import Claim
from derivations.claims.library_function import LibraryFunction

# What was tried and is not certified, and the reason.
NOT_OF_NUMPYRO = {
    "Kumaraswamy": "1 - x^z is clipped next to 1, which leaves a case that is not seen to be possible or impossible",
}


def numpyro_claims() -> Iterator[Claim]:
    """All claims about NumPyro; ImportError if it is not installed."""
    importlib.import_module("numpyro")
    yield from _on_the_line()
    yield from _on_the_half_line()
    yield from _on_an_interval()
    yield from _discrete()


def _log_density(name: str, program: Callable | None = None) -> LibraryFunction:
    """ln p(x) of a distribution as a function of its parameters, in order, and of x."""

    def of_parameters(*inputs):
        *parameters, x = inputs
        return _distribution(name, *parameters).log_prob(x)

    return LibraryFunction("numpyro.distributions", name, program or of_parameters)


def _distribution(name: str, *parameters, **named):
    made = getattr(importlib.import_module("numpyro.distributions"), name)
    return made(*parameters, **named, validate_args=False)


def _on_the_line() -> Iterator[Claim]:
    z, s, x = symbols("z"), symbols("s", positive=True), symbols("x")
    e = (x - z) / s
    yield from _log_density("Normal").both(
        "-e^2/2 - ln s - ln(2 pi)/2", -(e**2) / 2 - log(s) - log(2 * sp.pi) / 2, z, s, x
    )
    laplace = _log_density("Laplace")
    yield laplace.value("-|e| - ln 2s", -abs(x - z) / s - log(2 * s), z, s, x)
    yield from _log_density("Cauchy").both("-ln(pi s (1 + e^2))", -log(sp.pi * s * (1 + e**2)), z, s, x)
    yield from _log_density("Logistic").both("-e - ln s - 2 ln(1 + e^-e)", -e - log(s) - 2 * log(1 + exp(-e)), z, s, x)
    yield from _log_density("Gumbel").both("-e - e^-e - ln s", -e - exp(-e) - log(s), z, s, x)
    n = symbols("n", positive=True)
    student = sp.loggamma((n + 1) / 2) - sp.loggamma(n / 2) - log(n * sp.pi) / 2 - log(s)
    says = "ln G((n+1)/2) - ln G(n/2) - ln(pi n)/2 - ln s - (n+1)/2 ln(1 + e^2/n)"
    function = _log_density("StudentT", lambda z, s, n, x: _distribution("StudentT", n, z, s).log_prob(x))
    yield function.value(says, student - (n + 1) / 2 * log(1 + e**2 / n), z, s, n, x)


def _on_the_half_line() -> Iterator[Claim]:
    r, x = symbols("z", positive=True), symbols("x", positive=True)
    yield from _log_density("Exponential").both("ln z - z x", log(r) - r * x, r, x)
    half = log(2) / 2 - log(sp.pi) / 2 - log(r) - x**2 / (2 * r**2)
    yield from _log_density("HalfNormal").both("ln(2/pi)/2 - ln z - x^2 / (2 z^2)", half, r, x)
    half_cauchy = log(2) - log(sp.pi) - log(r) - log(1 + (x / r) ** 2)
    yield from _log_density("HalfCauchy").both("ln 2/pi - ln z - ln(1 + (x/z)^2)", half_cauchy, r, x)
    rate = symbols("r", positive=True)
    gamma = r * log(rate) + (r - 1) * log(x) - rate * x - sp.loggamma(r)
    yield from _log_density("Gamma").both("z ln r + (z - 1) ln x - r x - ln G(z)", gamma, r, rate, x)
    inverse = r * log(rate) - (r + 1) * log(x) - rate / x - sp.loggamma(r)
    yield _log_density("InverseGamma").value("z ln r - (z + 1) ln x - r/x - ln G(z)", inverse, r, rate, x)
    m = symbols("m")
    log_normal = -((log(x) - m) ** 2) / (2 * r**2) - log(r) - log(x) - log(2 * sp.pi) / 2
    says = "-(ln x - m)^2 / (2 z^2) - ln z - ln x - ln(2 pi)/2"
    function = _log_density("LogNormal", lambda z, m, x: _distribution("LogNormal", m, z).log_prob(x))
    yield from function.both(says, log_normal, r, m, x)
    k = symbols("k", positive=True)
    weibull = log(k) - k * log(r) + (k - 1) * log(x) - (x / r) ** k
    yield _log_density("Weibull").value("ln k - k ln z + (k - 1) ln x - (x/z)^k", weibull, r, k, x)
    pareto = log(k) + k * log(r) - (k + 1) * log(x)
    yield _log_density("Pareto").value("ln k + k ln z - (k + 1) ln x, x > z", pareto, r, k, x, assuming=[x > r])


def _on_an_interval() -> Iterator[Claim]:
    a, b, x = symbols("z", positive=True), symbols("b", positive=True), symbols("x")
    inside = [*between(0, x, 1), a > 1, b > 1]
    beta = (a - 1) * log(x) + (b - 1) * log(1 - x) + sp.loggamma(a + b) - sp.loggamma(a) - sp.loggamma(b)
    says = "(z-1) ln x + (b-1) ln(1-x) - ln B(z, b), 0 < x < 1, z, b > 1"
    yield _log_density("Beta").value(says, beta, a, b, x, assuming=inside)
    low, high = symbols("z"), symbols("u")
    says = "-ln(u - z), z < x < u"
    yield _log_density("Uniform").value(says, -log(high - low), low, high, x, assuming=[low < x, x < high])


def _discrete() -> Iterator[Claim]:
    p, z, zero, one = symbols("z", positive=True), symbols("z"), np.int32(0), np.int32(1)
    yield from _log_density("BernoulliLogits").both(
        "-ln(1 + e^-z), x = 1, z not 0", log(sigmoid(z)), z, one, assuming=[sp.Ne(z, 0)]
    )
    yield _log_density("BernoulliLogits").gradient(
        "-ln(1 + e^-z), x = 1",
        1 - sigmoid(z),
        z,
        one,
        holds=False,
        reason="at z = 0 the gradient is 1 instead of 1/2: the kinks of clip(z, 0) and of log1p(e^-|z|) do not cancel",
    )
    yield _log_density("BernoulliLogits").value("-ln(1 + e^z), x = 0", log(1 - sigmoid(z)), z, zero)
    rate, count = p, symbols("x", integer=True, nonnegative=True)
    poisson = count * log(rate) - rate - sp.loggamma(count + 1)
    yield from _log_density("Poisson").both("x ln z - z - ln x!", poisson, rate, count)
    z = symbols("z", 3)
    yield from _log_density("CategoricalLogits").both("ln softmax(z)_x, x = 1", log(softmax(z))[1], z, one, size=3)
    probabilities = symbols("z", 3, positive=True)
    total = sp.Eq(sum(probabilities), 1)
    within = (total, *(probabilities > sp.Rational(1, 100)))
    function = _log_density("CategoricalProbs")
    yield function.value(
        "ln z_x, x = 1, z a distribution, z > 0.01", log(probabilities[1]), probabilities, one, assuming=within, size=3
    )
    q = symbols("z")
    within = between(sp.Rational(1, 100), q, sp.Rational(99, 100))
    yield _log_density("BernoulliProbs").value("ln z, x = 1, 0.01 < z < 0.99", log(q), q, one, assuming=within)
    geometric = np.int32(3) * log(1 - q) + log(q)
    yield _log_density("GeometricProbs").value(
        "3 ln(1 - z) + ln z, x = 3, 0.01 < z < 0.99", geometric, q, np.int32(3), assuming=within
    )
