"""What kind of program a tree is: lines of assignments or more, and the names that it binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine import libraries
from engine.ops import OPS
from engine.statements import assigned

# what makes a program more than lines of assignments: numbers are plain then until they meet a node
_STRUCTURE = (
    ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
    ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.IfExp, ast.Compare, ast.BoolOp,
)  # fmt: skip
_LEAVES = ("Value", "Expr")
_PRINTS = ("print", "range", "len", "zip", "enumerate", "draw_dot", "sum")


def of(tree: ast.Module) -> tuple[bool, bool]:
    """Return whether a program is more than lines of assignments, and whether it uses Value."""
    structured = values = False
    for node in ast.walk(tree):
        structured = structured or isinstance(node, _STRUCTURE)
        if isinstance(node, ast.BinOp):
            listed = (ast.List, ast.Tuple, ast.JoinedStr)
            structured = structured or isinstance(node.left, listed)
            structured = structured or isinstance(node.right, listed)
        if isinstance(node, ast.Attribute):
            structured = structured or isinstance(node.ctx, ast.Store) or node.attr not in OPS
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            structured = structured or node.func.id in _PRINTS or node.func.id in libraries.DATASETS
        if isinstance(node, ast.Name | ast.alias):
            values = values or (node.id if isinstance(node, ast.Name) else node.name) in _LEAVES
    return structured, values and structured


def assigned_lines(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that some statement of the module binds, and the line; the first wins."""
    found: dict[str, int] = {}
    for statement in tree.body:
        for name, _ in assigned([statement]):
            found.setdefault(name, statement.lineno)
    yield from found.items()


def number(node: ast.Constant) -> float | None:
    """Return a literal as a float, None where it is no real number; too large is infinite."""
    if type(node.value) is float:
        return node.value
    if type(node.value) is int:
        try:
            return float(node.value)
        except OverflowError:
            return float("inf")
    return None
