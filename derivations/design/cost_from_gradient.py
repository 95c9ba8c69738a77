"""From the gradient that one would like to the cost that has it, as in equations 71 to 77 (exercise 14)."""

from collections.abc import Iterable, Sequence

from sympy import (
    Add,
    Dummy,
    Eq,
    Expr,
    Indexed,
    Integral,
    Piecewise,
    Rational,
    S,
    Sum,
    Symbol,
    apart,
    atan,
    cos,
    diff,
    exp,
    expand,
    floor,
    integrate,
    log,
    sin,
    solve,
    sympify,
    tan,
)
from sympy.polys.polyerrors import BasePolynomialError

from derivations.algebra.assumptions import known_sign
from derivations.algebra.generators import Generators
from derivations.algebra.letters import K, as_exponentials, i, k, letters, m, unknowns
from derivations.algebra.sums import lowest_terms
from derivations.algebra.zero import is_zero
from derivations.design.integrability import check_gradient
from derivations.design.pieces import pieces
from derivations.proof.notation import unfold


def cost_from_gradient(
    delta: Expr | Sequence[Expr],
    z: Expr | Sequence[Expr],
    y: Expr | Sequence[Expr],
    *,
    activation: Eq | None = None,
    parameters: Sequence[Symbol] = (),
) -> Expr:
    """The cost C with dC/dz = delta, up to a constant.

    `delta` is an expression, or a sequence with one expression for each z, or, for any number K of outputs, one
    expression in elements such as z[j], y[j] and sums over them. All its symbols must be among z, y and `parameters`.
    With `activation`, an equation such as Eq(a, s(z)), delta may contain a, and the cost is returned in terms of a.

    Raises `NotAGradient`, with the reason, if there is no such cost; ValueError for undeclared symbols, a delta whose
    length differs from that of z, or an integral that SymPy cannot find. delta may be in pieces, as `pieces` has them.

    >>> from sympy import Eq, sign, symbols
    >>> from derivations.algebra.letters import s
    >>> z, y, a = symbols("z y a", real=True)
    >>> cost_from_gradient(z - y, z, y)
    -y*z + z**2/2
    >>> cost_from_gradient(s(z) - y, z, y)
    -y*z + log(exp(z) + 1)
    >>> cost_from_gradient(a - y, z, y, activation=Eq(a, s(z)))
    -y*log(a) - (1 - y)*log(1 - a)
    >>> cost_from_gradient(sign(z - y), z, y)
    Piecewise((y - z, y >= z), (-y + z, True))
    >>> cost_from_gradient([-y, z], [z, y], [])
    Traceback (most recent call last):
    derivations.design.integrability.NotAGradient: no cost has this gradient: ... multiplied by y**(-2) it is one
    """
    field, variables = _sequence(delta), _sequence(z)
    if len(field) != len(variables):
        raise ValueError(f"delta has {len(field)} components and z has {len(variables)}; give one component for each z")
    declared = [*variables, *_sequence(y), *parameters, *([] if activation is None else [activation.lhs])]
    _check_symbols(field, declared)
    plain = [letter for letter in set().union(*map(unknowns, declared)) if not letter.is_real]
    if any(isinstance(letter, Indexed) for letter in plain):
        raise ValueError(f"{plain} are not known to be real; make them with IndexedBase(name, real=True)")
    real = {letter: Symbol(letter.name, real=True) for letter in plain}
    field, variables = [[part.xreplace(real) for part in parts] for parts in (field, variables)]
    try:
        if isinstance(z, Indexed):
            cost = _for_every_size(field[0], variables[0])
        elif activation is not None:
            cost = _in_the_activation(field[0], variables[0], activation.xreplace(real))
        else:
            cost = _along_the_axes(field, variables)
    except SYMPY_FAILS as error:
        raise ValueError(f"SymPy fails to integrate {delta}: {type(error).__name__}: {error}") from error
    return cost.xreplace({symbol: letter for letter, symbol in real.items()})


# What SymPy raises where an integral, or the solution of an equation, is beyond it.
SYMPY_FAILS = AttributeError, BasePolynomialError, KeyError, NotImplementedError, RecursionError, TypeError


def _along_the_axes(delta, z):
    """Integrate with respect to z_1; the rest of the other components depends only on z_2, z_3, ...; and so on."""
    check_gradient(delta, z)
    cost = sympify(0)
    for component, variable in zip(delta, z, strict=True):
        rest = lowest_terms(component - diff(cost, variable)) if cost.has(variable) else component
        cost += _in_pieces(rest, variable)
    return _checked(cost, delta, z)


def _in_pieces(f, z):
    """An integral of f that has no jumps where f changes its form; it is 0 at the first of these places."""
    places, forms = pieces(f, z)
    integrals = [antiderivative(form, z) for form in forms]
    if not places:
        return integrals[0]
    parts = [integrals[0] - integrals[0].subs(z, places[0])]
    for place, integral in zip(places, integrals[1:], strict=True):
        parts.append(integral - integral.subs(z, place) + parts[-1].subs(z, place))
    ends = [z <= place for place in places]
    return Piecewise(*zip(map(expand, parts), [*ends, True], strict=True))


def _in_the_activation(delta, z, activation):
    """dC/da = (dC/dz) / f'(z) with a = f(z), as in equation 75, integrated with respect to a, as in equation 76."""
    a, f = activation.lhs, activation.rhs.rewrite(exp)
    inverse = _inverse(f, z, a)
    slope = lowest_terms(diff(f, z).subs(z, inverse))
    cost = antiderivative(lowest_terms(delta.subs(z, inverse) / slope), a, f)
    _checked(cost.subs(a, f), [delta.subs(a, f)], [z])
    return cost


def _inverse(f, z, a):
    """The z with f(z) = a: of SymPy's solutions, the one that maps f(3/7) back to 3/7."""
    number = Rational(3, 7)
    parameters = f.free_symbols - {z}
    example = {letter: -Rational(7, 5) if letter.is_negative else Rational(7, 5) for letter in parameters}
    for solution in solve(Eq(f, a), z):
        back = solution.subs(a, f.subs(z, number)).subs(example).evalf()
        if back.is_number and abs(back - number) < 1e-9:
            return solution
    raise ValueError(
        f"SymPy finds no inverse of {a} = {f}; leave `activation` out to get the cost as a function of {z}"
    )


def _for_every_size(delta, z):
    """A symbolic number of outputs: integrate with respect to one z_j, with the rest of each sum held fixed.

    Terms of the integral that still contain j occur once for each output; the others are common to all outputs.
    """
    index, sums = z.indices[0], [part for part in delta.atoms(Sum) if part.has(z.base)]
    size = sums[0].limits[0][2] if sums else K
    if any(part.limits[0][1] != 1 or part.limits[0][2] != size or len(part.limits) > 1 for part in sums):
        raise ValueError(
            f"{delta} has sums that are not over 1, ..., {size}; write them so, or give a number of outputs"
        )
    rotation = diff(delta, z.base[i]) - diff(delta.xreplace({index: i}), z)
    if not is_zero(rotation):
        three = [Symbol(f"{z.base}_{place}", real=True) for place in (1, 2, 3)]
        named = {z.base[place]: symbol for place, symbol in zip((1, 2, 3), three, strict=True)}
        check_gradient([unfold(delta, {}, {size: 3, index: place}).xreplace(named) for place in (1, 2, 3)], three)
    rests = {part: Dummy(nonnegative=known_sign(part) == 1 or None, real=True) for part in sums}
    alone = {part: rest + part.function.subs(part.variables[0], index) for part, rest in rests.items()}
    whole = {rest: part - part.function.subs(part.variables[0], index) for part, rest in rests.items()}
    cost = antiderivative(delta.xreplace(alone), z).subs(whole)
    terms = [term for term in Add.make_args(expand(_simple_logarithms(cost, z))) if term.has(z.base)]
    own = Add(*(term for term in terms if index in term.free_symbols))
    common = (Add(*terms) - own).replace(Sum, lambda summand, limits: _over(k, summand, *limits))
    return _checked(common + _over(m, own, index, 1, size), [delta], [z])


def _over(name, summand, index, low, high):
    return Sum(summand.xreplace({index: name}), (name, low, high)) if summand != 0 else summand


def antiderivative(f: Expr, z: Expr, values: Expr | None = None) -> Expr:
    """An integral of f with respect to z that is real where f is.

    A rational function of u = e^(cz) is integrated with respect to u; anything else is given to SymPy as it stands.
    If z is itself an activation, `values` is the expression whose values it takes: they decide whether the integral
    contains ln(a - 1), for a > 1, or ln(1 - a), for a < 1.
    """
    integral = Add(*(_integral(term, z) for term in Add.make_args(as_exponentials(f))))
    if integral.has(Integral):
        raise ValueError(f"SymPy finds no closed form of the integral of {f} with respect to {z}")
    return _simple_logarithms(_continuous(integral, z), z, values)


def _continuous(integral, z):
    """The integral with a continuous angle for each atan(c tan(t) + d), which jumps, and without floors that mend it.

    For c > d^2 / 4, t + atan(((c - 1) sin 2t + d (1 + cos 2t)) / (1 + c + (1 - c) cos 2t + d sin 2t)) is continuous; it
    differs from atan(c tan(t) + d) by multiples of pi.
    """

    def angle(argument):
        if not argument.has(tan):
            return atan(argument)
        d, scaled = argument.as_independent(tan, as_Add=True)
        c, tangent = scaled.as_independent(tan, as_Add=False)
        if not isinstance(tangent, tan) or known_sign(c - d**2 / 4) != 1:
            raise ValueError(f"SymPy's integral contains atan({argument}), which jumps where the tangent has poles")
        sine, cosine = sin(2 * tangent.args[0]), cos(2 * tangent.args[0])
        rest = ((c - 1) * sine + d * (1 + cosine)) / (1 + c + (1 - c) * cosine + d * sine)
        return tangent.args[0] + atan(rest)

    return integral.replace(floor, lambda part: S.Zero if part.has(z) else floor(part)).replace(atan, angle)


def _integral(f, z):
    generators = Generators()
    plain = generators.quotient(f)
    dependent = {symbol: atom for symbol, atom in generators.meaning.items() if atom.has(z)}
    if len(dependent) == 1 and plain.is_rational_function(*dependent):
        ((u, exponential),) = dependent.items()
        rate = diff(exponential, z) / exponential
        if isinstance(exponential, exp) and not rate.has(z):
            return integrate(apart(plain / (rate * u), u), u).subs(u, exponential).xreplace(generators.meaning)
    return integrate(apart(f, z) if f.is_rational_function(z) else f, z)


def _simple_logarithms(expression, z, values=None):
    """The arguments of logarithms in lowest terms and positive: a factor -1 only adds a constant of integration."""

    def simple(argument):
        argument = lowest_terms(argument)
        sign = known_sign(as_exponentials(argument if values is None else argument.subs(z, values)))
        return log(sign * argument) if sign else log(argument**2) / 2

    return expression.replace(log, simple)


def _checked(cost, delta, z):
    """The cost itself, if its derivatives are delta; ValueError if that is not shown."""
    for component, variable in zip(delta, z, strict=True):
        _, differences = pieces(diff(cost, variable) - component, variable)
        if not all(map(is_zero, differences)):
            raise ValueError(f"the integral {cost} is not shown to differentiate back to {component}")
    return cost


def _check_symbols(delta, declared):
    known = set().union(*(letters(sympify(letter)) for letter in declared))
    unknown = sorted({str(letter) for part in _sequence(delta) for letter in letters(part) - known})
    if unknown:
        raise ValueError(f"delta contains {', '.join(unknown)}, not among {known}; name such symbols in `parameters`")


def _sequence(value):
    return [sympify(part) for part in value] if isinstance(value, Iterable) else [sympify(value)]
