"""Rules for the bits of a float, of which exact arithmetic knows one: the sign bit."""

import jax.numpy as jnp
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule
from derivations.certificate.arrays import Array, concrete, map_elements


class Bits(sp.Dummy):
    """An integer with the bits of a float: negative if the float is, or neither, if its sign bit is not known."""

    @classmethod
    def of(cls, case: Case, x: sp.Expr) -> "Bits":
        """The bits of an element; a zero has no sign in exact arithmetic, and nan may have either."""
        sign = real.sign_of(case, x)
        known = {} if sign is sp.nan or sign == 0 else {"positive": bool(sign > 0), "negative": bool(sign < 0)}
        return cls("bits", integer=True, **known)


def bits(interpreter, x, *, eqn):
    """The bits of floats as signed integers of the same width; no other conversion of floats is exact."""
    old, new = eqn.invars[0].aval.dtype, eqn.params["new_dtype"]
    if (
        not (jnp.issubdtype(old, jnp.floating) and jnp.issubdtype(new, jnp.signedinteger))
        or new.itemsize != old.itemsize
    ):
        raise NotImplementedError(f"the bits of {old} as {new}: only the sign of a float is known")
    return map_elements(lambda element: Bits.of(interpreter.case, element), x)


def sign_bits(filled: sp.Integer) -> Rule:
    """A rule for a right shift that leaves only the sign bit; `filled` is the result for a negative number."""

    def shifted(interpreter, x, places, *, eqn):
        aval = eqn.invars[0].aval
        if {8 * aval.dtype.itemsize - 1} != set(concrete(places).ravel()):
            raise NotImplementedError(f"{eqn.primitive.name} of the bits of a float: only its sign is known")
        return map_elements(lambda element: _sign_bit(element) * filled, x)

    return shifted


def _sign_bit(element: sp.Basic) -> sp.Integer:
    if element.is_negative is None:
        raise real.SignOfZeroError("the sign bit of a zero or nan is read; assume that the value is not zero")
    return sp.Integer(element.is_negative)


def are_bits(operands: list[Array]) -> bool:
    """Whether some operand contains the bits of floats."""
    return any(isinstance(element, Bits) for operand in operands for element in operand.ravel())


def bits_only(name: str) -> Rule:
    """The rule for a primitive of the bits of floats; NotImplementedError if it reads more of them than the sign."""
    if name not in SHIFTS:
        raise NotImplementedError(f"{name} of the bits of a float: only its sign is known")
    return SHIFTS[name]


SHIFTS: dict[str, Rule] = {
    "shift_right_arithmetic": sign_bits(sp.S.NegativeOne),
    "shift_right_logical": sign_bits(sp.S.One),
}
BITS: dict[str, Rule] = {"bitcast_convert_type": bits}
