"""What some of optax's optimizers ask for beyond a gradient: the cost, parameters in pairs, others for evaluation.

optimizer                           trains                      is evaluated at
------------------------------------------------------------------------------------------------
optax.lookahead                     a pair, fast and slow       the slow parameters
optax.contrib.schedule_free         y, where gradients are      x, an average of the steps
any other                           the parameters              the parameters
"""

from typing import Any

import optax
from optax.contrib import ScheduleFreeState, schedule_free_eval_params


def first_state(params: Any, optimizer: optax.GradientTransformation) -> tuple[Any, Any]:
    """What an optimizer trains, and its own state, before its first step.

    Example:
        >>> import jax.numpy as jnp
        >>> first_state(jnp.ones(2), optax.lookahead(optax.sgd(0.1), 5, 0.5))[0].slow
        Array([1., 1.], dtype=float...)
    """
    state = optimizer.init(params)
    return (optax.LookaheadParams.init_synced(params) if isinstance(state, optax.LookaheadState) else params), state


def differentiated(trained: Any) -> Any:
    """The parameters at which the gradient is taken, of those that an optimizer trains."""
    return trained.fast if isinstance(trained, optax.LookaheadParams) else trained


def evaluated(trained: Any, state: Any) -> Any:
    """The parameters at which an optimizer wants its network evaluated."""
    if isinstance(trained, optax.LookaheadParams):
        return trained.slow
    if isinstance(state, ScheduleFreeState):
        return schedule_free_eval_params(state, trained)
    return trained
