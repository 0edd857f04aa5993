"""Places in a program's text: lines and columns as a reader counts them."""

from __future__ import annotations

from typing import NamedTuple

ELLIPSIS = "…"
UNSEEN = "\N{REPLACEMENT CHARACTER}"
LONGEST = 60  # characters of the words that a node is called by


class Span(NamedTuple):
    """A stretch of text: 1-based lines and columns, in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def size(self) -> tuple[int, int]:
        """Return how far it reaches, for telling the narrower of two: (lines, columns)."""
        return self.end_line - self.line, self.end_column - self.column

    def through(self, other: Span) -> Span:
        """Return the span from this one's start to the end of `other`."""
        return Span(self.line, self.column, other.end_line, other.end_column)


START = Span(1, 1, 1, 1)


def cut(lines: list[str], span: Span, most: int = LONGEST) -> str:
    """Return the words that `span` covers, line breaks folded to spaces, `most` characters of them.

    >>> cut(["y = x*x + 1"], Span(1, 5, 1, 8))
    'x*x'
    """
    if span.line == span.end_line:
        text = lines[span.line - 1][span.column - 1 : min(span.end_column - 1, span.column + most)]
    else:
        text = lines[span.line - 1][span.column - 1 :][: most + 1]
        for number in range(span.line, span.end_line):
            if len(text) > most:
                break
            end = span.end_column - 1 if number == span.end_line - 1 else None
            text += " " + lines[number][:end][: most + 1]
    return shortened(" ".join(text.split()), most)


def printable(text: str) -> str:
    r"""Return text as every file can hold it: what no reader sees is replaced by a sign.

    >>> printable("a\x07") == "a\N{REPLACEMENT CHARACTER}"
    True
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else UNSEEN for each in text)


def shortened(text: str, most: int = LONGEST) -> str:
    """Return text, cut with an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS
