"""No float32 logits cost a softmax of two or three outputs more ulps than a bound that is proved.

The program that JAX makes of a cost, or of its gradient, is followed from one operation to the next
(`derivations.rounding`): each may err by its rounding, and exp, log and log1p by what they were measured to err at
every float, which is measured again here. Ulps are those of the search: of the true value in float32; of each component
of the log-likelihood's gradient, and of the largest component of the others'. True values below 2^-100 do not count.
Targets are one-hot, logits finite and at most 2^125 in size. Beside the bound stands what the search has found.
"""

import importlib.util
import time

import jax
import numpy as np

import jaxce
from benchmarks import report
from benchmarks.search import SEARCHED, errors_of_logits, kept_logits, name_of
from derivations.agreement.pair_truth import COUPLED

OUTPUTS_BOUNDED = 2, 3
CUTS = {2: (0.02, 12), 3: (0.2, 4)}  # boxes are cut as long as this part of a bound might be gained; how often at most
# Where the target is far below two outputs that are nearly tied, all components are as small as the gap of these. Of
# boxes at the tie, in which the largest component may be almost 0, nothing follows.
NOT_BOUNDED = {("quadratic", 3, "gradient")}
QUICK_PART = 64  # of the floats at which functions are measured


def measure_bounds(quick: bool) -> list[report.Record]:
    """A row for each cost and number of outputs; of the log-likelihood of two outputs only, if quick.

    Raises:
        report.ImpossibleHereError: python-flint, which computes the ranges, is not installed; or a function errs more
            than is assumed of it.
    """
    if importlib.util.find_spec("flint") is None:
        raise report.ImpossibleHereError('the bounds need python-flint: pip install -e ".[development]"')
    from derivations.rounding.bounds import proved_bound

    confirm_measured_functions(QUICK_PART if quick else 1)
    rows = []
    for K in OUTPUTS_BOUNDED[:1] if quick else OUTPUTS_BOUNDED:
        for cost in ["log_likelihood"] if quick else jaxce.COSTS:
            start = time.monotonic()
            gain, rounds = CUTS[K]
            row: report.Record = {"cost": cost, "outputs": K}
            for quantity in SEARCHED:
                of_largest = quantity == "gradient" and (cost, "softmax") in COUPLED
                function, proved = one_hot_quantity(cost, K, quantity), None
                if (cost, K, quantity) not in NOT_BOUNDED:
                    proved = proved_bound(function, K, of_largest=of_largest, gain=gain, rounds=rounds).ulps
                row |= {f"{quantity}, proved": proved, f"{quantity}, found": _found_by_search(cost, K, quantity)}
            rows.append(row | {"minutes": (time.monotonic() - start) / 60})
    return rows


def confirm_measured_functions(every: int) -> None:
    """Measure the functions of which a bound is assumed, at one in so many groups of floats.

    Raises:
        report.ImpossibleHereError: one of them errs more.
    """
    from derivations.rounding.measured_functions import (
        MEASURED_FUNCTIONS,
        largest_vanished_exponential,
        worst_excess,
    )

    for name in MEASURED_FUNCTIONS:
        if (excess := worst_excess(name, every)) > 1:
            raise report.ImpossibleHereError(
                f"{name} errs {excess:.3f} times as much here as derivations/rounding/measured_functions.py has it: "
                "its bounds there must be measured for this device"
            )
    if largest_vanished_exponential() == np.inf:
        raise report.ImpossibleHereError("nothing is proved on this device: exp below -87 is negative, or above e^-87")


def one_hot_quantity(cost: str, K: int, quantity: str):
    """The cost of K outputs, or its gradient, as a function of z, for the target 1 at the first output."""
    y = (np.arange(K) == 0).astype(np.float32)

    def value(z):
        return jaxce.COSTS[cost](jaxce.softmax, z, y)

    return value if quantity == "value" else jax.grad(value)


def _found_by_search(cost, K, quantity):
    kept = kept_logits()[name_of(cost, K, quantity)]
    return float(errors_of_logits(cost, kept[None])[SEARCHED.index(quantity)][0])


def draw_bounds(axes, rows) -> None:
    """What is proved, and what was found."""
    places = range(len(rows))
    for shift, quantity in ((-0.2, "value"), (0.2, "gradient")):
        at = [place + shift for place in places]
        proved = [row[f"{quantity}, proved"] or float("nan") for row in rows]
        axes.barh(at, proved, 0.4, alpha=0.4, label=f"{quantity}, proved")
        axes.barh(at, [row[f"{quantity}, found"] for row in rows], 0.2, label=f"{quantity}, found")
    axes.set_yticks(places, [f"{row['cost']}, {row['outputs']}" for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel("worst error, ulps")
    axes.legend()
