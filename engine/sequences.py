"""Lists, tuples, ranges, texts and arrays of a program: gone through, unpacked, made longer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import refusals
from engine.errors import ProgramError
from engine.values import NOTHING, SEQUENCES, Bound, Function, Instance, Native, kind

if TYPE_CHECKING:
    from engine.reader import Reader


def items(reader: Reader, value: Any, node: ast.AST) -> list[Any]:
    """Return the items of a list, a tuple, a range, a text or an array, as a list.

    Raises:
        ProgramError: it has none, or too many.
    """
    span = reader.place_of(node)
    if isinstance(value, range):
        reader.budget.check_items(length(value), span)
    if isinstance(value, (*SEQUENCES, str)):
        if type(value) is list:
            return value
        reader.budget.make_items(len(value), span)
        return list(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return value.tolist() if value.ndim == 1 else list(value)
    if isinstance(value, Instance):
        message = f"{value.cls.name} is no list."
        raise ProgramError(message, span)
    if value is NOTHING:
        return []
    if isinstance(value, Function | Bound | Native) and isinstance(node, ast.expr):
        raise refusals.not_called(node, reader.text)
    message = f"{kind(value).capitalize()} has no items to go through."
    raise ProgramError(message, span, "Write a list, or range(10).")


def each(reader: Reader, value: Any, node: ast.AST) -> Iterator[Any]:
    """Yield items as a loop does: of a range one after the other, of a list as it grows."""
    if isinstance(value, range | list):
        return iter(value)
    return iter(items(reader, value, node))


def unpacked(reader: Reader, value: Any, count: int, node: ast.AST) -> list[Any]:
    """Return as many values as there are names."""
    if value is NOTHING:
        return [NOTHING] * count
    single = not isinstance(value, (*SEQUENCES, str, np.ndarray))
    values = [value] if single else items(reader, value, node)
    if len(values) != count:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            came = "one value comes" if len(values) == 1 else f"{len(values)} values come"
            message = f"Here stand {count} names, and {came}."
            hint = "zip(xs, ys) and enumerate(xs) give pairs."
            raise ProgramError(message, reader.place_of(node), hint)
        message = f"Left of = stand {count} names, right of it {len(values)}."
        raise ProgramError(message, reader.place_of(node), "Give each name one value.")
    return values


def extend(reader: Reader, of: list[Any], more: Any, node: ast.expr) -> None:
    """Add items to a list."""
    values = items(reader, more, node)
    reader.budget.check_items(len(of) + len(values), reader.text.span(node))
    of.extend(values)


def set_item(reader: Reader, of: Any, index: Any, value: Any, node: ast.Subscript) -> None:
    """Run `of[index] = value`."""
    span = reader.text.span(node)
    if isinstance(of, np.ndarray) and not isinstance(index, slice | tuple):
        place = int(reader.plain_number(index, node.slice))
        if not -len(of) <= place < len(of) or np.ndim(value):
            raise refusals.no_such_item(node, len(of), reader.text)
        of[place] = reader.plain_number(value, node)
        return
    if not isinstance(of, list):
        hint = "Make a list of it: list(xs)." if isinstance(of, tuple | range) else ""
        raise ProgramError(f"Items of {kind(of)} cannot be set.", span, hint)
    if isinstance(index, slice):
        found = items(reader, value, node)
        try:
            of[index] = found
        except ValueError as error:
            raise ProgramError(f"Python says: {error}.", span) from None
        reader.budget.check_items(of, span)
        return
    number = reader.plain_number(index, node.slice)
    if not float(number).is_integer() or not -len(of) <= number < len(of):
        raise refusals.no_such_item(node, len(of), reader.text)
    of[int(number)] = value


def length(numbers: range) -> int:
    """Return how many a range holds; `len` cannot count beyond what a list could hold."""
    step = numbers.step
    return max((numbers.stop - numbers.start + step - (1 if step > 0 else -1)) // step, 0)
