"""`gradwalk draw`: a program as a picture, as data, as code."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.settings import Settings
from app.terminal.given import STANDARD, StopError, add_program, numbers, program, read, write
from engine.computed import Computed
from engine.export import FORMATS, Wanted
from engine.trace import GRAINS


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words, "PROGRAM")
    words.add_argument(
        "-o", "--output", default=STANDARD, metavar="OUT", help="- is standard output"
    )
    words.add_argument(
        "--format", choices=list(FORMATS), help="what to write (by the name of OUT; else svg)"
    )
    words.add_argument("--step", type=int, help="a step of the walk, from 1 (the whole)")
    words.add_argument("--grain", choices=GRAINS, default="node", help="what a step is")
    words.add_argument("--sample", type=int, default=1, help="which sample of data, from 1")
    words.add_argument("--dark", action="store_true", help="on dark ground")
