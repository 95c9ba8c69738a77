"""The one place where the tests configure JAX, and the one table of tolerances."""

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")

# Largest error allowed, relative to the true value unless a test says otherwise.
TOLERANCE = {
    "equal": 1e-12,  # two float64 programs of the same formula
    "float32": 5e-6,  # a float32 program of a few additions, away from cancellation
    "proved": 1e-10,  # float64 against a symbolic result
}


def pytest_configure(config):
    """Keep compiled programs, for the other process and for the next run: compiling takes almost half of the time."""
    jax.config.update("jax_compilation_cache_dir", str(config.cache.mkdir("jax")))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
