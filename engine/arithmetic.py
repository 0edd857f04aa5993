"""What operators do with a program's values: nodes make nodes, plain numbers are Python's own.

Each function returns what does the work at run time, so that its words and places are found once.
"""

from __future__ import annotations

import ast
import math
import operator as python
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import refusals
from engine.errors import ExprError, ProgramError
from engine.expr import Expr, present
from engine.ops import OPS
from engine.values import NODES, NOTHING, SEQUENCES, Printer, TooLongError, is_number, kind

if TYPE_CHECKING:
    from engine.reader import Reader

CONSTANTS = {"pi": math.pi, "e": math.e}
NUMBERS = frozenset({int, float})
LONGEST_INT = 1_023  # bits; beyond, a whole number goes on as a float: each fits one
_WIDTHS = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?(\d*),?(?:\.(\d+))?[a-zA-Z%]?")
WIDEST = 1_000

_PLAIN: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "add": python.add,
        "sub": python.sub,
        "mul": python.mul,
        "div": python.truediv,
        "//": python.floordiv,
        "%": python.mod,
    }
)


def plain(node: ast.expr) -> Any:
    """Return a bare number as Python has it, with one sign at most."""
    if isinstance(node, ast.UnaryOp):
        number = plain(node.operand)
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.Name):
        return CONSTANTS[node.id]
    assert isinstance(node, ast.Constant)  # noqa: S101  there is no other
    return bounded(node.value)


def operator(reader: Reader, name: str, node: ast.BinOp) -> Callable[[Any, Any], Any]:
    """Return what computes `left name right`."""
    op = OPS.get(name)
    build = _builder(reader, op.name, node) if op else None

    def operate(left: Any, right: Any) -> Any:
        if type(left) in NODES or type(right) in NODES:
            if build is None:
                if not reader.structured:
                    raise refusals.value(node, reader.text)
                return plainly(reader.number(left, node.left), reader.number(right, node.right))
            return build(left, right)
        if build and reader.draws_plain and is_number(left) and is_number(right):
            return build(left, right)
        return plainly(left, right)

    plainly = partial(_plainly, reader, name, node)
    return operate


def _builder(reader: Reader, name: str, node: ast.BinOp) -> Callable[[Any, Any], Any]:
    """Return what makes the node of an op; of plain operands it makes constants."""
    op, made = OPS[name], reader.made
    span = reader.text.span(node)
    if not reader.structured:
        nodes = [node.left, node.right]
        return lambda left, right: reader.apply(name, [left, right], nodes, node)

    def build(left: Any, right: Any) -> Any:
        if not (is_number(left) and is_number(right)):
            odd = right if is_number(left) else left
            if isinstance(odd, str):
                raise refusals.texts_and_numbers(node, reader.text)
            if isinstance(odd, np.ndarray) or odd is NOTHING:
                return _plainly(reader, name, node, left, right)
            raise refusals.not_one(odd, node.right if odd is right else node.left, reader.text)
        return made(Expr.of(op, left, right), span)

    return build


def _plainly(reader: Reader, name: str, node: ast.BinOp, left: Any, right: Any) -> Any:
    """Return what Python makes of two plain values, within the limits."""
    if left is NOTHING or right is NOTHING:
        return NOTHING
    span = reader.text.span(node)
    try:
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
            return _elementwise(reader, name, node, left, right)
        if is_number(left) and is_number(right):
            return _number(name, left, right)
        if name == "mul" and (_repeats(left, right) or _repeats(right, left)):
            many, times = (left, right) if isinstance(right, int) else (right, left)
            reader.budget.make_items(len(many) * max(times, 0), span)
            return many * times
        if name == "add" and type(left) is type(right) and isinstance(left, str | list | tuple):
            reader.budget.make_items(len(left) + len(right), span)
            return left + right
    except ZeroDivisionError:
        message = f"This divides {_said(left)} by 0."
        raise ProgramError(message, span, "Check what stands right of /.") from None
    except (OverflowError, ValueError, TypeError) as error:
        raise ProgramError(f"Python says: {error}.", span) from None
    raise _no_pair(reader, node, left, right)


def _no_pair(reader: Reader, node: ast.BinOp, left: Any, right: Any) -> ProgramError:
    """Return the refusal of two values that nothing can be made of."""
    for one, other, words in ((left, right, node.right), (right, left, node.left)):
        if is_number(one) and isinstance(other, str):
            return refusals.texts_and_numbers(node, reader.text)
        if is_number(one) and not is_number(other):
            return refusals.not_one(other, words, reader.text)
    message = f"{kind(left).capitalize()} and {kind(right)} do not go together here."
    return ProgramError(message, reader.text.span(node))


def _repeats(many: Any, times: Any) -> bool:
    return isinstance(many, str | list | tuple) and isinstance(times, int)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else kind(value)


def _number(name: str, left: Any, right: Any) -> Any:
    """Return what Python computes; a whole number that grows beyond bounds goes on as a float."""
    if name == "pow":
        return _power(left, right)
    result = _PLAIN[name](left, right)
    return bounded(result)


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        bits = abs(left).bit_length() * abs(right)
        if bits > LONGEST_INT:
            left = float(left) if abs(left) < 1e300 else math.copysign(math.inf, left)
    try:
        result = left**right
    except OverflowError:
        return math.inf
    return math.nan if isinstance(result, complex) else result


def bounded(number: Any) -> Any:
    """Return a plain number as the program goes on with it: a huge whole one as a float."""
    if not isinstance(number, int) or number.bit_length() <= LONGEST_INT:
        return float(number) if isinstance(number, np.floating) else number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _elementwise(reader: Reader, name: str, node: ast.BinOp, left: Any, right: Any) -> Any:
    """Return an array computed element by element; a list with nodes in it is no array."""
    shapes = [
        np.shape(each) if not isinstance(each, list | tuple) else None for each in (left, right)
    ]
    whole = [shape for shape in shapes if shape]
    if None in shapes or any(type(each) in NODES for each in (left, right)) or len(set(whole)) > 1:
        message = "An array goes together with a number, or with an array of its shape."
        raise ProgramError(message, reader.text.span(node))
    with np.errstate(all="ignore"):
        how = _PLAIN.get(name, python.pow)
        return how(np.asarray(left, np.float64), np.asarray(right, np.float64))


def unary(reader: Reader, node: ast.UnaryOp) -> Callable[[Any], Any]:
    """Return what computes `-value` or `+value`."""
    span = reader.text.span(node)
    if not isinstance(node.op, ast.USub | ast.UAdd):
        raise refusals.value(node, reader.text)
    minus = isinstance(node.op, ast.USub)

    def operate(value: Any) -> Any:
        if value is NOTHING:
            return value
        if isinstance(value, np.ndarray):
            return -value if minus else value
        drawn = type(value) in NODES or (reader.draws_plain and is_number(value))
        if not (drawn or is_number(value)):
            raise refusals.not_one(value, node.operand, reader.text)
        if not drawn:
            return -value if minus else +value
        if not minus:
            return reader.node(value, node.operand)
        if reader.structured:
            return reader.made(Expr.of(OPS["neg"], value), span)
        return reader.apply("neg", [value], [node.operand], node)

    return operate


def item(reader: Reader, of: Any, index: Any, node: ast.Subscript) -> Any:
    """Return `of[index]`."""
    if of is NOTHING:
        return of
    if isinstance(of, np.ndarray):
        return _array_item(reader, of, index, node)
    if not isinstance(of, (*SEQUENCES, str)):
        if (of is None) or is_number(of):
            raise refusals.no_list(node, reader.text)
        raise ProgramError(f"{kind(of).capitalize()} has no items.", reader.text.span(node))
    if isinstance(index, slice):
        reader.budget.make_items(
            len(of[index]) if isinstance(of, range) else len(of), reader.text.span(node)
        )
        return of[index]
    if not is_number(index):
        raise refusals.no_such_item(node, len(of), reader.text)
    number = reader.plain_number(index, node.slice)
    place = int(number) if float(number).is_integer() else None
    if place is None or not -len(of) <= place < len(of):
        raise refusals.no_such_item(node, len(of), reader.text)
    return of[place]


def _array_item(reader: Reader, of: Any, index: Any, node: ast.Subscript) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    found = [
        each if isinstance(each, slice) else _whole_places(reader, each, node.slice)
        for each in parts
    ]
    try:
        value = of[tuple(found)]
    except IndexError:
        message = f"An array of the shape {np.shape(of)} has no such item."
        raise ProgramError(message, reader.text.span(node), "Indices begin at 0.") from None
    reader.budget.check_items(int(np.size(value)), reader.text.span(node))
    return float(value) if np.ndim(value) == 0 else value


def _whole_places(reader: Reader, index: Any, node: ast.expr) -> Any:
    if isinstance(index, np.ndarray | list | tuple):
        return np.asarray(index, bool if np.asarray(index).dtype == bool else np.int64)
    number = reader.plain_number(index, node)
    if not float(number).is_integer():
        raise ProgramError("An index is a whole number.", reader.text.span(node))
    return int(number)


def slice_ends(
    reader: Reader, values: Sequence[Any], nodes: Sequence[ast.expr | None]
) -> list[int | None]:
    """Return the ends and the step of a slice as whole numbers."""
    found: list[int | None] = []
    for value, node in zip(values, nodes, strict=True):
        if node is None or value is None:
            found.append(None)
            continue
        number = reader.plain_number(value, node)
        if not float(number).is_integer() or (node is nodes[2] and not number):
            message = "A slice takes whole numbers, and no step of 0."
            raise ProgramError(message, reader.text.span(node))
        found.append(int(number))
    return found


def formatted(reader: Reader, value: Any, form: str, how: int, node: ast.expr) -> str:
    """Return a value within an f-string."""
    span = reader.text.span(node)
    fits = _WIDTHS.fullmatch(form)
    if not fits or any(int(width or 0) > WIDEST for width in fits.groups()):
        hint = 'Write f"{x:.4f}".'
        raise ProgramError("This is no format that the language has.", span, hint)
    if how == ord("r"):
        return format(written(reader, value, node, quoted=True), form)
    if not form:
        return written(reader, value, node)
    if type(value) in NODES:
        value = present(value).data
    try:
        return format(value, form)
    except (ValueError, TypeError):
        message = f"{kind(value).capitalize()} cannot be written as {form}."
        raise ProgramError(message, span, 'Write f"{x:.4f}".') from None


def written(reader: Reader, value: Any, node: ast.expr, *, quoted: bool = False) -> str:
    """Return what `print` writes for a value."""
    if isinstance(value, str | np.ndarray) and not quoted:
        return str(value)
    own = partial(reader.own_words, node=node)
    try:
        return Printer(reader.budget.limits.printed, own, bare=reader.prints_bare).written(value)
    except (TooLongError, RecursionError):
        limit = reader.budget.limits.printed
        reader.budget.check_printed(" " * (limit + 1), reader.text.span(node))
        raise


def tried(reader: Reader, node: ast.expr, make: Callable[[], Any]) -> Any:
    """Return what the library makes; its refusal gets a place."""
    try:
        return make()
    except ExprError as error:
        raise ProgramError(str(error), reader.text.span(node)) from None
