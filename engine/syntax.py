"""From typed text to `ast`, with faults found where a reader would point.

Python's own parser decides what is a program. Before it is asked, the text is read once as words
and signs: `^` becomes `**`, brackets are matched, and values without an operator between them (or
operators without a value) are refused in plain words, since the parser's words are not for
learners. Nothing is ever compiled or run.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import LimitError, ProgramError
from engine.spans import START, Span

DEEPEST_BRACKETS = 100
LONGEST_NUMBER = 400

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\f]+|\\\n)
    | (?P<comment>\#[^\n]*)
    | (?P<newline>\n)
    | (?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
        |(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<string>'[^'\\\n]*'|"[^"\\\n]*")
    | (?P<sign>\*\*=|//=|<<=|>>=|\*\*|//|<<|>>|[-+*/%@&|^]=|==|!=|<=|>=|:=|->|\.\.\.|[-+*/%@&|^~<>=.,:;()\[\]{}])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_UNARY = {"+", "-", "~"}
_NEEDS_LEFT = {"*", "/", "%", "@", "&", "|", "^", "**", "//", "<<", ">>", "<", ">", "==", "!=", "<=", ">="}
_OPERATORS = _NEEDS_LEFT | _UNARY
_ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=", "**=", "//=", "<<=", ">>="}
_LOOKALIKES = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "⁄": "/", "∕": "/",
    "“": '"', "”": '"', "‘": "'", "’": "'", "√": "sqrt", "²": "^2", "³": "^3", "（": "(", "）": ")", "，": ",",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign of the text and its place."""

    kind: str
    text: str
    span: Span

    @property
    def ends_value(self) -> bool:
        """Return whether a value can end with it."""
        return self.kind in {"number", "string"} or self.text in {")", "]", "}"} or self.is_name

    @property
    def starts_value(self) -> bool:
        """Return whether a value can start with it."""
        return self.kind in {"number", "string"} or self.text in _CLOSING or self.is_name

    @property
    def is_name(self) -> bool:
        """Return whether it is a name and no keyword."""
        return self.kind == "name" and not keyword.iskeyword(self.text)


class Text:
    """A program's text, made ready for the parser, and the way back from its places.

    Attributes:
        lines: the text's lines, as typed.
        python: the text with `^` as `**`.
    """

    def __init__(self, source: str) -> None:
        """Read `source` as words and signs; refuse what no program can contain.

        Raises:
            ProgramError: a fault, at its place.
        """
        plain = source.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = plain.split("\n")
        tokens = list(_tokens(plain))
        _check(tokens)
        self._powers = {}
        python = plain.split("\n")
        carets: dict[int, list[int]] = {}
        for token in tokens:
            if token.text in {"^", "^="}:
                carets.setdefault(token.span.line, []).append(token.span.column - 1)
        for line, columns in carets.items():
            python[line - 1] = _with_powers(python[line - 1], columns)
            self._powers[line] = [column + before for before, column in enumerate(columns)]
        self.indent = _common_indent(tokens)
        self.python_lines = [line[self.indent :] if line[: self.indent].isspace() else line for line in python]
        self.python = "\n".join(self.python_lines)
        self._characters: dict[int, list[int]] = {}

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return the place of `node` in the typed text."""
        end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
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
        return text, ast.parse(text.python)
    except (RecursionError, MemoryError):
        message = "This nests too deep to be read."
        raise LimitError(message, START, "Split it over several lines, with a name for each part.") from None
    except SyntaxError as fault:
        raise _sentence(text, fault) from None


def _tokens(plain: str) -> Iterator[Token]:
    line, start = 1, 0
    for match in _TOKEN.finditer(plain):
        kind, words = match.lastgroup or "other", match.group()
        column = match.start() - start + 1
        yield Token(kind, words, Span(line, column, line, column + len(words)))
        if words.endswith("\n"):
            line, start = line + 1, match.end()


def _check(tokens: list[Token]) -> None:
    """Refuse what the parser would refuse in words that help nobody."""
    open_brackets: list[Token] = []
    last: Token | None = None
    for token in tokens:
        if token.kind in {"space", "comment"} or (token.kind == "newline" and open_brackets):
            continue
        _check_word(token)
        if token.kind == "newline" or token.text == ";":
            _check_end(last, token)
            last = None
            continue
        if last:
            _check_pair(last, token, bool(open_brackets))
        elif token.text in _NEEDS_LEFT | _ASSIGNMENTS:
            raise _missing(f"A value is missing before {token.text}.", token.span)
        if token.text in _CLOSING:
            open_brackets.append(token)
            if len(open_brackets) > DEEPEST_BRACKETS:
                message = f"Brackets nest more than {DEEPEST_BRACKETS} deep here."
                raise LimitError(message, token.span, "Give the inner part a name on a line of its own.")
        elif token.text in _CLOSING.values():
            _check_closing(open_brackets, token)
        last = token
    if open_brackets:
        bracket = open_brackets[-1]
        message = f"This {bracket.text} is never closed."
        raise ProgramError(message, bracket.span, f"Add {_CLOSING[bracket.text]} where it ends.")
    _check_end(last, None)


def _check_word(token: Token) -> None:
    if token.kind == "other":
        raise _unknown_character(token)
    if token.kind == "number" and len(token.text) > LONGEST_NUMBER:
        message = f"This number is {len(token.text)} digits long."
        raise ProgramError(message, token.span, "Write it with an exponent, as in 1.5e300.")
    if token.kind == "name" and not token.text.isidentifier():
        ascii_form = unicodedata.normalize("NFKC", token.text)
        message = f"{token.text} is not a name."
        for place, character in enumerate(token.text):
            if place and "SUPERSCRIPT" in unicodedata.name(character, ""):
                power = unicodedata.normalize("NFKC", token.text[place:])
                raise ProgramError(message, token.span, f"For a power, write {token.text[:place]}^{power}.")
        raise ProgramError(message, token.span, f"Write {ascii_form}." if ascii_form.isidentifier() else "")


def _check_pair(last: Token, token: Token, inside: bool) -> None:
    if last.ends_value and token.starts_value:
        called = token.text in {"(", "["} and last.kind != "number"
        if not called and not last.kind == token.kind == "string":
            raise _no_operator(last, token)
    if last.text in _OPERATORS and token.text in _NEEDS_LEFT:
        raise _missing(f"A value is missing between {last.text} and {token.text}.", token.span)
    if last.text in _OPERATORS | _ASSIGNMENTS and token.text in {")", "]", "}", ","} | _ASSIGNMENTS:
        raise _missing(f"A value is missing after {last.text}.", last.span)
    if last.text in {"(", ","} and token.text in _NEEDS_LEFT - {"*", "**"}:
        raise _missing(f"A value is missing before {token.text}.", token.span)
    if last.text == "," and token.text == ",":
        raise _missing("A value is missing between these commas.", last.span.through(token.span))
    if last.text == "(" and token.text == ",":
        raise _missing("A value is missing before this comma.", token.span)
    if inside and token.text in _ASSIGNMENTS - {"="}:
        raise ProgramError(f"{token.text} cannot stand inside brackets.", token.span, "Assign on a line of its own.")


def _check_end(last: Token | None, token: Token | None) -> None:
    if last and last.text in _OPERATORS | _ASSIGNMENTS:
        raise _missing(f"A value is missing after {last.text}.", last.span)


def _check_closing(open_brackets: list[Token], token: Token) -> None:
    if not open_brackets:
        raise ProgramError(f"This {token.text} closes nothing.", token.span, "Remove it, or open it further left.")
    bracket = open_brackets.pop()
    wanted = _CLOSING[bracket.text]
    if token.text != wanted:
        message = f"{token.text} does not close the {bracket.text} on line {bracket.span.line}, column {bracket.span.column}."
        raise ProgramError(message, token.span, f"Write {wanted}.")


def _missing(message: str, span: Span) -> ProgramError:
    return ProgramError(message, span, "Write a number, a name or a function there.")


def _no_operator(last: Token, token: Token) -> ProgramError:
    touching = last.span.end_column == token.span.column and last.span.line == token.span.line
    left, right = (_shown(part.text) for part in (last, token))
    if last.kind == "number" and token.kind in {"name", "number"} and touching:
        message = f"{left}{right} is neither a number nor a name."
    else:
        message = f"There is no operator between {left} and {right}."
    right = "(...)" if right == "(" else right
    left = "(...)" if left == ")" else left
    return ProgramError(message, last.span.through(token.span), f"To multiply, write {left}*{right}.")


def _unknown_character(token: Token) -> ProgramError:
    character = token.text
    if character in {"'", '"'}:
        return ProgramError("This text is never closed, or holds a backslash.", token.span, f"End it with {character}.")
    if character in _LOOKALIKES:
        return ProgramError(f"{character} is not a sign of the language.", token.span, f"Write {_LOOKALIKES[character]}.")
    if character == "!":
        return ProgramError("There is no factorial here.", token.span)
    return ProgramError(f"{_shown(character)} cannot stand in a program.", token.span, "Remove it.")


def _shown(text: str, most: int = 40) -> str:
    """Return text fit for a sentence: printable, and not too long."""
    if len(text) == 1 and not text.isprintable():
        return f"The character U+{ord(text):04X}"
    return text if len(text) <= most else text[: most - 1] + "…"


def _with_powers(line: str, columns: list[int]) -> str:
    pieces, start = [], 0
    for column in columns:
        pieces.append(line[start:column])
        start = column + 1
    return "**".join([*pieces, line[start:]])


def _common_indent(tokens: list[Token]) -> int:
    """Return how many blanks every statement is indented by, as in a pasted block."""
    indents = []
    depth, fresh, indent = 0, True, 0
    for token in tokens:
        if token.kind == "newline":
            fresh, indent = depth == 0, 0
        elif fresh and token.kind == "space" and token.span.column == 1:
            indent = len(token.text)
        elif token.kind not in {"space", "comment"}:
            if fresh:
                indents.append(indent)
            fresh = False
            depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
    return min(indents, default=0)


def _characters(line: str) -> list[int]:
    """Return, for each UTF-8 byte of `line` and its end, the character it belongs to."""
    places = []
    for place, character in enumerate(line):
        places.extend([place] * len(character.encode()))
    return [*places, len(line)]


_SENTENCES = (
    ("cannot assign", "Only a name can stand left of =.", "To compare nothing is needed; to name a value, write name = value."),
    ("indent", "This line does not start at the left edge.", "Remove the blanks before it."),
    ("f-string", "Texts with values inside are not part of the language.", ""),
    ("too many", "This nests too deep to be read.", "Split it over several lines, with a name for each part."),
    ("expression cannot contain assignment", "An = cannot stand here.", "Assign on a line of its own."),
    ("expected", "This line is not finished, or belongs to no statement of the language.", ""),
)  # fmt: skip


def _sentence(text: Text, fault: SyntaxError) -> ProgramError:
    """Return the parser's refusal in plain words, at its place in the typed text."""
    line = min(max(fault.lineno or 1, 1), len(text.lines))
    first = text.typed_column(line, max((fault.offset or 1) - 1, 0))
    last_line = min(max(fault.end_lineno or line, line), len(text.lines))
    last = text.typed_column(last_line, max((fault.end_offset or 0) - 1, 0))
    width = len(text.lines[line - 1]) + 1
    first = min(first, width)
    if (last_line, last) <= (line, first):
        last_line, last = line, min(first + 1, width)
    last = min(last, len(text.lines[last_line - 1]) + 1)
    for part, message, hint in _SENTENCES:
        if part in (fault.msg or ""):
            return ProgramError(message, Span(line, first, last_line, last), hint)
    message = "The words here do not fit together."
    return ProgramError(message, Span(line, first, last_line, last), "Check the signs before and after this place.")
