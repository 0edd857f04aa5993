"""A refused program as a terminal shows it: its line, and the words that it is about underlined."""

from __future__ import annotations

import unicodedata

from engine.errors import ProgramError
from engine.spans import ELLIPSIS, Span

LONGEST = 100  # characters of a line that are shown


def shown(text: str, error: ProgramError, file: str = "") -> str:
    """Return a refusal with the words that it is about underlined.

    >>> from engine.spans import Span
    >>> print(shown("2*log(x", ProgramError("It is not closed.", Span(1, 6, 1, 7), "Add ).")))
    line 1, column 6
    <BLANKLINE>
        2*log(x
             ^
    It is not closed. Add ).
    """
    lines, span = text.splitlines() or [""], error.span
    line = lines[min(span.line, len(lines)) - 1].replace("\t", " ")
    end = span.end_column if span.end_line == span.line else len(line) + 1
    line, start, end = _cut(line, span.column - 1, end - 1)
    carets = "^" * max(_width(line[start:end]), 1)
    under = " " * _width(line[:start]) + carets
    said = f"{error.message} {error.hint}".strip()
    return f"{_place(span, file)}\n\n    {line}\n    {under}\n{said}"


def _place(span: Span, file: str) -> str:
    at = f"line {span.line:,}, column {span.column:,}"
    return f"{file}, {at}" if file else at


def _cut(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the part of a long line around a place, and the place in it.

    >>> line, start, end = _cut("x" * 500 + "?" + "x" * 500, 500, 501)
    >>> len(line), line[0], line[-1], line[start:end]
    (102, '…', '…', '?')
    """
    if len(line) <= LONGEST:
        return line, start, end
    left = max(min(start - LONGEST // 2, len(line) - LONGEST), 0)
    right = left + LONGEST
    before, after = ELLIPSIS if left else "", ELLIPSIS if right < len(line) else ""
    moved = left - len(before)
    return before + line[left:right] + after, start - moved, min(end, right) - moved


def _width(text: str) -> int:
    """Return the columns that a terminal takes for text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
