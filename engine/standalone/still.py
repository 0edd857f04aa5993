"""A graph as one `<svg>` that needs nothing else: it can be kept as a file, or stand in any page.

>>> from engine.expr import Expr
>>> x = Expr(3.0, label="x")
>>> svg(Computed.of(x * x)).startswith("<svg")
True
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from markupsafe import Markup

from engine.computed import Computed
from engine.drawing.boxes import box_numbers, hidden
from engine.drawing.cards import IDLE, card
from engine.drawing.folded_svg import write_folded_svg
from engine.drawing.looks import PREFIX, apart, rules
from engine.drawing.picture import Picture
from engine.graph import Graph
from engine.standalone.scene import (
    Scene,
    keys_of,
    marked_boxes,
    marked_cards,
    marked_wires,
    usual_picture,
)
from engine.trace import Grain, Trace

MARGIN = 16.0  # px around the drawing


def svg(
    work: Computed,
    *,
    dark: bool | None = False,
    step: int | None = None,
    grain: Grain = "node",
    picture: Picture | None = None,
    trace: Trace | None = None,
) -> str:
    """Return a graph with its numbers as one `<svg>`.

    Args:
        work: the graph and its numbers.
        dark: whether it is dark; None follows what the reader prefers.
        step: the step of the walk whose picture it is, from 1; None for the finished one.
        grain: how large a step is.
        picture: what is open and where it stands; as the page opens it if None.
        trace: another walk than the usual one.

    Raises:
        GraphError: the walk has no such step.
    """
    picture = picture or usual_picture(work.graph)
    scene = Scene(work, trace or work.trace, step, grain)
    return framed(drawn(picture, scene), picture, dark=dark)


def drawn(picture: Picture, scene: Scene) -> Markup:
    """Return a picture as the page has it: without rules of its own."""
    folded, now = picture.folded, scene.acting
    return write_folded_svg(
        picture,
        marked_cards(folded, scene.cards(folded), now),
        marked_boxes(folded, scene.boxes(folded), now),
        marked_wires(picture, scene.wires(picture), now),
        keys_of(picture),
    )


def structure_svg(
    graph: Graph, *, dark: bool | None = False, picture: Picture | None = None
) -> str:
    """Return a graph without numbers as one `<svg>`: names, ops, and what is made from what."""
    picture = picture or usual_picture(graph)
    folded, zeros = picture.folded, np.zeros((len(graph), 1))
    bare = [
        replace(card(graph, item.node, None, None), tone="bare", spoken=graph.name(item.node))
        if item.kind == "card"
        else None
        for item in folded.items
    ]
    boxes = [box and hidden(box) for box in box_numbers(folded, zeros, zeros, {})]
    wires = [IDLE for _ in picture.wires]
    text = write_folded_svg(picture, bare, boxes, wires, keys_of(picture))
    return framed(text, picture, dark=dark)


def framed(text: Markup, picture: Picture, *, dark: bool | None) -> str:
    """Return a picture with its ground and its rules, under a class that is ours alone.

    Args:
        text: as `write_folded_svg` has written it.
        picture: what it shows.
        dark: whether it is dark; None follows what the reader prefers.
    """
    root = "auto" if dark is None else "dark" if dark else "light"
    left, top = picture.left - MARGIN, picture.top - MARGIN
    width, height = picture.width + 2 * MARGIN, picture.height + 2 * MARGIN
    _, _, inside = apart(text, root).partition(">")
    place = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return (
        f'<svg class="{PREFIX}{root}" xmlns="http://www.w3.org/2000/svg" width="{width:g}"'
        f' height="{height:g}" viewBox="{left:g} {top:g} {width:g} {height:g}" role="img"'
        f' aria-label="Computation graph"><style>{rules(root, dark=dark)}</style>'
        f'<rect class="{PREFIX}ground" {place}/>{inside}'
    )
