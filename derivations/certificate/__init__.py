"""A jaxpr read as exact mathematics, and proved to be a formula or refuted by an example."""
