"""Which equations a label or a range selects."""

from derivations.commands.selection import find, selected


def test_a_range_of_numbers_selects_labels_that_begin_with_them():
    assert set(selected("78..84")) >= {"78", "79", "80", "81", "82", "83", "84", "84 with 83"}
    assert "77" not in selected("78..84")
    assert selected("66") == ["66"]
    assert selected("BP1..BP4") == ["BP1", "BP1 with softmax", "BP2", "BP3", "BP4"]


def test_an_exercise_stands_for_the_equations_that_answer_it():
    assert find("exercise 4") == ["65", "65 (biases)", "66", "67", "67 (biases)"]
    assert set(find("exercise 11")) >= {"81", "82"}
