"""`gradwalk draw`: a program as a picture, as data, as code."""

from __future__ import annotations

import argparse
import sys

from app.settings import Settings
from app.terminal.given import add_program, numbers, program
from app.terminal.streams import STANDARD, StopError, check_target, complain, write
from engine.computed import Computed
from engine.errors import GradwalkError
from engine.formats import FORMATS, Format, Wanted, by_file
from engine.program import Program
from engine.trace import GRAINS


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words)
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
    if given.output != STANDARD:
        check_target(given.output)
    found = program(given, settings)
    lane = _lane(found, given.sample)
    work = Computed.of_program(found, numbers(given.set, found.settable), lane)
    _check_step(work, given)
    for problem in work.problems:
        complain(f"{work.graph.name(problem.node)}: {problem.message}")
    wanted = Wanted(step=given.step, grain=given.grain, dark=given.dark)
    try:
        made = row.make(work, wanted)
    except GradwalkError as error:
        raise StopError(str(error)) from error
    if isinstance(made, bytes) and given.output == STANDARD and sys.stdout and sys.stdout.isatty():
        raise StopError(f"{row.title} is nothing to read in a terminal. Write -o {row.file}.")
    write(made, given.output)
    return 0


def _format(given: argparse.Namespace) -> Format:
    if given.format:
        return FORMATS[given.format]
    if given.output == STANDARD:
        return FORMATS["svg"]
    return chosen(given.output, "; or say --format")


def chosen(target: str, otherwise: str = "") -> Format:
    """Return the format that a file's name asks for; a refusal says what to do otherwise.

    Raises:
        StopError: its ending is none that is known.
    """
    row = by_file(target)
    if row is None:
        endings = ", ".join(dict.fromkeys(each.suffix for each in FORMATS.values()))
        raise StopError(f"{target} ends in nothing known. Take {endings}{otherwise}.")
    return row


def _lane(found: Program, sample: int) -> int:
    samples = len(found.samples.table.rows) if found.samples else 1
    if 1 <= sample <= samples:
        return sample - 1
    if not found.samples:
        raise StopError(f"--sample is {sample:,}, but this program has no data. Leave it out.")
    raise StopError(f"--sample is {sample:,}; take a number from 1 to {samples:,}.")


def _check_step(work: Computed, given: argparse.Namespace) -> None:
    if given.step is None:
        return
    total = work.trace.total(given.grain)
    if not 1 <= given.step <= total:
        steps = f"its steps go from 1 to {total:,}"
        raise StopError(f"There is no step {given.step:,} of this walk: {steps}.")
