"""A row's formula as MathML, with all branches of its choices side by side.

The page shows the branch that is taken; a reference shows them all. Everything but the choices is
written by `engine.typeset` and `engine.notation`, as on the page.

>>> "mfrac" in mathml("1 / x"), "otherwise" in mathml("0 if x <= 0 else x")
(True, True)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from engine import rules, typeset
from engine.notation import mathml as written
from engine.typeset import Line, Word

SPACE = "\N{NO-BREAK SPACE}"
SIGNS = {**typeset.SIGNS, ast.Eq: "="}


def mathml(formula: str) -> str:
    """Return a formula, or a condition, as one inline `<math>` element."""
    body = _piece(rules.parsed(formula))
    return f'<math displaystyle="true" alttext="{escape(formula)}">{body}</math>'


class _Choices(ast.NodeTransformer):
    """Puts a name in place of each choice, and keeps the choice."""

    def __init__(self) -> None:
        self.found: list[ast.IfExp] = []

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.found.append(node)
        return ast.Name(f"choice{len(self.found) - 1}", ast.Load())


def _piece(node: ast.expr) -> str:
    """Return any part of a formula; a condition is one too."""
    match node:
        case ast.BoolOp(op=op, values=values):
            word = "or" if isinstance(op, ast.Or) else "and"
            return f"<mtext>{SPACE}{word}{SPACE}</mtext>".join(map(_piece, values))
        case ast.Compare():
            return _compared(node)
    choices = _Choices()
    rest = ast.unparse(choices.visit(ast.parse(ast.unparse(node), mode="eval").body))
    words = {name: Word(_called(name)) for name in rules.uses(rest)}
    line = written(Line(typeset.read(rest, words, {})[0], ()))
    inside = re.sub(r"^<math[^>]*>|</math>$", "", str(line))
    for place, choice in enumerate(choices.found):
        inside = inside.replace(f"<mi>choice{place}</mi>", _cases(choice))
    return inside


def _called(name: str) -> str:
    """Return how a name is written: beta1 is β₁."""
    return name.replace("beta1", "β₁").replace("beta2", "β₂").replace("_", SPACE)


def _compared(node: ast.Compare) -> str:
    terms = [node.left, *node.comparators]
    left, right = terms[0], terms[-1]
    if ast.unparse(left) == ast.unparse(right) and isinstance(node.ops[0], ast.NotEq):
        return f"{_piece(left)}<mtext>{SPACE}is nan</mtext>"  # only nan is not itself
    text = _piece(left)
    for (_, term), op in zip(pairwise(terms), node.ops, strict=True):
        text += f"<mo>{escape(SIGNS[type(op)])}</mo>{_piece(term)}"
    return text


def _cases(choice: ast.IfExp) -> str:
    rows = "".join(
        f"<mtr><mtd>{_piece(value)}</mtd><mtd>{when}</mtd></mtr>"
        for value, when in _branches(choice)
    )
    table = f'<mtable columnalign="left left">{rows}</mtable>'
    return f'<mrow><mo fence="true" stretchy="true">{{</mo>{table}</mrow>'


def _branches(choice: ast.IfExp) -> Sequence[tuple[ast.expr, str]]:
    when = f"<mtext>if{SPACE}</mtext>{_piece(choice.test)}"
    if isinstance(choice.orelse, ast.IfExp):
        return (choice.body, when), *_branches(choice.orelse)
    return (choice.body, when), (choice.orelse, "<mtext>otherwise</mtext>")
