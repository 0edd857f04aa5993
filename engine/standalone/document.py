"""A graph as one HTML file that folds, lights up and steps with no server and no network.

JavaScript computes no number in it: the pictures, what every card and wire shows from when on, and
the card of each step are made here. Without scripts the first picture is there, finished.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import escape

from engine.computed import Computed
from engine.drawing.cards import card, wire
from engine.drawing.forest import forest
from engine.drawing.looks import sheet
from engine.graph import Graph
from engine.spans import printable
from engine.standalone.folds import State, beside, states
from engine.standalone.scene import Scene, acting
from engine.standalone.steps import step_html
from engine.standalone.still import drawn
from engine.trace import Grain, Trace

PLAYER = Path(__file__).resolve().parent / "player"
SHEETS = ("tokens.css", "picture.css", "lit.css", "walk.css")
SCRIPTS = ("payload.js", "picture.js", "folds.js", "walk.js")
MOST_STEPS = 2_000  # that are each told; a longer walk goes phase by phase
_PLACE = re.compile(r"<!--(\w+)-->")
LARGE = 100_000  # bytes from which on the payload is packed


def document(
    work: Computed,
    *,
    title: str = "",
    trace: Trace | None = None,
    step: int | None = None,
    grain: Grain = "node",
) -> str:
    """Return a graph with its numbers as a whole HTML file.

    Args:
        work: the graph and its numbers.
        title: what the window is called; the output's name if empty.
        trace: another walk than the usual one.
        step: the step that it opens at, from 1; None for the finished picture.
        grain: how large such a step is; the file's own are nodes, or phases of a long walk.

    Raises:
        GraphError: the walk has no such step.
    """
    trace = trace or work.trace
    asked = Scene(work, trace, step, grain)
    own: Grain = "node" if trace.total("node") <= MOST_STEPS else "phase"
    start = None if step is None else trace.step_of(asked.events - 1, own) + 1
    scene, found = Scene(work, trace, None, own), states(work.graph)
    pictures = [str(drawn(state.picture, scene)) for state in found]
    pieces = {
        "title": escape(printable(title) or _title(work.graph)),
        "picture": pictures[0],
        "note": escape(_note(scene, found)),
        "hidden": "" if len(found) > 1 else " hidden",
        "style": "\n".join([*map(sheet, SHEETS), _file("player.css")]),
        "script": "\n".join(map(_file, SCRIPTS)),
        "payload": _packed({"start": start, **_payload(scene, found, pictures)}),
    }
    return _PLACE.sub(lambda place: pieces[place[1]], _file("player.html"))


def _title(graph: Graph) -> str:
    named = graph.labels[graph.output]
    return f"{graph.name(graph.output) if named else 'A graph'}, step by step"


@cache
def _file(name: str) -> str:
    return (PLAYER / name).read_text("utf-8")


def _note(scene: Scene, found: list[State]) -> str:
    """Return what this document leaves out, and the way to it; empty where it has everything."""
    if scene.grain == "phase":
        steps = scene.trace.total("node")
        return f"This walk has {steps:,} steps; here it goes phase by phase. " + _WAY
    if not all(map(_opens, found)) or not _pages(found[0]):
        return "Not all that is folded opens in this file. " + _WAY
    return ""


_WAY = "gradwalk serve shows all of it."


def _opens(state: State) -> bool:
    """Return whether every box of a picture opens."""
    items, paths = state.picture.folded.items, state.picture.folded.forest.scopes.paths
    closed = (item for item in items if item.kind in ("box", "stack"))
    return all(f"+{paths[item.scope]}" in state.moves for item in closed)


def _pages(state: State) -> bool:
    """Return whether every open stack of a picture can be paged through."""
    items, paths = state.picture.folded.items, state.picture.folded.forest.scopes.paths
    stacks = (item for item in items if item.kind == "frame" and len(item.members) > 1)
    return all(f">{paths[to]}" in state.moves for item in stacks for to in beside(item))


def _payload(scene: Scene, found: list[State], pictures: list[str]) -> dict[str, Any]:
    """Return all that the scripts know; steps count from 1, a phase is [name, start, steps]."""
    trace, grain = scene.trace, scene.grain
    phases, total, cuts = trace.phases(grain), trace.total(grain), list(trace.cuts(grain))
    ends = [phase.start for phase in phases[1:]] + [total]
    told = range(total) if grain == "node" else ()
    now = [acting(trace, cuts[step], cuts[step + 1]) for step in told]
    return {
        "whole": trace.whole,
        "total": total,
        "cuts": cuts,
        "phases": [
            [each.name, each.start + 1, end - each.start]
            for each, end in zip(phases, ends, strict=True)
        ],
        "acting": [[each.node, list(each.operands)] for each in now],
        "cards": _card_times(scene, found),
        "wires": _wire_times(scene, found),
        "steps": [step_html(trace, step, grain) for step in range(total)],
        "pictures": pictures[1:],  # the first one stands in the document
        "moves": [state.moves for state in found],
        "scopes": _scopes(scene.work.graph) if len(found) > 1 and now else None,
    }


def _card_times(scene: Scene, found: list[State]) -> dict[int, list[list[Any]]]:
    """Return what each card that can be seen shows, and from how many events on."""
    items = [item for state in found for item in state.picture.folded.items]
    nodes = sorted({item.node for item in items if item.kind == "card"})
    graph, trace = scene.work.graph, scene.trace
    times = {}
    for node in nodes:
        trouble = scene.troubles.get(node, "")
        times[node] = [
            [m.at, *_flat(astuple(card(graph, node, m.value, m.gradient, trouble, m.right)))]
            for m in trace.moments[node]
        ]
    return times


def _flat(shown: tuple[Any, ...]) -> list[Any]:
    """Return what a card shows, its bar as two numbers."""
    return [part for each in shown for part in (each if isinstance(each, tuple) else (each,))]


def _wire_times(scene: Scene, found: list[State]) -> dict[str, list[list[Any]]]:
    """Return how each wire between two cards is drawn, and from how many events on."""
    ends = sorted({pair for state in found for pair in state.picture.ends if pair})
    return {
        f"{source} {target}": [
            [carried.at, *astuple(wire(scene.work.graph, source, carried.gradient))]
            for carried in scene.trace.carried[source, target]
        ]
        for source, target in ends
    }


def _scopes(graph: Graph) -> dict[str, list[int]]:
    """Return what finds the box that holds a node: its scope, that one's parent and its stack."""
    found = forest(graph)
    return {
        "of": found.scopes.of.tolist(),
        "parents": found.scopes.parents.tolist(),
        "stacks": [int(first) for first in found.stacks.first],
    }


def _packed(payload: dict[str, Any]) -> str:
    """Return the element that carries it: plain while it is small, else gzip in base64."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    if len(text) < LARGE:
        plain = text.replace("<", "\\u003c")
        return f'<script type="application/json" id="payload">{plain}</script>'
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return f'<script type="text/plain" id="payload" data-packed>{packed}</script>'
