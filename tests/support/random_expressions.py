"""Random pairs of expressions, some equal, some nearly equal, some unrelated, and their values by mpmath.

A pair is either an expression and a rewritten form of it, or two unrelated expressions. Some rules of rewriting are
right everywhere, others only where signs allow it (ln(u v) = ln u + ln v). Values tell which pairs are equal.
"""

import itertools
import random
from collections.abc import Iterator, Mapping

import mpmath
from sympy import (
    Abs,
    Add,
    Expr,
    Indexed,
    IndexedBase,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Sum,
    acosh,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    exp,
    expand,
    factor,
    gamma,
    log,
    loggamma,
    pi,
    preorder_traversal,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
    together,
)

from derivations.algebra.letters import K, N, j, k, l, m, s, t

x, y = symbols("x y", real=True)
a, p = symbols("a p", positive=True)
f, g = IndexedBase("f", real=True), IndexedBase("g", real=True)
NUMBERS = (Integer(1), Integer(2), Integer(-1), Integer(3), Rational(1, 2), Integer(6))
EXPONENTS = (Rational(1, 2), Rational(-1, 2), Rational(1, 3), Rational(2, 3), Rational(3, 2), Rational(1, 4))
DIGITS = 40


class UndefinedError(Exception):
    """The expression has no value at this point, or no real one."""


def random_expression(rng: random.Random, depth: int, leaves=(x, y, a, p) * 2 + NUMBERS) -> Expr:
    """An expression of exponentials, logarithms, powers, roots, absolute values and special functions."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(leaves)
    u, v = (random_expression(rng, depth - 1, leaves) for _ in range(2))
    makers = [
        lambda: u + v,
        lambda: u - v,
        lambda: u * v,
        lambda: u / v,
        lambda: u ** rng.choice((2, 3, -1, -2)),
        lambda: exp(u),
        lambda: log(u),
        lambda: u ** rng.choice(EXPONENTS),
        lambda: Abs(u),
        lambda: rng.choice((tanh, sinh, cosh, s))(u),
        lambda: rng.choice((sin, cos, tan, atan, asinh, acosh, atanh, gamma, loggamma, erf))(u),
        lambda: rng.choice((sin, cos, erf))(u - v),
        lambda: u**v,
        lambda: log(u * v),
        lambda: (u * v) ** rng.choice(EXPONENTS),
    ]
    made = rng.choice(makers)()
    return made if _is_workable(made) else u


def _is_workable(expression):
    """Whether an expression is finite, short, and without numbers that take long to evaluate."""
    numbers = (part for part in preorder_traversal(expression) if part.is_number and not part.is_Rational)
    is_finite = not expression.has(S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity, S.ImaginaryUnit)
    return is_finite and expression.count_ops() <= 24 and all(number.count_ops() <= 2 for number in numbers)


def rewritten(expression: Expr, rng: random.Random) -> Expr:
    """The expression with a rule applied to some of its parts."""
    if not expression.args or isinstance(expression, Indexed | KroneckerDelta):
        return expression
    if isinstance(expression, Sum):
        return _rewritten_sum(expression, rng)
    parts = [rewritten(part, rng) if rng.random() < 0.6 else part for part in expression.args]
    whole = expression.func(*parts)
    expression = whole if _is_workable(whole) else expression
    rules = [rule for kind, rule in RULES if isinstance(expression, kind)]
    made = rng.choice(rules)(expression, rng) if rules and rng.random() < 0.7 else expression
    return made if _is_workable(made) else expression


def _apart(product, rng):
    """A product split at random into two: some of its factors, and the others."""
    parts = list(Mul.make_args(factor(product)))
    rng.shuffle(parts)
    half = (len(parts) + 1) // 2
    return Mul(*parts[:half]), Mul(*parts[half:])


def _log_of_product(e, rng):
    u, v = _apart(e.args[0], rng)
    return log(u) + log(v)


def _power_of_product(e, rng):
    u, v = _apart(e.base, rng)
    return Mul(u**e.exp, v**e.exp, evaluate=rng.random() < 0.5)


def _quotient(e, rng):
    u = rng.choice((x, exp(y), 1 + a, x * y))
    return (expand(e * u) + e) / (u + 1)


RULES = [
    (Expr, lambda e, rng: expand(e)),
    (Expr, lambda e, rng: factor(e)),
    (Expr, lambda e, rng: together(e)),
    (Expr, _quotient),
    (exp, lambda e, rng: 1 / exp(-e.args[0])),
    (exp, lambda e, rng: exp(e.args[0] / 2) ** 2),
    (exp, lambda e, rng: exp(log(Abs(e)) + 0 * x)),
    (log, _log_of_product),
    (log, lambda e, rng: log(Abs(e.args[0]))),
    (log, lambda e, rng: log(e.args[0] ** 2) / 2),
    (log, lambda e, rng: -log(1 / e.args[0])),
    (log, lambda e, rng: log(-e.args[0])),
    (Abs, lambda e, rng: e.args[0]),
    (Abs, lambda e, rng: Pow(e.args[0] ** 2, S.Half)),
    (Abs, lambda e, rng: exp(log(e.args[0]))),
    (Abs, lambda e, rng: Mul(*map(Abs, _apart(e.args[0], rng)))),
    (Pow, _power_of_product),
    (Pow, lambda e, rng: exp(e.exp * log(Abs(e.base)))),
    (Pow, lambda e, rng: exp(e.exp * log(e.base), evaluate=False)),
    (Pow, lambda e, rng: e.base * e.base ** (e.exp - 1)),
    (Pow, lambda e, rng: (-e.base) ** e.exp),
    (Pow, lambda e, rng: 1 / (1 / e.base) ** e.exp),
    ((tanh, sinh, cosh, s), lambda e, rng: e.rewrite(exp)),
    (tanh, lambda e, rng: 2 * s(2 * e.args[0]) - 1),
    (cosh, lambda e, rng: (1 + sinh(e.args[0]) ** 2) ** S.Half),
    (s, lambda e, rng: 1 - s(-e.args[0])),
    (sin, lambda e, rng: 2 * sin(e.args[0] / 2) * cos(e.args[0] / 2)),
    (sin, lambda e, rng: sqrt(1 - cos(e.args[0]) ** 2)),
    ((sin, cos, erf), lambda e, rng: -e.func(expand(-e.args[0]))),
    (cos, lambda e, rng: 1 - 2 * sin(e.args[0] / 2) ** 2),
    (tan, lambda e, rng: sin(e.args[0]) / cos(e.args[0])),
    (atan, lambda e, rng: pi / 2 - atan(1 / e.args[0])),
    (gamma, lambda e, rng: exp(loggamma(e.args[0]))),
    (gamma, lambda e, rng: gamma(e.args[0] + 1) / e.args[0]),
    (loggamma, lambda e, rng: log(gamma(e.args[0]))),
    (loggamma, lambda e, rng: loggamma(e.args[0] + 1) - log(e.args[0])),
    (asinh, lambda e, rng: log(e.args[0] + sqrt(e.args[0] ** 2 + 1))),
    (acosh, lambda e, rng: log(e.args[0] + sqrt(e.args[0] ** 2 - 1))),
    (atanh, lambda e, rng: log((1 + e.args[0]) / (1 - e.args[0])) / 2),
]


def random_sum(rng: random.Random) -> Expr:
    """An expression that contains sums, with deltas, over ranges that begin at 1 or elsewhere."""
    outer = Mul(*(_summand_factor(rng, l) for _ in range(rng.randint(0, 1))))
    result = Add(*(_single_sum(rng) for _ in range(rng.randint(1, 2)))) * outer
    if rng.random() < 0.3:
        result = Sum(_single_sum(rng, inside=l) * _summand_factor(rng, l), (l, *_limits(rng)))
    return result.subs(l, j) + rng.choice((Integer(0), f[j], x, KroneckerDelta(j, k) * f[k], K))


def _single_sum(rng, inside=None):
    factors = [_summand_factor(rng, m, inside) for _ in range(rng.randint(0, 3))]
    summand = Mul(*factors) if rng.random() < 0.8 else Add(*factors)
    return Sum(summand, (m, *_limits(rng)))


def _limits(rng):
    return rng.choice((1, 1, 1, 1, 2, 3, 0)), rng.choice((K, K, K, N))


def _summand_factor(rng, index, outer=None):
    others = [j, k, j + 1, Integer(1), Integer(2), K, *([outer] * 3 if outer else [])]
    delta = KroneckerDelta(index, rng.choice(others))
    return rng.choice(
        (
            delta,
            delta,
            f[index],
            g[index],
            x,
            exp(f[index]),
            1 / (1 + exp(f[index])),
            f[j],
            1 + delta,
            exp(delta * x),
            f[index] + x,
        )
    )


def _rewritten_sum(expression, rng):
    *inner, (index, low, high) = expression.limits
    if inner:
        return expression
    summand = expression.function
    deltas = [part for part in Mul.make_args(summand) if isinstance(part, KroneckerDelta) and index in part.args]
    rules = [
        lambda: Sum(summand.subs(index, t), (t, low, high)),
        lambda: Add(*(Sum(part, (index, low, high)) for part in Add.make_args(expand(summand)))),
        lambda: Sum(summand, (index, 1, high)) - (summand.subs(index, 1) if low == 2 else 0),
        lambda: Sum(summand, (index, 2, high)) + summand.subs(index, 1),
        lambda: (
            Mul(*(part for part in Mul.make_args(summand) if not part.has(index)))
            * Sum(Mul(*(part for part in Mul.make_args(summand) if part.has(index))), (index, low, high))
        ),
    ]
    if deltas:
        (other,) = (
            (part for part in deltas[0].args if part != index) if deltas[0].args[0] != deltas[0].args[1] else (j,)
        )
        rules += [lambda: summand.subs(deltas[0], 1).subs(index, other)] * 3
    if not summand.has(index):
        rules += [lambda: summand * (high - low + 1)] * 3
    return rng.choice(rules)()


def random_pairs(seed: int, count: int, sums: bool) -> Iterator[tuple[Expr, Expr]]:
    """Pairs of expressions, in four of five of which the second is a rewritten form of the first."""
    rng = random.Random(f"{seed}{sums}")
    for _ in range(count):
        one, other = (random_sum(rng) if sums else random_expression(rng, rng.choice((2, 2, 3))) for _ in range(2))
        if rng.random() < 0.8:
            other = one
            for _ in range(rng.randint(1, 3)):
                other = rewritten(other, rng)
        yield one, other


def value(expression: Expr, point: Mapping, *, real: bool) -> mpmath.mpc:
    """The principal value at a point; UndefinedError at a pole or, with `real`, where some part is not real."""

    def of(e):
        if e in point:
            return mpmath.mpmathify(point[e])
        if e.is_Rational:
            return mpmath.mpf(e.p) / e.q
        if isinstance(e, Sum):
            return _sum(e)
        if isinstance(e, Indexed):
            name = f"{point['seed']} {e.base} {[int(of(index)) for index in e.indices]}"
            return mpmath.mpf(random.Random(name).uniform(-2, 2))
        if e.is_Atom:
            return mpmath.mpmathify(e.evalf(DIGITS + 10))
        values = [of(part) for part in e.args]
        if isinstance(e, KroneckerDelta):
            return mpmath.mpf(values[0] == values[1])
        if isinstance(e, Add):
            return mpmath.fsum(values)
        if isinstance(e, Mul):
            return mpmath.fprod(values)
        return _function(e, values)

    def _function(e, values):
        if isinstance(e, log) and (values[0] == 0 or (real and not _is_positive(values[0]))):
            raise UndefinedError
        if isinstance(e, Pow):
            base, exponent = values
            if (base == 0 and not exponent.real > 0) or (real and not e.exp.is_Integer and not _is_positive(base)):
                raise UndefinedError
            if abs(exponent) > 50:
                raise UndefinedError
            return base ** (int(e.exp) if e.exp.is_Integer else exponent)
        if isinstance(e, atanh) and abs(values[0]) >= 1:
            raise UndefinedError
        if isinstance(e, gamma | loggamma | acosh) and real and not _is_positive(values[0] - isinstance(e, acosh)):
            raise UndefinedError
        if (
            isinstance(e, exp | tanh | sinh | cosh | s | sin | cos | tan | gamma | loggamma | erf)
            and abs(values[0]) > 200
        ):
            raise UndefinedError
        if e.func not in FUNCTIONS:
            raise UndefinedError  # SymPy introduces re and atan2 for arguments that may be complex
        return FUNCTIONS[e.func](*values)

    def _sum(e):
        *inner, (index, low, high) = e.limits
        summand = Sum(e.function, *inner) if inner else e.function
        numbers = range(int(of(low)), int(of(high)) + 1)
        return mpmath.fsum(of(summand.subs(index, number)) for number in numbers)

    return of(expression)


def _is_positive(number):
    return mpmath.im(number) == 0 and mpmath.re(number) > 0


FUNCTIONS = {
    exp: mpmath.exp,
    log: mpmath.log,
    Abs: abs,
    tanh: mpmath.tanh,
    sinh: mpmath.sinh,
    cosh: mpmath.cosh,
    sin: mpmath.sin,
    cos: mpmath.cos,
    tan: mpmath.tan,
    asinh: mpmath.asinh,
    acosh: mpmath.acosh,
    atanh: mpmath.atanh,
    gamma: mpmath.gamma,
    loggamma: mpmath.loggamma,
    erf: mpmath.erf,
    s: lambda z: 1 / (1 + mpmath.exp(-z)),
}


def differs(one: Expr, other: Expr, point: Mapping, *, real: bool) -> bool | None:
    """Whether two expressions have different values at a point; None if one of them has none or a huge one."""
    with mpmath.workdps(DIGITS):
        try:
            left, right = value(one, point, real=real), value(other, point, real=real)
        except (UndefinedError, ZeroDivisionError, OverflowError):
            return None
        scale = 1 + abs(left) + abs(right)
        return bool(abs(left - right) > scale * mpmath.mpf(10) ** (-DIGITS // 2)) if scale < 1e60 else None


def points(seed: int, number: int) -> Iterator[dict]:
    """Random values of the letters, of both signs where both are allowed."""
    rng = random.Random(seed)
    for _ in range(number):
        yield {
            **{letter: mpmath.mpf(rng.uniform(-3, 3)) for letter in (x, y)},
            **{letter: mpmath.mpf(rng.uniform(0.1, 3)) for letter in (a, p)},
            "seed": rng.random(),
        }


def indexed_points(seed: int, ranges: Mapping) -> Iterator[dict]:
    """Points with small sizes, including 1, and free indices at some places in their ranges."""
    rng = random.Random(seed)
    for point, (size, inputs) in zip(points(seed, 6), ((1, 1), (1, 3), (2, 2), (3, 1), (3, 4), (4, 3)), strict=True):
        sizes = {K: size, N: inputs}
        first, second = (sizes[ranges[index][1]] if index in ranges else size for index in (j, k))
        places = list(itertools.product(range(1, first + 1), range(1, second + 1)))
        for place, other in rng.sample(places, min(3, len(places))):
            yield {**point, **sizes, j: place, k: other}
