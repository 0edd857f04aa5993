"""`gradwalk draw`: a program as a picture, as data, as code."""

from __future__ import annotations

import argparse
import sys

from app.settings import Settings
from app.terminal.given import (
    STANDARD,
    StopError,
    add_program,
    numbers,
    program,
    read,
    reason,
    write,
)
from engine.computed import Computed
from engine.errors import GradwalkError
from engine.formats import FORMATS, Format, Wanted, by_file
from engine.program import Program
from engine.trace import GRAINS


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words, "PROGRAM")
    words.add_argument("-o", "--output", default=STANDARD, metavar="OUT", help="a file (-)")
    words.add_argument("--format", choices=list(FORMATS), help="what to write (by OUT; else svg)")
    words.add_argument("--step", type=int, help="a step of the walk, from 1 (the finished numbers)")
    words.add_argument("--grain", choices=GRAINS, default="node", help="what a step is")
    words.add_argument("--sample", type=int, default=1, help="which sample of its data, from 1")
    words.add_argument("--dark", action="store_true", help="on dark ground")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Write a program in the form that is asked for.

    Raises:
        StopError: the program is refused, or the file can't be written.
    """
    row = _format(given)
    found = program(read(given.program), settings)
    work = Computed.of_program(found, numbers(found, given.set), _lane(found, given.sample))
    for problem in work.problems:
        print(f"{work.graph.name(problem.node)}: {problem.message}", file=sys.stderr)
    wanted = Wanted(step=given.step, grain=given.grain, dark=given.dark)
    try:
        made = row.make(work, wanted)
    except GradwalkError as error:
        raise reason(error) from error
    if isinstance(made, bytes) and given.output == STANDARD and sys.stdout.isatty():
        raise StopError(f"{row.title} is nothing to read in a terminal. Write -o {row.file}.")
    write(made, given.output)
    return 0


def _format(given: argparse.Namespace) -> Format:
    if given.format:
        return FORMATS[given.format]
    if given.output == STANDARD:
        return FORMATS["svg"]
    return chosen(given.output)


def chosen(target: str) -> Format:
    """Return the format that a file's name asks for.

    Raises:
        StopError: its ending is none that is known.
    """
    row = by_file(target)
    if row is None:
        endings = ", ".join(dict.fromkeys(each.suffix for each in FORMATS.values()))
        raise StopError(f"{target} ends in nothing known. Take {endings}; or say --format.")
    return row


def _lane(found: Program, sample: int) -> int:
    samples = len(found.samples.table.rows) if found.samples else 1
    if not 1 <= sample <= samples:
        some = f"from 1 to {samples}" if samples > 1 else "1: this program has no data"
        raise StopError(f"--sample is {sample}; take a number {some}.")
    return sample - 1
