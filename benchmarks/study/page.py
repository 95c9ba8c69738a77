"""The results of the study as the second part of a page, whose first part, the protocol, is written by hand."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import Record
from benchmarks.study.figures import draw_book, draw_learning, draw_rates
from benchmarks.study.protocol import Block, Combination, Protocol
from benchmarks.study.rows import NetworkRow
from benchmarks.study.tables import (
    REFERENCE,
    book_row,
    book_runs,
    comparable_blocks,
    done,
    is_complete,
    results_of,
    rule_of,
)
from jaxce.files import write_file

RESULTS_HEADING = "## Results\n"
QUADRATIC = Combination("quadratic", "sigmoid")  # the book's comparison is of this pair with the reference
LEVEL = 0.05


def write_results(file: Path, rows: list[NetworkRow], protocol: Protocol, begun_with: Mapping[str, Any]) -> None:
    """Replace the results on a page by those of a file's rows, which was begun so, and draw its pictures beside it."""
    before = file.read_text().partition(RESULTS_HEADING)[0] if file.exists() else "# The study of the costs\n\n"
    blocks, settings = comparable_blocks(rows, protocol), book_runs(rows)
    if blocks:
        draw_rates(file.with_name(f"{file.stem}_rates.png"), rows, blocks, protocol)
        draw_learning(file.with_name(f"{file.stem}_epochs.png"), rows, blocks, protocol)
    if settings:
        draw_book(file.with_name(f"{file.stem}_book.png"), settings)
    sections = _sections(file.stem, rows, blocks, settings, protocol, begun_with)
    text = before + RESULTS_HEADING + "\n" + "\n\n".join(sections) + "\n"
    write_file(file, lambda stream: stream.write(text.encode()))


def _sections(name, rows, blocks, settings, protocol, begun_with) -> Iterable[str]:
    count, total = done(rows, protocol)
    yield (
        f"Trained so far: {count} of {total} tasks; complete are "
        f"{sum(is_complete(rows, block, protocol) for block in protocol.blocks)} of {len(protocol.blocks)} blocks. "
        f"Device: {begun_with['device']}, JAX {begun_with['jax']}."
    )
    for block in blocks:
        if not is_complete(rows, block, protocol):
            yield (
                f"**Not complete: {block}.** Its table has the pairs that are trained, and Holm's correction is over "
                "their comparisons only: p may rise as the others follow."
            )
    if blocks:
        tables = {block: results_of(rows, block, protocol) for block in blocks}
        yield "### What can be said"
        yield "\n".join(_conclusion(tables))
        yield f"### Error against the learning rate\n\n![Validation error against the learning rate]({name}_rates.png)"
        yield (
            "### Error against the epoch\n\nThe median of the final networks, and the range of the middle 80 % of them."
            f"\n\n![Test error against the epoch]({name}_epochs.png)"
        )
        yield "### Every pair with its own learning rate"
        yield (
            f"Accuracy on the test images after {protocol.final_epochs} epochs in percent: mean and standard deviation "
            f"of {len(protocol.final_seeds)} networks; the paired difference to the reference, which is {REFERENCE}, "
            f"with its interval of {protocol.confidence:.0%}; the probability that a network is better than one of the "
            "reference; p of the signed-rank test, corrected by Holm; the median number of epochs to 90 and 95 %; the "
            "percentage of stuck networks; the mean size of the gradient in the first 10 steps."
        )
        for block, table in tables.items():
            yield f"**{block}**\n\n{_table(map(_compared, table))}"
        yield "### Scores of the probabilities"
        yield (
            "Negative log-likelihood (NLL), Brier score and expected calibration error (ECE) on the test images, each "
            "before and after temperature scaling by c; means over the networks."
        )
        for block, table in tables.items():
            yield f"**{block}**\n\n{_table(map(_scored, table))}"
    rules = [rule for rule in (rule_of(rows, block, protocol) for block in blocks) if rule is not None]
    if rules:
        yield "### A sixth of the learning rate"
        yield (
            f"{REFERENCE} with a sixth of the learning rate chosen for {QUADRATIC}, against the one chosen for itself: "
            "accuracy in percent, and the paired difference with its interval."
        )
        yield _table(map(_ruled, rules))
    if settings:
        yield "### The book's runs"
        yield (
            f"{len(settings[0].best)} networks with each of the book's settings, for {protocol.book_epochs} epochs: "
            "the mean accuracy in percent of the last epoch, of the best epoch, and of the best epoch of the best of "
            "three networks, with its range from the 5th to the 95th percentile; and how many single networks reach "
            "the published accuracy in some epoch."
        )
        yield _table(_of_the_book(book_row(runs)) for runs in settings)
        yield f"![The published accuracies among those of 20 networks]({name}_book.png)"


def _conclusion(tables: dict[Block, list[Record]]) -> Iterable[str]:
    """What the book's comparison comes to: sentences whose every number is from the tables."""
    yield (
        "The book compares the quadratic cost with the cross-entropy, both with sigmoid outputs. With a learning rate "
        "of its own for each, chosen from the same grid:\n"
    )
    found: list[tuple[Block, Any, Any]] = [
        (block, _row_of(table, QUADRATIC), _row_of(table, REFERENCE))
        for block, table in tables.items()
        if any(row["pair"] == str(QUADRATIC) for row in table)
    ]
    of_h1 = [(block, quadratic, reference) for block, quadratic, reference in found if block.start == "saturated"]
    for block, quadratic, reference in of_h1:
        yield (
            f"- **H1**, {block}: an accuracy of 90 % is {_when(quadratic['to 90'])} with the quadratic cost, and "
            f"{_when(reference['to 90'])} with the cross-entropy; the mean size of the first gradients is "
            f"{quadratic['gradient']:.2g} and {reference['gradient']:.2g}."
        )
    if not of_h1:
        yield "- **H1**: nothing yet, since no networks with a saturated start are compared yet."
    for block, quadratic, _ in found:
        verdict = "worse" if quadratic["difference"] < 0 else "better"
        yield (
            f"- **H2**, {block}: the quadratic cost's accuracy less the cross-entropy's is "
            f"{quadratic['difference']:+.2f} points ({quadratic['low']:+.2f} to {quadratic['high']:+.2f}; "
            f"p = {quadratic['p']:.1g}, corrected): "
            + (f"it is {verdict}" if quadratic["p"] < LEVEL else "no difference is shown")
            + f". Stuck are {quadratic['stuck']:.0f} % of its networks."
        )
    yield (
        "\nThis is about networks of one hidden layer, plain gradient descent in minibatches of 10, and these images. "
        "It does not say what happens in deeper networks, with other optimizers, or with much longer training."
    )


def _row_of(table, pair):
    return next(row for row in table if row["pair"] == str(pair))


def _when(count):
    return "not reached" if count is None else f"reached after {count:g} epoch{'s' * (count != 1)}"


def _compared(row: Record) -> dict[str, str]:
    return {
        "cost, output": str(row["pair"]),
        "eta": f"{row['eta']:g}",
        "accuracy": f"{row['accuracy']:.2f} ± {row['deviation']:.2f}",
        "difference": _interval(row),
        "P(better)": _figure(row["better"], ".2f"),
        "p": _figure(row["p"], ".1g"),
        "to 90": _figure(row["to 90"], "g"),
        "to 95": _figure(row["to 95"], "g"),
        "stuck": _figure(row["stuck"], ".0f"),
        "gradient": _figure(row["gradient"], ".2g"),
    }


def _scored(row: Record) -> dict[str, str]:
    scores = {
        f"{label}{' scaled' if suffix else ''}": _figure(row[f"{name}{suffix}"], ".4f")
        for name, label in (("nll", "NLL"), ("brier", "Brier"), ("ece", "ECE"))
        for suffix in ("", "_scaled")
    }
    return {"cost, output": str(row["pair"]), **scores, "c": _figure(row["c"], ".2f")}


def _ruled(row: Record) -> dict[str, str]:
    return {
        "block": str(row["block"]),
        "eta by the rule": f"{row['eta by the rule']:.3g}",
        "eta tuned": f"{row['eta tuned']:g}",
        "by the rule": f"{row['accuracy by the rule']:.2f}",
        "tuned": f"{row['accuracy tuned']:.2f}",
        "difference": _interval(row),
    }


def _of_the_book(row: Record) -> dict[str, str]:
    return {
        "cost, output": str(row["pair"]),
        "hidden": f"{row['hidden']}",
        "eta": f"{row['eta']:g}",
        "published": f"{row['published']:.2f}",
        "last epoch": f"{row['last epoch']:.2f}",
        "best epoch": f"{row['best epoch']:.2f}",
        "best of three": f"{row['best of three']:.2f} ({row['from']:.2f} to {row['to']:.2f})",
        "networks that reach it": f"{row['share of networks at least as good']:.0%}",
    }


def _interval(row):
    if row["difference"] is None:
        return "-"
    return f"{row['difference']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"


def _figure(value, form):
    return "-" if value is None else format(value, form)


def _table(rows: Iterable[dict[str, str]]) -> str:
    """Markdown, the first column to the left and the others to the right."""
    rows = list(rows)
    columns: Sequence[str] = list(rows[0])
    lines = [" | ".join(columns), "|".join(["---"] + ["---:"] * (len(columns) - 1))]
    lines += [" | ".join(row[column] for column in columns) for row in rows]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines)
