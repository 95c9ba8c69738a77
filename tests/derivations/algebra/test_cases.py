"""Cases: which signs conditions decide, and which assumptions contradict each other."""

import random

import pytest
import sympy as sp

from derivations.algebra.cases import Case, UndecidedError, letters_of
from derivations.algebra.conditions import Condition
from derivations.algebra.points import points_in
from derivations.algebra.signs import sign_of_number

x, y, z = sp.symbols("x y z", real=True)


@pytest.mark.parametrize(
    ("assuming", "expression", "sign"),
    [
        ([x > y, y > z], x - z, 1),
        ([x > y, y >= z], 2 * z - 2 * x, -1),
        ([x >= y, y >= x], x - y, 0),
        ([sp.Eq(x + y, 1), x > 1], y, -1),
        ([x > y], sp.exp(x) - sp.exp(y), 1),
        ([x > 0], (x - 1) ** 2 * x + x, 1),
        ([], x**2 - 2 * x * y + y**2 + z**2 + 1, 1),
        ([], 1 / (1 + sp.exp(-x)) - 1, -1),
        ([x > 0, x < 1], 1 / (x * (1 - x)), 1),
        ([x < sp.log(2)], x - 1, -1),
        ([x > 1], sp.sqrt(x**2 + y**2) * sp.sqrt(x**2 + z**2) - sp.Rational(1, 10**8), 1),
        ([x > 1, x < 2, y > 3], sp.log(x) - sp.sqrt(y), -1),
        ([], sp.sin(2 * x) - 2 * sp.sin(x) * sp.cos(x), 0),
    ],
)
def test_signs_that_follow(assuming, expression, sign):
    assert Case.where(assuming).sign(expression) == sign


@pytest.mark.parametrize(
    ("assuming", "expression"), [([], x), ([x > y], x), ([x >= y], x - y), ([x > 0], x - sp.log(2))]
)
def test_signs_that_do_not_follow_are_not_guessed(assuming, expression):
    with pytest.raises(UndecidedError):
        Case.where(assuming).sign(expression)


def test_conditions_about_other_letters_decide_nothing():
    rng = random.Random(0)
    letters, decided = sp.symbols("a:f", real=True), 0
    for _ in range(200):
        relations = [rng.choice((sp.Gt, sp.Ge, sp.Eq))(*rng.sample(letters, 2)) for _ in range(4)]
        try:
            case = Case.where(relations)
        except ValueError:  # they contradict each other
            continue
        form = sp.Add(*rng.sample(letters, 1), -rng.choice([*letters, 0]))
        decided += signs_of(case, form) is not None
        assert signs_of(case.about(letters_of(form)), form) == signs_of(case, form), (str(case), form)
    assert decided > 30


def test_conditions_that_are_tied_by_other_letters_decide():
    case = Case.where([x > y, y > z, z > 1])
    assert str(case.about(frozenset([x]))) == str(case)
    assert case.sign(x - 1) == 1


def signs_of(case, form):
    """The sign by all conditions of a case, or None."""
    possible = [sign for sign in (-1, 0, 1) if case.assume(Condition(form, sign))]
    return possible[0] if len(possible) == 1 else None


def test_impossible_parts_of_a_split_are_left_out():
    assert [str(case) for case in Case.where([x > y, y > z]).split(x - z)] == ["x > y, y > z, x > z"]


def test_bad_assumptions_are_named():
    with pytest.raises(ValueError, match="contradict"):
        Case.where([x > y, y > x])
    with pytest.raises(TypeError, match="relation"):
        Case.where([x + y])


def test_a_tie_that_cannot_be_solved_is_still_a_condition():
    below, tie, above = Case().split(sp.exp(x) + x * y)
    assert [case.sign(2 * sp.exp(x) + 2 * x * y) for case in (below, tie, above)] == [-1, 0, 1]


def test_numbers_are_compared_to_as_many_digits_as_they_need():
    number = sp.exp(60)
    rounded = sp.Rational(str(number.evalf(30)))  # less than e^60 by 0.00048
    between = rounded + sp.Rational(1, 10**4)
    assert Case.where([z >= number]).sign(z - between) == 1
    with pytest.raises(UndecidedError):
        Case.where([z > between]).sign(z - number)
    assert Case.where([z > sp.exp(-100)]).sign(z) == 1
    with pytest.raises(UndecidedError):
        Case.where([z > sp.exp(-100)]).sign(z - 2 * sp.exp(-100))


@pytest.mark.parametrize(("zero", "sign"), [(sp.sin(2) - 2 * sp.sin(1) * sp.cos(1), 0), (sp.erf(2000) - 1, None)])
def test_a_number_whose_digits_do_not_tell_its_sign_has_none_unless_it_is_zero_identically(zero, sign):
    assert sign_of_number(zero) is None
    assert Case().known_sign(zero) == sign
    assert Case.where([x > zero]).known_sign(x) is None


def test_a_point_at_which_digits_do_not_tell_a_sign_is_in_no_case():
    above = Case.where([sp.sin(2 * z) - 2 * sp.sin(z) * sp.cos(z) > 0])
    assert list(points_in(above, [z])) == []


@pytest.mark.parametrize(
    ("number", "sign"),
    [(sp.exp(-(10**6)), 1), (-sp.exp(10**7), -1), (sp.exp(sp.exp(sp.exp(20))), None), (sp.Integer(0), 0), (sp.I, None)],
)
def test_numbers_of_any_size(number, sign):
    assert sign_of_number(number) == sign
