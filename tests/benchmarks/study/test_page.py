"""The tables and the page, from rows made by hand: every number on it is one that was put in."""

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.study import command
from benchmarks.study.page import RESULTS_HEADING, write_results
from benchmarks.study.protocol import QUICK_STUDY, STUDY, Combination, tasks
from benchmarks.study.rows import KEY, alone, heading, write_rows
from benchmarks.study.tables import (
    Sample,
    book_row,
    book_runs,
    comparable_blocks,
    done,
    is_complete,
    results_of,
    rule_of,
)

QUADRATIC, REFERENCE = QUICK_STUDY.pairs
LEVEL = {"tuning": 0.8, "final": 0.9, "rule": 0.88, "book": 0.95}
SCORES = {"nll": 0.4, "nll_scaled": 0.3, "brier": 0.2, "brier_scaled": 0.1, "ece": 0.05, "ece_scaled": 0.02}


def made_up(protocol=QUICK_STUDY, stages=tuple(LEVEL)):
    """Rows of whole tasks; the quadratic cost's networks are two points worse, and the second of them is stuck."""
    found = []
    for task in tasks(protocol):
        if task.stage not in stages:
            continue
        rates = task.learning_rates or (0.25,)
        for number, seed in enumerate(task.seeds):
            for rate in rates:
                last = LEVEL[task.stage] + number / 100 - 0.02 * (task.pair == QUADRATIC) - 0.01 * (rate != rates[0])
                row = dict(zip(KEY, task.key, strict=True)) | {"seed": seed, "learning_rate": rate, "diverged": False}
                row["accuracies"] = [0.5, *[0.92] * (task.epochs - 2), last][-task.epochs :]
                if task.stage != "tuning":
                    row |= SCORES | {"c": 1.5, "first_gradient": 0.75}
                    row["recall"] = 0.01 if task.pair == QUADRATIC and number == 1 else 0.8
                found.append(row)
    return found


def test_a_block_is_shown_with_what_is_trained_and_said_to_be_incomplete(tmp_path):
    (block,) = QUICK_STUDY.blocks
    without_rule = made_up(stages=("tuning", "final"))
    without_reference = [row for row in made_up() if row["cost"] == "quadratic" or row["stage"] != "final"]
    found = [(comparable_blocks(rows, QUICK_STUDY), is_complete(rows, block, QUICK_STUDY))
             for rows in (made_up(), without_rule, without_reference)]  # fmt: skip
    assert found == [([block], True), ([block], False), ([], False)]
    assert done(without_reference, QUICK_STUDY) == (6, 7)
    write_results(tmp_path / "study.md", without_rule, QUICK_STUDY, heading(QUICK_STUDY))
    text = (tmp_path / "study.md").read_text()
    assert "4 of 7 tasks; complete are 0 of 1 blocks" in text
    assert f"**Not complete: {block}.**" in text
    assert "### A sixth of the learning rate" not in text


def test_the_table_of_a_block():
    quadratic, reference = results_of(made_up(), QUICK_STUDY.blocks[0], QUICK_STUDY)
    assert (quadratic["accuracy"], reference["accuracy"]) == pytest.approx((89, 91))
    assert quadratic["deviation"] == pytest.approx(1)
    assert [quadratic[name] for name in ("difference", "low", "high")] == pytest.approx([-2, -2, -2])
    assert quadratic["better"] == pytest.approx(0.5 / 9)
    assert reference["difference"] is reference["p"] is None
    assert (quadratic["stuck"], reference["stuck"]) == pytest.approx((100 / 3, 0))
    assert quadratic["to 90"] is None  # one network of three gets there
    assert reference["to 90"] == 2
    assert {name: quadratic[name] for name in SCORES} == pytest.approx(SCORES)
    assert quadratic["eta"] == QUICK_STUDY.learning_rates[0]


def test_a_network_that_diverged_counts_as_0_and_as_stuck():
    of_one = Sample([{"accuracies": [0.5, None], "diverged": True, "recall": 0.8}])
    assert of_one.accuracies.tolist() == [0]
    assert of_one.stuck == 100
    assert of_one.mean("nll") is None


def test_the_rule_and_the_book():
    rule = rule_of(made_up(), QUICK_STUDY.blocks[0], QUICK_STUDY)
    assert rule is not None
    assert rule["difference"] == pytest.approx(-2)
    assert rule_of(made_up(stages=("final",)), QUICK_STUDY.blocks[0], QUICK_STUDY) is None
    quadratic, cross_entropy = book_runs(made_up())
    assert (quadratic.published, cross_entropy.published) == (95.42, 95.49)
    np.testing.assert_allclose(quadratic.best, [93, 94, 95])
    row = book_row(cross_entropy)
    assert row["best of three"] == pytest.approx(97)  # of three networks
    assert row["last epoch"] == pytest.approx(96)
    assert row["share of networks at least as good"] == pytest.approx(2 / 3)


def test_the_page_keeps_the_protocol_and_replaces_the_results(tmp_path):
    page = tmp_path / "study.md"
    page.write_text(f"The protocol.\n\n{RESULTS_HEADING}\nOld.\n")
    write_results(page, made_up(), QUICK_STUDY, heading(QUICK_STUDY))
    text = page.read_text()
    assert text.startswith(f"The protocol.\n\n{RESULTS_HEADING}\n")
    assert "Old." not in text
    assert "7 of 7 tasks; complete are 1 of 1 blocks" in text
    assert (
        "-2.00 points (-2.00 to -2.00; p = 0.2, corrected): no difference is shown" in text
    )  # three networks decide nothing
    assert "nothing yet, since no networks with a saturated start" in text
    assert "| quadratic, sigmoid | 0.1 | 89.00 ± 1.00 | -2.00 (-2.00 to -2.00) | 0.06 |" in text
    assert "| 95.42 | 94.00 | 94.00 | 95.00 (95.00 to 95.00) | 0% |" in text
    for picture in ("rates", "epochs", "book"):
        assert f"](study_{picture}.png)" in text
        assert (tmp_path / f"study_{picture}.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_of_nothing_says_so(tmp_path):
    page = tmp_path / "study.md"
    write_results(page, [], STUDY, heading(STUDY))
    assert "0 of 199 tasks; complete are 0 of 15 blocks" in page.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["study.md"]


def test_the_conclusion_names_the_worse_one_where_it_is_decided(tmp_path):
    protocol = QUICK_STUDY._replace(
        final_seeds=tuple(range(12)), blocks=(QUICK_STUDY.blocks[0]._replace(start="saturated"),)
    )
    rows = made_up(protocol, ("tuning", "final", "rule"))
    write_results(tmp_path / "study.md", rows, protocol, heading(protocol))
    text = (tmp_path / "study.md").read_text()
    assert "-2.00 points (-2.00 to -2.00; p = 0.0005, corrected): it is worse" in text
    assert "**H1**, MNIST, 784-30-10, saturated start: an accuracy of 90 % is reached after 2 epochs with the q" in text
    for row in rows:
        if row["cost"] == QUADRATIC.cost:
            row["accuracies"] = [0.5] * len(row["accuracies"])
    write_results(tmp_path / "study.md", rows, protocol, heading(protocol))
    text = (tmp_path / "study.md").read_text()
    assert "not reached with the quadratic cost, and reached after 2 epochs with the cross-entropy" in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rows", "{folder}"], "Is a directory|is a directory|cannot read"),
        (["--rows", "{file}/study.jsonl"], "Not a directory|File exists|cannot write"),
        (["--rows", "{file}"], "is no file of the study: name another with --rows"),
        (["--rows", "{foreign}"], "was begun with another protocol, whose rows cannot be mixed with new ones"),
        (["--data", "{folder}", "--rows", "{folder}/new.jsonl"], "has no file"),
    ],
)
def test_bad_input_is_a_sentence_and_the_exit_status_2(options, sentence, tmp_path, capsys):
    (tmp_path / "file").write_text("no study")
    write_rows(tmp_path / "foreign", QUICK_STUDY, [])
    names = {"folder": tmp_path, "file": tmp_path / "file", "foreign": tmp_path / "foreign"}
    with pytest.raises(SystemExit) as exit_:
        main(["study", *(option.format(**names) for option in options)])
    assert exit_.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m benchmarks study: ")
    assert any(part in line for part in sentence.split("|"))


def test_a_file_that_another_process_writes_is_refused(tmp_path, capsys):
    with alone(tmp_path / "study.jsonl"), pytest.raises(SystemExit) as exit_:
        main(["study", "--rows", str(tmp_path / "study.jsonl")])
    assert exit_.value.code == 2
    assert "another process writes" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["study", "--fast"])
    assert exit_.value.code == 2
    assert "--fast" in capsys.readouterr().err


def test_a_report_trains_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "train_missing", None)
    write_rows(tmp_path / "study.jsonl", QUICK_STUDY, made_up())
    table = command.measure_study(True, rows=tmp_path / "study.jsonl", page=tmp_path / "page.md", report=True)
    assert [row["pair"] for row in table] == [str(QUADRATIC), str(Combination("cross_entropy", "sigmoid"))]
    assert (tmp_path / "page.md").exists()
