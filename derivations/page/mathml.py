"""Expressions as MathML Core, the part of MathML that browsers draw.

SymPy's own presentation printer writes elements that are not in MathML Core (`mfenced`), and does not know the book's
notation: layers as superscripts, the partial derivative of one named quantity with respect to another, the sigmoid.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from sympy import (
    Basic,
    Eq,
    Expr,
    Function,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
)
from sympy.printing.printer import Printer

from derivations.proof.notation import Partial, Unspecified
from derivations.proof.printing import InBookOrder

# Every element that the printer writes; all of them are in MathML Core.
ELEMENTS = {"math", "mfrac", "mi", "mn", "mo", "mover", "mrow", "msqrt", "msub", "msubsup", "msup", "mtable", "mtd"}
ELEMENTS |= {"mtext", "mtr", "munder", "munderover"}

TIMES, APPLIED = "\N{INVISIBLE TIMES}", "\N{FUNCTION APPLICATION}"
ACCENTS = {"v̄": ("v", "¯"), "ŷ": ("y", "^")}
FUNCTION_NAMES = {"log": "ln", "s": "σ", "s_prime": "σ′"}
RELATION_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def mathml(*parts: Basic | str, block: bool = False) -> str:
    """Expressions and words side by side as one formula, on a line of its own if `block`.

    >>> from sympy import Symbol
    >>> mathml(Symbol("a"), " = ", 1 / Symbol("K"))
    '<math><mi>a</mi><mo>=</mo><mfrac><mn>1</mn><mi>K</mi></mfrac></math>'
    """
    printer = _MathML()
    row = "".join(_words(part) if isinstance(part, str) else _unwrapped(printer.doprint(part)) for part in parts)
    return f'<math display="block">{row}</math>' if block else f"<math>{row}</math>"


def _words(words: str) -> str:
    stripped = words.strip()
    if stripped in {"=", "≠", "∈", "→", ","}:
        return _operator(stripped)
    return f"<mtext>{escape(words, quote=False)}</mtext>" if stripped else ""


def _element(name: str, *content: str) -> str:
    return f"<{name}>{''.join(content)}</{name}>"


def _row(*content: str) -> str:
    """Several elements as one; a single one is left as it is."""
    joined = "".join(content)
    return joined if _is_single(joined) else _element("mrow", joined)


def _is_single(text: str) -> bool:
    """Whether a text is one element."""
    depth = 0
    for found in re.finditer(r"<(/?)\w+[^>]*>", text):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.end() == len(text)
    return False


def _unwrapped(text: str) -> str:
    """The content of a row, which needs no row where several elements may stand."""
    return text[6:-7] if text.startswith("<mrow>") and _is_single(text) else text


def _identifier(name: str) -> str:
    return _element("mi", escape(name))


def _operator(sign: str) -> str:
    return _element("mo", escape(sign))


def _parenthesized(content: str, left: str = "(", right: str = ")") -> str:
    """The content in brackets, which grow only around what is tall: browsers make them too large around indices."""
    sign = _operator if re.search("mfrac|munder|mtable", content) else _low_operator
    return _row(sign(left), _unwrapped(content), sign(right))


def _low_operator(sign: str) -> str:
    return f'<mo stretchy="false">{escape(sign)}</mo>'


def _separated(parts: Iterable[str], sign: str = ",") -> str:
    return _operator(sign).join(parts)


class _MathML(InBookOrder, Printer):
    """One method for each kind of expression; each returns exactly one element."""

    printmethod = "_mathml"
    _default_settings = {"order": None}

    def emptyPrinter(self, expression):
        raise NotImplementedError(f"no MathML for {type(expression).__name__}: {expression}")

    # Letters and numbers

    def _print_Symbol(self, symbol):
        name, _, index = symbol.name.partition("_")
        name, _, layer = name.partition("^")
        if "/" in name:
            return _element("mfrac", *(_row(*map(_identifier, part)) for part in name.split("/")))
        if name in ACCENTS:
            letter, accent = ACCENTS[name]
            return _element("mover", _identifier(letter), _operator(accent))
        letter = _operator(name) if name in "+-" else _identifier(name)
        if layer and index:
            return _element("msubsup", letter, _short(index), _short(layer))
        if layer or index:
            return _element("msup" if layer else "msub", letter, _short(layer or index))
        return letter

    _print_Dummy = _print_Symbol

    def _print_Indexed(self, element):
        indices = _row(*(self._print(index) for index in element.indices))
        letter, _, layer = str(element.base.label).partition("^")
        if layer:
            return _element("msubsup", _identifier(letter), indices, _short(layer))
        return _element("msub", self._print(Symbol(letter)), indices)

    def _print_IndexedBase(self, letter):
        return self._print(Symbol(str(letter.label)))

    def _print_Integer(self, number):
        return _element("mn", str(number)) if number >= 0 else _row(_operator("−"), _element("mn", str(-number)))

    def _print_Rational(self, number):
        fraction = _element("mfrac", _element("mn", str(abs(number.p))), _element("mn", str(number.q)))
        return fraction if number >= 0 else _row(_operator("−"), fraction)

    def _print_Float(self, number):
        text = f"{float(abs(number)):.15g}"
        return _element("mn", text) if number >= 0 else _row(_operator("−"), _element("mn", text))

    def _print_Infinity(self, _):
        return _identifier("∞")

    def _print_NegativeInfinity(self, _):
        return _row(_operator("−"), _identifier("∞"))

    def _print_Exp1(self, _):
        return _identifier("e")

    def _print_Pi(self, _):
        return _identifier("π")

    # Sums and products

    def _print_Add(self, total):
        terms = self._as_ordered_terms(total)
        parts = [self._term(terms[0])]
        for term in terms[1:]:
            is_negative = term.could_extract_minus_sign()
            parts += [_operator("−" if is_negative else "+"), self._term(-term if is_negative else term)]
        return _row(*map(_unwrapped, parts))

    def _term(self, term):
        return _parenthesized(self._print(term)) if term.is_Add else self._print(term)

    def _print_Mul(self, product):
        if product.could_extract_minus_sign():
            return _row(_operator("−"), _unwrapped(self._term(-product)))
        above, below = _above_and_below(product)
        sums = [factor for factor in above if isinstance(factor, Sum)]
        if below:
            plain = [factor for factor in above if not isinstance(factor, Sum)]
            fraction = _element("mfrac", self._factors(plain or [S.One]), self._factors(below))
            return _row(fraction, _operator(TIMES), _unwrapped(self._factors(sums))) if sums else fraction
        return self._factors(above)

    def _factors(self, factors: Sequence[Expr]) -> str:
        if len(factors) == 1:
            return self._print(factors[0])
        parts = []
        for place, factor in enumerate(factors):
            if place:
                parts.append(_operator("·" if _begins_with_number(factor) else TIMES))
            parts.append(self._factor(factor, is_last=place == len(factors) - 1))
        return _row(*map(_unwrapped, parts))

    def _factor(self, factor, is_last):
        needs = (
            factor.is_Add or factor.could_extract_minus_sign() or (isinstance(factor, Sum | Product) and not is_last)
        )
        return _parenthesized(self._print(factor)) if needs else self._print(factor)

    def _print_Pow(self, power):
        base, exponent = power.args
        if exponent.could_extract_minus_sign():
            return _element("mfrac", self._print(S.One), self._print(Pow(base, -exponent)))
        if exponent == S.Half:
            return _element("msqrt", _unwrapped(self._print(base)))
        return _element("msup", self._raised(base), self._print(exponent))

    def _raised(self, base):
        is_plain = base.is_Symbol or (isinstance(base, Indexed) and "^" not in str(base.base.label))
        is_function = isinstance(base, Function) and not isinstance(base, Unspecified | KroneckerDelta)
        if is_plain or is_function or (base.is_Integer and base >= 0):
            return self._print(base)
        return _parenthesized(self._print(base))

    def _print_exp(self, power):
        return _element("msup", _identifier("e"), self._print(power.args[0]))

    def _big(self, sign: str, expression) -> str:
        parts = []
        for index, low, high in expression.limits:
            start = _row(self._print(index), _operator("="), self._print(low))
            parts.append(_element("munderover", _operator(sign), start, self._print(high)))
        body = self._print(expression.function)
        summand = expression.function
        is_loose = summand.is_Add or summand.could_extract_minus_sign()
        return _row(*parts, _parenthesized(body) if is_loose else _unwrapped(body))

    def _print_Sum(self, total):
        return self._big("∑", total)

    def _print_Product(self, product):
        return self._big("∏", product)

    # Analysis

    def _print_Partial(self, derivative):
        quantity, by = derivative.args
        below = _row(_operator("∂"), _unwrapped(self._print(by)))
        if quantity.is_Symbol or isinstance(quantity, Indexed):
            return _element("mfrac", _row(_operator("∂"), self._print(quantity)), below)
        body = self._print(quantity)
        of = body if isinstance(quantity, Partial | Function) else _parenthesized(body)
        return _row(_element("mfrac", _operator("∂"), below), _unwrapped(of))

    def _print_Derivative(self, derivative):
        body = self._print(derivative.expr)
        for variable, count in derivative.variable_count:
            for _ in range(int(count)):
                operator = _element("mfrac", _operator("d"), _row(_operator("d"), self._print(variable)))
                body = _row(operator, _parenthesized(body) if derivative.expr.is_Add else body)
        return body

    def _print_Integral(self, integral):
        signs, ends = [], []
        for variable, *limits in integral.limits:
            sign = _operator("∫")
            signs.append(_element("msubsup", sign, *map(self._print, limits)) if len(limits) == 2 else sign)
            ends += [_identifier("d"), self._print(variable)]
        body = self._print(integral.function)
        return _row(*signs, _parenthesized(body) if integral.function.is_Add else _unwrapped(body), *ends)

    def _print_Limit(self, limit):
        expression, variable, place, side = limit.args
        is_one_sided = place not in (S.Infinity, S.NegativeInfinity) and str(side) == "+"
        to = _element("msup", self._print(place), _operator("+")) if is_one_sided else self._print(place)
        sign = _element("munder", _operator("lim"), _row(self._print(variable), _operator("→"), to))
        body = self._print(expression)
        return _row(sign, _parenthesized(body) if expression.is_Add else _unwrapped(body))

    # Functions

    def _applied(self, name: str, arguments: Sequence[Basic]) -> str:
        content = _separated(_unwrapped(self._print(argument)) for argument in arguments)
        return _row(_function_name(name, after="0"), _operator(APPLIED), _parenthesized(content))

    def _print_Function(self, function):
        name = function.func.__name__
        if isinstance(function, Unspecified):
            name = name.replace("'", "′")
        return self._applied(FUNCTION_NAMES.get(name, name), function.args)

    def _print_log(self, logarithm):
        (argument,) = logarithm.args
        if argument.is_Symbol or isinstance(argument, Indexed) or argument.is_Integer:
            return _row(_function_name("ln", after=".17em"), _operator(APPLIED), self._print(argument))
        return self._applied("ln", logarithm.args)

    def _print_KroneckerDelta(self, delta):
        return _parenthesized(_separated(map(self._print, delta.args), "="), "[", "]")

    def _print_Abs(self, absolute):
        return _parenthesized(self._print(absolute.args[0]), "|", "|")

    def _print_floor(self, rounded):
        return _parenthesized(self._print(rounded.args[0]), "⌊", "⌋")

    def _print_Max(self, function):
        return self._applied(function.func.__name__.lower(), function.args)

    _print_Min = _print_Max

    # Conditions and sets

    def _print_Piecewise(self, function):
        rows = []
        for value, condition in function.args:
            when = _element("mtext", "otherwise") if condition == S.true else self._print(condition)
            rows.append(_element("mtr", _element("mtd", self._print(value)), _element("mtd", when)))
        return _row(_operator("{"), _element("mtable", *rows))

    def _print_Relational(self, relation):
        if isinstance(relation, Eq) and relation.rhs == 0 and isinstance(relation.lhs, KroneckerDelta):
            return _row(_separated(map(self._print, relation.lhs.args), "≠"))
        sides = (_unwrapped(self._print(side)) for side in relation.args)
        return _row(_separated(sides, RELATION_SIGNS[relation.rel_op]))

    def _print_And(self, both):
        return _row(_separated(map(self._print, both.args), "∧"))

    def _print_Or(self, either):
        return _row(_separated(map(self._print, either.args), "∨"))

    def _print_Interval(self, interval):
        left, right = "(" if interval.left_open else "[", ")" if interval.right_open else "]"
        return _parenthesized(_separated(map(self._print, (interval.start, interval.end))), left, right)

    def _print_FiniteSet(self, values):
        return _parenthesized(_separated(map(self._print, values.args)), "{", "}")

    def _print_Tuple(self, values):
        return _parenthesized(_separated(map(self._print, values)))


def _function_name(name: str, *, after: str) -> str:
    """A word such as ln, with a space before it; a single letter is an identifier as any other."""
    if len(name.rstrip("′")) == 1:
        return _identifier(name)
    return f'<mo lspace=".17em" rspace="{after}">{escape(name)}</mo>'


def _short(text: str) -> str:
    """An index or a layer such as 0, L, L-1 or pq."""
    parts = re.findall(r"\d+|[+-]|\w", text)  # without the braces
    kinds = (("mn" if part.isdigit() else "mo" if part in "+-" else "mi", part.replace("-", "−")) for part in parts)
    return _row(*(_element(kind, part) for kind, part in kinds))


def _above_and_below(product: Mul) -> tuple[list[Expr], list[Expr]]:
    """The factors of a product above and below the line of its fraction."""
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in sorted(product.as_ordered_factors(), key=_place_in_product):
        if isinstance(factor, Rational) and not isinstance(factor, Integer):
            above += [Integer(factor.p)] * (factor.p != 1)
            below.append(Integer(factor.q))
        elif isinstance(factor, Pow) and factor.exp.could_extract_minus_sign():
            below.append(Pow(factor.base, -factor.exp))
        else:
            above.append(factor)
    return above, below


def _place_in_product(factor: Expr) -> int:
    """Numbers first, then letters and powers, then what is in brackets, then functions, then sums: 2 x (a - y) ln a."""
    if factor.is_Number:
        return 0
    if isinstance(factor, Sum | Product):
        return 4
    if isinstance(factor, Pow):
        return _place_in_product(factor.base)
    if isinstance(factor, exp) or not isinstance(factor, Function):
        return 2 if factor.is_Add else 1
    return 2 if isinstance(factor, KroneckerDelta) else 3


def _begins_with_number(factor: Expr) -> bool:
    return factor.is_Number or (isinstance(factor, Pow) and factor.base.is_Number)
