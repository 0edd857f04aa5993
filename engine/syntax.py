"""From typed text to `ast`, with faults found where a reader would point.

Python's own parser decides what is a program. Before it is asked, `tokens` looks for the faults it
would word badly, and `^` becomes `**`. Nothing is ever compiled or run.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left

from engine import tokens, trees
from engine.errors import LimitError, ProgramError
from engine.spans import START, Span


class Text:
    """A program's text, made ready for the parser, and the way back from its places.

    Attributes:
        lines: the text's lines, as typed.
        python: the text with `^` as `**`.
        magic: numbers of lines that are a notebook's own commands.
    """

    def __init__(self, source: str) -> None:
        """Read `source` as words and signs; refuse what no program can contain.

        Raises:
            ProgramError: a fault, at its place.
        """
        plain = source.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = plain.split("\n")
        self.magic = [k for k, line in enumerate(self.lines, 1) if _MAGIC.match(line)]
        plain = _MAGIC.sub("#", plain)
        words = list(tokens.read(plain))
        tokens.check(words)
        self._powers = {}
        python = plain.split("\n")
        carets: dict[int, list[int]] = {}
        for token in words:
            if token.text in {"^", "^="}:
                carets.setdefault(token.line, []).append(token.column - 1)
        for line, columns in carets.items():
            python[line - 1] = _with_powers(python[line - 1], columns)
            self._powers[line] = [column + before for before, column in enumerate(columns)]
        self.indent = _common_indent(words)
        self.python_lines = [
            line[self.indent :] if line[: self.indent].isspace() else line for line in python
        ]
        self.python = "\n".join(self.python_lines)
        self._characters: dict[int, list[int]] = {}

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> Span:
        """Return the place of `node` in the typed text."""
        end_line, end_offset = (
            node.end_lineno or node.lineno,
            node.end_col_offset or node.col_offset,
        )
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_line,
            self._column(end_line, end_offset),
        )

    def _column(self, line: int, offset: int) -> int:
        """Return the 1-based column, in typed characters, of a UTF-8 offset into a parsed line."""
        text = self.python_lines[line - 1]
        if not text.isascii():
            if line not in self._characters:
                self._characters[line] = _characters(text)
            offset = self._characters[line][offset]
        return self.typed_column(line, offset)

    def typed_column(self, line: int, character: int) -> int:
        """Return the 1-based typed column of a 0-based character of a parsed line."""
        lost = self.indent if self.lines[line - 1][: self.indent].isspace() else 0
        character += lost
        return character - bisect_left(self._powers.get(line, []), character) + 1


def parse(source: str) -> tuple[Text, ast.Module]:
    """Return the text and its tree.

    Raises:
        ProgramError: the text is no program; the place, a sentence and the way out are on it.
    """
    text = Text(source)
    try:
        return text, trees.module(text.python)
    except (RecursionError, MemoryError):
        message = "This nests too deep to be read."
        raise LimitError(
            message, START, "Split it over several lines, with a name for each part."
        ) from None
    except SyntaxError as fault:
        raise _sentence(text, fault) from None


# a notebook's own commands: %matplotlib inline, !pip install; as comments
_MAGIC = re.compile(r"^[%!](?=[a-zA-Z])", re.MULTILINE)


def _with_powers(line: str, columns: list[int]) -> str:
    pieces, start = [], 0
    for column in columns:
        pieces.append(line[start:column])
        start = column + 1
    return "**".join([*pieces, line[start:]])


def _common_indent(words: list[tokens.Token]) -> int:
    """Return how many blanks every statement is indented by, as in a pasted block."""
    indents = []
    depth, fresh, indent = 0, True, 0
    for token in words:
        if token.kind == "newline":
            fresh, indent = depth == 0, 0
        elif fresh and token.kind == "space" and token.column == 1:
            indent = len(token.text)
        elif token.kind not in {"space", "comment"}:
            if fresh:
                indents.append(indent)
            fresh = False
            depth += (token.text in tokens.CLOSING) - (token.text in tokens.CLOSING.values())
    return min(indents, default=0)


def _characters(line: str) -> list[int]:
    """Return, for each UTF-8 byte of `line` and its end, the character it belongs to."""
    places = []
    for place, character in enumerate(line):
        places.extend([place] * len(character.encode()))
    return [*places, len(line)]


_SPLIT = "Split it over several lines, with a name for each part."
# part of the parser's message: our sentence, the way out
_SENTENCES = {
    "expected ':'": ("A : is missing at the end of this line.", "Write : before what it does."),
    "expected an indented block": (
        "The lines that belong to the one above are indented.",
        "Put four blanks before them.",
    ),
    "unindent": (
        "This line stands neither within the block above nor outside of it.",
        "Put as many blanks before it as before the lines that it belongs to.",
    ),
    "cannot assign": ("Only a name can stand left of =.", "Write name = value."),
    "Maybe you meant '=='": ("An = gives a name a value.", "To compare, write ==."),
    "inconsistent use of tabs": (
        "Tabs and blanks are mixed before this line.",
        "Put blanks alone before it, as many as before the lines that it belongs to.",
    ),
    "indent": ("This line does not start at the left edge.", "Remove the blanks before it."),
    "f-string": ("This text with values inside is not finished.", 'Write f"{x:.4f}".'),
    "outside": ("This stands outside of a function or a loop.", ""),
    "too many": ("This nests too deep to be read.", _SPLIT),
    "cannot contain assignment": ("An = cannot stand here.", "Assign on a line of its own."),
    "expected": ("This line is not finished, or is no statement of the language.", ""),
}


def _by_first_word(words: list[str], span: Span, said: str) -> ProgramError | None:
    """Return the refusal of a line whose first word tells what was meant."""
    head = words[0].rstrip(":") if words else ""
    if words[:2] == ["else", "if"]:
        return ProgramError("else if is one word.", span, "Write elif.")
    if head in ("else", "elif") and said == "invalid syntax":
        hint = "Put as many blanks before it as before its if."
        return ProgramError(f"No if stands above that this {head} belongs to.", span, hint)
    if head in ("if", "elif", "while", "assert", "return") and "==" in said:
        return ProgramError("An = gives a name a value.", span, "To compare, write ==.")
    if head == "for" and "in" not in words:
        return ProgramError("A for goes through values.", span, "Write for i in range(10):.")
    if words[1:2] == [":="]:
        return ProgramError("A value is given with =.", span, f"Write {head} = ....")
    return None


def _sentence(text: Text, fault: SyntaxError) -> ProgramError:
    """Return the parser's refusal in plain words, at its place in the typed text."""
    line = min(max(fault.lineno or 1, 1), len(text.lines))
    first = text.typed_column(line, max((fault.offset or 1) - 1, 0))
    last_line = min(max(fault.end_lineno or line, line), len(text.lines))
    last = text.typed_column(last_line, max((fault.end_offset or 0) - 1, 0))
    width = len(text.lines[line - 1]) + 1
    first = max(min(first, width - 1), 1)
    if (last_line, last) <= (line, first):
        last_line, last = line, min(first + 1, width)
    last = min(last, len(text.lines[last_line - 1]) + 1)
    words = text.lines[line - 1].split()
    if found := _by_first_word(words, Span(line, first, last_line, last), fault.msg or ""):
        return found
    for part, (message, hint) in _SENTENCES.items():
        if part in (fault.msg or ""):
            return ProgramError(message, Span(line, first, last_line, last), hint)
    message = "The words here do not fit together."
    return ProgramError(
        message, Span(line, first, last_line, last), "Check the signs before and after this place."
    )
