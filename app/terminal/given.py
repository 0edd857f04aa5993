"""What a command is given: a program, numbers for its inputs, where to write."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from engine.errors import GradwalkError, ProgramError
from engine.program import Program, parse
from engine.refusals import near
from engine.spans import Span

STANDARD = "-"  # standard input, or standard output
SUFFIXES = (".py", ".txt", ".gw")  # of what is a file, whether it is there or not


class StopError(Exception):
    """The command can't go on; the text says why, and the way out."""


@dataclass(frozen=True)
class Source:
    """A program as it was given: what to call it, and its text."""

    name: str
    text: str


def add_program(words: argparse.ArgumentParser, what: str) -> None:
    """Add the arguments of a command that takes a program."""
    words.add_argument("program", metavar=what, help="a file, the text itself, or - to read it in")
    words.add_argument(
        "--set",
        action="append",
        default=[],
        type=setting,
        metavar="NAME=NUMBER",
        help="a number for an input; may be given again",
    )


def setting(words: str) -> tuple[str, float]:
    """Read NAME=NUMBER.

    Raises:
        argparse.ArgumentTypeError: it is something else.
    """
    name, equals, number = words.rpartition("=")
    try:
        return name.strip(), float(number) if equals and name.strip() else float("none given")
    except ValueError:
        message = f"write a name and a number, as in x=2, not {words!r}"
        raise argparse.ArgumentTypeError(message) from None


def read(given: str) -> Source:
    """Return the program that an argument names, or is.

    Raises:
        StopError: there is no such file, or it can't be read.
    """
    if given == STANDARD:
        return Source("program", _decoded(sys.stdin.buffer.read(), "standard input"))
    path = Path(given)
    if not _is_file(path):
        if path.suffix in SUFFIXES and "\n" not in given:
            raise StopError(f"There is no file called {given}.")
        return Source("program", given)
    try:
        return Source(path.stem, _decoded(path.read_bytes(), given))
    except OSError as error:
        raise StopError(f"{given} cannot be read: {error.strerror}.") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text that is no path: too long, or with a zero in it
        return False


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StopError(f"{name} is no text in UTF-8.") from None


def program(source: Source, settings: Settings) -> Program:
    """Return a program, read within the limits of the settings.

    Raises:
        StopError: it is refused; the text shows the place.
    """
    try:
        return parse(source.text, settings.limits())
    except ProgramError as error:
        raise StopError(shown(source.text, error)) from error


def numbers(program: Program, given: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    """Return the numbers that were set, by name.

    Raises:
        StopError: the program has no input of that name.
    """
    for name, _ in given:
        if name not in program.settable:
            hint = near(name, list(program.settable))
            if not hint.startswith("Did"):
                hint = f"Its inputs are {', '.join(program.settable) or 'none'}."
            raise StopError(f"The program has no input called {name}. {hint}")
    return dict(given)


def write(data: str | bytes, target: str) -> None:
    """Write to a file, or to standard output for "-".

    Raises:
        StopError: that can't be written.
    """
    found = data.encode("utf-8") if isinstance(data, str) else data
    try:
        if target == STANDARD:
            sys.stdout.buffer.write(found)
            sys.stdout.buffer.flush()
        else:
            Path(target).write_bytes(found)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StopError(f"{target} cannot be written: {error.strerror}.") from error


def shown(text: str, error: ProgramError) -> str:
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
    carets = "^" * max(_width(line[span.column - 1 : end - 1]), 1)
    under = " " * _width(line[: span.column - 1]) + carets
    said = f"{error.message} {error.hint}".strip()
    return f"{_place(span)}\n\n    {line}\n    {under}\n{said}"


def _place(span: Span) -> str:
    return f"line {span.line}, column {span.column}"


def _width(text: str) -> int:
    """Return the columns that a terminal takes for text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def reason(error: GradwalkError) -> StopError:
    """Return what to stop with where the engine has refused."""
    return StopError(str(error))
