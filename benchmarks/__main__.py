"""The command line: `python -m benchmarks` lists the benchmarks, `python -m benchmarks NAME ...` runs some."""

import argparse
import functools
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    accuracy,
    blocks,
    bounds,
    cost_kernels,
    derivations,
    derived_costs,
    devices,
    epoch,
    exhaustive,
    published,
    search,
    startup,
    sweep,
)
from benchmarks.report import Benchmark, ImpossibleHereError, claim_of, print_table, publish
from benchmarks.study import command as study

RESULTS = Path(__file__).parent / "results"

BENCHMARKS = {
    "accuracy": Benchmark(accuracy.measure_errors, accuracy.draw_errors),
    "blocks": Benchmark(blocks.measure_blocks, blocks.draw_blocks),
    "bounds": Benchmark(bounds.measure_bounds, bounds.draw_bounds),
    "cost_kernels": Benchmark(cost_kernels.measure_kernels, cost_kernels.draw_ratios),
    "derivations": Benchmark(derivations.measure_proofs, derivations.draw_proofs),
    "derived_costs": Benchmark(derived_costs.measure_designs, derived_costs.draw_curves),
    "devices": Benchmark(devices.measure_devices, devices.draw_images_per_second),
    "epoch": Benchmark(epoch.measure_epochs, epoch.draw_epochs),
    "exhaustive": Benchmark(exhaustive.measure_every_float, exhaustive.draw_worst),
    "published": Benchmark(published.measure_accuracies, published.draw_accuracies),
    "search": Benchmark(search.measure_worst_logits, search.draw_worst_logits),
    "startup": Benchmark(startup.measure_starts, startup.draw_starts),
    "study": Benchmark(study.measure_study, study.draw_differences),
    "sweep": Benchmark(sweep.measure_sweeps, sweep.draw_throughput),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """List the benchmarks with their claims, or run the named ones."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--quick", action="store_true", help="run the smallest sizes, whose figures are not meant to be quoted"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the JSON files and the pictures")
    parser.add_argument("--fraction", type=int, default=1, help="exhaustive: one input in so many, a power of two")
    parser.add_argument(
        "--pairs", nargs="+", default=[], help="exhaustive: only these, such as cross_entropy+sigmoid+float32"
    )
    parser.add_argument("--data", type=Path, help="study: the folder of Fashion-MNIST's four IDX files")
    parser.add_argument("--rows", type=Path, help="study: the file of what is trained, to go on from it")
    parser.add_argument("--report", action="store_true", help="study: train nothing; write the page of what is trained")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {*BENCHMARKS, "all"}:
        known = ", ".join(BENCHMARKS)
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}: choose all, or some of {known}")
    if not options.names:
        print_table("", [{"benchmark": name, "claim": claim_of(it)} for name, it in BENCHMARKS.items()])
    part = functools.partial(exhaustive.measure_every_float, fraction=options.fraction, pairs=options.pairs)
    chosen = BENCHMARKS | {"exhaustive": BENCHMARKS["exhaustive"]._replace(measure=part)}
    continued = functools.partial(study.measure_study, data=options.data, rows=options.rows, report=options.report)
    chosen |= {"study": BENCHMARKS["study"]._replace(measure=continued)}
    for name in BENCHMARKS if "all" in options.names else options.names:
        try:
            publish(name, chosen[name], quick=options.quick, results=options.results)
        except ImpossibleHereError as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
