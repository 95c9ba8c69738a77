"""The line of JAX that computes an equation's left side, as somebody would type it.

In a line, z, y, a, p and q are arrays of the output layer, and t is the true class's label; `params` is the list of a
network's layers, and `x` are its inputs; C is any cost, a function of activations. Other letters are the equation's.
A test runs each line, and compares it with the numbers with which the equation was compared, or with its right side.
"""

_LOSS = "jax.grad(jaxce.loss)(params, x, y, cost=jaxce.{cost}, output=jaxce.{output})[0].{by}"
_DELTA = "jax.grad(jaxce.{cost}, argnums=1)(jaxce.{output}, z, y)"
_OPTION = "jax.grad(jaxce.{option}, argnums=1)({output}, z, y)"
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
    "81 with 83": ("log_likelihood", "tempered_softmax(c)", "b"),
    "82 with 83": ("log_likelihood", "tempered_softmax(c)", "w"),
    "exercise 13": ("log_likelihood", "softmax", "b"),
    "exercise 13 (biases)": ("log_likelihood", "softmax", "b"),
    "exercise 13 (weights)": ("log_likelihood", "softmax", "w"),
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
    "matching cost": ("cross_entropy", "sigmoid"),
    "matching cost of softmax": ("log_likelihood", "softmax"),
}
_OPTIONS = {
    "smoothed log-likelihood + softmax": ("smoothed(jaxce.log_likelihood, ε)", "jaxce.tempered_softmax(c)"),
    "weighted log-likelihood + softmax": ("weighted(jaxce.log_likelihood, w)", "jaxce.tempered_softmax(c)"),
    "weighted quadratic + softmax": ("weighted(jaxce.quadratic, w)", "jaxce.tempered_softmax(c)"),
    "weighted cross-entropy + sigmoid": ("weighted(jaxce.cross_entropy, w)", "jaxce.sigmoid"),
    "weighted positives + sigmoid": ("weighted_positives(jaxce.cross_entropy, w)", "jaxce.sigmoid"),
    "focal + softmax": ("focal(γ)", "jaxce.tempered_softmax(c)"),
}
_TEMPERED_DELTAS = {
    "84 with 83": "log_likelihood",
    "quadratic + softmax": "quadratic",
    "cross-entropy + softmax": "cross_entropy",
    "log-likelihood + softmax": "log_likelihood",
}

_BY_LABEL = "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.softmax, z, t)"
_BY_ACTIVATION = "jax.grad(jaxce.cross_entropy, argnums=1)(jaxce.linear, a, y)"
_AUGMENTED = "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.softmax, z + jnp.log(w.at[t].set(1)), t)"
_ODDS = "jax.grad(lambda z: jnp.vdot(w.at[t].set(0), jnp.exp(z - z[t])))(z)"

_DERIVATIVES: dict[str, str] = {
    **{label: _LOSS.format(cost=cost, output=output, by=by) for label, (cost, output, by) in _LAYERS.items()},
    **{label: _DELTA.format(cost=cost, output=output) for label, (cost, output) in _DELTAS.items()},
    **{label: _TEMPERED.format(cost=cost) for label, cost in _TEMPERED_DELTAS.items()},
    **{label: _OPTION.format(option=option, output=output) for label, (option, output) in _OPTIONS.items()},
    "z-loss": "jax.grad(jaxce.with_z_loss(jaxce.log_likelihood, λ), argnums=1)(jaxce.tempered_softmax(c), z, 0 * z)",
    "soft cap": "jax.grad(jaxce.soft_cap)(z, L)",
    "73": "jax.grad(lambda b: C(jaxce.sigmoid(w @ x + b)))(b)",
    "74": "jax.grad(lambda b: C(jaxce.sigmoid(w @ x + b)))(b)",
    "75": _BY_ACTIVATION,
    "78 by another z": "jax.jacobian(jaxce.softmax)(z)",
    "78 by its own z": "jnp.diagonal(jax.jacobian(jaxce.softmax)(z))",
    "80 by a": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.linear, a, y)",
    "exercise 1": "jax.grad(jaxce.sigmoid)(z)",
    "exercise 3": _BY_ACTIVATION,
    "exercise 3 (convex)": "jax.hessian(jaxce.cross_entropy, argnums=1)(jaxce.linear, a, y)",
    "exercise 6": "jax.grad(lambda w: C(w @ x + b))(w)",
    "exercise 6 (x = 0)": "jax.grad(lambda w: C(w * 0 + b))(w)",
    "exercise 8": "jax.jacobian(jaxce.softmax)(z)",
    "exercise 8 (j = k)": "jax.grad(lambda z: jaxce.softmax(jnp.stack([z, jnp.log(R)]))[0])(z)",
    "exercise 8 (j and k different)": "jax.jacobian(jaxce.softmax)(z)",
    "exercise 9": "jax.jacobian(jaxce.softmax)(z)",
    "slope of sigmoid": "jax.grad(jaxce.sigmoid)(z)",
    "Jacobian of softmax, relative to a neuron": "jax.vjp(jaxce.softmax, z)[1](g)[0]",
    "BP1": "jax.vjp(jaxce.sigmoid, z)[1](g)[0]",
    "BP1 with softmax": "jax.vjp(jaxce.softmax, z)[1](g)[0]",
    "BP2": "jax.vjp(lambda z: w @ jaxce.sigmoid(z) + b, z)[1](δ)[0]",
    "BP3": "jax.vjp(lambda b: w @ a + b, b)[1](δ)[0]",
    "BP4": "jax.vjp(lambda w: w @ a + b, w)[1](δ)[0]",
    "Gaussian model, its gradient": "jax.grad(jaxce.quadratic, argnums=1)(jaxce.linear, a, y) / σ**2",
    "square by the prediction": "2 * jax.grad(jaxce.quadratic, argnums=1)(jaxce.linear, ŷ, y)",
    "log-likelihood by the true probability": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.linear, r, 0)",
    "log-likelihood by a probability": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.linear, q, t)",
    "log-likelihood by a logit": _BY_LABEL,
    "log-likelihood by a wrong logit": _BY_LABEL,
    "log-likelihood by the true logit": f"{_BY_LABEL}[t]",
    "forces sum to 0": f"{_BY_LABEL}.sum()",
    "temperature scaling, slope": "jax.grad(jaxce.negative_log_likelihood, argnums=2)(z, t, c)",
    "temperature scaling, convex": "jax.hessian(jaxce.negative_log_likelihood, argnums=2)(z, t, c)",
    "balanced field over p_t, a wrong class": _ODDS,
    "balanced field over p_t, the true class": f"{_ODDS}[t]",
    "cost-augmented softmax, a wrong class": _AUGMENTED,
    "cost-augmented softmax, the true class": f"{_AUGMENTED}[t]",
    "cost-augmented softmax, delta": "jax.grad(jaxce.log_likelihood, argnums=1)(jaxce.softmax, z + jnp.log(w), t)",
    "cost-augmented softmax, Hessian": "jax.hessian(jaxce.log_likelihood, argnums=1)(jaxce.softmax, z + jnp.log(w), t)",
    "expected distance": "jax.grad(lambda z: jnp.vdot(d, jaxce.softmax(z)))(z)",
    "squared earth mover's distance": "jax.grad(lambda z: jnp.sum((L @ jaxce.softmax(z) - G) ** 2))(z)",
    "escape speed, quadratic": "2 * η * jax.grad(jaxce.quadratic, argnums=1)(jaxce.sigmoid, z, 0 * z)",
    "escape speed, cross-entropy": "2 * η * jax.grad(jaxce.cross_entropy, argnums=1)(jaxce.sigmoid, z, 0 * z)",
}
VALUES: dict[str, str] = {
    "54": "jaxce.quadratic(jaxce.linear, a, y)",
    "57": "jaxce.cross_entropy(jaxce.linear, a, y).mean()",
    "63": "jaxce.cross_entropy(jaxce.linear, a, y).mean()",
    "64": "jaxce.cross_entropy(jaxce.linear, y, y).mean()",
    "78": "jaxce.softmax(z)",
    "79": "jaxce.softmax(z).sum()",
    "80": "jaxce.log_likelihood(jaxce.linear, a, t)",
    "83": "jaxce.tempered_softmax(c)(z)",
    "two classes": "jaxce.softmax(z)[0]",
    "exercise 3 (y = 1, not attained)": "jaxce.cross_entropy(jaxce.sigmoid, z, 1 + 0 * z)",
    "exercise 3 (y = 0, not attained)": "jaxce.cross_entropy(jaxce.sigmoid, z, 0 * z)",
    "exercise 12": "jaxce.tempered_softmax(c)(z).sum()",
    "exercise 12 (positive)": "jaxce.tempered_softmax(c)(z)",
    "Bernoulli model": "jaxce.cross_entropy(jaxce.linear, a, y)",
    "categorical model": "jaxce.log_likelihood(jaxce.linear, a, y)",
    "categorical model, one label": "jaxce.log_likelihood(jaxce.linear, a, t)",
    "softmax is a distribution": "jaxce.softmax(z)",
    "cross-entropy H(p, q)": "jaxce.log_likelihood(jaxce.linear, q, p)",
    "H(p, q) one-hot": "jaxce.log_likelihood(jaxce.linear, q, t)",
    "matching cost of linear": "jaxce.quadratic(jaxce.linear, z, y) - y**2 / 2",
    "matching cost of sigmoid": "jaxce.cross_entropy(jaxce.sigmoid, z, y) - jnp.log(2)",
    "complement of sigmoid": "jaxce.sigmoid(-z)",
    "logarithm of sigmoid": "-jaxce.log_likelihood(jaxce.sigmoid, z, 1 + 0 * z)",
}

JAX_LINES = _DERIVATIVES | VALUES
