"""What is certified of jaxce and optax, and the command that says so."""

import functools
import inspect
import itertools

import jax
import jax.numpy as jnp
import optax.losses
import pytest

import jaxce
from derivations.__main__ import main
from derivations.algebra.identity import vanishes
from derivations.certificate.verdict import Refutation, read
from derivations.claims import batches, derivatives, edges, networks, optax_losses, pairs, user_function, written_out
from derivations.commands import certify

# The command examines more: K = 3 with every label and constant, the hundreds of cases that three outputs of the
# quadratic cost after a sigmoid make, and each network of both sizes.
LEFT_TO_THE_COMMAND = {"quadratic + sigmoid"}
CLAIMS = [
    *pairs.claims((2,)),
    *(
        claim
        for claim in pairs.claims((3,))
        if "label" not in claim.says and "c = 2" not in claim.name and claim.name not in LEFT_TO_THE_COMMAND
    ),
    *batches.claims(),
    *derivatives.claims(),
    *edges.claims(),
    *(claim for claim in networks.claims() if "65" not in claim.says or "2-2-2" in claim.says),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.name}, {claim.says}")
def test_jaxce_is_certified(claim):
    verdict = claim.certify()
    assert verdict, str(verdict)


@pytest.mark.parametrize("claim", list(optax_losses.claims()), ids=lambda claim: f"{claim.name}, {claim.says}")
def test_optax_is_certified_or_refuted(claim):
    with jax.numpy_dtype_promotion("standard"):  # some of optax mixes types
        verdict = claim.certify()
    assert bool(verdict) is ((claim.name, claim.says) not in certify.REFUTED), str(verdict)


def test_no_cost_of_optax_is_left_out():
    examined = {claim.name.removeprefix("d/dz ") for claim in optax_losses.claims()}
    losses = {name for name, value in vars(optax.losses).items() if inspect.isfunction(value)}
    assert losses == examined | set(optax_losses.NOT_EXAMINED)


def test_nothing_is_left_out_of_the_nine_pairs():
    names = {(claim.name, claim.says) for claim in pairs.claims()}
    for cost, layer, size in itertools.product(jaxce.COSTS, pairs.layers(), (2, 3)):
        for says in ("y", *(f"label {t}" for t in range(size))):
            for what in ("", "d/dz "):
                assert (f"{what}{cost} + {layer.name}", f"K = {size}, {says}") in names


@pytest.mark.parametrize(("cost", "output"), [("cross_entropy", jaxce.sigmoid), ("log_likelihood", jaxce.softmax)])
def test_the_program_of_a_network_does_not_depend_on_its_sizes(cost, output):
    small, large = (networks.primitive_names(sizes, cost, output) for sizes in ((2, 3, 2), (784, 30, 10)))
    assert small == large
    assert "dot_general" in small


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if "d/dz" in c.name and "K = 2, y" in c.says], ids=lambda c: c.name
)
def test_a_gradient_is_not_certified_to_be_anything_else(claim):
    wrong = pairs.Claim(claim.name, "twice that", claim.program, 2 * claim.formula, claim.arguments, claim.assuming)
    assert isinstance(wrong.certify(), Refutation)


def good(z, y):
    return -jnp.sum(y * jax.nn.log_softmax(z))


def bad(z, y):
    return -jnp.sum(y * jax.nn.softmax(z))


def test_the_command_certifies_a_function_of_ones_own(capsys, tmp_path):
    own = ["certify", "--json", str(tmp_path), "--equation", "84", "--function"]
    assert main([*own, f"{__name__}:good"]) == 0
    assert "2 certified" in capsys.readouterr().out
    verdicts = [read(file.read_text()) for file in sorted(tmp_path.iterdir())]
    assert [bool(verdict) for verdict in verdicts] == [True, True]
    assert main([*own, f"{__name__}:bad"]) == 1
    assert "expected" in capsys.readouterr().out


def binary(a, y):
    return -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log1p(-a))


def of_pair(label):
    cost, output = label.replace("-", "_").split(" + ")
    return functools.partial(jaxce.COSTS[cost], jaxce.OUTPUTS[output])


# A program for each equation that a function can be held against; for the pairs, jaxce's own.
PROGRAMS = {
    "54": lambda a, y: jnp.sum((a - y) ** 2) / 2,
    "57": lambda a, y: binary(a, y) / a.size,
    "63": binary,
    "66": of_pair("cross-entropy + sigmoid"),
    "68": of_pair("quadratic + linear"),
    "75": binary,
    "78": jax.nn.softmax,
    "80": good,
    "84": good,
}


@pytest.mark.parametrize("label", written_out.READINGS)
def test_the_equations_that_a_function_can_be_held_against(label):
    program = PROGRAMS.get(label) or of_pair(label)
    smallest, *_ = user_function.claims_of(program, "mine", label)
    assert smallest.certify()
    (wrong,) = itertools.islice(user_function.claims_of(lambda *inputs: 2 * program(*inputs), "twice mine", label), 1)
    assert isinstance(wrong.certify(), Refutation)


@pytest.mark.parametrize(("cost", "output", "size"), list(itertools.product(jaxce.COSTS, jaxce.OUTPUTS, (2, 3))))
def test_the_formulas_of_the_nine_pairs_are_those_that_are_proved(cost, output, size):
    (form,) = written_out.written_out(f"{cost.replace('_', '-')} + {output}", size)
    activation = getattr(pairs, output)(form.argument)
    typed = pairs.DELTAS[cost, output](activation, form.targets)
    assert all(vanishes(one - other) for one, other in zip(form.formula, typed, strict=True))
    assert not any(vanishes(one + other) for one, other in zip(form.formula, typed, strict=True))


@pytest.mark.parametrize(("cost", "label"), [("cross_entropy", "63"), ("log_likelihood", "80")])
def test_the_formulas_of_costs_are_those_that_are_proved(cost, label):
    for form in written_out.written_out(label, 3):
        a = pairs.softmax(form.argument) if label == "80" else form.argument
        assert vanishes(pairs.COSTS[cost](a, form.targets) - form.formula.item())


def test_the_formula_of_the_quadratic_cost_is_the_one_that_is_proved_for_each_output():
    (form,) = written_out.written_out("54", 1)
    z, y = pairs.symbols("z", 3), pairs.symbols("y", 3)
    one = [
        form.formula.item().xreplace({form.argument[0]: z_j, form.targets[0]: y_j})
        for z_j, y_j in zip(z, y, strict=True)
    ]
    assert vanishes(pairs.COSTS["quadratic"](z, y) - sum(one))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--function", "math:tau", "--equation", "84"], "not a function"),
        (["--function", "nowhere:f", "--equation", "84"], "cannot find"),
        (["--function", "math", "--equation", "84"], "module:name"),
        (["--function", "math:sin", "--equation", "0"], "choose one of 54"),
        (["--function", "math:sin"], "go together"),
    ],
)
def test_bad_options_are_answered_in_one_line(options, message):
    with pytest.raises(SystemExit, match=message):
        main(["certify", *options])
