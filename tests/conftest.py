"""The configuration of JAX for all tests, and the compilation cache that they share."""

import jax

from derivations.commands.processes import collect_rarely

collect_rarely()
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")


def pytest_configure(config):
    """Set a compilation cache that processes and later runs share: compiling takes almost half of the time."""
    jax.config.update("jax_compilation_cache_dir", str(config.cache.mkdir("jax")))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
