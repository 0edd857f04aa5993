"""Settings as rows: a name, a default, one sentence. `docs/settings.md` prints the same rows.

Each row is read from the environment variable GRADWALK_<NAME>. A variable that no row knows, or a
value that does not fit, stops the start with a sentence.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Self

from engine.budget import Limits

PREFIX = "GRADWALK_"

KINDS = {int: "a whole number", float: "a number", str: "a name or an address"}


class SettingsError(Exception):
    """The environment asks for something no setting can be; the message says what and how."""


def row(default: Any, sentence: str, *, least: float = 0, most: float = math.inf) -> Any:
    """Return a settings row: its default, the sentence that explains it, and its bounds."""
    return field(default=default, metadata={"sentence": sentence, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of one app; the class body is the table.

    >>> Settings.from_environment({"GRADWALK_NODES": "100"}).nodes
    100
    """

    source_bytes: int = row(100_000, "A longer program, in UTF-8 bytes, is refused.", least=1)
    body_bytes: int = row(1_000_000, "A request with a longer body is answered with 413.", least=1)
    data_bytes: int = row(
        16_000_000, "The same for a request that may bring rows of data: a run, a table.", least=1
    )
    nodes: int = row(200_000, "A program whose graph would have more nodes is refused.", least=1)
    depth: int = row(2_000, "One expression nested deeper than this is refused.", least=1)
    steps: int = row(
        1_000_000,
        "A program that takes more steps is refused: statements, turns of loops, calls, nodes and"
        " items of lists. A step holds some 400 bytes at most, so this bounds memory too.",
        least=1,
    )
    items: int = row(100_000, "A list, a text or a range of a program may be so long.", least=1)
    calls: int = row(
        200, "So many calls of a program may wait for one another.", least=1, most=1_000
    )
    printed: int = row(20_000, "A program may print so many characters.", least=1)
    seconds: float = row(
        2.0,
        "A program that takes longer to read is given up; /api/trace answers with the steps that"
        " it has by then.",
        least=0.01,
    )
    megabytes: float = row(
        1_000.0,
        "Numbers that would take more megabytes are refused: 32 bytes a node and lane, and more.",
        least=0.001,
    )
    events: int = row(
        20_000, "One answer of /api/trace holds at most so many events, flows included.", least=1
    )
    cache_nodes: int = row(
        100_000,
        "Of programs, drawings, numbers and traces each, so many nodes are kept; 0 is none.",
    )
    dataset_bytes: int = row(
        200_000_000, "Tables that people bring take so many bytes; the ones used last are kept."
    )
    samples: int = row(100_000, "A run over more samples is refused.", least=1)
    runs: int = row(
        500,
        "So many runs are kept; one more takes the place of a paused one that nobody watches, and"
        " is refused where there is none.",
        least=1,
    )
    runs_megabytes: float = row(
        2_000.0, "All runs together may hold so many megabytes; beyond, as with their number."
    )
    viewers: int = row(1_000, "Streams of frames beyond so many are refused.", least=1)
    run_viewers: int = row(100, "Streams of one run beyond so many are refused.", least=1)
    unwatched_seconds: float = row(
        60.0, "A run pauses after so many seconds without a viewer or a request."
    )
    kept_minutes: float = row(
        60.0, "A paused run is removed after so many minutes without a viewer or a request."
    )
    workers: int = row(0, "Threads that the runs learn in; 0 is one for each processor.", most=64)
    host: str = row("127.0.0.1", "The address to listen on; 0.0.0.0 is every one it has.")
    port: int = row(8000, "The port to listen on; 0 takes any free one.", most=65_535)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings from GRADWALK_* variables; what is not set keeps its default.

        Args:
            environment: names and values; those of the process when None.

        Raises:
            SettingsError: an unknown GRADWALK_ variable, or a value that does not fit its row.
        """
        given = os.environ if environment is None else environment
        ours = {name: value for name, value in given.items() if name.startswith(PREFIX)}
        rows = {variable(each): each for each in fields(cls)}
        for name in ours:
            if name not in rows:
                raise SettingsError(_unknown(name, list(rows)))
        values: dict[str, Any] = {
            rows[name].name: _read(rows[name], value) for name, value in ours.items()
        }
        return cls(**values)

    def limits(self) -> Limits:
        """Return what a program may use."""
        return Limits(**{each.name: getattr(self, each.name) for each in fields(Limits)})


def variable(each: Field[Any]) -> str:
    """Return the environment variable that sets one row."""
    return PREFIX + each.name.upper()


def settings_table() -> str:
    """Return the rows as the Markdown table of `docs/settings.md`."""
    lines = ["| setting | variable | default | what it does |", "|---|---|---|---|"]
    for each in fields(Settings):
        sentence = each.metadata["sentence"]
        lines.append(f"| {each.name} | `{variable(each)}` | `{each.default}` | {sentence} |")
    return "\n".join(lines) + "\n"


def _read(each: Field[Any], text: str) -> Any:
    """Return one value as its row's type, or raise SettingsError."""
    kind: Any = type(each.default)
    try:
        value = kind(text.strip())
    except ValueError:
        value = None
    fits = bool(value) if kind is str else value is not None and _inside(each, value)
    if not fits:
        raise SettingsError(f"{variable(each)} must be {_words(each, kind)}, not {text!r}.")
    return value


def _inside(each: Field[Any], value: float) -> bool:
    """Tell whether a number keeps to its row's bounds; NaN and infinities never do."""
    least, most = each.metadata["least"], each.metadata["most"]
    return math.isfinite(value) and bool(least <= value <= most)


def _words(each: Field[Any], kind: type) -> str:
    """Say what a row takes: its type and its bounds."""
    least, most = each.metadata["least"], each.metadata["most"]
    if kind is str:
        return KINDS[kind]
    bounds = f"from {least} to {most}" if math.isfinite(most) else f"of {least} or more"
    return f"{KINDS[kind]} {bounds}"


def _unknown(name: str, known: list[str]) -> str:
    """Say that no setting has this name, and which one was perhaps meant."""
    words = [each.removeprefix(PREFIX) for each in known]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1)
    hint = f"Did you mean {PREFIX}{near[0]}?" if near else f"There are {', '.join(known)}."
    return f"There is no setting called {name}. {hint}"
