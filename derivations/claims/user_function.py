"""A user's function against an equation of the book: `certify --function module:name --equation 84`.

The function's arguments are z (or a) and y of one example, arrays with one element for each output neuron; it returns
the cost or, for equation 78, the activations.
"""

import importlib
from collections.abc import Callable, Iterator

import jax

from derivations.claims.claim import Claim, Kind
from derivations.claims.written_out import READINGS, Quantity, sizes, written_out


def user_claims(path: str, label: str) -> Iterator[Claim]:
    """The claims that the function `module:name` satisfies an equation, for K = 2 and 3.

    ValueError names what cannot be found.
    """
    if label not in READINGS:
        raise ValueError(f"no certificate for equation {label!r}: choose one of {', '.join(READINGS)}")
    yield from claims_of(named_function(path), path.partition(":")[2], label)


def claims_of(fn: Callable, name: str, label: str) -> Iterator[Claim]:
    """The claims that a function's value or gradient is what an equation says."""
    for size in sizes(label):
        for form in written_out(label, size):
            inputs = (form.argument,) if form.quantity is Quantity.ACTIVATION else (form.argument, form.targets)
            differentiated = form.quantity is Quantity.GRADIENT
            yield Claim(
                jax.grad(fn) if differentiated else fn,
                form.formula,
                inputs,
                form.assuming,
                kind=Kind.GRADIENT_OF_FUNCTION if differentiated else Kind.VALUE,
                function=name,
                size=size,
                equation=label,
                remark=f"y = {list(form.targets)}" if label == "80" else "",
            )


def named_function(path: str) -> Callable:
    """The function that `module:name` names.

    >>> named_function("math:tau")
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
