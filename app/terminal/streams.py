"""Where the command reads and writes: streams that may be closed, full or not UTF-8, and files."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TextIO

LAST = 2  # the places of standard input, output and error are 0, 1 and 2
STANDARD = "-"  # standard input, or standard output
# what is written where an encoding has no such sign; of others a question mark
PLAIN = {"✓": "+", "✗": "x", "∧": "^", "−": "-", "→": "->", "∞": "inf", "·": "*", "…": "..."}
ERRORS = "gradwalk.plain"


class StopError(Exception):
    """The command can't go on; the text says why, and the way out."""


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for signs that can't be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign, "?") for sign in signs), error.end


codecs.register_error(ERRORS, _plain)


class _Nobody(io.TextIOBase):
    """Stands for a standard error that is closed: what is said there is said to nobody."""

    def write(self, text: str) -> int:
        """Return how many characters were taken: all."""
        return len(text)


def prepare() -> None:
    """Let standard output and error take every text, whatever their encoding."""
    while (place := os.open(os.devnull, os.O_RDWR)) <= LAST:  # no file opened later stands there
        pass
    os.close(place)
    if sys.stderr is None:
        sys.stderr = _Nobody()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def read_in() -> bytes:
    """Return all of standard input.

    Raises:
        StopError: it is closed, or can't be read.
    """
    if sys.stdin is None:
        raise StopError("standard input cannot be read: it is closed.")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise StopError(f"standard input cannot be read: {error.strerror}.") from error


def say(text: str) -> None:
    """Print to standard output.

    Raises:
        StopError: it is closed, or full.
    """
    _to_standard_output(lambda: print(text))


def complain(text: str) -> None:
    """Print to standard error; where that is full, nobody can be told."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        leave_off(sys.stderr)


def write(data: str | bytes, target: str) -> None:
    """Write to a file, or to standard output for "-".

    Raises:
        StopError: that can't be written.
    """
    found = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if target == STANDARD:
        _to_standard_output(lambda: sys.stdout.buffer.write(found))
        return
    try:
        Path(target).write_bytes(found)
    except OSError as error:
        raise StopError(f"{target} cannot be written: {error.strerror}.") from error


def kind(path: str) -> Literal["file", "folder", ""]:
    """Return what there is of that name; nothing for a text that is no path."""
    try:
        if not path or not Path(path).exists():
            return ""
        return "folder" if Path(path).is_dir() else "file"
    except (OSError, ValueError):  # too long, or with a zero in it
        return ""


def check_target(target: str) -> None:
    """Refuse a file that can't be written, before the work for it is done.

    Raises:
        StopError: it is a folder, or in none, or nothing may be written there.
    """
    folder, there = str(Path(target).parent), kind(target)
    why = ""
    if there == "folder":
        why = "it is a folder"
    elif kind(folder) != "folder":
        why = f"there is no folder {folder}"
    elif not os.access(target if there else folder, os.W_OK):
        why = "you may not write there"
    if why:
        raise StopError(f"{target} cannot be written: {why}.")


def leave_off(stream: TextIO) -> None:
    """Write no more to a stream: nothing of what waits there can be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def flush() -> None:
    """See to it that what was printed is written.

    Raises:
        StopError: it can't be.
    """
    if sys.stdout is not None:
        _to_standard_output(lambda: None)


def _to_standard_output(do: Callable[[], object]) -> None:
    if sys.stdout is None:
        raise StopError("standard output cannot be written: it is closed.")
    try:
        do()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_off(sys.stdout)
        raise StopError(f"standard output cannot be written: {error.strerror}.") from error
