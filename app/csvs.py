"""CSV as people paste it -> a table: names on the first line, the last column is the target.

Rows that cannot be used are named by line and left out; what makes the whole of it useless is
refused, with the way out.
"""

from __future__ import annotations

import csv
import io
import keyword
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from app import cells
from engine.arithmetic import CONSTANTS
from engine.calls import FUNCTIONS
from engine.data import MOST_SAMPLES, Table

SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
LINES_LOOKED_AT = 20  # to find out what separates the cells
MOST_COLUMNS = 100
MOST_NAMED = 5  # rows that are left out and said so by line
LONGEST_NAME = 40  # characters
MOST_LABELS = 100
TAKEN = {*FUNCTIONS, *CONSTANTS, *keyword.kwlist}
WAY_OUT = "Write lines such as x1,x2,y and below them 0.5,1,-1."


class TableError(Exception):
    """Data that no table can be made of: what, the way out, and on which line if on one."""

    def __init__(self, message: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


@dataclass(frozen=True)
class Bad:
    """A row that is left out."""

    line: int
    message: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table, and what of the text is not in it: the first rows by line, the count of the rest."""

    table: Table
    bad: tuple[Bad, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]


def decode(sent: bytes) -> str:
    """Return a file's text: UTF-8, or what spreadsheets write beside it.

    Raises:
        TableError: it is no text.
    """
    if sent.startswith((b"\xff\xfe", b"\xfe\xff")):
        return sent.decode("utf-16", "replace")
    if b"\0" in sent[:4096]:
        raise TableError("This file is no text.", "Save the table as CSV, and choose that file.")
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        return sent.decode("cp1252", "replace")


def read_csv(text: str) -> Sheet:
    """Return the table that a text holds.

    Columns are separated by commas, semicolons or tabs; with the last two, decimals may have a
    comma. A target of words becomes classes in order of appearance: two are -1 and 1, more are 0,
    1, 2 and so on. So do whole numbers of at most ten kinds.

    Raises:
        TableError: there is no table in it, or a larger one than can be used.
    """
    text = text.removeprefix("\N{BYTE ORDER MARK}").replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator(text)
    rows = _rows(text, separator)
    if not rows:
        raise TableError("There is nothing here yet.", WAY_OUT)
    first = rows[0].cells
    while len(first) > 1 and not first[-1].strip():
        first.pop()
    return _sheet(column_names(first, rows[0].line), rows[1:], separator)


def _separator(text: str) -> str:
    """Return what cuts the first lines into as many cells as there are names."""
    lines = [line for line in islice(io.StringIO(text), 10 * LINES_LOOKED_AT) if line.strip()]
    found = {}
    for separator in SEPARATORS:
        try:
            rows = [*csv.reader(lines[:LINES_LOOKED_AT], delimiter=separator)]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        if widths and widths[0] > 1:
            found[separator] = widths.count(widths[0])
    return max(found, key=lambda each: found[each], default=",")


def _rows(text: str, separator: str) -> list[_Row]:
    """Return every line that holds something, cut into cells.

    Raises:
        TableError: a quote is never closed, and hides whatever follows.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    rows: list[_Row] = []
    line = 0
    while True:
        try:
            for found in reader:
                if any(found):
                    rows.append(_Row(line + 1, found))
                line = reader.line_num
        except csv.Error as error:
            if "expected after" not in str(error):  # not only this row: all that follows is in it
                message = f"The quote on line {line + 1} is never closed."
                hint = 'Close it, or write "" for a quote inside quotes.'
                raise TableError(message, hint, line + 1) from None
            rows.append(_Row(line + 1, []))
            line = reader.line_num
        else:
            return rows


def column_names(given: Sequence[str], line: int | None = None) -> list[str]:
    """Return columns' names, as the language can write them.

    Raises:
        TableError: there are none, or too few or too many, or two are alike.
    """
    if all(cells.number(each) is not None for each in given):
        message = "The first line holds numbers where the columns' names should be."
        raise TableError(message, "Put a line such as x1,x2,y above them.", line)
    if len(given) == 1:
        message = "There is one column only; a table has one feature or more, and the target."
        hint = "Separate columns by commas, semicolons or tabs." if " " in given[0] else WAY_OUT
        raise TableError(message, hint, line)
    if len(given) > MOST_COLUMNS:
        message = f"There are {len(given):,} columns; at most {MOST_COLUMNS} can be used."
        raise TableError(message, "Leave out the others.", line)
    names = [_name(each, place, line) for place, each in enumerate(given, 1)]
    for place, name in enumerate(names, 1):
        if name in names[: place - 1]:
            message = f"Columns {names.index(name) + 1} and {place} are both called {name}."
            raise TableError(message, "Give each a name of its own.", line)
    return names


def _name(given: str, place: int, line: int | None) -> str:
    """Return a column's name as the language can write it.

    >>> _name("sepal length (cm)", 1, 1), _name("class", 2, 1), _name("2nd", 3, 1)
    ('sepal_length_cm', 'class_', 'x2nd')
    """
    plain = unicodedata.normalize("NFKC", given)
    name = re.sub(r"\W+", "_", plain).strip("_")[:LONGEST_NAME]
    if name[:1].isdecimal():
        name = f"x{name}"
    if not name.isidentifier():
        hint = "Give it one, or leave the column out."
        raise TableError(f"Column {place} has no name of letters and digits.", hint, line)
    return f"{name}_" if name in TAKEN else name


def _sheet(names: list[str], rows: list[_Row], separator: str) -> Sheet:
    """Return what the rows below the names hold.

    Raises:
        TableError: they are too many, none can be used, or their target is no target.
    """
    if len(rows) > MOST_SAMPLES:
        message = f"There are {len(rows):,} rows; at most {MOST_SAMPLES:,} can be used."
        raise TableError(message, "Leave some out: every second one, say.")
    bad: dict[int, str] = {}
    whole = [row for row in rows if _fits(row, len(names), bad)]
    columns = [[row.cells[place] for row in whole] for place in range(len(names))]
    point = "." if separator == "," else cells.decimal_sign(columns[:-1])
    found = [cells.feature(*each, point) for each in zip(names[:-1], columns, strict=False)]
    found.append(cells.last(names[-1], columns[-1], point))
    complaints = {row: said for column in found for row, said in column.complaints.items()}
    bad |= {whole[row].line: said for row, said in complaints.items()}
    kept = [row for row in range(len(whole)) if row not in complaints]
    if not kept:
        raise _no_rows(bad, separator)
    target = cells.target(found[-1], kept)
    if len(target.labels) > MOST_LABELS:
        message = (
            f"{names[-1]} has {len(target.labels):,} words; at most {MOST_LABELS} can be classes."
        )
        raise TableError(message, "Put the column that is to be learnt last.")
    numbers = np.column_stack([*(each.values[kept] for each in found[:-1]), target.values])
    table = Table("mine", tuple(names), numbers, target.classes, target.labels)
    first = [Bad(line, bad[line]) for line in sorted(bad)[:MOST_NAMED]]
    return Sheet(table, tuple(first), len(bad) - len(first))


def _fits(row: _Row, width: int, bad: dict[int, str]) -> bool:
    """Tell whether a row has a cell a name; empty ones after its last do not count."""
    if len(row.cells) == width or (len(row.cells) > width and not any(row.cells[width:])):
        return True
    many = len(row.cells)
    bad[row.line] = (
        f"It has {many} cell{'s' if many > 1 else ''}, the first line {width} names."
        if many
        else "A quote stands in the middle of a cell."
    )
    return False


def _no_rows(bad: dict[int, str], separator: str) -> TableError:
    if not bad:
        return TableError("There are names, but no rows below them.", WAY_OUT)
    line = min(bad)
    hint = f"The columns were taken to be separated by {SEPARATORS[separator]}."
    return TableError(f"No row can be used. Line {line}: {bad[line]}", hint, line)
