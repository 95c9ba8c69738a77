"""The one place where the tests configure JAX, and the one table of tolerances."""

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")

# Largest error allowed, relative to the true value unless a test says otherwise.
TOLERANCE = {
    "equal": 1e-12,  # two float64 programs of the same formula
    "proved": 1e-10,  # float64 against a symbolic result
}
