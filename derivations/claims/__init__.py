"""The claims that are certified: about jaxce, about optax.losses, and about a user's own function."""
