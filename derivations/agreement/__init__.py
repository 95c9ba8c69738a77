"""The equations compared with the numbers that `jax.grad` computes."""
