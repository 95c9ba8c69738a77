"""From the gradient that one would like to training: an output layer, and the cost with which it has that gradient.

output, cost = output_and_cost(tanh(z), a - y, z=z, y=y, a=a)
params, history = jaxce.fit(params, data.train, cost=with_targets(cost, -1, 1), output=output, ...)
"""

import dataclasses
import functools
import itertools
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
from jaxce.output_layer import working_precision
from jaxce.targets import are_in_range, are_labels, dense_targets, validate_targets


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
    return _derived(sp.sympify(activation), sp.sympify(delta), z, y, a, tuple(assuming))


@functools.cache
def _derived(activation, delta, z, y, a, assuming):
    """What `output_and_cost` returns; equal arguments give the same objects, so that both can be made elsewhere."""
    wanted = delta.subs(a, activation) if a is not None else delta
    expression = cost_from_gradient(wanted, z, y)
    per_neuron = to_jax(expression, [z, y], assuming=assuming)
    slope = to_jax(wanted, [z, y], assuming=assuming)
    inputs = [np.array(symbol, dtype=object) for symbol in (z, y)]
    verdict = certify(jax.grad(per_neuron), np.array(wanted), *inputs, assuming=assuming)
    if not isinstance(verdict, Certificate):
        raise NotCertifiedError(str(verdict))
    recipe = activation, delta, z, y, a, assuming
    output = jaxce.Output.from_activation(to_jax(activation, [z], assuming=assuming))
    output = dataclasses.replace(output, made_by=(_part, 0, *recipe))
    doc = f"C = {expression}, summed over the outputs; delta = {wanted}."
    return output, DerivedCost(output, _with_slope(per_neuron, slope), _point_inside(per_neuron, slope), doc, recipe)


def _part(index, *recipe):
    return _derived(*recipe)[index]


def _with_slope(value: Callable, slope: Callable) -> Callable:
    """The function `value(z, y)` with dC/dz = slope(z, y)."""
    function = jax.custom_jvp(lambda z, y: value(z, y))

    @function.defjvp
    def _(primals, tangents):
        (z, y), (dz, dy) = primals, tangents
        _, along_y = jax.jvp(lambda y: value(z, y), (y,), (dy,))
        return function(z, y), slope(z, y) * dz + along_y

    return function


def _point_inside(*functions: Callable) -> tuple[float, float]:
    """A z and a y at which the functions are finite; nan if none of these is one."""
    for z, y in itertools.product((0.0, 0.5, 1.0, -0.5, -1.0, 2.0), (0.0, 0.5, 1.0)):
        if all(np.isfinite(function(z, y)) for function in functions):
            return z, y
    return np.nan, np.nan


@dataclasses.dataclass(frozen=True, eq=False)
class DerivedCost:
    """A cost with the signature and the checks of jaxce's costs, for the one output layer that it was derived for.

    Attributes:
        made_for: the output layer.
        per_neuron: the cost of one neuron, from z and y.
        inside: a z and a y in the domain of the cost, which outputs that take no part have instead of their own.
        doc: its formula.
        recipe: what it was derived from, for another process to derive it.
    """

    made_for: jaxce.Output
    per_neuron: Callable
    inside: tuple[float, float]
    doc: str
    recipe: tuple

    def __post_init__(self):
        """Let `help` show the formula."""
        object.__setattr__(self, "__doc__", self.doc)

    def __reduce__(self):
        """How another process makes it."""
        return _part, (1, *self.recipe)

    def __call__(self, output, z, y, axis=-1, where=None):
        """C, of z's shape without `axis`; nan for a label that no output has."""
        if output is not self.made_for:
            raise ValueError("this cost was derived for one output layer: pass the Output that was returned with it")
        z = working_precision(jnp.asarray(z))
        y = validate_targets(z, jnp.asarray(y), axis)
        in_range, y = are_in_range(z, y, axis), dense_targets(z, y, axis)
        if where is not None:
            z, y = (jnp.where(where, value, inside) for value, inside in zip((z, y), self.inside, strict=True))
        return jnp.where(in_range, jnp.sum(self.per_neuron(z, y), axis, where=where), jnp.nan)


def with_targets(cost: Callable, low: float, high: float) -> Callable:
    """The cost, where a class label means the target `high` for its class and `low` for all others.

    A tanh layer, for example, has values between -1 and 1, not between 0 and 1.

    >>> signed = with_targets(jaxce.quadratic, -1, 1)
    >>> float(signed(jaxce.linear, jnp.array([1.0, 1.0]), jnp.array(0)))
    2.0
    """
    return functools.partial(_with_low_and_high, cost, low, high)


def _with_low_and_high(cost, low, high, output, z, y, axis=-1, where=None):
    working_z = working_precision(jnp.asarray(z))
    y = validate_targets(working_z, jnp.asarray(y), axis)
    targets = low + (high - low) * dense_targets(working_z, y, axis) if are_labels(y) else y
    return jnp.where(are_in_range(working_z, y, axis), cost(output, z, targets, axis, where), jnp.nan)
