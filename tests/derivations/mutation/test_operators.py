"""Which parts of a source are mutated, and which are not."""

from derivations.mutation.operators import changes


def test_every_kind_of_change_is_made():
    source = "def f(a, b):\n    return where(a < -b[0], f(a, 1), jnp.log(b) if a is not b else (a, b))"
    after = {change.description.partition(" -> ")[2] for change in changes(source)}
    assert {"a >= -b[0]", "a <= -b[0]", "b[0]", "b[1]", "f(1, a)", "f(a, 2)", "jnp.log1p(b)", "(b, a)"} <= after


def test_neither_annotations_nor_messages_are_changed():
    assert not list(changes('def f(a: tuple[1, 2]) -> [3]:\n    raise ValueError(f"{a - 1} is {a * 2}")'))


def test_what_would_stay_the_same_is_not_changed():
    assert not list(changes("least = lambda a, b: min(a, b, *(b, b))"))
