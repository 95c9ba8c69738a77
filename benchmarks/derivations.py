"""Every equation of the chapter is proved in seconds, most in a fraction of one.

Each equation is timed as in a fresh process: SymPy's cache is cleared before each proof.
"""

import statistics

from sympy.core.cache import clear_cache

from benchmarks import report
from benchmarks.report import seconds
from derivations import EQUATIONS


def prove_or_fail(equation) -> None:
    """Prove an equation; RuntimeError if that fails, since a fast refusal would be no achievement."""
    proof = equation.prove()
    if not proof:
        raise RuntimeError(f"equation {equation.label} is not proved: {proof}")


def measure_proofs(quick: bool) -> list[report.Record]:
    """All equations, three times each; in a quick run, five of them once."""
    equations = list(EQUATIONS.values())[:5] if quick else list(EQUATIONS.values())
    rows: list[report.Record] = []
    for equation in equations:
        times = []
        for _ in range(1 if quick else 3):
            clear_cache()
            times.append(seconds(lambda equation=equation: prove_or_fail(equation)))
        rows.append(
            {
                "equation": equation.label,
                "title": equation.title,
                "steps": len(equation.steps),
                "seconds": round(statistics.median(times), 3),
                "least": round(min(times), 3),
                "most": round(max(times), 3),
            }
        )
    return rows


def draw_proofs(axes, rows) -> None:
    """The seconds that each of the slowest equations takes, the slowest first."""
    slowest = sorted(rows, key=lambda row: -row["seconds"])[:30]
    axes.barh([row["equation"] for row in slowest], [row["seconds"] for row in slowest])
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize="small")
    axes.set_xlabel(f"seconds to prove, the slowest {len(slowest)} of {len(rows)}")
