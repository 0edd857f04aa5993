"""This engine as a program imports it: `from engine import Expr` reads an exported file."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import calls
from engine.expr import Expr
from engine.losses import LOSSES, PENALTIES
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
ENGINE: Mapping[str, Any] = {"Expr": EXPR} | {
    name: function
    for name, function in calls.BUILTINS.items()
    if name in OPS or name in calls.NETWORKS or name in (*LOSSES, *PENALTIES, "grad")
}
# what else the engine has, and what of it there is here
LEFT_OUT: Mapping[str, str] = {
    "tree": "Leave it out: the drawing is the outline.",
    "show": "Leave it out: the last value is drawn.",
    "parse": "Write the text's own lines.",
    "Program": "Write the program's own lines.",
    "Computed": "Leave it out: values and gradients are drawn.",
    "Graph": "Leave it out: the last value is the graph that is drawn.",
    "from_json": "Write the graph as lines, or export it as Python.",
    "from_torch": "Write the model with Expr or MLP; each node is then drawn.",
    "OPS": "Call the ops by name: tanh(x).",
    "Op": "Call the ops by name: tanh(x).",
    "GradwalkError": "Leave it out: what is refused is said where it stands.",
}
OF_NODES: Mapping[str, str] = {
    "learn": "Write w.data -= rate * w.grad for each parameter, or let the program train.",
    "recalculate": "Write the formula again below the change: it is computed anew.",
    "find": "Give the node a name where it is made: h = x*w.",
    "copy": "Write the formula again.",
}
