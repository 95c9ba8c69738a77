"""Runs of a program in floating point, which show whether it differs from the formula by more than rounding."""

import functools
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun

from derivations.algebra import extended_reals as real
from derivations.algebra.digits import NotRealError, UnknownDigitsError, float_of
from derivations.algebra.formulas import Truth
from derivations.algebra.points import Point
from derivations.certificate.program import Program

# The tolerated relative error: larger for a program that is not of double precision throughout (False).
SLACK = {True: 2.0**-40, False: 2.0**-18}


class Trials:
    """A program's runs at points: in float64 and, since a result may depend on the type, in the certified type."""

    def __init__(self, program: Program):
        """Keep the program, which is compiled only at the first run."""
        self.program = program

    def disagrees(self, point: Point, component: int, computed: sp.Expr, wanted: sp.Expr) -> float | None:
        """The program's value at the point if, as far as rounding shows, it is `computed` and not `wanted`; else None.

        If `computed` depends on the sign of a zero, only the run's value counts.
        """
        exact, formula = as_float(computed), as_float(wanted)
        if formula is None:
            return None
        for run, slack in self._runs():
            value = run(point)[component]
            if _disagrees(value, exact, formula, slack):
                return value
        return None

    def is_at(self, wanted: sp.Basic, component: int) -> bool:
        """Whether a component of a program without symbols has this value, which may be infinite or nan."""
        return _alike(self.as_certified({})[component], float(wanted))

    def _runs(self) -> list[tuple[Callable, float]]:
        is_double = not any(f"{kind}[" in str(self._jaxpr) for kind in ("f32", "f16", "bf16"))
        return [(self._double, SLACK[is_double]), (self.as_certified, SLACK[False])]

    @functools.cached_property
    def _jaxpr(self) -> ClosedJaxpr:
        """The program in float64 or, if it contains arrays whose type is fixed, as it was certified."""
        try:
            with jax.enable_x64(True):
                return self.program.retraced(jnp.float64)
        except (TypeError, ValueError):
            return self.program.jaxpr

    @functools.cached_property
    def _compiled(self) -> Callable:
        return jax.jit(jaxpr_as_fun(self._jaxpr))

    @functools.cached_property
    def _compiled_as_certified(self) -> Callable:
        return jax.jit(jaxpr_as_fun(self.program.jaxpr))

    def _double(self, point: Point) -> np.ndarray:
        with jax.enable_x64(True):
            return _flat(self._compiled(*_arguments(self.program, self._jaxpr, point)))

    def as_certified(self, point: Point) -> np.ndarray:
        """The components of the result at a point, computed in the certified type."""
        return _flat(self._compiled_as_certified(*_arguments(self.program, self.program.jaxpr, point)))


def _arguments(program: Program, jaxpr: ClosedJaxpr, point: Mapping[sp.Expr, sp.Expr]) -> list[jax.Array]:
    return [
        jnp.asarray(np.array([_input(e, point) for e in leaf.ravel()], aval.dtype).reshape(leaf.shape))
        for leaf, aval in zip(program.inputs, jaxpr.in_avals, strict=True)
    ]


def _input(element: sp.Basic, point: Mapping[sp.Expr, sp.Expr]) -> float | bool:
    return bool(element) if isinstance(element, Truth) else float(element.xreplace(point))


def _flat(results: list) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(result)).astype(np.float64) for result in results])


def _disagrees(value: float, exact: float | None, formula: float, slack: float) -> bool:
    """Whether the run differs from the formula, and by much more than from the exact value, if that is known."""
    if not np.isfinite(value) or not np.isfinite(formula):
        explained = exact is None or _alike(value, exact) or abs(value - exact) <= slack * abs(value)
        return not _alike(value, formula) and explained
    error = slack * (abs(value) + abs(formula)) + 1e-30
    return abs(value - formula) > error + 8 * (0.0 if exact is None else abs(value - exact))


def _alike(left: float, right: float) -> bool:
    return left == right or bool(np.isnan(left) and np.isnan(right))


def as_float(value: sp.Basic) -> float | None:
    """An exact value as a float, nan if it is not real; None if it is unknown or too large."""
    if value in (real.UNKNOWN, real.UNSIGNED):
        return None
    if isinstance(value, Truth):
        return float(bool(value))
    if value in real.SPECIAL:
        return float(value)
    try:
        number = float_of(value)
    except NotRealError:
        return float("nan")
    except UnknownDigitsError:
        return None
    return number if abs(number) < 1e300 else None
