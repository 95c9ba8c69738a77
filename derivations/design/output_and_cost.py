"""From the gradient that one would like to training: an output layer, and the cost with which it has that gradient.

output, cost = output_and_cost(tanh(z), a - y, z=z, y=y, a=a)
params, history = jaxce.fit(params, data.train, cost=with_targets(cost, -1, 1), output=output, ...)
"""

from collections.abc import Callable, Iterable

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

import jaxce
from derivations.certificate.certifier import certify
from derivations.certificate.verdict import Certificate
from derivations.design.cost_from_gradient import cost_from_gradient
from derivations.design.to_jax import NotCertifiedError, to_jax
from jaxce.targets import are_labels, dense_targets


def output_and_cost(
    activation: sp.Expr,
    delta: sp.Expr,
    *,
    z: sp.Symbol,
    y: sp.Symbol,
    a: sp.Symbol | None = None,
    assuming: Iterable[sp.Basic] = (),
) -> tuple[jaxce.Output, Callable]:
    """An output layer a = activation(z) and the cost with dC/dz = delta, both ready for `jaxce.fit`.

    `activation` is an expression in z; `delta` is one in z, y and, if it is passed, the symbol a. The cost is found by
    integration (`cost_from_gradient`) and written in stable form (`to_jax`), and the gradient that JAX computes of it
    is certified to be delta; in training, delta itself is computed, so that no digits are lost in a difference. The
    cost has the signature of jaxce's costs, but accepts only the output layer that it was made for. Raises ValueError
    for undeclared symbols or a cost that has no closed form.

    >>> z, y, a = sp.symbols("z y a", real=True)
    >>> output, cost = output_and_cost(sp.exp(z), a - y, z=z, y=y, a=a)
    >>> cost.__doc__
    'C = -y*z + exp(z), summed over the outputs; delta = -y + exp(z).'
    >>> z_1 = jnp.array([0.0, 1.0])
    >>> jax.grad(cost, argnums=1)(output, z_1, jnp.array([1.0, 1.0])).tolist()
    [0.0, 1.718...]
    """
    activation, delta = sp.sympify(activation), sp.sympify(delta)
    wanted = delta.subs(a, activation) if a is not None else delta
    expression = cost_from_gradient(wanted, z, y)
    per_neuron = to_jax(expression, [z, y], assuming=assuming)
    slope = to_jax(wanted, [z, y], assuming=assuming)
    inputs = [np.array(symbol, dtype=object) for symbol in (z, y)]
    verdict = certify(jax.grad(per_neuron), np.array(wanted), *inputs, assuming=assuming)
    if not isinstance(verdict, Certificate):
        raise NotCertifiedError(str(verdict))
    output = jaxce.Output.from_activation(to_jax(activation, [z], assuming=assuming))
    cost = _cost(output, _with_slope(per_neuron, slope))
    cost.__doc__ = f"C = {expression}, summed over the outputs; delta = {wanted}."
    return output, cost


def _with_slope(value: Callable, slope: Callable) -> Callable:
    """The function `value(z, y)` with dC/dz = slope(z, y)."""
    function = jax.custom_jvp(lambda z, y: value(z, y))

    @function.defjvp
    def _(primals, tangents):
        (z, y), (dz, dy) = primals, tangents
        _, along_y = jax.jvp(lambda y: value(z, y), (y,), (dy,))
        return function(z, y), slope(z, y) * dz + along_y

    return function


def _cost(made_for: jaxce.Output, per_neuron: Callable) -> Callable:
    def cost(output, z, y, axis=-1, where=None):
        if output is not made_for:
            raise ValueError("this cost was derived for one output layer: pass the Output that was returned with it")
        z, y = jnp.asarray(z), jnp.asarray(y)
        return jnp.sum(per_neuron(z, dense_targets(z, y, axis)), axis, where=where)

    return cost


def with_targets(cost: Callable, low: float, high: float) -> Callable:
    """The cost, where a class label means the target `high` for its class and `low` for all others.

    A tanh layer, for example, has values between -1 and 1, not between 0 and 1.

    >>> signed = with_targets(jaxce.quadratic, -1, 1)
    >>> float(signed(jaxce.linear, jnp.array([1.0, 1.0]), jnp.array(0)))
    2.0
    """

    def with_low_and_high(output, z, y, axis=-1, where=None):
        z, y = jnp.asarray(z), jnp.asarray(y)
        targets = low + (high - low) * dense_targets(z, y, axis) if are_labels(y) else y
        return cost(output, z, targets, axis, where)

    return with_low_and_high
