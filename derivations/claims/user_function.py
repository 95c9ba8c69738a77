"""A function of one's own against an equation of the book: `certify --function module:name --equation 84`.

The function is of one example, z or a first and then y, arrays with one element for each output neuron; it returns the
cost or, for 78, the activations.
"""

import importlib
from collections.abc import Callable, Iterator

import jax

from derivations.claims.pairs import Claim
from derivations.claims.written_out import READINGS, sizes, written_out


def claims(path: str, label: str) -> Iterator[Claim]:
    """The claims that the function at `module:name` obeys an equation, for K = 2 and 3.

    ValueError names what cannot be found.
    """
    if label not in READINGS:
        raise ValueError(f"no certificate for equation {label!r}: choose one of {', '.join(READINGS)}")
    yield from claims_of(function(path), path.partition(":")[2], label)


def claims_of(fn: Callable, name: str, label: str) -> Iterator[Claim]:
    """The claims that a function's value or gradient is what an equation says."""
    for size in sizes(label):
        for form in written_out(label, size):
            says = f"{label}, K = {size}" + (f", y = {list(form.targets)}" if label == "80" else "")
            arguments = (form.argument,) if form.kind == "activation" else (form.argument, form.targets)
            is_gradient = form.kind == "gradient"
            program = jax.grad(fn) if is_gradient else fn
            yield Claim(f"d {name}" if is_gradient else name, says, program, form.formula, arguments, form.assuming)


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
