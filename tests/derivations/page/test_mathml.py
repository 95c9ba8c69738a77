"""Every formula of the page is well-formed MathML Core, and formulas are what a reader expects."""

import itertools
import re
from xml.etree import ElementTree

import pytest
from sympy import (
    Derivative,
    Eq,
    Function,
    IndexedBase,
    Integral,
    Interval,
    KroneckerDelta,
    Limit,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    sqrt,
    symbols,
    tanh,
)

from derivations import EQUATIONS
from derivations.algebra.letters import K, j, k, s, s_prime
from derivations.book.errata import ERRATA
from derivations.page.mathml import ELEMENTS, mathml
from derivations.proof.mutants import false_copies
from derivations.proof.notation import Partial, unspecified

MATHML_CORE = {
    "annotation",
    "annotation-xml",
    "maction",
    "math",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "semantics",
}
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}
a, y, z = symbols("a y z", real=True)
A, Y, W = IndexedBase("a^L"), IndexedBase("y"), IndexedBase("w^{l+1}")


def faults(formula):
    """What is wrong with a formula: an element outside MathML Core, or one with too many or too few children."""
    for element in ElementTree.fromstring(formula).iter():
        if element.tag not in MATHML_CORE & ELEMENTS:
            yield f"{element.tag} is not an element of MathML Core"
        if len(element) != CHILDREN.get(element.tag, len(element)):
            yield f"{element.tag} has {len(element)} children"
        if element.tag in {"mi", "mn", "mo"} and not element.text:
            yield f"{element.tag} is empty"


def expressions(equation):
    """Every expression of an equation that the page shows."""
    yield from (*equation.statement.args, *(step.expression for step in equation.steps))
    yield from itertools.chain(*equation.where.items(), *equation.domain.items())
    yield from (*equation.given, *equation.letters, *false_copies(equation))


@pytest.mark.parametrize("label", EQUATIONS)
def test_every_formula_of_an_equation_is_mathml_core(label):
    for expression in expressions(EQUATIONS[label]):
        assert list(faults(mathml(expression))) == [], expression


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum.printed)
def test_every_formula_of_an_erratum_is_mathml_core(erratum):
    for equation in (erratum.claim, *erratum.corrections()):
        assert [fault for part in expressions(equation) for fault in faults(mathml(part))] == []


def plain(formula):
    """A formula in one line: fractions as (a)/(b), indices as a_j, powers as a^2."""

    def text(element):
        parts = [text(child) for child in element]
        match element.tag:
            case "mfrac":
                return f"({parts[0]})/({parts[1]})"
            case "msup":
                return f"{parts[0]}^{parts[1]}"
            case "msub" | "munder":
                return f"{parts[0]}_{parts[1]}"
            case "msubsup" | "munderover":
                return f"{parts[0]}_{parts[1]}^{parts[2]}"
            case "msqrt":
                return f"sqrt({''.join(parts)})"
            case "mtr":
                return " if ".join(parts) + ";"
        return (element.text or "") + "".join(parts)

    return re.sub("[\N{INVISIBLE TIMES}\N{FUNCTION APPLICATION}]", " ", text(ElementTree.fromstring(formula)))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (y - a, "y−a"),
        (a - y, "a−y"),
        (-a * (1 - a), "−a (1−a)"),
        ((a - y) / (a * (1 - a)), "(a−y)/(a (1−a))"),
        ((y - a) ** 2 / 2, "((y−a)^2)/(2)"),
        (Rational(-1, 2) * a, "−(a)/(2)"),
        (A[j] ** 2, "(a_j^L)^2"),
        (W[j, k], "w_jk^l+1"),
        (Sum(Y[k], (k, 1, K)) * A[j], "a_j^L ∑_k=1^Ky_k"),
        (-Sum(Y[k] - 1, (k, 1, K)) / K, "−(1)/(K) ∑_k=1^K(y_k−1)"),
        (Sum(-Y[k], (k, 1, K)), "∑_k=1^K(−y_k)"),
        ((a - y) * y * log(1 - a) * 2, "2 y (a−y) ln (1−a)"),
        (1 / Sum(exp(Y[k]), (k, 1, K)), "(1)/(∑_k=1^Ke^y_k)"),
        (Product(Y[k], (k, 1, K)), "∏_k=1^Ky_k"),
        (KroneckerDelta(j, k), "[j=k]"),
        (Eq(KroneckerDelta(j, k), 0), "j≠k"),
        (log(a), "ln a"),
        (log(1 - a), "ln (1−a)"),
        (s(z) * s_prime(z), "σ (z) σ′ (z)"),
        (s(z) ** 2, "σ (z)^2"),
        (tanh(z), "tanh (z)"),
        (Partial(a, z), "(∂a)/(∂z)"),
        (Partial(Partial(a, z), y), "(∂)/(∂y)(∂a)/(∂z)"),
        (Partial(a - y, z), "(∂)/(∂z)(a−y)"),
        (Derivative(Function("f")(z), z), "(d)/(dz)f (z)"),
        (unspecified("f", (1,))(z), "f′ (z)"),
        (Integral(a - y, (a, 0, z)), "∫_0^z(a−y)da"),
        (Integral(a, a), "∫ada"),
        (Limit(s(z), z, oo), "lim_z→∞σ (z)"),
        (Limit(1 / y, y, 0, "+"), "lim_y→0^+(1)/(y)"),
        (sqrt(a), "sqrt(a)"),
        (Piecewise((a, a > 0), (0, True)), "{a if a>0;0 if otherwise;"),
        (Interval.open(0, 1), "(0,1)"),
        (Symbol("z_0"), "z_0"),
        (Symbol("ŷ"), "y^"),
        (Symbol("∂C/∂a"), "(∂C)/(∂a)"),
        (2 * 3 ** a, "2·3^a"),
    ],
)  # fmt: skip
def test_a_formula_reads_as_in_the_book(expression, text):
    assert plain(mathml(expression)) == text
    assert list(faults(mathml(expression))) == []


def test_words_are_escaped():
    assert mathml("a < b") == "<math><mtext>a &lt; b</mtext></math>"


def test_what_has_no_mathml_is_an_error():
    with pytest.raises(NotImplementedError, match="no MathML for ImaginaryUnit: I"):
        mathml(symbols("x") * sqrt(-1))


@pytest.mark.parametrize(
    ("formula", "fault"),
    [
        ("<math><mfenced><mi>a</mi></mfenced></math>", "mfenced is not an element of MathML Core"),
        ("<math><mfrac><mi>a</mi></mfrac></math>", "mfrac has 1 children"),
        ("<math><mi/></math>", "mi is empty"),
    ],
)
def test_a_formula_that_browsers_do_not_draw_is_detected(formula, fault):
    assert list(faults(formula)) == [fault]
