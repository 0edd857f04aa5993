"""Comparisons: of nodes their numbers, of lists item by item, within the limits."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import sequences
from engine.errors import ProgramError
from engine.values import NODES, is_number, kind

if TYPE_CHECKING:
    from engine.reader import Reader

_SIGNS: Mapping[type, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }
)


def comparison(
    reader: Reader, op: ast.cmpop, left: ast.expr, right: ast.expr, node: ast.expr
) -> Callable[[Any, Any], Any]:
    """Return what compares two values; of nodes their numbers are compared."""
    if isinstance(op, ast.Is | ast.IsNot):
        wanted = isinstance(op, ast.Is)
        return lambda a, b: (a is b) is wanted
    if isinstance(op, ast.In | ast.NotIn):
        inside = isinstance(op, ast.In)
        return lambda a, b: among(reader, a, b, right) is inside
    how = _SIGNS[type(op)]

    def compare(a: Any, b: Any) -> Any:
        if type(a) in NODES or type(b) in NODES:
            a, b = reader.decided(a, left), reader.decided(b, right)
        return _compared(reader, how, a, b, node)

    return compare


def _compared(
    reader: Reader, how: Callable[[Any, Any], Any], a: Any, b: Any, node: ast.expr
) -> Any:
    span = reader.text.span(node)
    ordered = how not in (operator.eq, operator.ne)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if len({np.shape(each) for each in (a, b) if np.shape(each)}) > 1:
            raise ProgramError("These arrays have two shapes.", span)
        return how(a, b)
    if ordered and not (is_number(a) and is_number(b)) and type(a) is not type(b):
        message = f"{kind(a).capitalize()} and {kind(b)} cannot be compared."
        raise ProgramError(message, span)
    if isinstance(a, list | tuple) and type(a) is type(b):
        return _listed(reader, how, a, b, node)
    try:
        return how(a, b)
    except TypeError as error:
        raise ProgramError(f"Python says: {error}.", span) from None


def _listed(reader: Reader, how: Callable[[Any, Any], Any], a: Any, b: Any, node: ast.expr) -> bool:
    """Compare two lists as Python does: by the first items that differ, then by length."""
    for one, other in zip(a, b, strict=False):
        if not equal(reader, one, other, node):
            ordered = how not in (operator.eq, operator.ne)
            return bool(_compared(reader, how, one, other, node)) if ordered else how(0, 1)
    return bool(how(len(a), len(b)))


def equal(reader: Reader, one: Any, other: Any, node: ast.expr) -> bool:
    """Tell whether two items are equal; a node is equal to itself alone."""
    reader.budget.step(reader.text.span(node))
    if one is other:
        return True
    if type(one) in NODES or type(other) in NODES:
        return False
    return bool(_compared(reader, operator.eq, one, other, node))


def among(reader: Reader, value: Any, many: Any, node: ast.expr) -> bool:
    """Tell whether a value is one of the items."""
    if isinstance(value, str) and isinstance(many, str):
        return value in many
    if isinstance(many, range):
        return isinstance(value, int) and value in many
    return any(equal(reader, each, value, node) for each in sequences.items(reader, many, node))
