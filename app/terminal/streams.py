"""Where the command reads and writes: streams that may be closed, full or not UTF-8, and files."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

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


def prepare() -> None:
    """Let standard output and error take every text, whatever their encoding."""
    if sys.stderr is None:  # closed; what is said there is said to nobody
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  until the end
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
    """Print to standard error."""
    print(text, file=sys.stderr)


def write(data: str | bytes, target: str) -> None:
    """Write to a file, or to standard output for "-".

    Raises:
        StopError: that can't be written.
    """
    found = data.encode("utf-8") if isinstance(data, str) else data
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


def leave_off() -> None:
    """Write no more to standard output: nothing of what waits there can be written."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        leave_off()
        raise StopError(f"standard output cannot be written: {error.strerror}.") from error
