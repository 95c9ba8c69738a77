"""That a split covers everything, and that a gap is found."""

import sympy as sp

from derivations.algebra.cases import Case
from derivations.algebra.coverage import uncovered

x, y, z = sp.symbols("x y z", real=True)


def test_a_split_covers_and_a_missing_part_is_found():
    parts = Case().split(x - y)
    finer = [part for case in parts for part in case.split(y - z)]
    assert len(finer) == 9
    assert list(uncovered(Case(), finer)) == []
    for k in range(9):
        assert len(list(uncovered(Case(), finer[:k] + finer[k + 1 :]))) == 1
