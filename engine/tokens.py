"""A program's words and signs, and the faults that can be seen from them alone.

Brackets are matched, and values without an operator between them (or operators without a value)
are refused in plain words, since a parser's words are not for learners.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from engine.errors import LimitError, ProgramError
from engine.ops import OPS
from engine.spans import Span

DEEPEST_BRACKETS = 100
LONGEST_NUMBER = 400

_TOKEN = re.compile(
    r'''
      (?P<space>[ \t\f]+|\\\n)
    | (?P<comment>\#[^\n]*)
    | (?P<newline>\n)
    | (?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
        |(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>[fFrRuU]{0,2}(?:
          """(?:[^\\]|\\.)*?""" | \'\'\'(?:[^\\]|\\.)*?\'\'\'
        | '(?:[^'\\\n]|\\[^\n])*' | "(?:[^"\\\n]|\\[^\n])*"))
    | (?P<name>[^\W\d](?:\w|[^\x00-\x7f\s−–—×·⋅∗÷⁄∕“”‘’√（），])*)
    | (?P<sign>\*\*=|//=|<<=|>>=|\*\*|//|<<|>>|[-+*/%@&|^]=|==|!=|<=|>=|:=|->|\.\.\.
        |[-+*/%@&|^~<>=.,:;()\[\]{}])
    | (?P<other>.)
    ''',
    re.VERBOSE | re.DOTALL,
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
_BLOCKS = {"for", "while", "if", "elif", "else", "def", "class"}
# words of other languages for the first words of blocks
_WORDS = {
    "elseif": "elif",
    "elsif": "elif",
    "function": "def",
    "func": "def",
    "fn": "def",
    "foreach": "for",
}
_UNARY = {"+", "-", "~"}
_NEEDS_LEFT = {
    "*",
    "/",
    "%",
    "@",
    "&",
    "|",
    "^",
    "**",
    "//",
    "<<",
    ">>",
    "<",
    ">",
    "==",
    "!=",
    "<=",
    ">=",
}
_OPERATORS = _NEEDS_LEFT | _UNARY
_ASSIGNMENTS = {
    "=",
    "+=",
    "-=",
    "*=",
    "/=",
    "%=",
    "@=",
    "&=",
    "|=",
    "^=",
    "**=",
    "//=",
    "<<=",
    ">>=",
}
_DOUBLED = {"&": ("&&", "and"), "|": ("||", "or")}
_LOOKALIKES = {
    **dict.fromkeys("−–—", "-"),
    **dict.fromkeys("×·⋅∗", "*"),
    **dict.fromkeys("÷⁄∕", "/"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("‘’", "'"),
    **dict(zip("√²³（），", ("sqrt", "^2", "^3", "(", ")", ","), strict=True)),
}
# the parser takes neither of these, wherever they stand
_NEVER = re.compile("[\\0\\ud800-\\udfff]")


class Token(NamedTuple):
    """One word or sign of the text; its line and column are 1-based."""

    kind: str
    text: str
    line: int
    column: int

    @property
    def span(self) -> Span:
        """Return its place."""
        return Span(self.line, self.column, self.line, self.column + len(self.text))

    @property
    def ends_value(self) -> bool:
        """Return whether a value can end with it."""
        return self.kind in {"number", "string"} or self.text in {")", "]", "}"} or self.is_name

    @property
    def starts_value(self) -> bool:
        """Return whether a value can start with it."""
        return self.kind in {"number", "string"} or self.text in CLOSING or self.is_name

    @property
    def is_name(self) -> bool:
        """Return whether it is a name and no keyword."""
        return self.kind == "name" and not keyword.iskeyword(self.text)


def read(plain: str) -> Iterator[Token]:
    """Yield every word and sign of a text whose lines end in newlines alone."""
    line, start = 1, 0
    for match in _TOKEN.finditer(plain):
        words = match.group()
        yield Token(match.lastgroup or "other", words, line, match.start() - start + 1)
        if "\n" in words:  # a text in three quotes may hold several
            line, start = line + words.count("\n"), match.start() + words.rfind("\n") + 1


def check(tokens: list[Token]) -> None:
    """Refuse what the parser would refuse in words that help nobody.

    Raises:
        ProgramError: a fault, at its place.
    """
    open_brackets: list[Token] = []
    last: Token | None = None
    head: Token | None = None
    before: Token | None = None
    for place, token in enumerate(tokens):
        if token.text == "!" and not (last and last.ends_value):
            raise ProgramError("! is no sign of the language.", token.span, "Write not.")
        _check_word(token)
        if token.kind in {"space", "comment"} or (token.kind == "newline" and open_brackets):
            continue
        if token.kind == "newline" or token.text == ";":
            _check_end(last, before)
            last = head = before = None
            continue
        head = head or token
        if not open_brackets:
            _check_colon(head, last, token)
        if open_brackets and last and last.line < token.line and _are_apart(last, token):
            _check_closed(open_brackets, tokens[place:])
        _check_pair(last, token)
        _check_brackets(open_brackets, token)
        before, last = last, token
    if open_brackets:
        raise _never_closed(open_brackets[-1])
    _check_end(last, before)


def _never_closed(bracket: Token) -> ProgramError:
    message = f"This {bracket.text} is never closed."
    return ProgramError(message, bracket.span, f"Add {CLOSING[bracket.text]} where it ends.")


def _are_apart(last: Token, token: Token) -> bool:
    return last.ends_value and token.starts_value and token.text not in CLOSING


def _check_closed(open_brackets: list[Token], rest: list[Token]) -> None:
    """Refuse a bracket that the rest of the text does not close."""
    depth = len(open_brackets)
    for token in rest:
        depth += (token.text in CLOSING) - (token.text in CLOSING.values())
        if depth < len(open_brackets):
            return
    raise _never_closed(open_brackets[-1])


def _check_word(token: Token) -> None:
    if token.kind in {"comment", "string"} and (never := _NEVER.search(token.text)):
        column = token.column + never.start()
        raise _unknown_character(Token("other", never.group(), token.line, column))
    if token.kind == "other":
        raise _unknown_character(token)
    if token.kind == "number" and len(token.text) > LONGEST_NUMBER:
        message = f"This number is {len(token.text)} digits long."
        raise ProgramError(message, token.span, "Write it with an exponent, as in 1.5e300.")
    if token.kind == "name" and not token.text.isidentifier():
        hint = _plain_form(token.text)
        raise ProgramError(f"{token.text} is not a name.", token.span, hint)


def _plain_form(name: str) -> str:
    """Return how to write what looks like a name, such as x², x₁ or ½; empty for no sound guess."""
    for place, character in enumerate(name):
        if place and "SUPERSCRIPT" in unicodedata.name(character, ""):
            power = unicodedata.normalize("NFKC", name[place:])
            return f"For a power, write {name[:place]}^{power}."
    plain = unicodedata.normalize("NFKC", name).replace("⁄", "/")
    return f"Write {plain}." if plain.isascii() or plain.isidentifier() else ""


def _check_colon(head: Token, last: Token | None, token: Token) -> None:
    """Refuse a block's first line that goes on where its : should be."""
    if head.text not in _BLOCKS or last is None or last is head:
        return
    opened = token.text in {"(", "["} or last.kind == token.kind == "string"
    if last.ends_value and token.starts_value and not opened:
        if head.text == "else" and token.text == "if":
            raise ProgramError("else if is one word.", last.span.through(token.span), "Write elif.")
        message = f"A : is missing before {_shown(token.text)}."
        raise ProgramError(message, token.span, f"Write : where {head.text} ... ends.")


def _check_foreign(last: Token | None, token: Token) -> None:
    """Refuse signs that are C's, and decorators."""
    if last is None and token.text == "@":
        message = "Decorators are not part of the language."
        raise ProgramError(message, token.span, "Leave the line out.")
    if last is not None and last.text == token.text and token.text in _DOUBLED:
        written, words = _DOUBLED[token.text]
        span = last.span.through(token.span)
        raise ProgramError(f"{written} is no sign of the language.", span, f"Write {words}.")


def _check_pair(last: Token | None, token: Token) -> None:
    _check_foreign(last, token)
    if last is None:
        if token.text in _NEEDS_LEFT | _ASSIGNMENTS:
            raise _missing(f"A value is missing before {token.text}.", token.span)
        return
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


def _check_end(last: Token | None, before: Token | None = None) -> None:
    if last and before and last.text == before.text and last.text in _UNARY:
        sign = last.text
        message = f"There is no {sign}{sign} here."
        raise ProgramError(message, before.span.through(last.span), f"Write {sign}= 1.")
    if last and last.text in _OPERATORS | _ASSIGNMENTS:
        raise _missing(f"A value is missing after {last.text}.", last.span)


def _check_brackets(open_brackets: list[Token], token: Token) -> None:
    if token.text in CLOSING:
        open_brackets.append(token)
        if len(open_brackets) > DEEPEST_BRACKETS:
            message = f"Brackets nest more than {DEEPEST_BRACKETS} deep here."
            hint = "Give the inner part a name on a line of its own."
            raise LimitError(message, token.span, hint)
    elif token.text in CLOSING.values():
        _check_closing(open_brackets, token)
    elif open_brackets and token.text in _ASSIGNMENTS - {"="}:
        message = f"{token.text} cannot stand inside brackets."
        raise ProgramError(message, token.span, "Assign on a line of its own.")


def _check_closing(open_brackets: list[Token], token: Token) -> None:
    if not open_brackets:
        raise ProgramError(
            f"This {token.text} closes nothing.", token.span, "Remove it, or open it further left."
        )
    bracket = open_brackets.pop()
    wanted = CLOSING[bracket.text]
    if token.text != wanted:
        place = f"line {bracket.line}, column {bracket.column}"
        message = f"{token.text} does not close the {bracket.text} on {place}."
        raise ProgramError(message, token.span, f"Write {wanted}.")


def _missing(message: str, span: Span) -> ProgramError:
    return ProgramError(message, span, "Write a number, a name or a function there.")


def _no_operator(last: Token, token: Token) -> ProgramError:
    touching = last.span.end_column == token.column and last.line == token.line
    span = last.span.through(token.span)
    left, right = (_shown(part.text) for part in (last, token))
    if last.text in _WORDS or last.text.lower() in _BLOCKS | {"import", "from", "return"}:
        word = _WORDS.get(last.text, last.text.lower())
        return ProgramError(f"{left} is no word of the language.", last.span, f"Write {word}.")
    if last.text == "print":
        hint = f"Write print({right})." if token.kind != "other" else "Write print(...)."
        return ProgramError("What is printed stands in brackets.", span, hint)
    if last.kind == token.kind == "number" and touching:
        hint = "A number has one point at most." if "." in left + right else ""
        return ProgramError(f"{left}{right} is no number.", span, hint)
    if last.kind == "number" and token.kind == "name" and touching:
        message = f"{left}{right} is neither a number nor a name."
    else:
        message = f"There is no operator between {left} and {right}."
    if last.text in OPS and token.kind in {"number", "name"}:
        return ProgramError(message, span, f"Write {left}({right}).")
    right = "(...)" if right == "(" else right
    left = "(...)" if left == ")" else left
    return ProgramError(message, span, f"To multiply, write {left}*{right}.")


def _unknown_character(token: Token) -> ProgramError:
    character = token.text
    if character in {"'", '"'}:
        return ProgramError(
            "This text is never closed.",
            token.span,
            f"End it with {character}.",
        )
    if character in _LOOKALIKES:
        return ProgramError(
            f"{character} is not a sign of the language.",
            token.span,
            f"Write {_LOOKALIKES[character]}.",
        )
    if character == "!":
        return ProgramError("There is no factorial here.", token.span)
    return ProgramError(f"{_shown(character)} cannot stand in a program.", token.span, "Remove it.")


def _shown(text: str, most: int = 40) -> str:
    """Return text fit for a sentence: printable, and not too long."""
    if len(text) == 1 and not text.isprintable():
        return f"The character U+{ord(text):04X}"
    return text if len(text) <= most else text[: most - 1] + "…"
