"""Where a function in pieces changes, and what it is between."""

import pytest
from sympy import Abs, Heaviside, Max, Min, Piecewise, Rational, cos, exp, lambdify, sign, symbols

from derivations.design.pieces import pieces

z, y = symbols("z y", real=True)
T = symbols("T", positive=True)

FUNCTIONS = {
    "absolute value": (Abs(z - y), [y]),
    "of an absolute value": (Abs(Abs(z) - 1), [-1, 0, 1]),
    "sign": (sign(2 * z - y) * exp(z), [y / 2]),
    "step": (Heaviside(-z), [0]),
    "clipped": (Max(-1, Min(1, z - y)), [y - 1, y + 1]),
    "maximum of three": (Max(0, z, 2 * z - 1), [0, Rational(1, 2), 1]),
    "piecewise": (Piecewise((z - y, Abs(z - y) <= T), (T * sign(z - y), True)), [y - T, y, y + T]),
    "in two parts": (Piecewise((0, (z > 1) | (z < -1)), (cos(z), True)), [-1, 1]),
    "smooth": (exp(z) - y, []),
    "in y alone": (Abs(y) * z, []),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_its_forms_between_the_places(name):
    f, expected = FUNCTIONS[name]
    places, forms = pieces(f, z)
    assert set(expected) <= set(places)
    assert len(forms) == len(places) + 1
    numbers = {y: Rational(3, 10), T: Rational(3, 2)}
    ends = [float(place.subs(numbers)) for place in places]
    assert ends == sorted(ends)
    value = lambdify(z, f.subs(numbers))
    for point in (-2.3, -1.3, -0.7, 0.2, 0.6, 0.9, 1.1, 1.5, 2.7):
        form = forms[sum(end < point for end in ends)]
        assert float(form.subs(numbers).subs(z, point)) == pytest.approx(float(value(point)), abs=1e-12)


def test_places_that_cannot_be_known_are_refused():
    with pytest.raises(ValueError, match="must be linear in z"):
        pieces(Abs(exp(z) - 2), z)
    with pytest.raises(ValueError, match="whether y is above 0 or below is not known"):
        pieces(Max(0, z) + Abs(z - y), z)
