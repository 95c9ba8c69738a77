"""The checker finds each printed error and proves each right version."""

import pytest

from derivations.book.errata import ERRATA

TRUE = {
    "s'(z) = (-e^-z) / (-(1 + e^-z)^2)",  # two slips that cancel
    "at y = 1 the second term is simply turned off",  # in exact arithmetic
}
CONDITIONAL = {"-y_i + a_i sum_j y_j = -y_i + a_i", "84 holds for 83 too"}


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum.printed)
def test_verdict_and_right_version(erratum):
    verdict = erratum.verdict()
    if erratum.printed in TRUE:
        assert verdict == "true"
    elif erratum.printed in CONDITIONAL:
        assert verdict.startswith("true only where")
    else:
        assert verdict.startswith("false: left is")
    assert erratum.corrections()
    assert all(right.prove() for right in erratum.corrections())


def test_the_number_of_errors_of_each_source():
    sources = [erratum.where.split(",")[0] for erratum in ERRATA]
    assert {source: sources.count(source) for source in set(sources)} == {
        "000": 6,
        "001": 6,
        "002": 2,
        "003": 5,
        "the book's animation": 1,
    }
