"""A row's formula read as nodes: what stands in it becomes a graph over the nodes of its names.

Conditions become nodes too, so that they decide anew when leaves change.

>>> t = Expr(0.5, label="t")
>>> slope = Reading(Algebra(), {"out": t}).read(parsed("1 - out**2"))
>>> slope.data, [node.op.name for node in (slope, slope.operands[1])]
(0.75, ['sub', 'pow'])
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from functools import cache, reduce
from typing import NamedTuple

from engine.algebra import CHOICES, Algebra, is_number
from engine.expr import Expr
from engine.ops import OPS
from engine.rules import parsed

_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
# a comparison as an op, and whether its sides change places
_COMPARED: Mapping[type[ast.cmpop], tuple[str, bool]] = {
    ast.Lt: ("below", False),
    ast.Gt: ("below", True),
    ast.LtE: ("at_most", False),
    ast.GtE: ("at_most", True),
    ast.Eq: ("equal", False),
    ast.NotEq: ("equal", False),
}


class Condition(NamedTuple):
    """A condition: it holds where a node is not 0, or, turned, where it is."""

    node: Expr
    turned: bool = False

    def opposite(self) -> Condition:
        """Return when it does not hold."""
        return Condition(self.node, not self.turned)


Known = Condition | bool


class Reading:
    """The walk over formulas of our own rows, which are never deep."""

    def __init__(self, algebra: Algebra, names: Mapping[str, Expr]) -> None:
        """Begin; each name stands for a node, and `algebra` makes the others."""
        self.algebra = algebra
        self.names = names

    def read(self, node: ast.expr) -> Expr:
        """Return a part of a formula as a node."""
        apply = self.algebra.apply
        match node:
            case ast.Constant(value=int() | float() as value):
                return self.algebra.number(float(value))
            case ast.Name(id="pi"):
                return self.algebra.number(math.pi)
            case ast.Name(id=name):
                return self.names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return apply("neg", self.read(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return apply(_SIGNS[type(op)], self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in OPS:
                return apply(name, *[self.read(argument) for argument in arguments])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(self.condition(test), body, orelse)
        raise NotImplementedError(ast.dump(node))

    def choice(self, holds: Known, body: ast.expr, orelse: ast.expr) -> Expr:
        """Return one of two parts; where it is not known which, a sum that one of them is 0 in."""
        if isinstance(holds, bool):
            return self.read(body if holds else orelse)
        either = [self.kept(holds, body), self.kept(holds.opposite(), orelse)]
        return self.algebra.add(*either)

    def kept(self, where: Condition, node: ast.expr) -> Expr:
        """Return a part where a condition holds, and 0 elsewhere."""
        return self.gated(where, self.read(node))

    def gated(self, where: Condition, node: Expr) -> Expr:
        """Return a node where a condition holds, and 0 elsewhere, whatever the node is there."""
        return self.algebra.apply("unless" if where.turned else "when", where.node, node)

    def condition(self, test: ast.expr) -> Known:
        """Return a condition; one between constants is known."""
        match test:
            case ast.BoolOp(op=op, values=values):
                terms = [self.condition(value) for value in values]
                if isinstance(op, ast.And):
                    return self.all_of(terms)
                return _not(self.all_of([_not(term) for term in terms]))
            case ast.Compare(left=left, ops=[comparison], comparators=[right]):
                return self.compared(self.read(left), comparison, self.read(right))
        raise NotImplementedError(ast.dump(test))

    def compared(self, left: Expr, comparison: ast.cmpop, right: Expr) -> Known:
        """Return a comparison; what is compared with 0 is a condition itself."""
        name, swapped = _COMPARED[type(comparison)]
        left, right = (right, left) if swapped else (left, right)
        turned = isinstance(comparison, ast.NotEq)
        if left.constant and right.constant:
            return bool(OPS[name].value(left.data, right.data)) is not turned
        if name == "equal" and (is_number(left, 0.0) or is_number(right, 0.0)):
            return Condition(left if right.constant else right, not turned)
        return Condition(self.algebra.apply(name, left, right), turned)

    def all_of(self, terms: list[Known]) -> Known:
        """Return when all of these hold."""
        if any(term is False for term in terms):
            return False
        unknown = [term for term in terms if isinstance(term, Condition)]
        if len(unknown) < 2:
            return unknown[0] if unknown else True
        return Condition(reduce(self.algebra.mul, map(self.chosen, unknown)))

    def chosen(self, where: Condition) -> Expr:
        """Return 1 where a condition holds, and 0 elsewhere."""
        op = where.node.op
        if op is not None and op.name in CHOICES and not where.turned:
            return where.node
        is_zero = self.algebra.apply("equal", where.node, self.algebra.number(0.0))
        if where.turned:
            return is_zero
        return self.algebra.apply("sub", self.algebra.number(1.0), is_zero)


def _not(known: Known) -> Known:
    return known.opposite() if isinstance(known, Condition) else not known


class _Rule(NamedTuple):
    """A partial rule, ready to be read.

    Attributes:
        slope: its formula; of a choice that the mask makes, what is left.
        function: the op whose forward rule it is: the slope of softplus is the sigmoid.
        mask: when nothing gets through; None for never.
    """

    slope: ast.expr
    function: str | None
    mask: ast.expr | None


@cache
def _rule(name: str, slot: int) -> _Rule:
    """Return the rule of an op towards one of its operands."""
    op = OPS[name]
    slope, written = parsed(op.partials[slot]), op.partials[slot]
    mask = parsed(op.masks[slot]) if op.masks else None
    if isinstance(slope, ast.IfExp) and mask and ast.dump(slope.test) == ast.dump(mask):
        slope = slope.orelse
    alike = (row.name for row in OPS.values() if (row.forward, row.params) == (written, op.params))
    return _Rule(slope, next(alike, None), mask)


def handed(algebra: Algebra, node: Expr, slot: int, upstream: Expr) -> Expr:
    """Return what a node hands to one of its operands: upstream times the partial rule of its row.

    Where the row's mask holds it is 0, whatever the factors are.
    """
    op = node.op
    assert op is not None  # noqa: S101  a leaf hands nothing on
    rule = _rule(op.name, slot)
    reading = Reading(algebra, dict(zip((*op.params, "out"), (*node.operands, node), strict=True)))
    shut = reading.condition(rule.mask) if rule.mask else False
    if shut is True:
        return algebra.number(0.0)
    known = rule.function
    local = algebra.apply(known, *node.operands) if known else reading.read(rule.slope)
    contribution = algebra.mul(upstream, local)
    return contribution if shut is False else reading.gated(shut.opposite(), contribution)
