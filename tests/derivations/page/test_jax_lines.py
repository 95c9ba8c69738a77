"""Each line of JAX on the page runs, and gives the numbers with which its equation is compared."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxce
from derivations.agreement.table import LEFT_SIDES
from derivations.page.jax_lines import JAX_LINES

# Lines that compute the same with other letters are run once.
LABELS = list({line: label for label, line in JAX_LINES.items()}.values())


def names(values):
    """The names in a line, from the letters of the equation's left side at one point."""
    plain = {name.partition("^")[0]: value for name, value in values.items() if name != "a^{L-1}"}
    if "w" in plain:
        inputs = values["a^{L-1}"] if "a^{L-1}" in values else values["x"]
        w = plain["w"] if np.ndim(plain["w"]) == 2 else jnp.atleast_1d(plain["w"])[None]
        is_layer = np.ndim(plain["w"]) == 2
        plain["params"] = [jaxce.Layer(w, jnp.atleast_1d(plain["b"]))]
        plain["x"] = inputs.reshape(-1, w.shape[1]) if not is_layer and np.ndim(inputs) == 2 else jnp.atleast_1d(inputs)
        plain["y"] = plain["y"] if is_layer else plain["y"][..., None]
    return plain


@pytest.mark.parametrize("label", LABELS)
def test_a_line_gives_what_the_equation_is_compared_with(label):
    left_side = LEFT_SIDES[label]
    values = {name: jnp.asarray(value[0]) for name, value in left_side.random_values(1).items()}
    values |= {name: value for name, value in left_side.constants.items() if not isinstance(value, tuple)}
    wanted = jax.jit(left_side.computed)(*(values[name] for name in left_side.letters))
    line = jax.jit(lambda: eval(JAX_LINES[label], {"jax": jax, "jnp": jnp, "jaxce": jaxce, **names(values)}))
    np.testing.assert_allclose(np.ravel(line()), np.ravel(wanted), rtol=1e-13)


def test_every_line_is_about_an_equation_that_is_compared():
    assert set(JAX_LINES) <= set(LEFT_SIDES)
