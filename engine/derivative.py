"""The backward pass as a graph: derivatives are nodes, to be drawn, stepped and derived again.

>>> x = Expr(2.0, label="x")
>>> first = grad(x**3, x)
>>> second = grad(first, x)
>>> first.data, second.data, grad(second, x).data
(12.0, 12.0, 6.0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import overload

from engine.algebra import Algebra
from engine.errors import ExprError
from engine.expr import Expr, present
from engine.graph import in_evaluation_order
from engine.scopes import Scope, current, enter, leave, scope
from engine.symbolic import handed

NAME = "grad"  # of the scope that derivatives are made in


@overload
def grad(output: Expr, wrt: Expr) -> Expr: ...
@overload
def grad(output: Expr, wrt: Sequence[Expr]) -> list[Expr]: ...
def grad(output: Expr, wrt: Expr | Sequence[Expr]) -> Expr | list[Expr]:
    """Return d output / d wrt as a node over the nodes that `output` stands on.

    >>> x, w = Expr(3.0), Expr(2.0)
    >>> [slope.data for slope in grad(w * x**2, [x, w])]
    [12.0, 9.0]

    It may be one of the nodes there are: of `x * y` by x it is y. Values are brought up to date
    first. What does not depend on `wrt` gives a constant 0. Change
    a leaf, and `recalculate` finds the derivative there; conditions decide anew.

    Args:
        output: what is differentiated.
        wrt: by what, a leaf or a result; of several the answer is a list in their order.

    Raises:
        ExprError: one of them is no Expr.
    """
    asked = list(wrt) if isinstance(wrt, Sequence) else [wrt]
    for node in (output, *asked):
        if not isinstance(node, Expr):
            raise ExprError(f"grad takes Exprs, not {type(node).__name__}.")
    output = present(output).recalculate()
    with scope(NAME):
        found = derivatives(output, [(present(node), node) for node in asked])
    return found if isinstance(wrt, Sequence) else found[0]


def derivatives(
    output: Expr, wrt: Sequence[Sequence[Expr]], charge: Callable[[int], None] = lambda _: None
) -> list[Expr]:
    """Return d output / d each, made in the current scope.

    Args:
        output: its numbers are up to date.
        wrt: of each the nodes that it may be: a leaf that was moved was another one before. The
            first that `output` stands on is meant.
        charge: told of each node that hands something down how many nodes that took.
    """
    nodes = in_evaluation_order(output)
    held = set(nodes)
    asked = [next((node for node in each if node in held), each[0]) for each in wrt]
    algebra = Algebra(nodes)
    adjoints = _adjoints(nodes, set(asked), algebra, charge)
    found = [adjoints.get(node) for node in asked]
    return [
        algebra.number(0.0)
        if node is None
        else algebra.number(node.data)
        if node.constant
        else node
        for node in found
    ]


def _adjoints(
    nodes: Sequence[Expr], wrt: Set[Expr], algebra: Algebra, charge: Callable[[int], None]
) -> dict[Expr, Expr]:
    """Return d output / d node for each node between the output and what is asked for.

    Contributions are added in the order in which `flows` adds them.
    """
    output = nodes[-1]
    between = _depending(nodes, wrt)
    totals = {output: algebra.number(1.0)} if output in between else {}
    mirror = _Mirror()
    for node in reversed(nodes):
        upstream = totals.get(node)
        if upstream is None or node.op is None:
            continue
        before, token = algebra.made, enter(mirror.of(node.scope))
        try:
            for slot, operand in enumerate(node.operands):
                if operand in between and node.op.hands_on(slot):
                    part = handed(algebra, node, slot, upstream)
                    totals[operand] = (
                        algebra.add(totals[operand], part) if operand in totals else part
                    )
        finally:
            leave(token)
        charge(algebra.made - before)
    return totals


def _depending(nodes: Sequence[Expr], wrt: Set[Expr]) -> set[Expr]:
    """Return what changes with one of these nodes, themselves included."""
    found: set[Expr] = set()
    for node in nodes:
        moved = node.op is not None and any(
            operand in found and node.op.hands_on(slot)
            for slot, operand in enumerate(node.operands)
        )
        if moved or node in wrt:
            found.add(node)
    return found


class _Mirror:
    """The scopes of a graph once more, within the current one, for what is handed down in each."""

    def __init__(self) -> None:
        self._here = current()
        self._found: dict[Scope | None, Scope | None] = {None: self._here}
        around = self._here
        while around is not None:
            self._found[around] = self._here
            around = around.parent

    def of(self, made_in: Scope | None) -> Scope | None:
        """Return the scope that stands for one."""
        missing: list[Scope] = []
        while made_in is not None and made_in not in self._found:
            missing.append(made_in)
            made_in = made_in.parent
        found = self._found[made_in]
        for each in reversed(missing):
            found = self._found[each] = Scope(each.name, found, each.turn)
        return found
