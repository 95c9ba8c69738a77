"""A derivation printed as two-dimensional text or as LaTeX."""

from collections.abc import Callable

from sympy import Expr, Sum
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm, stringPict
from sympy.printing.printer import Printer

from derivations.algebra.letters import letters
from derivations.proof.equation import Equation

SUBSCRIPTS = str.maketrans("0123456789+-ijklmnt", "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜ")
GREEK = {"δ": r"\delta", "σ": r"\sigma", "η": r"\eta", "∂": r"\partial ", "ŷ": r"\hat{y}", "v̄": r"\bar{v}"}
SUPERSCRIPTS = {"^{L-1}": "ᴸ⁻¹", "^L": "ᴸ", "^{l+1}": "ˡ⁺¹", "^l": "ˡ"}


class InBookOrder(Printer):
    """Puts terms with a minus sign last: y - a, not -a + y."""

    def _as_ordered_terms(self, expression, order=None):
        return sorted(super()._as_ordered_terms(expression, order), key=lambda term: term.could_extract_minus_sign())


class _Text(InBookOrder, PrettyPrinter):
    def _print_Symbol(self, symbol, bold_name=False):
        name = symbol.name
        for tex, text in SUPERSCRIPTS.items():
            name = name.replace(tex, text)
        return super()._print_Symbol(type(symbol)(name)) if name == symbol.name else prettyForm(name)

    def _print_Indexed(self, element):
        indices = "".join(map(str, element.indices)).translate(SUBSCRIPTS)
        return prettyForm(str(self._print(element.base.label)) + indices)

    def _print_Partial(self, derivative):
        quantity, by = map(self._print, derivative.args)
        if not derivative.args[0].is_Add and quantity.height() == 1:
            return prettyForm(*quantity.left("∂")) / prettyForm(*by.left("∂"))
        operator = prettyForm("∂") / prettyForm(*by.left("∂"))
        return prettyForm(*operator.right(" ", prettyForm(*quantity.parens())), binding=prettyForm.MUL)

    def _print_IndexedBase(self, letter):
        return self._print(letter.label)

    def _print_KroneckerDelta(self, delta):
        return prettyForm(f"[{delta.args[0]} = {delta.args[1]}]")

    def _print_Sum(self, total):
        indices = "".join(str(index) for index, *_ in total.limits).translate(SUBSCRIPTS)
        summand = self._print(total.function)
        summand = prettyForm(*summand.parens()) if total.function.is_Add else summand
        return prettyForm(*summand.left(f"Σ{indices} "), binding=prettyForm.ADD)

    def _print_log(self, logarithm):
        return self._helper_print_function(None, logarithm.args, func_name="ln")

    def _print_s(self, sigmoid):
        return self._helper_print_function(None, sigmoid.args, func_name="σ")

    def _print_s_prime(self, derivative):
        return self._helper_print_function(None, derivative.args, func_name="σ'")


class _Latex(InBookOrder, LatexPrinter):
    def _print_Symbol(self, symbol, style="plain"):
        name = symbol.name
        for letter, command in GREEK.items():
            name = name.replace(letter, command)
        return name

    def _print_IndexedBase(self, letter):
        return self._print(letter.label)

    def _print_Partial(self, derivative):
        quantity, by = map(self._print, derivative.args)
        if derivative.args[0].is_Symbol or derivative.args[0].is_Indexed:
            return rf"\frac{{\partial {quantity}}}{{\partial {by}}}"
        return rf"\frac{{\partial}}{{\partial {by}}} \left[{quantity}\right]"

    def _print_Indexed(self, element):
        return f"{self._print(element.base.label)}_{{{' '.join(map(self._print, element.indices))}}}"

    def _print_s(self, sigmoid, exp=None):
        return self._applied(r"\sigma", sigmoid, exp)

    def _print_s_prime(self, derivative, exp=None):
        return self._applied(r"\sigma'", derivative, exp)

    def _applied(self, name, function, exp):
        return rf"{name}{f'^{{{exp}}}' if exp else ''}\left({self._print(function.args[0])}\right)"


def text(*parts: Expr | str) -> str:
    """Expressions and words side by side, as two-dimensional text."""
    printer = _Text({"wrap_line": False, "use_unicode": True})
    before = pretty_use_unicode(True)  # parts of SymPy's printer ask this instead, which depends on the terminal
    try:
        forms = [prettyForm(part) if isinstance(part, str) else printer._print(part) for part in parts]
        return prettyForm(*stringPict.next(*forms)).render(wrap_line=False)
    finally:
        pretty_use_unicode(before)


def tex(*parts: Expr | str) -> str:
    """Expressions and words side by side, as LaTeX mathematics."""
    printer = _Latex({"ln_notation": True})
    return " ".join(_words(part) if isinstance(part, str) else printer.doprint(part) for part in parts)


def _words(words):
    return words if words.strip() in {"", "="} else rf"\text{{{_escaped(words)}}}"


def _escaped(words):
    return words.replace("_", r"\_").replace("^", r"\^{}").replace("%", r"\%")


def as_text(equation: Equation) -> str:
    """The derivation as a page of text."""
    lines = [
        f"({equation.label})  {equation.title}",
        "",
        text("    ", equation.statement.lhs, " = ", equation.statement.rhs),
    ]
    lines += ["", "where", *_meanings(equation, text), *_conditions(equation, text), "", "Derivation", ""]
    lines += [text("    ", equation.statement.lhs)]
    for step in equation.steps:
        lines += ["", text("      = ", step.expression, f"      [{step.reason}]")]
    if equation.sign:
        lines += ["", f"    which is {equation.sign}."]
    return "\n".join([*lines, "", f"Proved for {equation.holds_for}.  Source: {equation.source}"])


def as_latex(equation: Equation) -> str:
    """The derivation as LaTeX: a heading, an align* environment, and what its letters mean."""
    rows = [rf"&= {tex(step.expression)} && \text{{{_escaped(step.reason)}}}" for step in equation.steps]
    heading = rf"\paragraph{{({_escaped(equation.label)}) {_escaped(equation.title)}}}"
    lines = [heading, r"\begin{align*}", tex(equation.statement.lhs), " \\\\\n".join(rows), r"\end{align*}", "where"]
    lines += [rf"\({line.strip()}\)," for line in (*_meanings(equation, tex), *_conditions(equation, tex))]
    return "\n".join([*lines, f"Proved for {_escaped(equation.holds_for)}."])


def _meanings(equation: Equation, show: Callable[..., str]) -> list[str]:
    names = [show("    ", name, " = ", meaning) for name, meaning in equation.where.items()]
    page = [*equation.statement.args, *equation.where.values(), *(step.expression for step in equation.steps)]
    used = set().union(*map(letters, page))
    symbols = [show("    ", letter, f": {word}") for letter, word in equation.letters.items() if letters(letter) & used]
    limits = {limit for expression in page for part in expression.atoms(Sum) for limit in part.limits}
    ranges = [show("    ", index, " = ", low, ", ..., ", high) for index, low, high in sorted(limits, key=str)]
    return names + symbols + ranges


def _conditions(equation: Equation, show: Callable[..., str]) -> list[str]:
    domain = [show("    ", letter, " in ", values) for letter, values in equation.domain.items()]
    return domain + [show("    ", e.lhs, " = ", e.rhs, " is given") for e in equation.given]
