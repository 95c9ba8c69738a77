"""How long a neuron that is saturated at the wrong value takes to recover: x = 1, y = 0, gradient flow with rate eta.

Both w and b fall at the rate eta dC/dz, so that z = w + b falls at the rate 2 eta dC/dz. The time from z = z_0 until
z = 0, where a = 1/2, is the integral of 1 / (2 eta dC/dz) over z.
"""

from functools import partial

from sympy import Integral, Limit, Rational, Symbol, exp, log, oo, symbols

from derivations.algebra.letters import s, s_prime
from derivations.proof.equation import derive
from derivations.proof.notation import Partial

C, speed, time = symbols("C speed time")
z, a, w, b = symbols("z a w b", real=True)
start, rate = Symbol("z_0", positive=True), Symbol("η", positive=True)

_LETTERS = {z: "weighted input", start: "weighted input at the start", rate: "learning rate", w: "weight", b: "bias"}
escape = partial(derive, letters=_LETTERS, source="the slow neuron of 000")
_QUADRATIC = {time: Integral(1 / speed, (z, 0, start)), speed: 2 * rate * a**2 * (1 - a), a: s(z)}
_CROSS_ENTROPY = {time: Integral(1 / speed, (z, 0, start)), speed: 2 * rate * a, a: s(z)}
quadratic_time = (exp(start) + 3 * start - 1 + 3 * (1 - exp(-start)) + (1 - exp(-2 * start)) / 2) / (2 * rate)
cross_entropy_time = (start + 1 - exp(-start)) / (2 * rate)
_CUBE = {time: Integral(1 / speed, (z, 0, start)), speed: 2 * rate * a**3, a: s(z)}
_multiplied_out = 1 + 3 * exp(-z) + 3 * exp(-2 * z) + exp(-3 * z)
cube_time = (start + 3 * (1 - exp(-start)) + 3 * (1 - exp(-2 * start)) / 2 + (1 - exp(-3 * start)) / 3) / (2 * rate)

EQUATIONS = [
    escape(
        "escape speed, quadratic",
        "How fast z falls with the quadratic cost",
        rate * (Partial(C, w) + Partial(C, b)),
        (2 * rate * a * s_prime(z), "55 and 56 with x = 1 and y = 0"),
        (2 * rate * a**2 * (1 - a), "s' = s (1 - s)"),
        where={C: a**2 / 2, a: s(z), z: w + b},
    ),
    escape(
        "escape speed, cross-entropy",
        "How fast z falls with the cross-entropy",
        rate * (Partial(C, w) + Partial(C, b)),
        (2 * rate * s_prime(z) / (1 - a), "57 with y = 0"),
        (2 * rate * a, "s' = s (1 - s)"),
        where={C: -log(1 - a), a: s(z), z: w + b},
    ),
    escape(
        "escape speed, cube",
        "How fast z falls with the cost that is derived from delta = (a - y)^3",
        rate * (Partial(C, w) + Partial(C, b)),
        (2 * rate * s_prime(z) * a**2 / (1 - a), "x = 1, and dC/da = a^2 / (1 - a)"),
        (2 * rate * a**3, "s' = s (1 - s)"),
        where={C: -a - a**2 / 2 - log(1 - a), a: s(z), z: w + b},
    ),
    escape(
        "escape time, quadratic",
        "The time until a = 1/2 with the quadratic cost: exponential in z_0",
        time,
        (Integral((1 + exp(-z)) ** 3 * exp(z) / (2 * rate), (z, 0, start)), "a = 1 / (1 + e^-z), 1 - a = e^-z a"),
        (Integral(exp(z) + 3 + 3 * exp(-z) + exp(-2 * z), (z, 0, start)) / (2 * rate), "multiplied out"),
        (quadratic_time, "integrals of exponentials"),
        where=_QUADRATIC,
    ),
    escape(
        "escape time, cross-entropy",
        "The time until a = 1/2 with the cross-entropy: linear in z_0",
        time,
        (Integral(1 + exp(-z), (z, 0, start)) / (2 * rate), "a = 1 / (1 + e^-z)"),
        (cross_entropy_time, "integrals of exponentials"),
        where=_CROSS_ENTROPY,
    ),
    escape(
        "escape time, cube",
        "The time until a = 1/2 with the cost that is derived from delta = (a - y)^3: linear in z_0, and longer",
        time,
        (Integral((1 + exp(-z)) ** 3 / (2 * rate), (z, 0, start)), "a = 1 / (1 + e^-z)"),
        (Integral(_multiplied_out, (z, 0, start)) / (2 * rate), "multiplied out"),
        (cube_time, "integrals of exponentials"),
        where=_CUBE,
    ),
    escape(
        "escape time, quadratic (growth)",
        "The time with the quadratic cost grows like e^z_0",
        Limit(quadratic_time / exp(start), start, oo),
        (1 / (2 * rate), "all other terms are small compared with e^z_0"),
    ),
    escape(
        "escape time, cross-entropy (growth)",
        "The time with the cross-entropy grows like z_0",
        Limit(cross_entropy_time / start, start, oo),
        (1 / (2 * rate), "all other terms are small compared with z_0"),
    ),
    escape(
        "mean slope",
        "The mean of s' = a (1 - a) over the activations: why eta is 3.0 for one cost and 0.5 for the other",
        Integral(a * (1 - a), (a, 0, 1)),
        (Rational(1, 2) - Rational(1, 3), "integrals of a and a^2"),
        (Rational(1, 6), "common denominator"),
    ),
    escape(
        "slowdown of the quadratic cost",
        "With the quadratic cost and sigmoid the gradient vanishes where the neuron is most wrong",
        Limit((s(z) - 0) * s_prime(z), z, oo),
        (0, "s'(z) tends to 0"),
    ),
    escape(
        "no slowdown of the cross-entropy",
        "With the cross-entropy and sigmoid the gradient is largest where the neuron is most wrong",
        Limit(s(z) - 0, z, oo),
        (1, "s(z) tends to 1"),
    ),
    escape(
        "slowdown of quadratic + softmax",
        "The quadratic cost slows down with softmax too: two neurons, y = (0, 1), most wrong as z_1 - z_2 grows",
        Limit(a * ((a - 0) - (a * (a - 0) + (1 - a) * (1 - a - 1))), z, oo),
        (Limit(2 * a**2 * (1 - a), z, oo), "multiplied out, with a = a_1 = s(z_1 - z_2)"),
        (0, "1 - a tends to 0"),
        where={a: s(z)},
        sizes="K = 2",
    ),
]
