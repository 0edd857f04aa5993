"""What an Expr stands on, as indented lines of text.

>>> from engine.expr import Expr
>>> a, b = Expr(4.0, label="a"), Expr(2.0, label="b")
>>> print(tree((a - b) ** 2))
^ = 4, grad 0
├ − = 2, grad 0
│ ├ a = 4, grad 0
│ └ b = 2, grad 0
└ constant 2
"""

from __future__ import annotations

from engine.expr import Expr, check_expr
from engine.numerals import short

DEEPEST = 12  # operands of operands that are written out
MOST_LINES = 1_000


def tree(expr: Expr, deepest: int = DEEPEST) -> str:
    """Return an Expr and its operands, each on a line of its own, deeper ones further right.

    >>> x = Expr(3.0, label="x")
    >>> print(tree(x * x))
    × = 9, grad 0
    ├ x = 3, grad 0
    └ x = 3, grad 0

    A node that is used again is not written out again; below `deepest` there is a mark in place
    of what would follow, and after 1,000 lines the text ends with one.
    """
    check_expr(expr, "tree")
    lines: list[str] = []
    written: set[Expr] = set()
    waiting = [(expr, "", "", 0)]
    while waiting and len(lines) < MOST_LINES:
        node, lead, below, depth = waiting.pop()
        again = bool(node.operands) and node in written
        written.add(node)
        hidden = bool(node.operands) and not again and depth == deepest
        lines.append(lead + _words(node) + (" (as above)" if again else " …" if hidden else ""))
        if again or hidden or not node.operands:
            continue
        turns = [("├ ", "│ ")] * (len(node.operands) - 1) + [("└ ", "  ")]
        branches = [
            (operand, below + turn, below + rail, depth + 1)
            for operand, (turn, rail) in zip(node.operands, turns, strict=True)
        ]
        waiting += reversed(branches)
    return "\n".join(lines + ["…"] * bool(waiting))


def _words(node: Expr) -> str:
    number = short(node.data)
    if node.constant:
        return f"constant {number}"
    name = node.label or (node.op.badge if node.op else "leaf")
    through = f" = {node.op.badge}" if node.label and node.op else ""
    return f"{name}{through} = {number}, grad {short(node.grad)}"
