"""The equations held against the numbers that `jax.grad` computes."""
