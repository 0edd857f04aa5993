"""`x1, x2, y = data("moons")`: a table by name, one's own, or row by row, bound to leaves."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine import refusals
from engine.data import MOST_SAMPLES, TABLES, Table, classes_of
from engine.errors import ProgramError
from engine.expr import Expr
from engine.spans import Span

if TYPE_CHECKING:
    from engine.reader import Reader

USAGE = 'x1, x2, y = data("moons")'
NO_DATA = "There is no data of your own yet."
MOST_ROWS_TYPED = 1_000
MOST_SEED = 2**32 - 1
MOST_NOISE = 100.0


def is_data(node: ast.expr) -> bool:
    """Tell whether an expression is `data(...)`."""
    match node:
        case ast.Call(func=ast.Name(id="data")):
            return True
    return False


def bind(
    reader: Reader, statement: ast.Assign, targets: Sequence[tuple[ast.expr, list[ast.Name]]]
) -> list[Expr]:
    """Return a leaf for each column; it holds the first sample."""
    node = statement.value
    assert isinstance(node, ast.Call)  # noqa: S101  `is_data` has looked
    if reader.data is not None:
        hint = "Bind all columns in one line."
        raise ProgramError("A program has one data(...).", _at(reader, node), hint)
    table = _table(reader, node)
    usage = f"Write {', '.join(table.columns)} = data(...)."
    for target, names in targets:
        if len(names) != len(table.columns):
            count = len(table.columns)
            columns = f"{count} columns, {', '.join(table.columns)}"
            named = "1 name" if len(names) == 1 else f"{len(names)} names"
            message = f"{table.name} has {columns}; left of = stands {named}."
            raise ProgramError(message, _at(reader, target), usage)
    first = table.rows[0].tolist()
    leaves = [reader.made(Expr(number, learnable=False), _at(reader, node)) for number in first]
    reader.unsaid.update(leaves)
    reader.data = table, leaves
    return leaves


def _table(reader: Reader, node: ast.Call) -> Table:
    """Return the table that a call asks for, by name or row by row."""
    options = {word.arg: word.value for word in node.keywords}
    usage = f"Write {USAGE}."
    if len(node.args) != 1:
        raise ProgramError("data takes the name of a table.", _at(reader, node), usage)
    (which,) = node.args
    if isinstance(which, ast.List | ast.Tuple):
        _only(reader, options, ())
        return _typed_rows(reader, which)
    if not (isinstance(which, ast.Constant) and isinstance(which.value, str)):
        raise ProgramError("The name of a table is a text in quotes.", _at(reader, which), usage)
    if which.value == "mine":
        _only(reader, options, ())
        if reader.mine is None:
            hint = "Bring some under Data: paste CSV, set points, or write a rule."
            raise ProgramError(NO_DATA, _at(reader, which), hint)
        return reader.mine
    source = TABLES.get(which.value)
    if source is None:
        hint = refusals.near(which.value, [*TABLES, "mine"])
        message = f"There is no table called {which.value}."
        raise ProgramError(message, _at(reader, which), hint)
    _only(reader, options, ("n", "noise", "seed", "labels"))
    n = whole(reader, "n", options.get("n"), (1, MOST_SAMPLES), 200)
    seed = whole(reader, "seed", options.get("seed"), (0, MOST_SEED), 1)
    table = source.table(n, _amount(reader, options.get("noise"), source.noise), seed)
    return _labelled(reader, table, options["labels"]) if "labels" in options else table


def _only(reader: Reader, options: Mapping[str | None, ast.expr], known: Sequence[str]) -> None:
    for name, value in options.items():
        if name is None or name not in known:
            words = f"It has {', '.join(known)}." if known else "It takes nothing else."
            message = (
                f"data has no setting called {name}." if name else "Write each setting by name."
            )
            raise ProgramError(message, _at(reader, value), words)


def whole(
    reader: Reader, name: str, node: ast.expr | None, bounds: tuple[int, int], usual: int
) -> int:
    """Return a setting that is a whole number, or what it usually is."""
    if node is None:
        return usual
    number, (least, most) = reader.literal(node), bounds
    if number is None or not number.is_integer() or not least <= number <= most:
        message = f"{name} is a whole number from {least:,} to {most:,}."
        raise ProgramError(message, _at(reader, node), f"Write {name}={usual}.")
    return int(number)


def _amount(reader: Reader, node: ast.expr | None, usual: float) -> float:
    if node is None:
        return usual
    number = reader.literal(node)
    if number is None or not 0 <= number <= MOST_NOISE:
        message = f"noise is a number from 0 to {MOST_NOISE:g}."
        raise ProgramError(message, _at(reader, node), "Write noise=0.1.")
    return number


def _labelled(reader: Reader, table: Table, node: ast.expr) -> Table:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    numbers = [reader.literal(part) for part in parts]
    if len(table.classes) != 2:
        message = f"{table.name} has no two classes to label."
        raise ProgramError(message, _at(reader, node), "Leave labels out.")
    if len(numbers) != 2 or None in numbers or numbers[0] == numbers[1]:
        message = "labels are two different numbers."
        raise ProgramError(message, _at(reader, node), "Write labels=(0, 1).")
    low, high = (float(number or 0.0) for number in numbers)
    return table.relabelled(low, high)


def _typed_rows(reader: Reader, node: ast.List | ast.Tuple) -> Table:
    """Return the table of `data([[0, 0, -1], [0, 1, 1]])`: rows written out, the target last."""
    usage = "Write data([[0, 0, -1], [0, 1, 1]]): a row a sample, the target last."
    if not 0 < len(node.elts) <= MOST_ROWS_TYPED:
        message = f"Rows that are written out are 1 to {MOST_ROWS_TYPED:,}."
        raise ProgramError(message, _at(reader, node), usage)
    rows: list[list[float]] = []
    for row in node.elts:
        parts = row.elts if isinstance(row, ast.List | ast.Tuple) else []
        numbers = [number for part in parts if (number := reader.literal(part)) is not None]
        if not numbers or len(numbers) < len(parts) or not np.isfinite(numbers).all():
            raise ProgramError("A row is a list of numbers.", _at(reader, row), usage)
        if rows and len(numbers) != len(rows[0]):
            counts = [f"{k} number{'' if k == 1 else 's'}" for k in (len(numbers), len(rows[0]))]
            message = f"This row has {counts[0]}, the first one {counts[1]}."
            raise ProgramError(message, _at(reader, row), "Give every row as many.")
        rows.append(numbers)
    table = np.array(rows)
    inputs = [f"x{place}" for place in range(1, table.shape[1])]
    columns = ("x", "y") if len(inputs) == 1 else (*inputs, "y")
    return Table("rows", columns, table, classes_of(table[:, -1]))


def _at(reader: Reader, node: ast.expr) -> Span:
    return reader.text.span(node)
