"""One step of a trace in words and formulas: its title, its parts, one sentence, all as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.events import FORWARD, Event
from engine.latex import latex
from engine.learned import explain_update
from engine.numerals import short
from engine.parts import Part, explain_flow, explain_given, explain_seed, explain_value, known
from engine.trace import Grain, Trace
from engine.wording import name_of, op_word

MOVES = " moves against its gradient."
MOST_PARTS = 6  # of a step that gathers many events

Title = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Explanation:
    """One step explained.

    Attributes:
        title: words, and which of them are names.
        parts: its events, or the first of them.
        more: how many are left out.
        text: one sentence.
    """

    title: Title
    parts: tuple[Part, ...]
    more: int
    text: str

    @property
    def latex(self) -> str:
        """Return every line of it, or an empty string."""
        lines = [line for part in self.parts for line in (*part.lines, *part.sums)]
        return latex(lines) if lines else ""


def explain(trace: Trace, step: int, grain: Grain) -> Explanation:
    """Return one step, counted from 0, in words and formulas.

    >>> from engine import Computed, parse
    >>> walk = Computed.of_program(parse("x = 3; x*x")).trace
    >>> explain(walk, 3, "edge").text
    "x gradient: 1 upstream times 3, x's value, makes 3."
    """
    cuts = trace.cuts(grain)
    places = range(cuts[step], cuts[step + 1])
    told = places if len(places) == 1 else _told(trace, places)
    parts = [explain_event(trace, place) for place in told[:MOST_PARTS]]
    if len(parts) > 1:
        parts = [
            replace(part, title=_heading(trace, trace.events[place]), lesson=_new(parts, k))
            for k, (part, place) in enumerate(zip(parts, told, strict=False))
        ]
    several = grain == "phase" and len(places) > 1
    return Explanation(
        title=_phase_title(trace, places) if several else _title(trace, places[0], grain),
        parts=tuple(parts),
        more=len(told) - len(parts),
        text=_phase_text(trace, places) if several else _joined([part.text for part in parts]),
    )


def _new(parts: Sequence[Part], place: int) -> str:
    """Return a part's lesson, if none of the parts before had it."""
    lesson = parts[place].lesson
    return "" if any(part.lesson == lesson for part in parts[:place]) else lesson


def _told(trace: Trace, places: range) -> list[int]:
    """Return those of several events that are no given values."""
    table = trace.events.table[places.start : places.stop]
    given = (table["kind"] == FORWARD) & trace.graph.leaves[table["node"]]
    found: list[int] = (places.start + np.flatnonzero(~given)).tolist()
    return found


def explain_event(trace: Trace, place: int) -> Part:
    """Return one event in words and formulas."""
    event = trace.events[place]
    if event.kind == "flow":
        return explain_flow(trace, place)
    if event.kind == "seed":
        return explain_seed(trace, event)
    if event.kind == "update":
        return explain_update(trace, event)
    given = trace.graph.op(event.node) is None
    return explain_given(trace, event) if given else explain_value(trace, event)


def sentence(trace: Trace, event: int) -> str:
    """Return one event in one sentence, to be heard."""
    return explain_event(trace, event).text


def _title(trace: Trace, place: int, grain: Grain) -> Title:
    event, graph = trace.events[place], trace.graph
    name, op = (name_of(graph, event.node), True), graph.op(event.node)
    if event.kind == "seed":
        return ("The way back begins at ", False), name, (".", False)
    if event.kind == "update":
        return name, (" moves.", False) if trace.update.samples else (MOVES, False)
    if op is None:
        constant = " is a constant: it never learns." if graph.constant[event.node] else ""
        return name, (constant or " is a leaf: its value is given.", False)
    through = ((" through ", False), (op_word(op), True), (".", False))
    if event.kind == "forward":
        return name, (" gets its value", False), *through
    if grain == "edge":
        target = (name_of(graph, known(event.operand)), True)
        return name, (" passes its gradient on to ", False), target, *through
    return name, (" passes its gradient on", False), *through


def _heading(trace: Trace, event: Event) -> str:
    """Return what one event of several is headed with."""
    graph = trace.graph
    if event.kind == "flow":
        return f"{name_of(graph, event.node)} → {name_of(graph, known(event.operand))}"
    return name_of(graph, event.node)


PHASES = {
    "forward": (("Every value, from the leaves to ", "."), "{} values; {} is {}."),
    "flow": (("Every gradient, from ", " back to the leaves."), "{} contributions, from {} = {}."),
    "update": (
        ("Every leaf that learns moves, by the gradient of ", "."),
        "{} leaves move; {} was {}.",
    ),
}


def _phase_title(trace: Trace, places: range) -> Title:
    before, after = PHASES[trace.events[places[0]].kind][0]
    return (before, False), (name_of(trace.graph, trace.graph.output), True), (after, False)


def _phase_text(trace: Trace, places: range) -> str:
    output = trace.graph.output
    shown = short(float(trace.values[output, 0]))
    words = PHASES[trace.events[places[0]].kind][1]
    return words.format(len(places), name_of(trace.graph, output), shown)


def _joined(sentences: Sequence[str]) -> str:
    """Return sentences as one."""
    return "; ".join(each.rstrip(".") for each in sentences) + "." if sentences else ""
