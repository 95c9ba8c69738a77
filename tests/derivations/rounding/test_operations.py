"""Each rule's bound, and its range of exact values, held against 40 digits; and what no rule describes is refused."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from derivations.rounding.boxes import Boxes, DividedBoxesError
from derivations.rounding.interpreter import PRIMITIVES, UnknownPrimitiveError, computed_outputs, program_of
from derivations.rounding.intervals import Intervals
from derivations.rounding.operations import Operations
from derivations.rounding.rounded import Rounded
from jaxce import softmax_layer
from jaxce.exponentials import exponentials

POINTS = 100

# Functions of x = z_j - max z, whose rules are tried one after the other, and what they should give.
KERNELS = {
    "sub": (lambda x: x, lambda x: x),
    "neg": (lambda x: -x, lambda x: -x),
    "exp": (jnp.exp, mpmath.exp),
    "add": (lambda x: jnp.exp(x) + x, lambda x: mpmath.exp(x) + x),
    "add that cancels": (lambda x: 1 - jnp.exp(x), lambda x: 1 - mpmath.exp(x)),
    "add a share": (lambda x: jnp.exp(x) + jnp.exp(x) * (x / 128), lambda x: mpmath.exp(x) * (1 + x / 128)),
    "mul": (lambda x: jnp.exp(x) * x, lambda x: mpmath.exp(x) * x),
    "mul and add": (lambda x: jnp.exp(x) * x + 3, lambda x: mpmath.exp(x) * x + 3),
    "div": (lambda x: x / (3 + jnp.exp(x)), lambda x: x / (3 + mpmath.exp(x))),
    "div by shared": (lambda x: x / (3 + jnp.sum(jnp.exp(x))), lambda x: x / (4 + mpmath.exp(x))),
    "log1p": (lambda x: jnp.log1p(jnp.exp(x)), lambda x: mpmath.log1p(mpmath.exp(x))),
    "max": (lambda x: jnp.exp(jnp.maximum(x, -500)), mpmath.exp),
    "reduce_sum": (
        lambda x: jnp.sum(jnp.concatenate([y[None] for y in (jnp.exp(x), jnp.exp(2 * x), jnp.exp(4 * x), x)]), 0),
        lambda x: mpmath.exp(x) + mpmath.exp(2 * x) + mpmath.exp(4 * x) + x,
    ),
}

# Functions of two logits that are recognized as a whole, and what they should give for the lower one.
WHOLES = {
    "sum in parts": (lambda z: 0 * z + exponentials(z, 1.0, 0)[2], mpmath.exp),
    "distance from 1": (lambda z: distance_from_1(*exponentials(z, 1.0, 0)[:2], z), mpmath.expm1),
    "quotient": (lambda z: share(z, 1), lambda x: 1 / (1 + mpmath.exp(-x))),
    "quotient by a square": (lambda z: share(z, 2), lambda x: mpmath.exp(x) / (1 + mpmath.exp(x)) ** 2),
    "quotient by a cube": (lambda z: share(z, 3), lambda x: mpmath.exp(x) / (1 + mpmath.exp(x)) ** 3),
}


def distance_from_1(m, e, z):
    return softmax_layer._minus_1(e, 1.0, z, m)


def share(z, power):
    _, e, rest = exponentials(z, 1.0, 0)
    return softmax_layer._share(e, rest, power)


def of_differences(kernel):
    return lambda z: kernel(z / 2 - jnp.max(z) / 2 + (z / 2 - jnp.max(z) / 2))


def logits(rng):
    """Pairs whose first is the larger one, and their exact gaps."""
    z = rng.normal(size=(POINTS, 2)) * np.exp(rng.uniform(-12, 4, size=(POINTS, 1)))
    z = -np.sort(-z.astype(np.float32), axis=1)
    return z, z[:, 0].astype(np.float64) - z[:, 1]


def known_of(program, boxes, decisions=()):
    """For each box, the exact range and the bound of the second output, in each way that the program may go on."""
    try:
        known = computed_outputs(program, boxes, decisions)[1]
        arrays = known.exact.low, known.exact.high, known.absolute_bound()
        return [[row] for row in zip(*(np.broadcast_to(array, len(boxes)) for array in arrays), strict=True)]
    except DividedBoxesError as undecided:
        found = [[] for _ in range(len(boxes))]
        for way, mask in undecided.ways:
            for place, known in zip(np.flatnonzero(mask), known_of(program, boxes.part(mask), way), strict=True):
                found[place] += known
        return found


@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "each operation rounded"])
@pytest.mark.parametrize("name", [*KERNELS, *WHOLES])
def test_the_bound_of_a_rule_holds_against_40_digits(name, is_compiled):
    kernel, true = (KERNELS | WHOLES)[name]
    z, gaps = logits(np.random.default_rng(0))
    function = kernel if name in WHOLES else of_differences(kernel)
    with jax.disable_jit(not is_compiled):
        computed = np.asarray(jax.jit(jax.vmap(function))(z))[:, 1]
    for width in (0.0, 0.05):
        boxes = Boxes((0, 1), gaps[None] * (1 - width), gaps[None] * (1 + width))
        for gap, got, ways in zip(gaps, computed, known_of(program_of(function, 2), boxes), strict=True):
            with mpmath.workdps(40):
                wanted = true(-mpmath.mpf(gap))
                for low, high, bound in ways:
                    assert low <= wanted <= high
                    assert abs(mpmath.mpf(float(got)) - wanted) <= bound


def test_a_rule_that_bounded_less_would_be_noticed(monkeypatch):
    monkeypatch.setattr("derivations.rounding.rounded.ROUNDOFF", 2.0**-26)
    monkeypatch.setattr("derivations.rounding.rounded.half_ulp", lambda size: size * 2.0**-26)
    with pytest.raises(AssertionError):
        test_the_bound_of_a_rule_holds_against_40_digits("add", True)


def test_a_primitive_without_a_rule_is_refused_by_name():
    boxes = Boxes((0, 1), np.zeros((1, 1)), np.ones((1, 1)))
    with pytest.raises(UnknownPrimitiveError, match="no rule says how the primitive sin rounds: add one to PRIMITIVES"):
        computed_outputs(program_of(jnp.sin, 2), boxes)


def test_every_rule_of_an_arithmetic_operation_is_tried():
    arithmetic = {"add", "sub", "mul", "neg", "max", "exp", "log1p", "div", "reduce_sum"}
    assert arithmetic <= PRIMITIVES.keys()
    programs = [program_of(of_differences(kernel), 2) for kernel, _ in KERNELS.values()]
    assert arithmetic <= {equation.primitive.name for program in programs for equation in program.jaxpr.eqns}


def test_the_bound_of_a_corrected_logarithm_holds_where_it_errs_most():
    """Of ln(1 + x) for many x from 0.4 to 1, at the hundred with the largest errors."""

    def function(z):
        return softmax_layer._log_of_1_and(jnp.max(z) / 2 - z / 2 + (jnp.max(z) / 2 - z / 2))

    x = np.linspace(0.4, 1, 100_001, dtype=np.float32)
    computed = np.asarray(jax.jit(jax.vmap(function))(np.stack([x, 0 * x], 1)))[:, 1]
    errors = np.abs(computed.astype(np.float64) - np.log1p(x.astype(np.float64)))
    worst = np.argsort(errors)[-POINTS:]
    gaps = x[None, worst].astype(np.float64)
    bounds = [max(bound for *_, bound in ways) for ways in known_of(program_of(function, 2), Boxes((0, 1), gaps, gaps))]
    assert (errors[worst] <= bounds).all()
    assert np.median(bounds / errors[worst]) < 4


@pytest.mark.parametrize("name", WHOLES)
def test_a_whole_is_bounded_far_better_than_its_parts(name):
    """Of none is the bound more than eight units of 2^-24 of the true value, where the lower logit is not far."""
    function, true = WHOLES[name]
    gaps = np.array([[1e-3, 0.1, 0.5, 0.9, 3.0]])
    for gap, ways in zip(gaps[0], known_of(program_of(function, 2), Boxes((0, 1), gaps, gaps)), strict=True):
        assert max(bound for *_, bound in ways) < 8 * 2.0**-24 * abs(true(-gap))


def test_the_bound_of_a_sum_in_parts_holds_for_exact_exponentials():
    """Of two that are near the unit and have no error, so that nothing hides the rounding of the parts' sum."""
    unit, count = 2048.0, 20_000
    e = np.random.default_rng(0).uniform(0.3, 1.7, size=(2, count)).astype(np.float32) / np.float32(unit)
    x = np.float32(unit) * e
    parts = x[0] - np.floor(x[0]) + (x[1] - np.floor(x[1]))
    computed = (parts + np.sum(np.floor(x), 0)) / np.float32(unit)
    of = Operations(Boxes((0, 1), np.zeros((1, count)), np.ones((1, count))))
    terms = [Rounded(Intervals(row, row)) for row in e.astype(np.float64)]
    multiples = [of.mul(unit, term) for term in terms]
    sum_of_parts = of.add(*(of.sub(multiple, of.floor(multiple)) for multiple in multiples))
    total = of.mul(unit, of.total(1.0, *terms))
    wholes = of.floor(of.add(of.sub(total, sum_of_parts), 0.5))
    found = of.div(of.add(sum_of_parts, of.sub(wholes, unit)), unit)
    errors = np.abs(computed.astype(np.float64) - e.astype(np.float64).sum(0))
    assert (errors <= found.absolute_bound()).all()
    assert errors.max() > 0.6 * found.absolute_bound().max()
