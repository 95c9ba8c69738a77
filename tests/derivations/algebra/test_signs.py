"""Signs that are known, and above all those that are not."""

import pytest
from sympy import IndexedBase, Sum, exp, log, symbols

from derivations.algebra.letters import K, j
from derivations.algebra.signs import has_sign

x, a = symbols("x", real=True), symbols("a", positive=True)
f = IndexedBase("f", real=True)


@pytest.mark.parametrize(
    ("expression", "sign", "holds"),
    [
        (exp(x), "positive", True),
        (-exp(x), "negative", True),
        (x, "positive", False),
        (x, "nonzero", False),
        (Sum(exp(f[j]), (j, 1, K)), "positive", True),
        (Sum(f[j], (j, 1, K)), "positive", False),
        (Sum(exp(f[j]), (j, 2, K)), "positive", False),  # K = 1
        (Sum(exp(f[j]), (j, 3, K)), "positive", False),
        (Sum(j, (j, -3, K)), "positive", False),  # K = 1
        (log(1 + exp(x)), "positive", True),
        (log(a), "positive", False),
        (exp(x) - 1, "nonzero", False),
    ],
)
def test_signs(expression, sign, holds):
    assert has_sign(expression, sign) is holds
