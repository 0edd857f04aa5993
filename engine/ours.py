"""This engine as a program imports it: `from engine import Expr` reads an exported file."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import calls, natives
from engine.expr import Expr
from engine.natives import Args, Options, fault
from engine.ops import OPS
from engine.values import Native

if TYPE_CHECKING:
    from engine.reader import Reader

USAGE = 'Expr(2.0, label="a")'


def _expr(reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return the leaf that `Expr(2.0, label="a", learnable=False)` makes."""
    told = {name: value for name, value in options.items() if name != "learnable"}
    leaf: Expr = calls.VALUE.call(reader, args, told, node)
    leaf.learnable = bool(options.get("learnable", True))
    return leaf


def _inline(reader: Reader, args: Args, options: Options, node: ast.Call) -> Expr:
    """Return the constant that `Expr.inline(2.0)` makes."""
    if len(args) != 1 or options:
        raise fault(reader, node, "Expr.inline takes one number.", "Write Expr.inline(2.0).")
    return reader.node(args[0], node.args[0] if node.args else node)


EXPR = Native("Expr", _expr, USAGE)
OF_EXPR: Mapping[str, Native] = {"inline": Native("Expr.inline", _inline, "Expr.inline(2.0)")}
ENGINE: Mapping[str, Any] = {"Expr": EXPR} | {name: natives.NATIVES[name] for name in OPS}
