"""`gradwalk check`: every gradient of a program held to central differences."""

from __future__ import annotations

import argparse

from app.settings import Settings
from app.terminal.given import StopError, add_program, numbers, program, read
from engine.computed import Computed
from engine.numerals import exact, minus, short
from engine.proof import SIGNS, Check, prove

WRONG = 1  # the exit code where a gradient differs
MOST_ROWS = 40


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words, "FILE")
    words.add_argument(
        "--seconds",
        type=float,
        default=30.0,
        help="how long it may take; leaves are checked first (%(default)g)",
    )
    words.add_argument("--all", action="store_true", help="print every gradient, not only leaves")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Prove the gradients of a program; return 1 if one differs from its measured slope.

    Raises:
        StopError: the program is refused.
    """
    found = program(read(given.program), settings)
    work = Computed.of_program(found, numbers(found, given.set))
    if not given.seconds > 0:
        raise StopError("--seconds is a number above 0.")
    proof = prove(work.graph, work.values, work.found.nodes, given.seconds)
    leaves = work.graph.leaves
    told = [c for c in proof.checks if given.all or leaves[c.node] or c.mark != "agrees"]
    width = max((len(work.graph.name(c.node)) for c in told[:MOST_ROWS]), default=0)
    for each in told if given.all else told[:MOST_ROWS]:
        print(_row(each, work.graph.name(each.node), width))
    if not given.all and len(told) > MOST_ROWS:
        print(f"  and {len(told) - MOST_ROWS} more; --all prints them")
    print(proof.sentence)
    return WRONG if proof.outcome == "bad" else 0


def _row(check: Check, name: str, width: int) -> str:
    gradient, measured = minus(exact(check.gradient)), minus(short(check.difference, 10))
    said = check.note or f"measured {measured}"
    return f"{SIGNS[check.mark]} {name:<{width}}  {gradient:<24}  {said}"
