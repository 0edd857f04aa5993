"""What a notebook shows of an Expr, of a graph, and of `show(...)`."""

from __future__ import annotations

from typing import Any

from engine.computed import Computed
from engine.graph import Graph
from engine.shown import shown_by
from engine.standalone.still import structure_svg, svg


def picture(thing: Any) -> str:
    """Return an Expr with its numbers, or a graph without any, as one `<svg>`."""
    if isinstance(thing, Graph):
        return structure_svg(thing, dark=None)
    return svg(Computed.of(thing), dark=None)


shown_by(picture)
