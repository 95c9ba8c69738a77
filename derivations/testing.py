"""For people's own tests: a gradient that is not that of its formula fails, and the failure shows an input.

from derivations import log, softmax, symbols
from derivations.testing import assert_gradient

def test_my_loss():
    z, y = symbols("z", 3), symbols("y", 3)
    assert_gradient(my_loss, -sum(y * log(softmax(z))), z, y)
"""

from collections.abc import Callable
from typing import Any

from derivations.certificate.gradient import certify_gradient
from derivations.certificate.verdict import Certificate


def assert_gradient(cost: Callable, formula: object, *arguments: object, **options: Any) -> Certificate:
    """Assert that the gradient of `cost(*arguments)` is that of the formula, and return the certificate.

    The arguments and options are those of `derivations.certify_gradient`: `argnums`, `assuming`, `literals`,
    `precision`, `seconds`. The AssertionError is the refutation. UnprovedError means that there is neither a proof nor
    a counterexample.

    >>> import jax
    >>> import sympy as sp
    >>> from derivations import symbols
    >>> x = symbols("x")
    >>> print(assert_gradient(jax.nn.softplus, sp.log(1 + sp.exp(x)), x))
    certified: the gradient of softplus is that of log(exp(x) + 1) (components: 1, cases: 3)
    >>> assert_gradient(jax.nn.relu, sp.log(1 + sp.exp(x)), x)
    Traceback (most recent call last):
    ...
    AssertionError: refuted: the gradient of relu is not that of log(exp(x) + 1)
    ...
    """
    __tracebackhide__ = True  # pytest then shows the caller's line
    verdict = certify_gradient(cost, formula, *arguments, **options)
    if not isinstance(verdict, Certificate):
        raise AssertionError(str(verdict))
    return verdict
