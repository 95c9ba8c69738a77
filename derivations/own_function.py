"""A function of one's own against an equation of the book: `certify --function module:name --equation 84`.

The function is of one example, z or a first and then y, arrays with one element for each output neuron; it returns the
cost or, for 78, the activations.
"""

import importlib
from collections.abc import Callable, Iterator

import jax

from derivations.certified import COSTS, DELTAS, Claim, sigmoid, softmax
from derivations.primitives import Array
from derivations.tracing import symbols


def _inside(a: Array) -> tuple:
    return tuple(relation for a_j in a for relation in (a_j > 0, a_j < 1))


def _value(cost: str, activation: Callable[[Array], Array] | None) -> Callable:
    def claim(fn: Callable, name: str, z: Array, y: Array) -> Claim:
        a = activation(z) if activation else z
        assuming = () if activation or cost == "quadratic" else _inside(a)
        return Claim(name, "C", fn, COSTS[cost](a, y), (z, y), assuming)

    return claim


def _gradient(pair: tuple[str, str], activation: Callable[[Array], Array]) -> Callable:
    def claim(fn: Callable, name: str, z: Array, y: Array) -> Claim:
        if pair[1] == "softmax":
            y[-1] = 1 - sum(y[:-1])
        assuming = _inside(z) if pair == ("cross_entropy", "linear") else ()
        return Claim(f"d/dz {name}", "delta", jax.grad(fn), DELTAS[pair](activation(z), y), (z, y), assuming)

    return claim


def _activation(fn: Callable, name: str, z: Array, y: Array) -> Claim:
    return Claim(name, "a", fn, softmax(z), (z,))


def _same(z: Array) -> Array:
    return z


# What each equation says of a function: of its value, f(a, y) or f(z, y), or of its gradient by the first.
EQUATIONS = {
    "54": _value("quadratic", None),
    "63": _value("cross_entropy", None),
    "66": _gradient(("cross_entropy", "sigmoid"), sigmoid),
    "68": _gradient(("quadratic", "linear"), _same),
    "75": _gradient(("cross_entropy", "linear"), _same),
    "78": _activation,
    "80": _value("log_likelihood", softmax),
    "84": _gradient(("log_likelihood", "softmax"), softmax),
}


def claims(path: str, label: str, sizes: tuple[int, ...] = (2, 3)) -> Iterator[Claim]:
    """The claim that the function at `module:name` obeys an equation, for K = 2 and 3.

    ValueError names what cannot be found.
    """
    if label not in EQUATIONS:
        raise ValueError(f"no certificate for equation {label!r}: choose one of {', '.join(EQUATIONS)}")
    fn = function(path)
    for size in sizes:
        claim = EQUATIONS[label](fn, path.partition(":")[2], symbols("z", size), symbols("y", size))
        yield Claim(claim.name, f"{label}, K = {size}", *_rest(claim))


def _rest(claim: Claim) -> tuple:
    return claim.program, claim.formula, claim.arguments, claim.assuming


def function(path: str) -> Callable:
    """The function that `module:name` names.

    >>> function("math:tau")
    Traceback (most recent call last):
    ...
    ValueError: math:tau is not a function but a float
    """
    module, colon, name = path.partition(":")
    if not colon:
        raise ValueError(f"a function is given as module:name, not {path!r}")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"cannot find the function {path}: {error}") from error
    if not callable(found):
        raise ValueError(f"{path} is not a function but a {type(found).__name__}")
    return found
