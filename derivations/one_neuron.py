"""Equations 54 to 62: one neuron, a = s(z) with z = w x + b, and why the cross-entropy makes it learn fast."""

from functools import partial

from sympy import symbols

from derivations.equation import derive
from derivations.notation import Partial, s, s_prime

C = symbols("C")
x, w, b, y, z, a = symbols("x w b y z a", real=True)
LETTERS = {x: "input", w: "weight", b: "bias", y: "target"}
SQUARE = {C: (y - a) ** 2 / 2, a: s(z), z: w * x + b}

one_example = partial(derive, letters=LETTERS, source="000, one neuron")

EQUATIONS = [
    one_example("54", "The quadratic cost of one example", C, ((y - a) ** 2 / 2, "definition"), where=SQUARE),
    one_example(
        "55",
        "The quadratic cost's derivative by the weight carries s'(z): the slowdown",
        Partial(C, w),
        (Partial(C, a) * Partial(a, z) * Partial(z, w), "chain rule"),
        ((a - y) * Partial(a, z) * Partial(z, w), "derivative of the square"),
        ((a - y) * s_prime(z) * Partial(z, w), "a = s(z)"),
        ((a - y) * s_prime(z) * x, "z = w x + b"),
        where=SQUARE,
    ),
    one_example(
        "56",
        "The quadratic cost's derivative by the bias",
        Partial(C, b),
        (Partial(C, a) * Partial(a, z) * Partial(z, b), "chain rule"),
        ((a - y) * s_prime(z), "derivative of the square; a = s(z); z = w x + b"),
        where=SQUARE,
    ),
]
