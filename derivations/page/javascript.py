"""Right sides of equations as functions in JavaScript, made by SymPy's code printer.

A function takes one object with the equation's letters, its free indices (from 1, as in the book) and its sizes, which
follow from the lengths of the arrays: for equation 78, `({z, j, K = z.length}) => ...`. What the equation defines in
`where` becomes a constant or a function of its indices, so that the code reads like the equation.
"""

from collections.abc import Iterator, Mapping

from sympy import Expr, Indexed, Sum, Symbol, exp
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

from derivations.algebra.letters import INDICES, SIZES, base
from derivations.proof.equation import Equation

LAYERS = {"^{L-1}": "_before", "^{l+1}": "_above", "^L": "", "^l": "_below"}

# The one function that the generated code needs.
SUM = """function sum(low, high, term) {
  let total = 0;
  for (let index = low; index <= high; index++) total += term(index);
  return total;
}
"""


def identifier(name: str) -> str:
    """The name of a letter in JavaScript: layers become words.

    >>> identifier("a^{L-1}"), identifier("z^L"), identifier("η")
    ('a_before', 'z', 'η')
    """
    for layer, word in LAYERS.items():
        name = name.removesuffix(layer) + word if name.endswith(layer) else name
    return name


class _JavaScript(JavascriptCodePrinter):
    """Elements of defined letters are calls, those of given letters are read from arrays."""

    def __init__(self, defined):
        super().__init__()
        self.defined = defined

    def _print_Symbol(self, symbol):
        return identifier(symbol.name)

    def _print_Indexed(self, element):
        indices = [self._print(index) for index in element.indices]
        name = identifier(str(element.base.label))
        if element.base in self.defined:
            return f"{name}({', '.join(indices)})"
        return name + "".join(f"[{index} - 1]" for index in indices)

    def _print_Sum(self, total):
        text = self._print(total.function)
        for index, low, high in total.limits:
            text = f"sum({self._print(low)}, {self._print(high)}, ({self._print(index)}) => {text})"
        return text

    def _print_KroneckerDelta(self, delta):
        return f"Number({' === '.join(map(self._print, delta.args))})"

    def _print_s(self, sigmoid):
        return self.parenthesize(sigmoid.rewrite(exp), 1000)

    _print_s_prime = _print_s


def function(equation: Equation) -> str:
    """The right side of an equation as an arrow function.

    >>> from derivations import EQUATIONS
    >>> print(function(EQUATIONS["66"]))
    ({y, z, j}) => {
      const a = (j) => (1/(1 + Math.exp(-z[j - 1])));
      return a(j) - y[j - 1];
    }
    """
    right = equation.statement.rhs
    used = list(_used(right, equation.where))
    printer = _JavaScript({base(name) for name in used})
    meanings = [right, *(equation.where[name] for name in used)]
    lines = [f"  {_definition(name, equation.where[name], printer)}" for name in used]
    body = "\n".join([*lines, f"  return {_code(right, printer)};"])
    return f"({{{', '.join(_arguments(meanings, used))}}}) => {{\n{body}\n}}"


def expression(formula: Expr) -> str:
    """A formula without definitions as an arrow function of its symbols, in alphabetical order.

    >>> from sympy.abc import y, z
    >>> expression((z - y) ** 2)
    '({y, z}) => Math.pow(-y + z, 2)'
    """
    names = sorted(identifier(symbol.name) for symbol in formula.free_symbols)
    return f"({{{', '.join(names)}}}) => {_code(formula, _JavaScript(set()))}"


def library(name: str, functions: Mapping[str, str]) -> str:
    """Functions by their names, as one object."""
    entries = ",\n".join(f"{_quoted(label)}: {text}" for label, text in functions.items())
    return f"const {name} = {{\n{entries},\n}};\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _code(formula, printer):
    try:
        return printer.doprint(formula)
    except PrintMethodNotImplementedError as error:
        raise NotImplementedError(f"no JavaScript for {formula}") from error


def _used(formula: Expr, where: Mapping[Expr, Expr]) -> Iterator[Expr]:
    """The defined names on which a formula depends, each after those on which it depends itself."""
    names = list(where)
    needed: set[Expr] = set()
    todo = [formula]
    while todo:
        inside = todo.pop().free_symbols
        fresh = {name for name in names if _letter(name) in inside} - needed
        needed |= fresh
        todo += [where[name] for name in fresh]
    yield from (name for name in reversed(names) if name in needed)


def _letter(name: Expr) -> Expr:
    return name.base.label if isinstance(name, Indexed) else name


def _definition(name: Expr, meaning: Expr, printer: _JavaScript) -> str:
    letter, code = identifier(str(_letter(name))), _code(meaning, printer)
    if not isinstance(name, Indexed):
        return f"const {letter} = {code};"
    if not all(isinstance(index, Symbol) for index in name.indices):
        raise NotImplementedError(f"no JavaScript for the definition of a single element, {name}")
    return f"const {letter} = ({', '.join(map(str, name.indices))}) => {code};"


def _arguments(meanings: list[Expr], used: list[Expr]) -> Iterator[str]:
    """The letters, then the free indices, then the sizes, which follow from the letters."""
    right, *_ = meanings
    defined = {_letter(name) for name in used}
    free = {symbol for meaning in meanings for symbol in meaning.free_symbols if symbol.is_Symbol}
    yield from sorted(identifier(str(letter)) for letter in free - defined - {*INDICES, *SIZES})
    of_definitions = {index for name in used if isinstance(name, Indexed) for index in name.indices}
    yield from (str(index) for index in INDICES if index in free - (of_definitions - right.free_symbols))
    lengths = dict(_lengths(meanings, defined))
    yield from (f"{size} = {lengths[size]}" if size in lengths else str(size) for size in SIZES if size in free)


def _lengths(meanings: list[Expr], defined: set[Expr]) -> Iterator[tuple[Symbol, str]]:
    """For each size, the length of an array over which a sum of that many terms runs."""
    for total in sorted({part for meaning in meanings for part in meaning.atoms(Sum)}, key=str):
        for index, _, high in total.limits:
            for element in sorted(total.function.atoms(Indexed), key=str):
                if element.base.label not in defined and index in element.indices:
                    first = "[0]" * element.indices.index(index)
                    yield high, f"{identifier(str(element.base.label))}{first}.length"
