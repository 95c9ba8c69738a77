"""What is certified of jaxce and optax, and the command that says so."""

import functools
import inspect
import itertools

import jax
import jax.numpy as jnp
import optax.losses
import pytest

import jaxce
from derivations import certified, certified_edges, certified_networks, certified_optax, certify_command, own_function
from derivations.__main__ import main
from derivations.certificate import Refutation, read

# The command examines more: K = 3 with every label and constant, and each network of both sizes.
CLAIMS = [
    *certified.claims((2,)),
    *(claim for claim in certified.claims((3,)) if "label" not in claim.says and "c = 2" not in claim.name),
    *certified_edges.claims(),
    *(claim for claim in certified_networks.claims() if "65" not in claim.says or "2-2-2" in claim.says),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.name}, {claim.says}")
def test_jaxce_is_certified(claim):
    verdict = claim.certify()
    assert verdict, str(verdict)


@pytest.mark.parametrize("claim", list(certified_optax.claims()), ids=lambda claim: f"{claim.name}, {claim.says}")
def test_optax_is_certified_or_refuted(claim):
    with jax.numpy_dtype_promotion("standard"):  # some of optax mixes types
        verdict = claim.certify()
    assert bool(verdict) is ((claim.name, claim.says) not in certify_command.REFUTED), str(verdict)


def test_no_cost_of_optax_is_left_out():
    examined = {claim.name.removeprefix("d/dz ") for claim in certified_optax.claims()}
    losses = {name for name, value in vars(optax.losses).items() if inspect.isfunction(value)}
    assert losses == examined | set(certified_optax.NOT_EXAMINED)


def test_nothing_is_left_out_of_the_nine_pairs():
    names = {(claim.name, claim.says) for claim in certified.claims()}
    for cost, layer, size in itertools.product(jaxce.COSTS, certified.layers(), (2, 3)):
        for says in ("y", *(f"label {t}" for t in range(size))):
            for what in ("", "d/dz "):
                assert (f"{what}{cost} + {layer.name}", f"K = {size}, {says}") in names


@pytest.mark.parametrize(("cost", "output"), [("cross_entropy", jaxce.sigmoid), ("log_likelihood", jaxce.softmax)])
def test_the_program_of_a_network_does_not_depend_on_its_sizes(cost, output):
    small, large = (certified_networks.primitive_names(sizes, cost, output) for sizes in ((2, 3, 2), (784, 30, 10)))
    assert small == large
    assert "dot_general" in small


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if "d/dz" in c.name and "K = 2, y" in c.says], ids=lambda c: c.name
)
def test_a_gradient_is_not_certified_to_be_anything_else(claim):
    wrong = certified.Claim(claim.name, "twice that", claim.program, 2 * claim.formula, claim.arguments, claim.assuming)
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


@pytest.mark.parametrize("label", own_function.EQUATIONS)
def test_the_equations_that_a_function_can_be_held_against(label):
    functions = {
        "54": lambda a, y: jnp.sum((a - y) ** 2) / 2,
        "63": lambda a, y: -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log1p(-a)),
        "66": functools.partial(jaxce.cross_entropy, jaxce.sigmoid),
        "68": functools.partial(jaxce.quadratic, jaxce.linear),
        "75": lambda a, y: -jnp.sum(y * jnp.log(a) + (1 - y) * jnp.log1p(-a)),
        "78": jax.nn.softmax,
        "80": good,
        "84": good,
    }
    z, y = certified.symbols("z", 2), certified.symbols("y", 2)
    claim = own_function.EQUATIONS[label](functions[label], "mine", z, y)
    assert claim.certify()


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
