"""Rules for the elementwise primitives: arithmetic, functions, rounding, conversions, and what changes no value."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from derivations.algebra import extended_reals as real
from derivations.algebra import gamma_functions, rounding
from derivations.algebra import special_functions as special
from derivations.algebra.cases import Case
from derivations.certificate.application import Rule, elementwise, run_by_jax
from derivations.certificate.arrays import Array, Truth, array, constant, map_elements
from derivations.certificate.comparisons import as_number


def at(function: Callable, *last: sp.Expr) -> Rule:
    """A rule that applies a function of the case, an element and further fixed arguments to each element."""
    return elementwise(lambda case, x: function(case, x, *last))


def root(exponent: sp.Rational) -> Rule:
    """A rule for x^(1/2) or x^(-1/2), which is nan at -oo, where `pow` has the value oo or 0."""
    return elementwise(lambda case, x: sp.nan if x is sp.S.NegativeInfinity else real.power(case, x, exponent))


def integer_pow(interpreter, x, *, y):
    """x^y for an integer y."""
    return at(real.power, sp.Integer(y))(interpreter, x)


def cbrt(case: Case, x: sp.Expr) -> sp.Expr:
    """The real cube root."""
    return real.multiply(case, real.sign_of(case, x), real.power(case, real.absolute(case, x), sp.Rational(1, 3)))


def logistic(case: Case, x: sp.Expr) -> sp.Expr:
    """1 / (1 + e^-x)."""
    return real.divide(case, sp.S.One, real.add(case, sp.S.One, real.exponential(case, -x)))


def _digamma(case: Case, x: sp.Expr) -> sp.Expr:
    """The derivative of ln Gamma; at its pole 0, nan or -oo, as in the installed version of JAX."""
    if real.sign_of(case, x) == 0:
        return constant(jax.lax.digamma(jnp.zeros(())))[()]
    return gamma_functions.digamma(case, x)


def _polygamma(case: Case, order: sp.Expr, x: sp.Expr) -> sp.Expr:
    """Digamma and its derivatives; at 0, digamma is as in JAX."""
    return _digamma(case, x) if order == 0 else gamma_functions.polygamma(case, order, x)


def finiteness(case: Case, x: sp.Expr) -> sp.Basic:
    """Whether x is a real number."""
    if x is real.UNKNOWN:
        raise real.SignOfZeroError("whether a value is finite depends on the sign of a zero")
    return sp.S(real.is_finite(x))


def clamp(case: Case, low: sp.Expr, x: sp.Expr, high: sp.Expr) -> sp.Expr:
    """min(max(x, low), high)."""
    return real.minimum(case, real.maximum(case, x, low), high)


def convert(interpreter, x, *, new_dtype):
    """Elements converted to another type: no change from one real type to another; truncation to an integer type."""
    case = interpreter.case
    if jnp.issubdtype(new_dtype, jnp.bool_):
        return map_elements(functools.partial(_is_not_zero, case), x)
    numbers = map_elements(functools.partial(as_number, case), x)
    if jnp.issubdtype(new_dtype, jnp.floating):
        return _rounded(interpreter, numbers, jnp.finfo(new_dtype).nmant)
    return map_elements(functools.partial(_as_integer, case, jnp.iinfo(new_dtype)), numbers)


def _is_not_zero(case: Case, x: sp.Basic) -> sp.Basic:
    if isinstance(x, Truth):
        return x
    return sp.true if x is sp.nan else sp.Ne(real.sign_of(case, x), 0)


def _as_integer(case: Case, range_: jnp.iinfo, x: sp.Expr) -> sp.Integer:
    whole = rounding.truncate(case, x)
    if not whole.is_number:
        raise NotImplementedError(f"{x} as an integer would need infinitely many cases; assume bounds for it")
    if not (whole.is_Integer and range_.min <= whole <= range_.max):
        raise NotImplementedError(f"{x} is outside the range of {range_.dtype}: its conversion depends on the machine")
    return whole


def reduce_precision(interpreter, x, *, exponent_bits, mantissa_bits):
    """The operand: exact arithmetic does not round, and the certificate says so."""
    return _rounded(interpreter, x, mantissa_bits)


def _rounded(interpreter, x: Array, bits: int) -> Array:
    if bits < jnp.finfo(jnp.float32).nmant and any(not value.is_Integer for value in x.ravel()):
        interpreter.reading.notes[f"rounding to {bits} bits"] = "exact: no rounding is seen here"
    return x


def round_(interpreter, x, *, rounding_method):
    """The nearest integer; of two that are equally near, the even one or the one farther from 0, by the method."""
    to_even = rounding_method == jax.lax.RoundingMethod.TO_NEAREST_EVEN
    return at(rounding.to_nearest_even if to_even else rounding.to_nearest_away)(interpreter, x)


def polynomial(case: Case, x: sp.Expr, *coefficients: sp.Expr) -> sp.Expr:
    """c_0 + x (c_1 + x (c_2 + ...)), as the program nests it."""
    *lower, value = coefficients
    for c in reversed(lower):
        value = real.add(case, c, real.multiply(case, x, value))
    return value


def same(interpreter, x, *, eqn):
    """The operand, whatever the parameters: a copy, a name, or `stop_gradient`."""
    return x


def same_all(interpreter, *operands, eqn):
    """The operands, whatever the parameters: a fusion barrier, or a device on which to put them."""
    return list(operands)


def platform_index(interpreter, *, eqn):
    """The index of the program for the processor on which JAX runs here."""
    (index,) = run_by_jax(interpreter, eqn, [])
    interpreter.reading.notes["platform_index"] = f"{index[()]}, the program for {jax.default_backend()}"
    return index


def empty(interpreter, *, dtype, shape=()):
    """Uninitialised elements, of which only the type is known."""
    whole = jnp.issubdtype(dtype, jnp.integer)
    elements = [sp.Dummy("unset", integer=True) if whole else sp.Dummy("unset", real=True) for _ in np.ndindex(*shape)]
    return array(elements, tuple(shape))


ELEMENTWISE: dict[str, Rule] = {
    "add": elementwise(real.add),
    "add_any": elementwise(real.add),
    "sub": elementwise(real.subtract),
    "mul": elementwise(real.multiply),
    "div": elementwise(real.divide),
    "rem": elementwise(rounding.remainder),
    "neg": elementwise(real.negative),
    "sign": elementwise(real.sign_of),
    "abs": elementwise(real.absolute),
    "max": elementwise(real.maximum),
    "min": elementwise(real.minimum),
    "pow": elementwise(real.power),
    "integer_pow": integer_pow,
    "one_minus_square": elementwise(lambda case, x: real.subtract(case, sp.S.One, real.power(case, x, sp.Integer(2)))),
    "polynomial": elementwise(polynomial),
    "square": at(real.power, sp.Integer(2)),
    "sqrt": root(sp.Rational(1, 2)),
    "rsqrt": root(sp.Rational(-1, 2)),
    "cbrt": elementwise(cbrt),
    "exp2": elementwise(real.continuous(lambda x: sp.exp(x * sp.log(2)))),
    "expm1": elementwise(real.continuous(lambda x: sp.exp(x) - 1)),
    "log": elementwise(real.logarithm),
    "log1p": elementwise(lambda case, x: real.logarithm(case, real.add(case, sp.S.One, x))),
    "logistic": elementwise(logistic),
    **{
        name: elementwise(function)
        for name, function in {
            "sin": special.sine,
            "cos": special.cosine,
            "tan": special.tangent,
            "asin": special.arcsine,
            "acos": special.arccosine,
            "atan": special.arctangent,
            "atan2": special.arctangent_of_quotient,
            "sinh": special.hyperbolic_sine,
            "cosh": special.hyperbolic_cosine,
            "tanh": special.hyperbolic_tangent,
            "asinh": special.inverse_hyperbolic_sine,
            "acosh": special.inverse_hyperbolic_cosine,
            "atanh": special.inverse_hyperbolic_tangent,
            "erf": special.error_function,
            "erfc": special.complementary_error_function,
            "erf_inv": special.inverse_error_function,
            "lgamma": gamma_functions.logarithm_of_gamma,
            "digamma": _digamma,
            "polygamma": _polygamma,
            "zeta": gamma_functions.hurwitz_zeta,
            "igamma": gamma_functions.lower_incomplete_gamma,
            "igammac": gamma_functions.upper_incomplete_gamma,
            "regularized_incomplete_beta": gamma_functions.incomplete_beta,
            "bessel_i0e": gamma_functions.scaled_bessel_0,
            "bessel_i1e": gamma_functions.scaled_bessel_1,
            "floor": rounding.floor,
            "ceil": rounding.ceiling,
        }.items()
    },
    "round": round_,
    "is_finite": lambda interpreter, x: map_elements(functools.partial(finiteness, interpreter.case), x),
    "clamp": elementwise(clamp),
    "convert_element_type": convert,
    "reduce_precision": reduce_precision,
    "stop_gradient": same,
    "copy": same,
    "copy_p": same,
    "name": same,
    "optimization_barrier": same_all,
    "device_put": same_all,
    "platform_index": platform_index,
    "empty": empty,
    "empty2": empty,
}
