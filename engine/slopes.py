"""grad(y, x) as a program calls it: a derivative as a node of the program."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.derivative import NAME, derivatives
from engine.errors import ProgramError
from engine.expr import Expr, present
from engine.natives import Args, Options, fault
from engine.nn import Module
from engine.scopes import Scope, current, enter, leave
from engine.spans import Span
from engine.values import NODES, Native, is_number, kind

if TYPE_CHECKING:
    from engine.reader import Reader

USAGE = "grad(y, x)"
WRITE = f"Write {USAGE}, or grad(y, [a, b])."


def _grad(reader: Reader, args: Args, options: Options, node: ast.Call) -> Any:
    """Return d y / d x as a node; by a list of values, a list of nodes."""
    if len(args) != 2 or options:
        message = "grad takes a value, and what it is differentiated by."
        raise fault(reader, node, message, WRITE)
    words = [node if isinstance(part, ast.Starred) else part for part in node.args]
    first, second = words if len(words) == 2 else (node, node)
    output, by = _one(reader, args[0], first), args[1]
    several = isinstance(by, list | tuple)
    if not several:
        return _derived(reader, output, [_leaf_or_result(reader, by, second)], node)[0]
    if not by:
        raise fault(reader, node, "grad is given nothing to differentiate by.", WRITE)
    return _derived(reader, output, [_leaf_or_result(reader, each, second) for each in by], node)


def _one(reader: Reader, value: Any, words: ast.expr) -> Expr:
    """Return a value that is a node; all else is refused in words."""
    if type(value) in NODES:
        node: Expr = value
        return node
    raise _refused(reader, value, words)


def _leaf_or_result(reader: Reader, value: Any, words: ast.expr) -> Expr:
    """Return a value to differentiate by: a constant is none."""
    node = _one(reader, value, words)
    if node.constant:
        raise _refused(reader, node.data, words)
    return node


def _refused(reader: Reader, value: Any, words: ast.expr) -> ProgramError:
    """Return the refusal of what is no value."""
    name = ast.unparse(words) if isinstance(words, ast.Name) else "This"
    span = reader.text.span(words)
    if isinstance(value, Module):
        hint = f"Write {name}.parameters()." if name != "This" else "Write net.parameters()."
        return ProgramError(f"{name} is a network, not a value.", span, hint)
    if is_number(value) and not isinstance(value, bool):
        message = f"{name} is a plain number: grad goes from one value to another."
        hint = "Make it one: x = Value(2.0), or param(2.0)."
        return ProgramError(message, span, hint if reader.structured else WRITE)
    if isinstance(value, list | tuple):
        message = f"{name} is {kind(value)}; grad goes from one value to another."
        return ProgramError(message, span, f"Take one of them: {_first_of(name)}[0].")
    said = "None" if value is None else kind(value)
    return ProgramError(f"{name} is {said}; grad goes from one value to another.", span, WRITE)


def _first_of(name: str) -> str:
    return "ys" if name == "This" else name


def _derived(reader: Reader, output: Expr, by: Sequence[Expr], node: ast.Call) -> list[Expr]:
    """Return the derivatives; what is made is charged as it is made, and is a scope of its own."""
    output, span = present(output), reader.text.span(node)
    reader.budget.check_time(span)
    token = enter(Scope(NAME, current(), None, span))
    try:
        found = derivatives(output, _versions(reader, by), _Meter(reader, node))
    finally:
        leave(token)
    new = [each for each in dict.fromkeys(found) if each.serial > output.serial]
    reader.made_all(new, node)
    for each in new:
        reader.made(each, span)
    if len(by) > 1:
        reader.unsaid.update(new)  # the call's words stand for none of several
    return found


def _versions(reader: Reader, by: Sequence[Expr]) -> list[list[Expr]]:
    """Return of each the leaves that it has been, the present one first."""
    if all(present(each) is each for each in by):
        return [[each] for each in by]
    before: dict[Expr, list[Expr]] = {}
    for leaf, (of, _) in reader.moved.items():
        before.setdefault(of, []).append(leaf)
    return [[present(each), *reversed(before.get(each, [])), each] for each in by]


class _Meter:
    """Counts what one call makes, and refuses it where there is no more room."""

    def __init__(self, reader: Reader, node: ast.Call) -> None:
        self._reader, self._node = reader, node
        self._span: Span = reader.text.span(node)
        self._made = 0

    def __call__(self, count: int) -> None:
        """Charge a step back through the graph, and so many nodes."""
        self._made += count
        self._reader.budget.step(self._span, count + 1)
        if not self._reader.structured:
            self._reader.room_for(self._made, self._node)


GRAD = Native(NAME, _grad, USAGE)
