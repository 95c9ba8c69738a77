"""Fields proposed as the gradient of a cost with respect to z, their curls and Frobenius' terms; and costs of classes.

The true class is t = 1, the first; p = softmax(z).
"""

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
from sympy import Symbol

import jaxce
from derivations.agreement.left_side import OUTPUT_NEURONS, LeftSide
from derivations.agreement.values import positives, units
from derivations.algebra.letters import t

TRUE_CLASS = {t: 1}


def field_property(of: Callable, field: Callable, weights: str, axes: Mapping[Symbol, int]) -> LeftSide:
    """`of(g, J)` for a field g(z, weights) over the outputs and its Jacobian J with respect to z."""

    def computed(z, weight):
        return of(field(z, weight), jax.jacfwd(field)(z, weight))

    # z is not saturated, since a curl is a difference of two derivatives and loses digits where they are nearly equal.
    return LeftSide(computed, {"z": units(OUTPUT_NEURONS), weights: positives(OUTPUT_NEURONS)}, axes, TRUE_CLASS)


def distance_aware_field(z, d):
    """The field of 002: p_t - 1 for the true class, p_j / d_j for the others."""
    p = jaxce.softmax(z)
    return (p / d).at[0].set(p[0] - 1)


def balanced_field(z, w):
    """The balanced field: w_j p_j for the wrong classes, minus their sum for the true one."""
    pushes = (w * jaxce.softmax(z)).at[0].set(0.0)
    return pushes.at[0].set(-pushes.sum())


def curls_with_true_class(g, J):
    """The curls of the true class's component with each of the components."""
    return J[0] - J[:, 0]


def all_curls(g, J):
    """The curls of all pairs of components."""
    return J - J.T


def frobenius_terms(g, J):
    """Frobenius' terms of the true class with all pairs of classes."""
    curl = J - J.T
    return g[0] * curl + g[:, None] * curl[:, 0] + g[None, :] * curl[0][:, None]


def label_cost(z):
    """The log-likelihood of a softmax layer, with the true class as the label."""
    return jaxce.log_likelihood(jaxce.softmax, z, jnp.array(0))


def weighted_label_cost(z, w):
    """The cost-augmented softmax: the log-likelihood at z + ln w."""
    return label_cost(z + jnp.log(w))


def augmented_label_cost(z, w):
    """The cost-augmented softmax in which the true class has weight 1."""
    return weighted_label_cost(z, w.at[0].set(1.0))


def weighted_odds(z, w):
    """The sum over the wrong classes of w_j e^(z_j - z_t)."""
    p = jaxce.softmax(z)
    return jnp.vdot(w[1:], p[1:]) / p[0]


def squared_earth_movers_distance(z, within, target):
    """The squared distance between the cumulative probabilities and the target's."""
    return jnp.sum((within @ jaxce.softmax(z) - target) ** 2)
