"""Signs that follow from squares, products, exponentials and roots, and none that random points contradict."""

import itertools
import random

import pytest
import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.points import points_in, sign_at

x, y, z = LETTERS = sp.symbols("x y z", real=True)
UNIT = [x > 0, y > 0, x < 1, y < 1]
NEAR = [x > y - 5, x < y]


@pytest.mark.parametrize(
    ("assuming", "form", "sign"),
    [
        ([y > 1], y**2 + x**2 - 1, 1),
        ([y > 1], y**2 + x**2 - 2, None),
        ([y >= 1], y**2 + x**2 - 1, None),
        (UNIT, x * y - 1, -1),
        (UNIT, x * y - x - y, -1),
        (UNIT, x * y - x - y + sp.Rational(1, 2), None),
        ([x < y, y < z], sp.exp(x - z) + sp.exp(y - z) - 2, -1),
        ([x < y, y < z], sp.exp(x - z) + sp.exp(y - z) - 1, None),
        ([x < y, y < z], sp.exp(x) + sp.exp(y) - 2 * sp.exp(z), -1),
        (NEAR, sp.exp(x - y) + sp.exp(-z) - sp.Rational(1, 400), 1),
        (NEAR, sp.exp(x - y) + sp.exp(-z) - sp.Rational(1, 100), None),
        ([], sp.exp(x) - x, 1),
        ([], sp.exp(x) - 2 * x, None),
    ],
)
def test_signs_of_terms_that_are_not_linear(assuming, form, sign):
    assert Case.where(assuming).known_sign(form) == sign


@pytest.mark.parametrize(
    ("assuming", "form", "sign"),
    [
        ([], x + sp.sqrt(x**2 + 1), 1),
        ([], x - y - sp.sqrt((x - y) ** 2 + 4), -1),
        ([x > 1], 2 * x - sp.sqrt(x**2 + 1), 1),
        ([], 2 * x - sp.sqrt(x**2 + 1), None),
        ([y < 0], y * sp.sqrt(x**2 + 1 / y**2) + x, None),
        ([y < 0], y * sp.sqrt(x**2 + 1) - y * x, -1),
        ([x > 0], sp.gamma(x), 1),
        ([x > 0, y > 0], -sp.polygamma(1, x) * sp.lowergamma(x, y) / sp.gamma(x), -1),
        ([x > 0], sp.polygamma(2, x), -1),
        ([x > 0], sp.polygamma(0, x), None),
        ([x > 1], sp.zeta(x), 1),
        ([], sp.besseli(0, x), 1),
        ([], sp.gamma(x), None),
        ([x > 0, x < 3], sp.sin(x), 1),
        ([x > 0, x < 4], sp.sin(x), None),
        ([x > -1, x < 1], sp.cos(x), 1),
        ([x > 2, x < 4], sp.cos(x), -1),
        ([x > -3, x < 0], sp.sin(x), -1),
        ([], sp.sqrt(x**2 + 1) * sp.sqrt(y**2 + 1) - x, 1),
        ([], 3 * sp.sqrt(x**2 + 1) * sp.sqrt(y**2 + 1) - 2, 1),
        ([x > 2, y > 2], y - 1 / x, 1),
        ([x > 0, x < 1, y > 0], 1 - x**y, 1),
        ([x > 1, y > 0], 2 - x**y, None),
        ([x < -10], x**6 - x**4 + 3 * x**2 - 15, 1),
        ([x > 3], x**3 - 3 * x + 1, 1),
        ([x > 1], x**3 - 3 * x + 1, None),
    ],
)
def test_signs_of_roots_powers_and_special_functions(assuming, form, sign):
    assert Case.where(assuming).known_sign(form) == sign


def test_no_point_contradicts_a_sign():
    rng, decided = random.Random(0), 0
    for _ in range(150):
        conditions = [(rng.choice(LETTERS) - rng.choice([*LETTERS, *range(-2, 3)])) for _ in range(3)]
        conditions = [rng.choice([sp.Gt, sp.Ge])(form, 0) for form in conditions if form.free_symbols]
        try:
            case = Case.where(conditions)
        except ValueError:  # they contradict each other
            continue
        p, q, r = (rng.choice(LETTERS) for _ in range(3))
        term = rng.choice(
            [
                p**2 + q**2,
                p * q + r,
                q - 1 / p,
                sp.exp(p - q),
                sp.exp(p) - 2 * sp.exp(q),
                sp.sqrt(p**2 + 1) - q,
                sp.sin(p),
            ]
        )
        form = rng.choice([1, -1]) * (term + rng.choice([0, r]) + rng.randint(-4, 4))
        known = case.known_sign(form)
        decided += known is not None
        if known is not None:
            points = itertools.islice(points_in(case, LETTERS), 20)
            assert all(sign_at(form, point) == known for point in points), (str(case), form)
    assert decided > 15
