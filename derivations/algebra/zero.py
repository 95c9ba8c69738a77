"""Is an expression zero? Decided exactly, as a quotient of two integer polynomials.

Exponentials become powers of new positive symbols, logarithms of products become sums of logarithms, sums
up to a symbolic size become symbols once their summands are in lowest terms. Nothing is approximate and
nothing is guessed: False means "not shown to be zero".
"""

from collections.abc import Callable, Iterable, Mapping

from sympy import (
    Add,
    Dummy,
    Eq,
    Expr,
    Indexed,
    IndexedBase,
    Integer,
    Interval,
    KroneckerDelta,
    Mul,
    Pow,
    Set,
    Sum,
    Symbol,
    apart,
    cancel,
    exp,
    expand,
    expand_log,
    expand_mul,
    factor,
    fraction,
    log,
    solve,
    sympify,
    together,
)
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from derivations.algebra.letters import s, s_prime, unknowns

UNIT = Interval.open(0, 1)


def is_zero(expression: Expr, given: Iterable[Eq] = (), domain: Mapping[Expr, Set] | None = None) -> bool:
    """Whether the expression vanishes identically, for indices in their ranges, where the `given` hold.

    >>> from sympy.abc import z
    >>> is_zero(s(z) + s(-z) - 1), is_zero(s(z) - s(-z))
    (True, False)
    """
    expression = sympify(expression)
    put_in = _onto_the_half_line(domain or {} if expression.has(log) else {})
    expression = put_in(expression)
    expression = normal(expression.replace(_has_exponential_form, lambda part: part.rewrite(exp)))
    for equation in given:
        expression = normal(expression.subs(*map(put_in, _solved(equation))))
    return all(_vanishes(case) for case in _cases(expression))


def _has_exponential_form(part):
    return isinstance(part, s | s_prime | HyperbolicFunction)


def _solved(equation):
    """The sum or letter of which a given equation tells the value, and that value."""
    left = normal(equation.lhs)
    if isinstance(left, Sum | KroneckerDelta | Indexed | Symbol):
        return left, equation.rhs
    unknown = max(unknowns(left) - unknowns(equation.rhs), key=str)
    return unknown, solve(left - equation.rhs, unknown)[0]


def _onto_the_half_line(domain):
    """A function that puts a = t / (1 + t), t > 0, for 0 < a < 1, after which ln a and ln(1 - a) come apart."""
    odds = {letter: Dummy(positive=True) for letter, values in domain.items() if values == UNIT}

    def element(a):
        return IndexedBase(odds[a.base], positive=True)[a.indices]

    def put_in(expression):
        replacements = {a: element(a) for a in expression.atoms(Indexed) if a.base in odds} | odds
        return expression.xreplace({a: t / (1 + t) for a, t in replacements.items()})

    return put_in


def _vanishes(expression):
    expression = normal(expression)
    return expand(fraction(together(Atoms(expression).replace(expression)))[0]) == 0


def _cases(expression):
    """Two free indices are equal or they are not: each KroneckerDelta that is left is 1 or 0."""
    deltas = sorted(expression.atoms(KroneckerDelta), key=str)
    if not deltas:
        return [expression]
    first, second = deltas[0].args
    equal = expression.subs(first, second) if first.is_Symbol else expression.subs(second, first)
    return _cases(equal) + _cases(expression.xreplace({deltas[0]: Integer(0)}))


def normal(expression: Expr) -> Expr:
    """The expression with every `Sum` in a form that is the same for equal sums."""
    if isinstance(expression, Sum):
        return _normal_sum(expression)
    if not expression.args or not expression.has(Sum):
        return expression
    return expression.func(*(normal(part) for part in expression.args))


def _normal_sum(expression):
    *inner, (index, low, high) = expression.limits
    summand = normal(Sum(expression.function, *inner) if inner else expression.function)
    atoms = Atoms(summand)
    parts = [fraction(part) for part in _parts(cancel(atoms.replace(summand)), atoms, index)]
    terms = (
        _sum_term(_factors(term, atoms), _factors(factor(below), atoms), index, low, high)
        for above, below in parts
        for term in Add.make_args(expand(above))
    )
    return Add(*terms)


def _parts(quotient, atoms, index):
    """Partial fractions in the one atom of the denominator that has the index, so that equal sums come out the same."""
    denominator = fraction(quotient)[1]
    meaning = atoms.meaning()
    dependent = [symbol for symbol in denominator.free_symbols if meaning.get(symbol, symbol).has(index)]
    return Add.make_args(apart(quotient, *dependent)) if len(dependent) == 1 and denominator.is_Add else [quotient]


def _factors(product, atoms):
    meaning = atoms.meaning()
    return [part.xreplace(meaning) for part in Mul.make_args(product)]


def _sum_term(above, below, index, low, high):
    """The sum of a quotient: a delta picks out one term, constants come forward, the index is renamed."""
    for delta in above:
        if isinstance(delta, KroneckerDelta) and index in delta.args:
            other = delta.args[1] if delta.args[0] == index else delta.args[0]
            rest = Mul(*(part for part in above if part != delta))
            return normal((rest / Mul(*below)).subs(index, other))
    factors = [*above, *(1 / part for part in below)]
    outside = Mul(*(part for part in factors if not part.has(index)))
    inside = Mul(*(part for part in factors if part.has(index)))
    if inside == 1:
        return outside * (high - low + 1)
    height = 1 + max((int(part.limits[-1][0].name) for part in inside.atoms(Sum)), default=0)
    name = Symbol(str(height), integer=True, positive=True)
    return outside * Sum(inside.xreplace({index: name}), (name, low, high))


class Atoms:
    """Symbols for all that is not arithmetic: exponentials, logarithms, sums, elements, functions."""

    def __init__(self, expression):
        self.symbols = {}
        self.signs_matter = expression.has(log)

    def meaning(self):
        return {symbol: atom for atom, symbol in self.symbols.items()}

    def symbol(self, atom):
        if atom not in self.symbols:
            self.symbols[atom] = Dummy(positive=_is_positive(atom), real=True) if self.signs_matter else Dummy()
        return self.symbols[atom]

    def replace(self, part):
        if isinstance(part, exp):
            return Mul(*map(self.power_of_e, Add.make_args(expand_mul(part.args[0]))))
        if isinstance(part, log):
            plain = part.replace(Pow, lambda base, power: factor(together(base)) ** power)
            return Add(*map(self.multiple_of_logarithm, Add.make_args(expand_log(plain))))
        if isinstance(part, Add | Mul):
            return part.func(*map(self.replace, part.args))
        if isinstance(part, Pow) and part.exp.is_Integer:
            return self.replace(part.base) ** part.exp
        return part if part.is_Rational else self.symbol(part)

    def power_of_e(self, term):
        count, unit = term.as_coeff_Mul()
        return self.symbol(exp(unit)) ** count if count.is_Integer else self.symbol(exp(term))

    def multiple_of_logarithm(self, term):
        if isinstance(term, Mul):
            return Mul(*map(self.multiple_of_logarithm, term.args))
        if not isinstance(term, log):
            return self.replace(term)
        factors = expand_log(log(factor(together(self.replace(term.args[0])))))
        meaning = self.meaning()
        logarithms = {part: part.xreplace(meaning) for part in factors.atoms(log)}
        return factors.xreplace(
            {
                part: self.symbol(true) if isinstance(true, log) else self.replace(true)
                for part, true in logarithms.items()
            }
        )


def lowest_terms(expression: Expr, form: Callable[[Expr], Expr] = cancel) -> Expr:
    """The expression as a quotient in lowest terms, or, with `factor` for the form, as a product of factors."""
    expression = normal(expression.replace(_has_exponential_form, lambda part: part.rewrite(exp)))
    atoms = Atoms(expression)
    return form(atoms.replace(expression)).xreplace(atoms.meaning())


def has_sign(expression: Expr, sign: str, domain: Mapping[Expr, Set] | None = None) -> bool:
    """Whether an expression is "positive", "negative" or "nonzero" by the signs of its letters alone."""
    expression = normal(_onto_the_half_line(domain or {})(expression).rewrite(exp))
    positive, negative = _is_positive(expression), _is_positive(-expression)
    return {"positive": positive, "negative": negative, "nonzero": positive or negative}[sign] is True


def _is_positive(expression):
    """True or None: what SymPy knows, that sums of positive terms are positive, and so is ln x for x > 1."""
    if isinstance(expression, Sum):
        return _is_positive(expression.function)
    if isinstance(expression, log):
        return _is_positive(expression.args[0] - 1)
    if isinstance(-expression, log):
        return _is_positive(1 / (-expression).args[0] - 1)
    sums = {part: Dummy(positive=_is_positive(part)) for part in expression.atoms(Sum)}
    return factor(together(expression.xreplace(sums))).is_positive or None
