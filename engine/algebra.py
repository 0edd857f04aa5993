"""Nodes as a person writes them: no factor of 1, no term of 0, and nothing twice.

What makes derivatives readable, and keeps them small. Only what is exact on finite numbers is left
out; of products that begin with numbers the numbers are multiplied.

>>> x = Expr(2.0, label="x")
>>> algebra = Algebra()
>>> algebra.mul(algebra.number(3.0), algebra.mul(algebra.number(2.0), x)).operands[0].data
6.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from engine.expr import Expr
from engine.ops import OPS

CHOICES = frozenset({"equal", "below", "at_most"})  # 1 where something holds, else 0
GATES = frozenset({"when", "unless"})
# Numbers are multiplied with one another while they stay between these: a number that stands apart
# from a long product must not overflow where the product does not.
LEAST, MOST = 1e-6, 1e6

_Key = tuple[str | Expr, ...]


class Algebra:
    """Makes nodes; one that is there already is taken again.

    Attributes:
        made: how many it has made so far, those that were left out again included.
    """

    def __init__(self, known: Iterable[Expr] = ()) -> None:
        """Begin; `known` are nodes that may be taken instead of new ones."""
        self.made = 0
        self._known: dict[_Key, Expr] = {}
        for node in known:
            if node.op is not None:
                self._known.setdefault(_key(node.op.name, node.operands), node)

    def number(self, number: float) -> Expr:
        """Return a constant of its own."""
        self.made += 1
        return Expr.inline(number)

    def apply(self, name: str, *operands: Expr) -> Expr:
        """Return an op over operands, as simple as it is known to be."""
        if all(operand.constant for operand in operands):
            result = OPS[name].value(*[operand.data for operand in operands])
            if math.isfinite(result):
                return self.number(result)
        return _RULES.get(name, _plain(name))(self, *operands)

    def node(self, name: str, *operands: Expr) -> Expr:
        """Return an op over operands as it stands; constants are those of one user."""
        key = _key(name, operands)
        found = self._known.get(key)
        if found is None:
            self.made += 1
            own = tuple([self.number(x.data) if x.constant else x for x in operands])
            found = self._known[key] = Expr.over(OPS[name], own)
        return found

    def add(self, left: Expr, right: Expr) -> Expr:
        """Return a sum."""
        return self.apply("add", left, right)

    def mul(self, left: Expr, right: Expr) -> Expr:
        """Return a product."""
        return self.apply("mul", left, right)


def is_number(node: Expr, number: float) -> bool:
    """Tell whether a node is this constant."""
    return node.constant and node.data == number


def _key(name: str, operands: tuple[Expr, ...]) -> _Key:
    """Return what tells an op over operands from all others; constants go by their number."""
    return (name, *[x.data.hex() if x.constant else x for x in operands])


def _is(node: Expr, name: str) -> bool:
    return node.op is not None and node.op.name == name


def _plain(name: str) -> Callable[..., Expr]:
    return lambda algebra, *operands: algebra.node(name, *operands)


def _without_sign(node: Expr) -> Expr | None:
    """Return what a node is the negative of; a sign before a sign is left alone."""
    if _is(node, "neg") and not _is(node.operands[0], "neg"):
        return node.operands[0]
    return None


def _without_number(node: Expr) -> tuple[Expr, Expr] | None:
    """Return the number that a product begins with, and the rest, if that begins with none."""
    if _is(node, "mul") and node.operands[0].constant:
        number, rest = node.operands
        if not (_is(rest, "mul") and rest.operands[0].constant):
            return number, rest
    return None


def _one_over(node: Expr) -> Expr | None:
    """Return what a node is 1 over."""
    return node.operands[1] if _is(node, "div") and is_number(node.operands[0], 1.0) else None


def _add(algebra: Algebra, left: Expr, right: Expr) -> Expr:
    if is_number(left, 0.0):
        return right
    if is_number(right, 0.0):
        return left
    if (inside := _without_sign(right)) is not None:
        return algebra.apply("sub", left, inside)
    if (inside := _without_sign(left)) is not None:
        return algebra.apply("sub", right, inside)
    return algebra.node("add", left, right)


def _sub(algebra: Algebra, left: Expr, right: Expr) -> Expr:
    if is_number(left, 0.0):
        return algebra.apply("neg", right)
    if is_number(right, 0.0):
        return left
    if (inside := _without_sign(right)) is not None:
        return algebra.node("add", left, inside)
    return algebra.node("sub", left, right)


def _neg(algebra: Algebra, inside: Expr) -> Expr:
    return inside.operands[0] if _is(inside, "neg") else algebra.node("neg", inside)


def _mul(algebra: Algebra, left: Expr, right: Expr) -> Expr:
    if left.constant:
        return _times(algebra, left, right)
    if right.constant:
        return _times(algebra, right, left)
    if (inside := _without_sign(left)) is not None:
        return algebra.apply("neg", algebra.mul(inside, right))
    if (inside := _without_sign(right)) is not None:
        return algebra.apply("neg", algebra.mul(left, inside))
    if (parts := _without_number(left)) is not None:
        return _times(algebra, parts[0], algebra.mul(parts[1], right))
    if (parts := _without_number(right)) is not None:
        return _times(algebra, parts[0], algebra.mul(left, parts[1]))
    if (below := _one_over(right)) is not None:
        return algebra.apply("div", left, below)
    if (below := _one_over(left)) is not None:
        return algebra.apply("div", right, below)
    return algebra.node("mul", left, right)


def _times(algebra: Algebra, number: Expr, right: Expr) -> Expr:
    """Return a constant times a node: numbers stand first."""
    if number.data == 0.0:
        return algebra.number(0.0)
    if (inside := _without_sign(right)) is not None:
        number, right = algebra.number(-number.data), inside
    if number.data == 1.0:
        return right
    if number.data == -1.0:
        return algebra.apply("neg", right)
    if _is(right, "mul") and right.operands[0].constant:
        product = number.data * right.operands[0].data
        if LEAST < abs(product) < MOST:
            rest = right.operands[1]
            return rest if product == 1.0 else algebra.node("mul", algebra.number(product), rest)
    if right.op is not None and right.op.name in GATES and right.operands[1].constant:
        return algebra.apply(
            right.op.name, right.operands[0], algebra.mul(number, right.operands[1])
        )
    return algebra.node("mul", number, right)


def _div(algebra: Algebra, top: Expr, bottom: Expr) -> Expr:
    if is_number(top, 0.0):
        return algebra.number(0.0)
    if is_number(bottom, 1.0):
        return top
    if is_number(top, -1.0):
        return algebra.apply("neg", algebra.apply("div", algebra.number(1.0), bottom))
    if (inside := _without_sign(top)) is not None:
        return algebra.apply("neg", algebra.apply("div", inside, bottom))
    return algebra.node("div", top, bottom)


def _pow(algebra: Algebra, base: Expr, exponent: Expr) -> Expr:
    if is_number(exponent, 0.0):
        return algebra.number(1.0)
    return base if is_number(exponent, 1.0) else algebra.node("pow", base, exponent)


def _gate(name: str) -> Callable[..., Expr]:
    """Return what makes a gate: what is within the same gate already stays as it is."""
    opposite = {"when": "unless", "unless": "when"}[name]

    def gate(algebra: Algebra, chooser: Expr, inside: Expr) -> Expr:
        if is_number(inside, 0.0):
            return inside
        if chooser.constant:
            return inside if (chooser.data == 0.0) is (name == "unless") else algebra.number(0.0)
        if inside.op is not None and inside.op.name in GATES and inside.operands[0] is chooser:
            return algebra.number(0.0) if inside.op.name == opposite else inside
        is_choice = chooser.op is not None and chooser.op.name in CHOICES
        if name == "when" and is_choice and inside.constant and abs(inside.data) == 1.0:
            return algebra.mul(inside, chooser)
        return algebra.node(name, chooser, inside)

    return gate


_RULES: Mapping[str, Callable[..., Expr]] = MappingProxyType(
    {
        "add": _add,
        "sub": _sub,
        "neg": _neg,
        "mul": _mul,
        "div": _div,
        "pow": _pow,
        "when": _gate("when"),
        "unless": _gate("unless"),
    }
)
