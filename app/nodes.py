"""The node that is open beside the picture: its numbers, its paths to the output, where to go."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.drawings import Drawing
from app.walks import Walked
from engine.drawing.cards import tone
from engine.figures import digits, multiplied
from engine.moments import state_at
from engine.numerals import DIGITS, exact, short, signed
from engine.paths import Path
from engine.wording import name_of

LONGEST_NAME = 22  # characters of a name on a path
LONGEST_PATH = 8  # nodes of a path that are named


@dataclass(frozen=True)
class PathView:
    """One path from a node to the output: its names, its slopes multiplied, the product."""

    names: str
    slopes: str
    product: str
    tone: str


@dataclass(frozen=True)
class OpenNodeView:
    """The node whose card is open beside the picture."""

    node: int
    key: str
    name: str
    value: str
    grad: str
    why: str
    computed: int
    settled: int | None
    paths: tuple[PathView, ...]
    count: int
    more: int
    together: str


def open_node(at: Walked, drawing: Drawing) -> OpenNodeView | None:
    """Return the node whose card is open; while predicting, no more than is known by then."""
    key = at.walk.node
    if key not in drawing.names.places:
        return None
    node, graph = drawing.names.places[key], at.trace.graph
    moment = state_at(at.trace.moments[node], at.events)
    found = at.numbers.paths(node) if not at.walk.predict else None
    settled, op = at.trace.settled[node], graph.op(node)
    return OpenNodeView(
        node=node,
        key=key,
        name=graph.name(node),
        value="" if moment.value is None else exact(moment.value),
        grad="" if moment.gradient is None else exact(moment.gradient),
        why=op.why if op else "",
        computed=at.step_of(at.trace.computed[node]),
        settled=None if settled is None else at.step_of(settled),
        paths=tuple(_path(at, path) for path in found.paths) if found else (),
        count=found.count if found else 0,
        more=found.count - len(found.paths) if found else 0,
        together=_together(at, node, found.count if found else 0),
    )


def _together(at: Walked, node: int, count: int) -> str:
    """Return what the paths come to; under a mistake not the gradient that is shown."""
    if count < 2:
        return ""
    if not at.trace.mistakes:
        return "All together they make the gradient."
    return f"All together they make the right gradient, {signed(float(at.trace.right[node, 0]))}."


def _path(at: Walked, path: Path) -> PathView:
    names = [name_of(at.trace.graph, node, LONGEST_NAME) for node in path.nodes]
    shut = path.product == 0 and not all(map(math.isfinite, path.slopes))
    of_slopes = of_product = DIGITS
    if len(path.slopes) <= LONGEST_PATH:
        of_slopes, of_product = digits(path.slopes, path.product, multiplied)
    slopes = [short(slope, of_slopes) for slope in path.slopes]
    if len(names) > LONGEST_PATH:
        half = LONGEST_PATH // 2
        names[half:-half] = [f"{len(names) - 2 * half} more"]
        slopes[half:-half] = ["…"]
    return PathView(
        " → ".join(names),
        (" × ".join(slopes) or "1") + (", blocked" if shut else ""),
        signed(path.product, of_product),
        tone(path.product),
    )
