"""Expressions that are zero and, above all, expressions that are not."""

import pytest
from sympy import (
    Abs,
    Eq,
    IndexedBase,
    KroneckerDelta,
    Rational,
    Sum,
    acosh,
    asinh,
    atan,
    atanh,
    cos,
    digamma,
    erf,
    exp,
    gamma,
    log,
    loggamma,
    pi,
    sin,
    sqrt,
    symbols,
    tan,
    tanh,
)

from derivations.algebra.cases import Case
from derivations.algebra.generators import Generators
from derivations.algebra.letters import K, N, i, j, k, m, n, s
from derivations.algebra.signs import UNIT
from derivations.algebra.zero import _by_assumptions, is_zero, vanishes

x, y = symbols("x y", real=True)
a, p = symbols("a p", positive=True)
f, g = IndexedBase("f", real=True), IndexedBase("g", real=True)
w = IndexedBase("w", real=True)
LONG = Rational("0.73105")


@pytest.mark.parametrize(
    "zero",
    [
        exp(x + y) - exp(x) * exp(y),
        loggamma(a + 3) - loggamma(a) - log(a) - log(a + 1) - log(a + 2),
        loggamma(a + Rational(1, 2)) - loggamma(a - Rational(1, 2)) - log(a - Rational(1, 2)),
        digamma(a + p + 1) - digamma(a + p) - 1 / (a + p),
        log(a * p) - log(a) - log(p),
        gamma(a + 1) - exp(loggamma(a + 1)),
        log(a * gamma(p)) - log(a) - loggamma(p),
        erf(sqrt(2) * (x - y) / (2 * a)) + erf(sqrt(2) * (y - x) / (2 * a)),
        cos((x - y) / a) - cos((y - x) / a),
        sin(x) ** 2 + cos(x) ** 2 - 1,
        sin(x / 2) ** 2 - (1 - cos(x)) / 2,
        tan(x - y) * (cos(x) * cos(y) + sin(x) * sin(y)) - sin(x) * cos(y) + cos(x) * sin(y),
        cos(x / a) ** 4 - sin(x / a) ** 4 - cos(2 * x / a),
        sin(sin(2 * x)) - sin(2 * sin(x) * cos(x)),
        asinh(x) - log(x + sqrt(x**2 + 1)),
        atan(a / (1 + p)) + atan((1 + p) / a) - pi / 2,
        atan(-1 / a) - atan(a) + pi / 2,
        acosh(a + 1) - log(a + 1 + sqrt(a) * sqrt(a + 2)),
        s(x) / (1 - s(x)) - exp(x),
        Sum(f[j] + g[j], (j, 1, K)) - Sum(f[k], (k, 1, K)) - Sum(g[m], (m, 1, K)),
        Sum(f[j] * g[k], (j, 1, K)) - g[k] * Sum(f[m], (m, 1, K)),
        Sum(x, (j, 1, K)) - K * x,
        Sum(f[j] * KroneckerDelta(j, k), (j, 1, K)) - f[k],
        Sum(KroneckerDelta(j, k) * KroneckerDelta(j, m) * f[j], (j, 1, K)) - KroneckerDelta(k, m) * f[m],
        KroneckerDelta(j, k) * (f[j] - f[k]),
        Sum(Sum(w[j, k] * f[k], (k, 1, N)) * g[j], (j, 1, K)) - Sum(g[m] * Sum(f[i] * w[m, i], (i, 1, N)), (m, 1, K)),
        Sum(exp(f[j]) / (1 + exp(f[j])), (j, 1, K)) + Sum(1 / (1 + exp(f[j])), (j, 1, K)) - K,
    ],
    ids=str,
)
def test_zero(zero):
    assert is_zero(zero)


@pytest.mark.parametrize(
    "other",
    [
        exp(x + y) - exp(x) - exp(y),
        log(a + p) - log(a) - log(p),
        loggamma(a + 1) - loggamma(a) - log(a + 1),
        loggamma(a - 1) - loggamma(a) - log(a - 1),
        digamma(a + 1) - digamma(a) - 1 / (a + 1),
        log(x * y) - log(x) - log(y),
        gamma(a + 1) - exp(loggamma(a)),
        erf(sqrt(2) * (x - y) / (2 * a)) - erf(sqrt(2) * (y - x) / (2 * a)),
        cos((x - y) / a) + cos((y - x) / a),
        sin(x) - sqrt(1 - cos(x) ** 2),
        sin(x + y) - sin(x) * cos(y) + cos(x) * sin(y),
        (sin(x) - cos(x)) / (sin(x) ** 2 + cos(x) ** 2 - 1),
        sin(sin(x / 2)) - sin(x / 2),
        atan(x) + atan(1 / x) - pi / 2,
        atan(a) + atan(1 / a) + pi / 2,
        atan(a) - atan(1 / a),
        asinh(x) - log(x - sqrt(x**2 + 1)),
        atanh(x) - log((1 + x) / (1 - x)) / 2,
        Sum(f[j], (j, 1, K)) - Sum(f[j], (j, 1, n)),
        Sum(f[j] * g[j], (j, 1, K)) - Sum(f[j], (j, 1, K)) * Sum(g[j], (j, 1, K)),
        Sum(f[j] ** 2, (j, 1, K)) - Sum(f[j], (j, 1, K)) ** 2,
        Sum(f[j], (j, 1, K)) - f[k],
        Sum(w[j, k], (k, 1, K)) - Sum(w[k, j], (k, 1, K)),
        Sum(w[j, j], (j, 1, K)) - Sum(Sum(w[j, k], (k, 1, K)), (j, 1, K)),
        Sum(f[j] * KroneckerDelta(j, k), (j, 1, K)) - f[m],
        KroneckerDelta(j, k) - 1,
        KroneckerDelta(j, k) * f[j],
    ],
    ids=str,
)
def test_not_zero(other):
    assert not is_zero(other)


def test_an_expression_that_is_defined_nowhere_is_not_zero():
    root = sqrt(1 + x**2)
    zero, other_zero = (root - x) * (root + x) - 1, (1 + root) * (1 - root) + x**2
    assert is_zero(zero)
    assert is_zero(other_zero)
    assert not is_zero(zero / other_zero)


def test_only_the_given_equations_are_used():
    difference = f[k] * Sum(g[j], (j, 1, K)) - f[k]
    assert is_zero(difference, given=[Eq(Sum(g[m], (m, 1, K)), 1)])
    assert not is_zero(difference, given=[Eq(Sum(f[m], (m, 1, K)), 1)])
    assert not is_zero(difference)


def test_logarithms_are_split_only_if_signs_are_known():
    difference = log(x / (1 - x)) - log(x) + log(1 - x)
    assert is_zero(difference, domain={x: UNIT})
    assert not is_zero(difference)


IDENTITIES = [
    log(exp(x) + exp(y)) - x - log(1 + exp(y - x)),
    exp(x / 2) ** 2 - exp(x),
    1 / (1 + exp(x / 2)) + exp(x / 2) / (1 + exp(x / 2)) - 1,
    (sqrt(1 + x**2) - x) * (sqrt(1 + x**2) + x) - 1,
    exp(x) / (1 + sqrt(1 + exp(x))) - sqrt(1 + exp(x)) + 1,
    (exp(x) - 1) / (exp(x / 2) + 1) - exp(x / 2) + 1,
    sqrt(a * p + a) - sqrt(a) * sqrt(p + 1),
    (1 + (1 + x**2) ** Rational(1, 3)) * (1 + x**2) ** Rational(1, 6) - (1 + x**2) ** Rational(1, 6) - sqrt(1 + x**2),
    tanh(x / 2) + 1 - 2 / (1 + exp(-x)),
    log(12) - 2 * log(2) - log(3),
    exp(y * log(1 + exp(x))) - (1 + exp(x)) ** y,
    log(sqrt(1 + x**2)) - log(1 + x**2) / 2,
    exp(Abs(x)) * exp(-Abs(x)) + Abs(x * y) - Abs(x) * Abs(y) - 1,
    log(x**2) - 2 * log(Abs(x)),
    s(x) - s(x / 2 + x / 2) + log(1 + exp(y)) - y - log(1 + exp(-y)),
]


@pytest.mark.parametrize("zero", IDENTITIES, ids=str)
@pytest.mark.parametrize("test", [is_zero, vanishes])
def test_identities_by_either_policy(zero, test):
    assert test(zero)
    assert not test(zero + x)
    assert not test(zero + Rational(1, 10**9))


@pytest.mark.parametrize(
    "zero_where_real",
    [
        log(x * y) - log(x) - log(y),
        log((1 + x) / (1 - x)) - log(1 + x) + log(1 - x),
        log(x**3) - 3 * log(x),
        log(-x * (1 - x)) - log(x) - log(x - 1),
    ],
    ids=str,
)
def test_logarithms_known_to_be_real_are_split_whatever_the_signs(zero_where_real):
    assert vanishes(zero_where_real)
    assert not is_zero(zero_where_real)


def test_signs_that_a_case_has_decided_are_used():
    below = Case.where([x < 1])
    power, root = exp(y * log(1 - x)), sqrt(x**2 - 2 * x + 1)
    assert vanishes(power / (1 - x) - exp((y - 1) * log(1 - x)), below.known_sign)
    assert not vanishes(power / (1 - x) - exp((y - 1) * log(1 - x)))
    assert not vanishes(power / (x - 1) - exp((y - 1) * log(1 - x)), below.known_sign)
    assert vanishes(root + x - 1, below.known_sign)
    assert not vanishes(root + x - 1)
    assert not vanishes(root + x - 1, Case.where([x > 1]).known_sign)
    angle = atan(1 / (1 - x)) + atan(1 - x)
    assert vanishes(angle - pi / 2, below.known_sign)
    assert not vanishes(angle - pi / 2)
    assert not vanishes(angle - pi / 2, Case.where([x > 1]).known_sign)


def _keep(expression, *_):
    return expression


# Each step of the zero test, a replacement that omits it, and an expression that is not shown to be zero without it.
STEPS = {
    "sigmoids": ("zero.as_exponentials", _keep, s(x) + s(-x) - 1),
    "sums": ("zero.normal", _keep, Sum(f[j], (j, 1, K)) - Sum(f[k], (k, 1, K))),
    "cases": ("zero._delta_cases", lambda expression: [expression], KroneckerDelta(j, k) * (f[j] - f[k])),
    "exponents": (
        "generators.rational_multiple",
        lambda term: (1, term),
        (exp(x) - 1) / (exp(x / 2) + 1) - exp(x / 2) + 1,
    ),
    "roots": ("generators._reduced", _keep, (sqrt(1 + x**2) - x) * (sqrt(1 + x**2) + x) - 1),
    "primes": ("generators.factorint", lambda n: {n: 1}, log(12) - 2 * log(2) - log(3)),
    "signs": ("zero.known_sign", lambda expression: None, log(a * (p + 1)) - log(a) - log(p + 1)),
}


@pytest.mark.parametrize(("place", "instead", "zero"), STEPS.values(), ids=STEPS)
def test_each_step_is_needed(place, instead, zero, monkeypatch):
    assert is_zero(zero)
    monkeypatch.setattr(f"derivations.algebra.{place}", instead)
    _by_assumptions.cache_clear()
    assert not is_zero(zero)
    _by_assumptions.cache_clear()


@pytest.mark.parametrize(
    ("left", "given"),
    [
        (x - Rational(1, 2), [Eq(x + y, 1), Eq(x - y, 0)]),
        (x**4 - 16, [Eq(x**2, 4)]),
        (x**2 - y**2, [Eq(x**2, 4), Eq(y**2, 4)]),
        (a * x - p, [Eq(a * x + p * y, p), Eq(y, 0)]),
    ],
)
def test_given_equations_are_solved_together_and_for_every_solution(left, given):
    assert is_zero(left, given)
    assert not is_zero(left + 1, given)


@pytest.mark.parametrize(
    ("left", "given"),
    [
        (x + 2, [Eq(x**2, 4)]),  # x = 2
        (x - y, [Eq(x**2, 4), Eq(y**2, 4)]),  # x = 2, y = -2
        (x - y, [Eq(x**2, y**2)]),
        (x, [Eq(x * y, 0)]),  # y = 0
        (x, [Eq(exp(x), 5)]),
    ],
)
def test_given_equations_prove_only_what_follows_from_them(left, given):
    assert not is_zero(left, given)


@pytest.mark.parametrize(
    ("expression", "is_it"),
    [
        (log(1 + exp(-x - LONG)) - log(1 + exp(x + LONG)) + x + LONG, True),
        (log(1 + exp(-LONG * x)) - log(1 + exp(LONG * x)) + LONG * x, True),
        (exp(2 * LONG * x) - exp(LONG * x) ** 2, True),
        (log(1 + exp(-200 * x)) + 100 * x - log(exp(-100 * x) + exp(100 * x)), True),
        (log(exp(-100 * x) + exp(100 * x)) - 100 * x - log(1 + exp(-200 * x)), True),
        (exp(LONG * x) - exp((LONG + Rational(1, 10**5)) * x), False),
        (exp(LONG) - exp(-LONG), False),
    ],
)
def test_exponents_of_many_digits_make_no_polynomial_of_their_degree(expression, is_it):
    """As one of degree 14621, of e^(1/20000), this would take minutes."""
    assert vanishes(expression) is is_it


def test_what_holds_where_a_case_knows_signs():
    inside = Case.where([x > -1, x < 1])
    assert vanishes(atanh(x) - log((1 + x) / (1 - x)) / 2, inside.known_sign)
    assert vanishes(gamma(x + 3) - exp(loggamma(x)) * x * (x + 1) * (x + 2), Case.where([x > 0]).known_sign)


def test_an_exponent_that_turns_out_to_be_zero_is_no_unit_of_others():
    generators = Generators()
    assert generators.rational(exp((x + 1) ** 2 - x**2 - 2 * x - 1)) == 1
    assert generators.vanish((1 + exp(2)) * exp(3) - exp(3) - exp(5))
