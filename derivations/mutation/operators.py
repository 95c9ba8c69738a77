"""Mutations of a Python source, one at a time: a sign, operator, operand, index, constant or function is changed.

Everything that computes is mutated: bodies, default values and tables. Annotations, imports and error messages are not.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Mod: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
COMPARISONS: dict[type, tuple[type, ...]] = {  # the opposite, and the one that differs at the boundary
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTERPARTS = {
    "log": "log1p",
    "log1p": "log",
    "exp": "expm1",
    "logistic": "tanh",
    "sum": "prod",
    "max": "min",
    "argmax": "argmin",
    "maximum": "minimum",
    "minimum": "maximum",
    "floor": "ceil",
    "ceil": "floor",
    "abs": "sign",
    "isfinite": "isnan",
    "isneginf": "isposinf",
    "isnan": "isfinite",
    "nan": "inf",
    "inf": "nan",
    "nexp": "nmant",
    "nmant": "nexp",
}
SYMMETRIC = {"jnp.maximum", "jnp.minimum", "max", "min"}
NOT_COMPUTED = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Change:
    """A mutated copy of a source: what was changed, on which lines, and the copy as a tree."""

    description: str
    lines: range
    tree: ast.Module


def changes(source: str) -> Iterator[Change]:
    """Every single change to a source.

    Example:
        >>> for change in changes("half = lambda x: x / 2"):
        ...     print(change.description)
        half: x / 2 -> x * 2
        half: x / 2 -> 2 / x
        half: x / 2 -> x / 3
    """
    seen: Counter[str] = Counter()
    for place, (_, node, _) in enumerate(_computed(ast.parse(source))):
        for replacement in _replacements(node):
            change = _change(source, place, replacement)
            seen[change.description] += 1
            again = f" ({seen[change.description]})" if seen[change.description] > 1 else ""
            yield replace(change, description=change.description + again)


def _change(source: str, place: int, replacement: ast.AST) -> Change:
    tree = ast.parse(source)
    owner, node, parent = list(_computed(tree))[place]
    lines = range(node.lineno, node.end_lineno + 1)
    is_leaf = isinstance(node, ast.Constant | ast.Attribute) and isinstance(parent, ast.expr)
    before = ast.unparse(parent if is_leaf else node)
    _Replace(node, replacement).visit(tree)
    after = ast.unparse(parent if is_leaf else replacement)
    return Change(f"{owner}: {before} -> {after}", lines, ast.fix_missing_locations(tree))


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, replacement: ast.AST):
        self.target, self.replacement = target, replacement

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self.replacement, node) if node is self.target else self.generic_visit(node)


def _computed(tree: ast.Module) -> Iterator[tuple[str, Any, ast.AST]]:
    """The nodes that compute, each with the name of the function or table that it is in, and its parent."""
    for statement in tree.body:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            yield from ((_owner(statement), node, parent) for node, parent in _inside(statement, tree))


def _owner(statement: Any) -> str:
    name = getattr(statement, "name", "")
    if name == "_":  # a derivative rule: its decorator names it
        return ast.unparse(statement.decorator_list[0])
    return name or ast.unparse(getattr(statement, "targets", [statement])[0])


def _inside(node: ast.AST, parent: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    if isinstance(node, ast.Raise):
        return
    if hasattr(node, "lineno"):
        yield node, parent
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        if name not in NOT_COMPUTED and not (name == "slice" and isinstance(value, ast.Constant)):
            yield from (pair for child in children if isinstance(child, ast.AST) for pair in _inside(child, node))


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left, operator, right):
            if type(operator) in OPERATORS:
                yield ast.BinOp(left, OPERATORS[type(operator)](), right)
            if isinstance(operator, ast.Sub | ast.Div | ast.Mod | ast.Pow):
                yield ast.BinOp(right, operator, left)
        case ast.AugAssign(target, operator, value):
            yield ast.AugAssign(target, OPERATORS[type(operator)](), value)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(OPERATORS[type(operator)](), values)
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            yield operand
        case ast.Compare(left, operators, right):
            for place, operator in enumerate(operators):
                for other in COMPARISONS[type(operator)]:
                    yield ast.Compare(left, [*operators[:place], other(), *operators[place + 1 :]], right)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Subscript(value, ast.Constant(int() as index), context):
            yield ast.Subscript(value, ast.Constant(1 - index), context)
        case ast.Attribute(value, name, context) if name in COUNTERPARTS:
            yield ast.Attribute(value, COUNTERPARTS[name], context)
        case ast.Call(function, arguments, keywords) if ast.unparse(function) not in SYMMETRIC:
            for place in range(len(arguments) - 1):
                swapped = [*arguments[:place], arguments[place + 1], arguments[place], *arguments[place + 2 :]]
                yield ast.Call(function, swapped, keywords)
        case ast.Tuple([first, second], context) if ast.dump(first) != ast.dump(second):
            yield ast.Tuple([second, first], context)
