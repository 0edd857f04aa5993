"""Sphinx's side of the reference: tables put into pages, docstrings read as they are written."""

from __future__ import annotations

import re
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from tools.site.tables import filled

# An example ends with an empty line where it is tested, and need not where it is read.
_END = re.compile(r"^(```pycon\n.*?)\n+```$", re.MULTILINE | re.DOTALL)
_DOCTEST = re.compile(r"\s*(>>>|\.\.\.)")


def fill(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Put the tables into a page before it is read; close its examples."""
    source[0] = _END.sub(r"\1\n```", filled(source[0]))


def marked(line: str) -> str:
    r"""Return a line of a docstring as reStructuredText: one backtick is code, signs are signs.

    >>> marked("`x**y` is (*operands)")
    '``x**y`` is (\\*operands)'
    """
    parts = line.split("`")
    if len(parts) % 2 == 0:
        return line
    words = [re.sub(r"([*|\\]|_(?=\W|$))", r"\\\1", part) for part in parts[::2]]
    codes = [f"``{part}``" for part in parts[1::2]] + [""]
    return "".join(word + code for word, code in zip(words, codes, strict=True))


def mark(
    _app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]
) -> None:
    """Rewrite a docstring in place; its examples stay as they are."""
    example = False
    for place, line in enumerate(lines):
        example = bool(line.strip()) and (example or bool(_DOCTEST.match(line)))
        if not example:
            lines[place] = marked(line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen; and read the fenced tables of ARCHITECTURE.md as plain text."""
    for name in ("order", "limits"):
        app.add_lexer(name, TextLexer)
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", mark, priority=400)  # before napoleon's own marks
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
