"""The line of JAX that computes an equation's left side, as somebody would type it.

In a line, z, y, a and q are arrays of the output layer; `params` is the list of its one layer, and `x` are its inputs.
A test runs each line, and compares it with the numbers with which the equation was compared.
"""

_LOSS = "jax.grad(jaxce.loss)(params, x, y, cost=jaxce.{cost}, output=jaxce.{output})[0].{by}"
_DELTA = "jax.grad(jaxce.{cost}, argnums=1)(jaxce.{output}, z, y)"
_TEMPERED = "jax.grad(jaxce.{cost}, argnums=1)(jaxce.tempered_softmax(c), z, y)"

_LAYERS = {
    "55": ("quadratic", "sigmoid", "w"),
    "56": ("quadratic", "sigmoid", "b"),
    "58": ("cross_entropy", "sigmoid", "w"),
    "59": ("cross_entropy", "sigmoid", "w"),
    "60": ("cross_entropy", "sigmoid", "w"),
    "61": ("cross_entropy", "sigmoid", "w"),
    "62": ("cross_entropy", "sigmoid", "b"),
    "65": ("quadratic", "sigmoid", "w"),
    "65 (biases)": ("quadratic", "sigmoid", "b"),
    "67": ("cross_entropy", "sigmoid", "w"),
    "67 (biases)": ("cross_entropy", "sigmoid", "b"),
    "69": ("quadratic", "linear", "w"),
    "70": ("quadratic", "linear", "b"),
    "71": ("cross_entropy", "sigmoid", "w"),
    "72": ("cross_entropy", "sigmoid", "b"),
    "81": ("log_likelihood", "softmax", "b"),
    "82": ("log_likelihood", "softmax", "w"),
}
_DELTAS = {
    "66": ("cross_entropy", "sigmoid"),
    "68": ("quadratic", "linear"),
    "84": ("log_likelihood", "softmax"),
    "quadratic + linear": ("quadratic", "linear"),
    "quadratic + sigmoid": ("quadratic", "sigmoid"),
    "cross-entropy + linear": ("cross_entropy", "linear"),
    "cross-entropy + sigmoid": ("cross_entropy", "sigmoid"),
    "log-likelihood + linear": ("log_likelihood", "linear"),
    "log-likelihood + sigmoid": ("log_likelihood", "sigmoid"),
    "matching cost of softmax": ("log_likelihood", "softmax"),
}
_TEMPERED_DELTAS = {
    "84 with 83": "log_likelihood",
    "quadratic + softmax": "quadratic",
    "cross-entropy + softmax": "cross_entropy",
    "log-likelihood + softmax": "log_likelihood",
}

JAX_LINES: dict[str, str] = {
    **{label: _LOSS.format(cost=cost, output=output, by=by) for label, (cost, output, by) in _LAYERS.items()},
    **{label: _DELTA.format(cost=cost, output=output) for label, (cost, output) in _DELTAS.items()},
    **{label: _TEMPERED.format(cost=cost) for label, cost in _TEMPERED_DELTAS.items()},
    "78 by another z": "jax.jacobian(jaxce.softmax)(z)",
    "78 by its own z": "jnp.diagonal(jax.jacobian(jaxce.softmax)(z))",
    "80 by a": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.linear, a, y)",
    "exercise 1": "jax.grad(jaxce.sigmoid)(z)",
    "exercise 8": "jax.jacobian(jaxce.softmax)(z)",
    "exercise 8 (j and k different)": "jax.jacobian(jaxce.softmax)(z)",
    "exercise 9": "jax.jacobian(jaxce.softmax)(z)",
    "slope of sigmoid": "jax.grad(jaxce.sigmoid)(z)",
    "log-likelihood by a probability": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.linear, q, 0)",
    "log-likelihood by a logit": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.softmax, z, 0)",
}
