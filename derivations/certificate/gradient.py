"""Gradients certified from the formula of the cost alone, which SymPy differentiates.

JAX's own derivatives are linear in the cotangent, so that the gradient of one number says all about them; a rule that
a user writes (`custom_vjp`) need not be, and then the cotangent is a symbol too, as it is where the cost is an array.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra.jax_derivatives import derivative
from derivations.certificate.arrays import Array, array, map_elements
from derivations.certificate.certifier import certify, listed
from derivations.certificate.every_size.statement import is_about_every_size
from derivations.certificate.program import Program, symbols
from derivations.certificate.question import check_symbols, components
from derivations.certificate.verdict import Certificate, Refutation

COTANGENT = "cotangent"
# The primitive of which a user writes the backward pass; others, such as linear_call, are refused wherever they are.
OWN_RULE = "custom_vjp_call"


def certify_gradient(
    cost: Callable, formula: object, *arguments: object, argnums: int | tuple[int, ...] = 0, **options: Any
) -> Certificate | Refutation:
    """Prove that the gradient of `cost(*arguments)` is that of the formula, or find an input at which it is not.

    `formula` is an expression of the arguments' symbols, or a function of the arguments that returns one; SymPy
    differentiates it with respect to the argument or arguments `argnums`, with JAX's values at kinks
    (`derivations.algebra.jax_derivatives`). Of |u| at u = 0 the derivative may be that of u or of -u, since formulas do
    not tell |u| from |-u|; the certificate says which it is. If the cost is an array, or a part of it has a rule of its
    own (`jax.custom_vjp`), the claim is about every cotangent. The other options are those of `certify`.

    >>> from derivations import log, softmax, symbols
    >>> z, y = symbols("z", 2), symbols("y", 2)
    >>> cost = lambda z, y: -jax.numpy.sum(y * jax.nn.log_softmax(z))
    >>> bool(certify_gradient(cost, -sum(y * log(softmax(z))), z, y))
    True
    """
    asked = _Asked.of(cost, formula, arguments, argnums, options.get("literals", {}))
    about = {
        "name": "the gradient of " + (options.pop("name", "") or getattr(cost, "__qualname__", repr(cost))),
        "claim": options.pop("claim", "") or asked.claim,
    }
    verdict = certify(asked.program, asked.expected(1), *asked.arguments, **about, **options)
    if verdict or not any(formula.has(sp.Abs) for formula in asked.formulas):
        return verdict
    about["claim"] += ", the derivative of |u| at u = 0 being that of -u"
    return certify(asked.program, asked.expected(-1), *asked.arguments, **about, **options) or verdict


class _Asked(NamedTuple):
    """A gradient: its program and arguments, the cost's formulas in letters, and what the letters stand for."""

    program: Callable
    arguments: tuple
    chosen: object
    formulas: list[sp.Expr]
    meaning: dict[sp.Symbol, object]
    weights: list[sp.Expr]

    @classmethod
    def of(
        cls, cost: Callable, formula: object, arguments: tuple, argnums: int | tuple[int, ...], literals: dict
    ) -> "_Asked":
        if is_about_every_size(formula, arguments):
            raise ValueError(
                "certify_gradient is about arrays of known sizes; for every size, give the gradient's formula or an "
                "equation: certify(jax.grad(cost), '84')"
            )
        places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        if not all(-len(arguments) <= place < len(arguments) for place in places):
            raise ValueError(f"argnums = {argnums} names an argument that is not there: {len(arguments)} are given")
        letters = list(arguments)
        for place in places:
            letters[place] = jax.tree.map(_letters if callable(formula) else _own_symbols, arguments[place])
        meaning = {
            letter: element
            for place in places
            for given, named in zip(*map(jax.tree.leaves, (arguments[place], letters[place])), strict=True)
            for element, letter in zip(np.asarray(given).ravel(), named.ravel(), strict=True)
        }
        if not callable(formula):
            _check_apart(arguments, places)
        traced = Program(cost, *arguments)
        _, formulas = components(traced, formula(*letters) if callable(formula) else formula)
        known = {
            symbol for _, element in _elements((*arguments, *letters)) for symbol in sp.sympify(element).free_symbols
        }
        check_symbols([*known, *literals.values()], formulas, "the formula")
        if callable(formula):
            _check_from_arguments(formulas, arguments, places)
        outputs = traced.jaxpr.out_avals
        if not all(jnp.issubdtype(aval.dtype, jnp.floating) for aval in outputs):
            raise ValueError(f"only a cost of a floating type has a gradient, not {outputs[0].str_short()}")
        chosen = tuple(letters[place] for place in places)
        chosen = chosen[0] if isinstance(argnums, int) else chosen
        if [aval.shape for aval in outputs] == [()] and OWN_RULE not in str(traced.jaxpr):
            scalar = lambda *inputs: jax.tree.leaves(cost(*inputs))[0]  # noqa: E731
            return cls(jax.grad(scalar, argnums), arguments, chosen, formulas, meaning, [sp.S.One])
        cotangents = _cotangents(outputs, {symbol.name for symbol in known})
        weights = [element for leaf in cotangents for element in leaf.ravel()]
        program = _pullback(cost, argnums, traced.structure)
        return cls(program, (*arguments, cotangents), chosen, formulas, meaning, weights)

    @property
    def claim(self) -> str:
        """The claim in words."""
        shown = [sp.sympify(formula).xreplace(self._back) for formula in self.formulas]
        return f"that of {listed(shown)}" + (", for every cotangent" if self.weights != [1] else "")

    @property
    def _back(self) -> dict[sp.Symbol, sp.Expr]:
        return {letter: sp.sympify(element) for letter, element in self.meaning.items() if letter != element}

    def expected(self, orientation: int) -> object:
        """The formula of the gradient, for one of the two derivatives that |u| may have at 0."""
        total = [weight * formula for weight, formula in zip(self.weights, self.formulas, strict=True)]

        def element(letter: sp.Symbol) -> sp.Expr:
            return sp.Add(*(derivative(term, letter, orientation) for term in total)).xreplace(self._back)

        return jax.tree.map(lambda leaf: map_elements(element, leaf), self.chosen)


def _pullback(cost: Callable, argnums: int | tuple[int, ...], structure: Any) -> Callable:
    """The gradient as a function of the arguments and of the cotangents, a list with one for each result."""

    def pulled(*inputs: Any) -> Any:
        *given, cotangents = inputs
        _, of_all = jax.vjp(lambda *varied: cost(*_with(given, argnums, varied)), *_at(given, argnums))
        found = of_all(jax.tree.unflatten(structure, cotangents))
        return found[0] if isinstance(argnums, int) else found

    return pulled


def _at(inputs: list, argnums: int | tuple[int, ...]) -> tuple:
    return tuple(inputs[place] for place in ((argnums,) if isinstance(argnums, int) else argnums))


def _with(inputs: list, argnums: int | tuple[int, ...], varied: tuple) -> list:
    inputs = list(inputs)
    for place, value in zip((argnums,) if isinstance(argnums, int) else argnums, varied, strict=True):
        inputs[place] = value
    return inputs


def _cotangents(outputs: Any, taken: set[str]) -> list[Array]:
    """A symbol for each component of the result, of the type of its array, and of a name that is not taken."""
    base = COTANGENT
    while any(name.startswith(base) for name in taken):
        base += "_"
    names = (base if len(outputs) == 1 else f"{base}{number}_" for number in range(1, len(outputs) + 1))
    return [symbols(name, *aval.shape, dtype=aval.dtype) for name, aval in zip(names, outputs, strict=True)]


def _letters(leaf: object) -> Array:
    """A letter for each element, with its assumptions if it is a symbol."""

    def letter(element: Any) -> sp.Symbol:
        is_symbol = isinstance(element, sp.Symbol) and element.is_real is not None
        return sp.Dummy(element.name, **element.assumptions0) if is_symbol else sp.Dummy("x", real=True)

    return map_elements(letter, np.asarray(leaf, dtype=object))


def _own_symbols(leaf: object) -> Array:
    elements = array(leaf)
    if others := [element for element in elements.ravel() if not isinstance(element, sp.Symbol)]:
        raise ValueError(
            f"a formula is differentiated by symbols, not by {others[0]}: give a function of the arguments as formula"
        )
    return elements


def _check_apart(arguments: tuple, places: tuple[int, ...]) -> None:
    """Refuse a symbol that stands in two places, since the formula does not tell them apart."""
    chosen = {place % len(arguments) for place in places}
    found: dict[sp.Symbol, int] = {}
    for place, element in _elements(arguments):
        for symbol in sp.sympify(element).free_symbols:
            found[symbol] = found.get(symbol, 0) + 1
            if found[symbol] > 1 and (place in chosen or symbol in _symbols_at(arguments, chosen)):
                raise ValueError(f"{symbol} stands in two places: give a function of the arguments as formula")


def _check_from_arguments(formulas: list[sp.Expr], arguments: tuple, places: tuple[int, ...]) -> None:
    """Refuse symbols of the arguments that a function has from elsewhere: it would not be differentiated by them."""
    chosen = {place % len(arguments) for place in places}
    others = _symbols_at(arguments, set(range(len(arguments))) - chosen)
    used = {symbol for formula in formulas for symbol in sp.sympify(formula).free_symbols}
    if foreign := (_symbols_at(arguments, chosen) - others) & used:
        raise ValueError(f"the formula has {min(foreign, key=str)} from elsewhere than from its argument")


def _symbols_at(arguments: tuple, places: set[int]) -> set[sp.Symbol]:
    return {
        symbol
        for place, element in _elements(arguments)
        if place in places
        for symbol in sp.sympify(element).free_symbols
    }


def _elements(arguments: tuple) -> Iterator[tuple[int, object]]:
    """The symbolic elements of the arguments, each with the place of its argument."""
    for place, argument in enumerate(arguments):
        for leaf in jax.tree.leaves(argument):
            values = np.asarray(leaf)
            yield from ((place, element) for element in values.ravel() if values.dtype == object)
