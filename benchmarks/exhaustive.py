"""Every float of 32 bits as the input of a neuron, and every pair of 16-bit floats of a softmax of two, to a few ulps.

The table shows the worst error of value, gradient and curvature of each pair, with targets of 0 and 1, and the input at
which it occurs. Errors are in ulps of the true value, which `derivations.agreement.neuron_truth` computes in float64:
ulps of float32, but for a neuron's gradient and curvature ulps of the type of its input. Every finite input counts;
`derivations.agreement.float_errors` says what may underflow. The curvature of the quadratic cost after a sigmoid or a
softmax changes its sign, and that of the cross-entropy after a softmax has no short form: they are not measured.

A run that is interrupted continues where it was. `--fraction 4096` takes one input in 4,096, always the same.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.progress import Progress

from benchmarks import every_float, numbered_floats, report
from benchmarks.every_float import CASES, INPUTS_AT_ONCE, QUANTITIES, Worst, worst_of_chunk
from benchmarks.finished import digest_of_sources, read_finished, write_finished
from derivations.agreement import float_errors, neuron_truth
from jaxce import costs, exponentials, fusion, output_layer, outputs, softmax_layer, summation, targets

MEASURED = [costs, exponentials, fusion, output_layer, outputs, softmax_layer, summation, targets]
MEASURING = [every_float, float_errors, neuron_truth, numbered_floats]
FINISHED = Path(__file__).parent / "results" / "exhaustive_finished.json"
SAVED_EVERY = 10.0  # seconds
QUICK_FRACTION, QUICK_PAIRS = 2**16, ("cross_entropy+sigmoid+float32", "log_likelihood+softmax+bfloat16")
BAR = 3  # ulps of a neuron's value and gradient


def measure_every_float(
    quick: bool, *, fraction: int = 1, pairs: tuple[str, ...] = (), finished: Path = FINISHED
) -> list[report.Record]:
    """The worst input of each case, resumed from what an earlier run has finished.

    Args:
        quick: take one input in 65,536, of few pairs, and neither read nor write what is finished.
        fraction: take one input in so many, a power of two.
        pairs: only these, such as `cross_entropy+sigmoid` or `cross_entropy+sigmoid+float32`; all if there are none.
        finished: the file of what is finished.
    """
    pairs = pairs or (QUICK_PAIRS if quick else ())
    cases = [case for case in CASES if not pairs or any(_is_of(case, pair) for pair in pairs)]
    if not cases:
        raise ValueError(f"no case is named {', '.join(pairs)}: write, for example, cross_entropy+sigmoid+float32")
    fraction = QUICK_FRACTION if quick else fraction
    of = digest_of_sources([*MEASURED, *MEASURING])
    done = {} if quick else read_finished(finished, of)
    saved = time.monotonic()
    with Progress(disable=not sys.stdout.isatty(), transient=True) as progress:
        for case in cases:
            key = _key(case, fraction)
            task = progress.add_task(key, total=_chunks(case, fraction))
            for state in _continued(case, fraction, done.get(key)):
                done[key] = state
                progress.update(task, completed=state["chunks"])
                if not quick and (time.monotonic() - saved > SAVED_EVERY or state["chunks"] == _chunks(case, fraction)):
                    write_finished(finished, of, done)
                    saved = time.monotonic()
            progress.remove_task(task)
    return [_row(case, fraction, done[_key(case, fraction)]) for case in cases]


def _key(case, fraction):
    """The name of a case in the file of what is finished."""
    return f"{'+'.join(map(str, case))}, one in {_inputs(case, fraction).fraction}"


def _is_of(case, pair):
    return {*pair.split("+")} <= {*map(str, case)}


def _inputs(case, fraction):
    """One in `fraction` of a case's inputs; but all of 65,536."""
    return case.inputs(fraction if case.inputs().total > 2**16 else 1)


def _chunks(case, fraction):
    return -(-_inputs(case, fraction).total // INPUTS_AT_ONCE)


def _continued(case, fraction, state) -> Iterator[dict[str, Any]]:
    """The state after each chunk: how many are finished, the worst of each quantity, and the seconds that it took."""
    state: dict[str, Any] = state or {"chunks": 0, "worst": [Worst(0.0, 0)] * len(QUANTITIES), "seconds": 0.0}
    yield state

    def of_chunk(number):
        return worst_of_chunk(case, number * INPUTS_AT_ONCE, _inputs(case, fraction).fraction)

    start, before = time.monotonic(), state["seconds"]
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # each chunk is a loop on one core
        for worst in threads.map(of_chunk, range(state["chunks"], _chunks(case, fraction))):
            state = {
                "chunks": state["chunks"] + 1,
                "worst": [max(Worst(*old), new) for old, new in zip(state["worst"], worst, strict=True)],
                "seconds": before + time.monotonic() - start,
            }
            yield state


def _row(case, fraction, state) -> report.Record:
    row = case._asdict() | {"inputs": _inputs(case, fraction).total}
    for quantity, worst in zip(QUANTITIES, state["worst"], strict=True):
        ulps, bits = worst
        z = " ".join(map(str, case.inputs().weighted_inputs(bits))) if ulps else "-"
        is_measured = quantity != "curvature" or case.has_curvature
        row |= {quantity: ulps if is_measured else None, f"at, {quantity}": z}
    return row | {"minutes": state["seconds"] / 60}


def draw_worst(axes, rows) -> None:
    """The worst errors of value and gradient of each case, and the bar that they are held against."""
    places = range(len(rows))
    for shift, quantity in ((-0.2, "value"), (0.2, "gradient")):
        axes.barh([place + shift for place in places], [row[quantity] for row in rows], 0.4, label=quantity)
    axes.set_yticks(
        places, [f"{row['cost']}, {row['output']}, {row['target']}, {row['dtype']}" for row in rows], size=6
    )
    axes.axvline(BAR, color="black", linewidth=0.5)
    axes.invert_yaxis()
    axes.set_xlabel("worst error, ulps")
    axes.legend()
