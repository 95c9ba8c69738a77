"""Each line of JAX on the page runs, and gives the numbers with which its equation is compared, or its right side's."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from derivations.agreement.gradients import unspecified_cost
from derivations.agreement.left_side import EXAMPLES, OUTPUT_NEURONS, LeftSide
from derivations.agreement.table import LEFT_SIDES
from derivations.agreement.truth import right_sides
from derivations.agreement.values import distributions, positives, targets, units, weighted_inputs
from derivations.algebra.letters import j, t
from derivations.book import EQUATIONS
from derivations.page.jax_lines import JAX_LINES, VALUES

# Lines that compute the same with other letters are run once.
DERIVATIVES = list({line: label for label, line in JAX_LINES.items() if label not in VALUES}.values())

_OUTPUTS, _TRUE_CLASS = {j: OUTPUT_NEURONS}, {t: 2}
_Z, _Z_OF_ONE = {"z": weighted_inputs(OUTPUT_NEURONS)}, {"z": weighted_inputs()}
_A, _Y = units(OUTPUT_NEURONS), targets(OUTPUT_NEURONS)
_P = distributions(OUTPUT_NEURONS)

# The letters in the right sides of equations that give a value, and its free indices.
LETTERS = {
    "54": ({"a": units(), "y": targets()},),
    "57": ({"a": units(EXAMPLES), "y": targets(EXAMPLES)},),
    "63": ({"a^L": units(EXAMPLES, OUTPUT_NEURONS), "y": targets(EXAMPLES, OUTPUT_NEURONS)},),
    "64": ({"y": units(EXAMPLES)},),
    "78": ({"z^L": _Z["z"]}, _OUTPUTS),
    "79": ({"z^L": _Z["z"]},),
    "80": ({"a^L": _A}, {}, _TRUE_CLASS),
    "83": ({"z^L": _Z["z"], "c": positives()}, _OUTPUTS),
    "two classes": ({"z": weighted_inputs(2)},),
    "exercise 3 (y = 1, not attained)": (_Z_OF_ONE,),
    "exercise 3 (y = 0, not attained)": (_Z_OF_ONE,),
    "exercise 12": (_Z | {"c": positives()},),
    "exercise 12 (positive)": (_Z | {"c": positives()}, _OUTPUTS),
    "Bernoulli model": ({"a": _A, "y": _Y},),
    "categorical model": ({"a": _A, "y": _P},),
    "categorical model, one label": ({"a": _A}, {}, _TRUE_CLASS),
    "softmax is a distribution": (_Z, _OUTPUTS),
    "cross-entropy H(p, q)": ({"p": _P, "q": _A},),
    "H(p, q) one-hot": ({"q": _A}, {}, _TRUE_CLASS),
    "matching cost of linear": (_Z_OF_ONE | {"y": targets()},),
    "matching cost of sigmoid": (_Z_OF_ONE | {"a": units(), "y": targets()},),
    "complement of sigmoid": (_Z_OF_ONE,),
    "logarithm of sigmoid": (_Z_OF_ONE,),
}


def names(label, values, fixed):
    """The names in a line, from the letters of the equation's left side at one point."""
    plain = {name.partition("^")[0]: value for name, value in values.items() if name != "a^{L-1}"}
    if "params" in JAX_LINES[label]:
        w, b = jnp.asarray(plain["w"]), jnp.atleast_1d(plain["b"])
        inputs = values.get("a^{L-1}", values.get("x"))
        plain["params"] = [jaxce.Layer(w if w.ndim == 2 else w.reshape(1, -1), b)]
        plain["x"] = inputs.reshape(*inputs.shape[: max(inputs.ndim - (w.ndim > 0), 0)], -1)
        plain["y"] = plain["y"] if w.ndim == 2 else plain["y"][..., None]
        if "w^l" in values:
            plain["params"] = [jaxce.Layer(values["w^l"], values["b^l"]), jaxce.Layer(values["w^L"], values["b^L"])]
    elif label.startswith("escape speed"):
        plain["z"] = jnp.atleast_1d(plain["w"] + plain["b"])
    elif "argnums=1)(jaxce." in JAX_LINES[label] or label in VALUES:  # a cost takes arrays with an axis of outputs
        axis = (lambda v: v[:, None] if v.ndim else v[None]) if label in ("57", "64") else jnp.atleast_1d
        plain |= {name: axis(plain[name]) for name in ("z", "a", "y", "ŷ", "r") if name in plain}
    return plain | {"t": jnp.array(fixed.get(t, 1) - 1), "C": unspecified_cost(1)}


def of_activations(equation):
    """The equation with its activations as letters, whatever it computes them from."""
    activations = [name for name in equation.where if str(name).partition("[")[0] in ("a", "a^L")]
    where = {name: meaning for name, meaning in equation.where.items() if name not in activations}
    letters = {getattr(name, "base", name): "activations" for name in activations}
    return replace(equation, where=where, letters=equation.letters | letters, steps=())


def _as_argument(value):
    """An array, or a number such as c."""
    return jnp.asarray(value) if np.ndim(value) else float(value)


def run(label, values, fixed=()):
    """What the line gives."""
    known = {"jax": jax, "jnp": jnp, "jaxce": jaxce, **names(label, values, dict(fixed))}
    return np.ravel(jax.jit(lambda: eval(JAX_LINES[label], known))())


@pytest.mark.parametrize("label", DERIVATIVES)
def test_a_line_gives_what_the_equation_is_compared_with(label):
    left_side = LEFT_SIDES[label]
    values = {name: jnp.asarray(value[0]) for name, value in left_side.random_values(1).items()}
    wanted = jax.jit(left_side.computed)(*(values[name] for name in left_side.letters))
    found = run(label, {**values, **left_side.constants}, left_side.fixed.items())
    np.testing.assert_allclose(found, np.ravel(wanted), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("label", VALUES)
def test_a_line_gives_the_right_side(label):
    letters, *indices = LETTERS[label]
    side = LeftSide(jnp.asarray, letters, *indices)  # which computes nothing: the line does
    values = side.random_values(1)
    if label == "matching cost of sigmoid":
        values["a"] = 1 / (1 + np.exp(-values["z"]))
    wanted = [float(row[0]) for row in right_sides(of_activations(EQUATIONS[label]), side, values) if row]
    found = run(label, {name: _as_argument(value[0]) for name, value in values.items()}, side.fixed.items())
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_every_equation_that_is_compared_has_a_line_unless_it_takes_several():
    without = set(LEFT_SIDES) - set(JAX_LINES)
    layers = {f"BP{number} ({size} neurons)" for number in (1, 2, 3, 4) for size in (2, 3)}
    fields = {label for label in LEFT_SIDES if "curl" in label or "Frobenius" in label}
    assert without == layers | fields
    assert set(JAX_LINES) - set(VALUES) <= set(LEFT_SIDES)
