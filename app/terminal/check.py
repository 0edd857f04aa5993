"""`gradwalk check`: every gradient of a program held to central differences."""

from __future__ import annotations

import argparse
import math

from app.settings import Settings
from app.terminal.given import add_program, finite, numbers, program
from app.terminal.streams import StopError, say
from engine.computed import Computed
from engine.graph import Graph
from engine.numerals import exact, minus, short
from engine.proof import ORDER, SIGNS, Check, Proof, prove

WRONG = 1  # the exit code where a gradient differs
UNPROVED = 3  # ... where nothing could be measured, or time was too short for all
CODES = (
    f"The exit code is 0 where the gradients agree, {WRONG} where one differs, and {UNPROVED} where"
    " nothing could be measured or not all were reached in time."
)
MOST_ROWS = 40


def add(words: argparse.ArgumentParser, _: Settings) -> None:
    """Add the command's arguments."""
    add_program(words)
    words.add_argument(
        "--seconds",
        type=finite,
        default=30.0,
        help="how long it may take; leaves are checked first (%(default)g)",
    )
    words.add_argument("--all", action="store_true", help="print every gradient, not only leaves")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Prove the gradients of a program; return one of CODES.

    Raises:
        StopError: the program is refused.
    """
    if not given.seconds > 0:
        raise StopError("--seconds is a number above 0.")
    found = program(given, settings)
    work = Computed.of_program(found, numbers(given.set, found.settable))
    proof = prove(work.graph, work.values, work.found.nodes, given.seconds)
    leaves = work.graph.leaves
    told = [c for c in proof.checks if given.all or leaves[c.node] or c.mark != "agrees"]
    told.sort(key=lambda check: ORDER.index(check.mark))
    say("\n".join([*_table(work.graph, told, len(told) if given.all else MOST_ROWS), _sum(proof)]))
    if proof.outcome == "bad":
        return WRONG
    return 0 if proof.outcome == "good" and not proof.left else UNPROVED


def _table(graph: Graph, told: list[Check], most: int) -> list[str]:
    """Return a line for each of the first checks, and how many more there are."""
    names = [_name(graph, check.node) for check in told[:most]]
    width = max(map(len, names), default=0)
    rows = [_row(check, name, width) for check, name in zip(told, names, strict=False)]
    more = len(told) - len(rows)
    return [*rows, f"  and {more:,} more; --all prints them"] if more else rows


def _row(check: Check, name: str, width: int) -> str:
    said = check.note or f"measured {_number(check.difference, 10)}"
    return f"{SIGNS[check.mark]} {name:<{width}}  {_number(check.gradient):<24}  {said}"


def _number(number: float, digits: int | None = None) -> str:
    """Return a number as exactly as it is, or to some digits."""
    if digits is None and math.isfinite(number):
        return minus(exact(number))
    return short(number, digits or 1)


def _name(graph: Graph, node: int) -> str:
    """Return what to call a node: one without a name by where it was made."""
    span = graph.spans[node]
    line = f"line {span.line:,}" if span else f"node {node:,}"
    return graph.name(node) or ", ".join(filter(None, (graph.scopes.path(node), line)))


def _sum(proof: Proof) -> str:
    """Return what came of it, and the way out where it is not all."""
    if not proof.asked:
        return "There is no gradient to check: all is constant."
    return proof.sentence + (" --seconds gives it longer." if proof.left else "")
