"""What a command is given: a program, numbers for its inputs, a table of its own."""

from __future__ import annotations

import argparse
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.csvs import TableError, decode, read_csv
from app.settings import Settings
from app.terminal.refusal import shown
from app.terminal.streams import STANDARD, StopError, complain, kind, read_in
from engine.binding import NO_DATA
from engine.data import Table
from engine.errors import ProgramError
from engine.numerals import MINUS
from engine.program import Program, parse
from engine.refusals import near

SUFFIXES = (".py", ".txt", ".gw")  # of what is a file, whether it is there or not
PATHS = ("./", "../", "~/", "/")  # what no program begins with, but a path may


@dataclass(frozen=True)
class Source:
    """A program as it was given: its text, and the file it came from."""

    text: str
    file: str = ""


def add_program(words: argparse.ArgumentParser) -> None:
    """Add the arguments of a command that takes a program."""
    what = "a file, the text itself, or - to read it in"
    words.add_argument("program", metavar="PROGRAM", help=what)
    words.add_argument(
        "--set",
        action="append",
        default=[],
        type=setting,
        metavar="NAME=NUMBER",
        help="a number for an input; may be given again",
    )
    words.add_argument("--data", metavar="FILE.csv", help='the table that data("mine") is')


def setting(words: str) -> tuple[str, float]:
    """Read NAME=NUMBER; the minus may be the one that numbers are printed with.

    >>> setting("x=−2")
    ('x', -2.0)

    Raises:
        argparse.ArgumentTypeError: it is something else.
    """
    name, _, number = words.rpartition("=")
    found = _number(number)
    if found is None or not name.strip():
        message = f"write a name and a number, as in x=2, not {words!r}"
        raise argparse.ArgumentTypeError(message)
    if not math.isfinite(found):
        message = f"{name.strip()} takes a finite number, up to 1.8e308, not {number!r}"
        raise argparse.ArgumentTypeError(message)
    return name.strip(), found


def finite(text: str) -> float:
    """Read a number that is finite.

    Raises:
        argparse.ArgumentTypeError: it is something else.
    """
    found = _number(text)
    if found is None or not math.isfinite(found):
        raise argparse.ArgumentTypeError(f"a finite number, not {text!r}")
    return found


def _number(text: str) -> float | None:
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        return None


def read(given: str) -> Source:
    """Return the program that an argument names, or is.

    Raises:
        StopError: there is no such file, or it can't be read.
    """
    if given == STANDARD:
        return Source(_decoded(read_in(), "standard input"))
    if kind(given) == "folder":
        raise StopError(f"{given} is a folder; name a file in it.")
    if not kind(given):
        if "\n" not in given and (given.startswith(PATHS) or Path(given).suffix in SUFFIXES):
            raise StopError(f"There is no file called {given}.")
        _hint(given)
        return Source(given)
    return Source(_decoded(_bytes(given), given), given)


def name(given: str) -> str:
    """Return what to call a program: as its file, where it is one."""
    return Path(given).stem if kind(given) else "program"


def _hint(given: str) -> None:
    """Say so where a lone word was perhaps meant to be a file."""
    beside = [given + suffix for suffix in SUFFIXES if given.isidentifier()]
    for file in filter(kind, beside):
        complain(f"{given} is read as a program; did you mean the file {file}?")


def _bytes(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise StopError(f"{file} cannot be read: {error.strerror}.") from error


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StopError(f"{name} is no text in UTF-8.") from None


def program(given: argparse.Namespace, settings: Settings) -> Program:
    """Return the program of a command, read within the limits of the settings.

    Raises:
        StopError: it is refused, the text shows the place; or its data are no table.
    """
    source = read(given.program)
    mine = table(given.data) if given.data else None
    try:
        return parse(source.text, settings.limits(), mine)
    except ProgramError as error:
        if error.message == NO_DATA:
            error = ProgramError(NO_DATA, error.span, "Bring a table: --data FILE.csv.")
        raise StopError(shown(source.text, error, source.file)) from error


def table(file: str) -> Table:
    """Return the table of a CSV file; rows that are left out are told.

    Raises:
        StopError: it can't be read, or is no table.
    """
    try:
        sheet = read_csv(decode(_bytes(file)))
    except TableError as error:
        at = f", line {error.line:,}" if error.line else ""
        raise StopError(f"{file}{at}: {error.message} {error.hint}".strip()) from error
    for row in sheet.bad:
        complain(f"{file}, line {row.line:,}, is left out: {row.message}")
    if sheet.more:
        complain(f"{file}: {sheet.more:,} more are left out.")
    return sheet.table


def numbers(
    given: Sequence[tuple[str, float]], names: Collection[str], columns: Collection[str] = ()
) -> Mapping[str, float]:
    """Return the numbers that were set, by name.

    Args:
        given: names and numbers.
        names: what can be set.
        columns: of the data, where they can't be.

    Raises:
        StopError: the program has no input of that name.
    """
    inputs = f"Its inputs are {', '.join(names) or 'none'}."
    for name, _ in given:
        if name in columns:
            raise StopError(f"{name} is a column of the data, and is not set here. {inputs}")
        if name not in names:
            hint = near(name, list(names)) if names else inputs
            hint = hint if hint.startswith("Did") else inputs
            raise StopError(f"The program has no input called {name}. {hint}")
    return dict(given)
