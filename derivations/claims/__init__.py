"""What is certified: of jaxce, of optax.losses, and of a function of one's own."""
