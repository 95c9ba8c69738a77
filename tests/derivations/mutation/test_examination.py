"""Mutants of jaxce are killed: a sample by `make test-whole`, all of them by `python -m derivations mutants`."""

import ast
import contextlib

import pytest

from derivations.commands import mutants as command
from derivations.mutation import by_contract, by_rounding
from derivations.mutation.altered_library import load_library, sources
from derivations.mutation.equivalent import EQUIVALENT
from derivations.mutation.examination import Examination, Finding, faults, library_mutants
from derivations.mutation.promised_of_layers import PROMISED_OF_LAYERS
from derivations.mutation.promised_of_options import PROMISED_OF_OPTIONS

ALL = library_mutants()
SAMPLE = ALL[57::100]


@pytest.fixture(scope="module")
def examination():
    return Examination()


@pytest.mark.whole
def test_a_sample_of_mutants_is_killed_by_processes_that_share_it():
    findings = list(command.examine_mutants(SAMPLE))
    assert [finding.name for finding in findings] == [mutant.name for mutant in SAMPLE]
    assert not list(faults(findings, complete=False))


def test_the_unchanged_library_is_not_killed(examination):
    library = load_library()
    assert examination.certificates.notice(library, "costs", range(1)) == ""


@pytest.mark.whole
def test_the_unchanged_library_keeps_every_promise():
    assert by_contract.broken_promise(load_library()) == ""


def of(module, old, new, count=1):
    """A library in which one piece of source text is replaced."""
    source = sources()[module]
    assert source.count(old) == count, f"{module}.py has {old!r} {source.count(old)} times"
    return load_library({module: ast.parse(source.replace(old, new))})


@pytest.mark.parametrize(
    ("module", "old", "new", "how"),
    [
        (
            "costs",
            "return total_of_logs(output, times_log(y, log, undefined)",
            "return -total_of_logs(output, times_log(y, log, undefined)",
            "refuted",
        ),
        ("softmax_layer", "da = c * _pullback(c, z, dz, axis)  #", "da = _pullback(c, z, dz, axis)  #", "refuted"),
        ("outputs", "da = a * complement * dz", "da = a * dz", "refuted"),
    ],
)
def test_certificates_kill_mutants(module, old, new, how, examination):
    assert examination.certificates.notice(of(module, old, new), module, range(1)) == how


def test_a_mutant_that_no_certificate_kills_is_killed_by_rounding():
    rounded = of("exponentials", "return e + e * lax.stop_gradient(error)", "return e * 1.0")
    assert "ulps" in by_rounding.lost_digits(rounded)


@pytest.mark.parametrize(
    ("module", "old", "new", "remark"),
    [
        ("costs", "validate_targets(z, jnp.asarray(y), axis)", "jnp.asarray(y)", "accepted: an axis beyond the last"),
        (
            "output_layer",
            "if jnp.finfo(z.dtype).bits < 32 else z",
            "if False else z",
            "the type of the weighted inputs",
        ),
        ("softmax_layer", "@functools.cache\n", "", "one object for equal c"),
        ("softmax_layer", '"softmax" if c == 1', '"softmax" if c == 2', "what an output is called"),
        ("output_layer", '(self, "__doc__", ', '(self, "text", ', "what help says of an output"),
    ],
)
def test_mutants_that_accept_bad_input_or_change_types_are_killed(module, old, new, remark):
    assert by_contract.broken_promise(of(module, old, new)) == remark


@pytest.mark.parametrize(
    ("module", "old", "new", "promise"),
    [
        ("options", "not 0 <= epsilon", "not 0 < epsilon", "options that change nothing"),
        ("options", "not 0 <= x", "not 0 < x", "a weight of 0"),
        ("cost_with_options", "z, w * p * dense", "z, w / p * dense", "weights of both kinds"),
        ("cost_with_options", "iinfo(dtype).min <= label", "iinfo(dtype).min < label", "the ends of a type of labels"),
        ("layer_by_blocks", "(y >= 0) & (y <", "(y >= 0) | (y <", "a layer's labels that no class has"),
        ("layer_by_blocks", "classes, inputs.a.shape[1])", "classes, inputs.a.shape[0])", "the number of blocks"),
        ("layer_by_blocks", "jnp.zeros(classes, dtype)", "jnp.arange(classes, dtype=dtype)", "a layer without biases"),
        ("layer_by_blocks", "_distance(y, log)", "_distance(log, y)", "a layer's classes that are impossible"),
        ("layer_by_blocks", "sharding.spec[:-1]", "sharding.spec[:-2]", "a layer on a mesh"),
        ("layer_by_blocks", "-(-len(x) // 16)", "-(-len(x) // 17)", "a long sum"),
    ],
)
def test_promises_of_options_and_layers_can_be_broken(module, old, new, promise):
    library = of(module, old, new)
    with contextlib.suppress(ValueError):
        assert not (PROMISED_OF_OPTIONS | PROMISED_OF_LAYERS)[promise](library)


def test_the_gate_is_red_for_a_survivor_that_is_not_named():
    (fault,) = faults([Finding("costs.f: 1 -> 2", "survived")], complete=False)
    assert fault == "survives, and is not named as equivalent: costs.f: 1 -> 2"


def test_the_gate_is_red_for_an_equivalent_that_is_killed_and_for_one_that_does_not_exist(monkeypatch):
    monkeypatch.setitem(EQUIVALENT, "costs.f: 1 -> 2", "no reason")
    findings = [Finding(name, "survived") for name in EQUIVALENT]
    assert not list(faults(findings, complete=True))
    assert list(faults([*findings[:-1], Finding("costs.f: 1 -> 2", "refuted")], complete=True)) == [
        "is named as equivalent, but refuted: costs.f: 1 -> 2"
    ]
    assert list(faults(findings[:-1], complete=True)) == [
        "is named as equivalent, but no change is called that: costs.f: 1 -> 2"
    ]


def test_every_equivalent_is_a_change_with_a_reason():
    assert EQUIVALENT.keys() <= {mutant.name for mutant in ALL}
    assert all(EQUIVALENT.values())


def test_names_are_unique():
    assert len({mutant.name for mutant in ALL}) == len(ALL)
